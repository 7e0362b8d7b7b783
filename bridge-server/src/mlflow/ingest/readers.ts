import type { JsonBody } from '../rules/request.js';
import type { Match } from '../gateway/paths.js';

/** What has to have reached MLflow before a request may: the points of some runs, or those of the whole workspace. */
export type Needed = { readonly runIds: readonly string[] } | 'workspace';

const OF_RUNS: ReadonlySet<string> = new Set([
  '/mlflow/runs/get',
  '/mlflow/runs/update',
  '/mlflow/runs/delete',
  '/mlflow/metrics/get-history',
  '/mlflow/metrics/get-history-bulk',
  '/mlflow/metrics/get-history-bulk-interval',
]);
const OF_WORKSPACE: ReadonlySet<string> = new Set(['/mlflow/runs/search', '/mlflow/experiments/delete', '/graphql']);
const NAMES = ['run_id', 'run_uuid', 'runId', 'runUuid', 'run_ids', 'runIds'];

/** Null for a request that shows no points and ends no run. */
export function neededBy({ name, query }: Match, body: JsonBody | null): Needed | null {
  if (OF_WORKSPACE.has(name)) return 'workspace';
  if (!OF_RUNS.has(name)) return null;
  const asked = new URLSearchParams(query);
  const runIds = NAMES.flatMap((field) => [...asked.getAll(field), body?.[field]]).filter(
    (value): value is string => typeof value === 'string' && value !== '',
  );
  return runIds.length === 0 ? 'workspace' : { runIds: [...new Set(runIds)] };
}
