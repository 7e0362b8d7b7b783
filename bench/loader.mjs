// A table of a million rows: into memory, then all batches of one epoch, turn by turn with pandas and a DataLoader.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { python, root } from '../scripts/setup.mjs';
import { mb, ms } from './figures.mjs';

const run = promisify(execFile);

export async function measureLoader() {
  const { stdout } = await run(python, [join(root, 'bench/loader.py')], { timeout: 300_000 });
  const { ours, rival, ratios, each, rounds, batch } = JSON.parse(stdout);
  const note = `median of ${String(rounds)}, turn by turn, processes of their own; 1,000,000 rows × 20 columns, batches of ${String(batch)}`;
  const times = (value) => `${value.toFixed(1)}×`;
  return [
    {
      what: 'batches of an epoch from our loader',
      ours: ms(1000 * ours.epoch),
      rival: `pandas → DataLoader ${ms(1000 * rival.epoch)}`,
      ratio: times(ratios.epoch),
      compared: { 'loader.epoch': each.epoch },
      note,
    },
    {
      what: 'table → tensors, ready to train',
      ours: `${ms(1000 * ours.load)}, peak ${mb(ours.peak)}`,
      rival: `pandas ${ms(1000 * rival.load)}, peak ${mb(rival.peak)}`,
      ratio: times(ratios.load),
      compared: { 'loader.load': each.load, 'loader.peak': each.peak },
      note: `${note}; peak of the whole process, memory ${times(ratios.peak)}`,
    },
  ];
}
