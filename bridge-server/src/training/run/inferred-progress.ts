import type { MetricPoint } from '../../contract/training/metrics.js';
import type { Progress } from '../../contract/training/training.js';

/** Of the machine, not of the training. */
const SYSTEM = 'system/';
/** What Lightning logs beside its metrics. */
const EPOCH = 'epoch';
/** How trainers call the number of epochs: tutorials, Lightning, MLflow's autologging, Transformers. */
const TOTALS: ReadonlySet<string> = new Set(['epochs', 'max_epochs', 'num_epochs', 'n_epochs', 'num_train_epochs']);

/** Whether a point is of the training, not of what its processes or the machine use. */
export const isOwn = ({ key }: MetricPoint): boolean => !key.startsWith(SYSTEM) && !key.startsWith('[');

/**
 * How far a job is that tells nothing of its progress and only logs to MLflow: the steps of its points, the epochs that it logs, and
 * their number if it is among its parameters.
 *
 * @param elapsedSeconds since the job began
 */
export function inferProgress(before: Progress, points: readonly MetricPoint[], elapsedSeconds: number): Progress {
  const own = points.filter(isOwn);
  // A step beyond 2^53 is a time or a hash, which says nothing of how far a job is.
  const step = own.reduce<number | null>(
    (most, { step: at }) => (typeof at === 'number' ? Math.max(most ?? 0, at) : most),
    before.step,
  );
  const logged = own.filter(({ key }) => key === EPOCH).at(-1)?.value;
  const { epochs } = before;
  // Whoever logs once an epoch counts epochs by their steps, from 0.
  const counted = before.epoch === null && epochs !== null && step !== null && step < epochs ? step + 1 : null;
  const epoch = typeof logged === 'number' && Number.isSafeInteger(logged) && logged >= 0 ? logged : before.epoch;
  const done = epoch ?? counted;
  const fraction = done === null || epochs === null ? before.fraction : Math.min(1, done / epochs);
  return {
    ...before,
    step,
    epoch,
    fraction,
    eta_seconds: fraction !== null && fraction > 0 ? (elapsedSeconds * (1 - fraction)) / fraction : null,
  };
}

/** The number of epochs, if it is among these parameters. */
export function epochsAmong(params: Readonly<Record<string, string>>): number | null {
  for (const [key, value] of Object.entries(params)) {
    const count = Number(value);
    if (TOTALS.has(key.split(/[./]/u).at(-1) ?? '') && Number.isSafeInteger(count) && count > 0) return count;
  }
  return null;
}
