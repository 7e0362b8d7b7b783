import { z } from 'zod';
import { sweep, sweepDimension, type Sweep } from '../contract/training/sweeps.js';
import { errorOf, paramsOf, stored } from '../training/index.js';
import type { Space } from './space.js';
import type { SweepJob, SweepRow } from './store.js';

const space = z.record(z.string(), sweepDimension);

export const spaceOf = (row: SweepRow): Space => stored(space, row.space_json) ?? {};
export const bestOf = (row: SweepRow) => stored(sweep.shape.best, row.best_json);

/** A row, with its jobs, as the contract shows it. */
export function sweepOf(row: SweepRow, jobs: readonly SweepJob[]): Sweep {
  return {
    sweep_id: row.sweep_id,
    name: row.name,
    state: sweep.shape.state.parse(row.state),
    recipe: row.recipe,
    dataset_id: row.dataset_id,
    dataset_name: row.dataset_name,
    dataset_version: row.dataset_version,
    split_id: row.split_id,
    params: paramsOf(row),
    space: { ...spaceOf(row) },
    method: sweep.shape.method.parse(row.method),
    pruner: sweep.shape.pruner.parse(row.pruner),
    metric: metricOf(row),
    trials: row.trials,
    parallel: row.parallel,
    counts: countsOf(jobs),
    best: bestOf(row),
    error: errorOf(row),
    mlflow_run_id: row.mlflow_run_id,
    mlflow_experiment_id: row.mlflow_experiment_id,
    owner: { user_id: row.user_id, name: row.owner_name },
    created_at: row.created_at,
    ended_at: row.ended_at,
  };
}

/** The metric by which its jobs are compared; null until one of them has named it. */
export function metricOf({ metric_key: key, metric_mode: mode }: SweepRow): Sweep['metric'] {
  return key === '' ? null : { key, mode: mode === 'max' ? 'max' : 'min' };
}

/** How a job counts for its sweep. A job that succeeded before it could be given up has succeeded. */
export function standingOf({ state, pruned }: SweepJob): keyof Sweep['counts'] {
  switch (state) {
    case 'queued':
      return 'waiting';
    case 'succeeded':
      return 'succeeded';
    case 'failed':
    case 'lost':
      return 'failed';
    case 'stopped':
      return pruned === 1 ? 'pruned' : 'stopped';
    default:
      return 'running';
  }
}

function countsOf(jobs: readonly SweepJob[]): Sweep['counts'] {
  const counts = { waiting: 0, running: 0, succeeded: 0, failed: 0, pruned: 0, stopped: 0 };
  for (const job of jobs) counts[standingOf(job)] += 1;
  return counts;
}
