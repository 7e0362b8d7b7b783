import { modelOf, paramsOf } from '../training/index.js';
import { bestOf, type Reports } from './reports.js';
import type { History, Trial } from './sampler.js';
import { settingOf, type Space } from './space.js';
import type { SweepJob, SweepRow } from './store.js';
import { metricOf, spaceOf, standingOf } from './view.js';
import type { Sweep } from '../contract/training/sweeps.js';

/** The trials of a sweep so far, as the sampler receives them. */
export function historyOf(row: SweepRow, jobs: readonly SweepJob[], reports: Reports): History {
  const space = spaceOf(row);
  return {
    space,
    method: row.method,
    pruner: row.pruner,
    // While no job has named the metric to compare, there are no values.
    mode: metricOf(row)?.mode ?? 'min',
    seed: row.seed,
    trials: jobs.map((job) => trialOf(row, space, job, reports)),
  };
}

/** The best of the jobs that succeeded. */
export function bestJob(row: SweepRow, jobs: readonly SweepJob[], reports: Reports): Sweep['best'] {
  let best: Sweep['best'] = null;
  const sign = metricOf(row)?.mode === 'max' ? 1 : -1;
  for (const job of jobs) {
    const value = standingOf(job) === 'succeeded' ? valueOf(row, job, reports) : null;
    if (value === null || (best !== null && sign * value <= sign * best.value)) continue;
    best = { job_id: job.job_id, value, params: { ...settingOf(spaceOf(row), paramsOf(job)) } };
  }
  return best;
}

function trialOf(row: SweepRow, space: Space, job: SweepJob, reports: Reports): Trial {
  const reported = reports.of(job.job_id);
  return {
    params: settingOf(space, paramsOf(job)),
    state: STATES[standingOf(job)],
    value: standingOf(job) === 'pruned' ? (reported.at(-1) ?? null) : valueOf(row, job, reports),
    reports: reported,
  };
}

const STATES = {
  waiting: 'running',
  running: 'running',
  succeeded: 'complete',
  pruned: 'pruned',
  failed: 'failed',
  stopped: 'failed',
} as const satisfies Record<keyof Sweep['counts'], Trial['state']>;

/** The value of a job is that of its best epoch, since a recipe keeps the weights of that epoch. */
function valueOf(row: SweepRow, job: SweepJob, reports: Reports): number | null {
  const metric = metricOf(row);
  if (metric === null) return null;
  const kept = modelOf(job)?.best_metric;
  return kept?.key === metric.key ? kept.value : bestOf(reports.of(job.job_id), metric.mode);
}
