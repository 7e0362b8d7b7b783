// Accuracy and R² of the table recipe without settings, turn by turn with scikit-learn's boosted trees and linear models.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { python, root } from '../scripts/setup.mjs';

const run = promisify(execFile);
const GROUPS = { tuned: 'tables at hand when defaults were chosen', fresh: 'tables never tuned on' };

export async function measureQuality() {
  const { stdout } = await run(python, [join(root, 'bench/quality.py')], { timeout: 1_800_000, maxBuffer: 1 << 24 });
  const { groups, lacking } = JSON.parse(stdout);
  const without = lacking.length === 0 ? '' : `; not installed: ${lacking.join(', ')}`;
  return groups.map((one) => ({
    what: `quality of the table recipe: ${GROUPS[one.group]}`,
    ours: `${one.seconds.toFixed(1)} s to train`,
    rival: `HistGradientBoosting ${one.rival_seconds.toFixed(2)} s`,
    ratio: `${one.trees.toFixed(3)}×`,
    note: `median of ${String(one.tables)} tables, two folds each; worst ${one.worst.toFixed(3)}× (${one.worst_table}); beside a linear model ${one.linear.toFixed(3)}×; training ${one.slower.toFixed(1)}× as long, on one thread${without}`,
  }));
}
