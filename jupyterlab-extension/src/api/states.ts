import type { Best, Dataset, Job, JobState, Model } from './types.js';

export type AnyState = JobState | Dataset['state'];
export type Tone = 'run' | 'ok' | 'warn' | 'bad' | 'off';

const ACTIVE: ReadonlySet<AnyState> = new Set(['queued', 'starting', 'running', 'stopping']);

export function isActive(state: AnyState): boolean {
  return ACTIVE.has(state);
}

export function canStop(state: JobState): boolean {
  return isActive(state) && state !== 'stopping';
}

export const TONES: Readonly<Record<AnyState, Tone>> = {
  queued: 'off',
  starting: 'run',
  running: 'run',
  stopping: 'run',
  succeeded: 'ok',
  failed: 'bad',
  stopped: 'off',
  lost: 'warn',
  uploading: 'run',
  profiling: 'run',
  ready: 'ok',
};

/** What stands in the place of a recipe in a job that judges a model and trains none. */
export const EVALUATION = 'evaluation';

/** Whether the job ends, or ended, with a report. */
export function hasReport({ has_model, recipe, state }: Job): boolean {
  return has_model ? recipe !== null : recipe === EVALUATION && state === 'succeeded';
}

/** The metric of the epoch whose weights a recipe keeps; shown on the job's page, in its row and in its log. */
export function modelFigure(job: Job, models: readonly Model[]): Best | null {
  return job.progress.best ?? models.find(({ job_id }) => job_id === job.job_id)?.best_metric ?? null;
}

/** The metric that a row shows of a finished job: its model's; without a model the last validation metric. */
export function headline(job: Job, models: readonly Model[]): { key: string; value: number } | null {
  const best = modelFigure(job, models);
  if (best !== null) return best;
  for (const key of ['val_accuracy', 'val_acc', 'accuracy', 'val_r2', 'r2', 'val_loss', 'loss']) {
    const value = job.metrics[key];
    if (value !== undefined) {
      // `Number` also reads "NaN" and "Infinity".
      return { key, value: Number(value) };
    }
  }
  return null;
}

export function isShare(key: string): boolean {
  return /acc|precision|recall|f1/i.test(key);
}
