import type { Job, Model, Sweep } from '../api/types.js';

export interface Trial {
  readonly job: Job;
  /** Which of the sweep's jobs it is, from 1. */
  readonly number: number;
  readonly value: number | null;
  readonly best: boolean;
}

/**
 * The jobs of a sweep in the order they began, each with its value: its model's metric, which is of its best epoch, and
 * before there is a model the last that it logged.
 */
export function trialsOf(sweep: Sweep, jobs: readonly Job[], models: readonly Model[]): readonly Trial[] {
  const key = sweep.metric?.key;
  const known = new Map(models.map((model) => [model.job_id, model.best_metric]));
  return [...jobs]
    .sort((a, b) => a.created_at.localeCompare(b.created_at) || a.job_id.localeCompare(b.job_id))
    .map((job, index) => {
      const best = sweep.best?.job_id === job.job_id;
      const model = known.get(job.job_id);
      const own = key === undefined ? null : model?.key === key ? model.value : job.metrics[key];
      const value = best ? sweep.best?.value : own;
      return { job, number: index + 1, best, value: typeof value === 'number' ? value : null };
    });
}

/** Best first; what has no figure comes last, in its order. */
export function ranked(trials: readonly Trial[], metric: Sweep['metric']): readonly Trial[] {
  const sign = metric?.mode === 'max' ? -1 : 1;
  const rank = ({ value }: Trial): number => (value === null ? Infinity : sign * value);
  return [...trials].sort((a, b) =>
    a.best !== b.best ? (a.best ? -1 : 1) : rank(a) === rank(b) ? a.number - b.number : rank(a) - rank(b),
  );
}

/** The best of the jobs that have succeeded up to each of them. */
export function bestSoFar(trials: readonly Trial[], metric: Sweep['metric']): readonly (number | null)[] {
  let best: number | null = null;
  return trials.map(({ job, value }) => {
    if (
      job.state === 'succeeded' &&
      value !== null &&
      (best === null || (metric?.mode === 'max' ? value > best : value < best))
    )
      best = value;
    return best;
  });
}
