// Samples a second of each recipe, turn by turn in one process with the training loop of PyTorch's tutorials.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { python, root } from '../scripts/setup.mjs';
import { ms } from './figures.mjs';

const run = promisify(execFile);

const thousands = (value) => `${(value / 1000).toFixed(1)}k/s`;
const shown = ({ samples_per_second, accuracy }) =>
  `${thousands(samples_per_second)} at ${(100 * accuracy).toFixed(1)} %`;

export async function measureTraining() {
  const { stdout } = await run(python, [join(root, 'bench/training.py')], { timeout: 300_000 });
  return JSON.parse(stdout).map(({ what, key, goal, ours, rival, ratios, each, rounds }) => ({
    what: `samples a second: ${what}`,
    ours: shown(ours),
    rival: `tutorial loop ${shown(rival)}`,
    ratio: `${ratios.speed.toFixed(1)}×`,
    compared: { [`training.${key}`]: each },
    note: `median of ${String(rounds)} seeds, turn by turn; same layers, rows, batches of 64, optimizer and threads; to ${(100 * goal).toFixed(0)} % in ${ms(1000 * ours.seconds_to_goal)} beside ${ms(1000 * rival.seconds_to_goal)}, ${ratios.goal.toFixed(1)}×`,
  }));
}
