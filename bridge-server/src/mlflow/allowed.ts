/**
 * What passes the gateway: every method and path, and nothing else. Left out on purpose: the assistant (a shell on the host), gateway
 * secrets and endpoints, jobs, webhooks, scorers, users and roles other than one's own, making or deleting workspaces.
 */

/** What of the request a job's token must own; `read` rows are limited by MLflow's permissions alone. */
export type Reach =
  | 'read'
  /** `run_id` of the body is the job's own run, or one below it. */
  | 'own_run'
  /** Makes a run below the job's own one; without a parent it means the job's own. */
  | 'own_child'
  /** Looks for, or makes, the experiment to log to: the job's own, whatever the name. */
  | 'own_experiment'
  /** Makes something that names its run in `source_run_id` or `run_id` of the body. */
  | 'own_source'
  /** `{model_id}` of the path is a model that the job's run logged. */
  | 'own_model'
  /** The artifact path lies below the job's own run or one of its models. */
  | 'own_artifact'
  /** Makes a name of the registry. */
  | 'registry'
  /** Not for jobs. */
  | 'people';

export interface AllowedRow {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `{x}` stands for one segment, `{x...}` for one or more. */
  readonly path: string;
  readonly reach: Reach;
  /** `json` bodies are read whole (at most 1 MB); `stream` passes through. */
  readonly body: 'json' | 'stream';
}

const row = (
  method: AllowedRow['method'],
  path: string,
  reach: Reach,
  body: AllowedRow['body'] = 'json',
): AllowedRow => ({
  method,
  path,
  reach,
  body,
});
/** The API is served twice, for programs and for MLflow's own page. */
const api = (
  method: AllowedRow['method'],
  path: string,
  reach: Reach,
  body: AllowedRow['body'] = 'json',
): AllowedRow[] => ['/api', '/ajax-api'].map((prefix) => row(method, prefix + path, reach, body));

export const ALLOWED: readonly AllowedRow[] = [
  // MLflow's page
  row('GET', '/', 'people'),
  row('GET', '/static-files/{path...}', 'people'),
  row('POST', '/graphql', 'people'),
  row('GET', '/version', 'read'),
  row('GET', '/get-artifact', 'read'),
  row('GET', '/model-versions/get-artifact', 'read'),
  row('GET', '/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files', 'read'),
  row('GET', '/ajax-api/2.0/mlflow/metrics/get-history-bulk', 'read'),
  row('POST', '/ajax-api/2.0/mlflow/experiments/search-datasets', 'people'),
  row('GET', '/ajax-api/3.0/mlflow/ui-telemetry', 'people'),
  ...api('GET', '/2.0/mlflow/users/current', 'people'),
  ...api('GET', '/3.0/mlflow/users/current/permissions', 'people'),
  ...api('GET', '/3.0/mlflow/users/roles/list', 'people'),
  ...api('GET', '/3.0/mlflow/server-info', 'read'),
  ...api('GET', '/3.0/mlflow/workspaces', 'read'),
  ...api('GET', '/3.0/mlflow/workspaces/{workspace}', 'read'),

  // Experiments
  ...api('GET', '/2.0/mlflow/experiments/get', 'read'),
  ...api('GET', '/2.0/mlflow/experiments/get-by-name', 'own_experiment'),
  ...api('GET', '/2.0/mlflow/experiments/search', 'read'),
  ...api('POST', '/2.0/mlflow/experiments/search', 'read'),
  ...api('POST', '/2.0/mlflow/experiments/create', 'own_experiment'),
  ...api('POST', '/2.0/mlflow/experiments/update', 'people'),
  ...api('POST', '/2.0/mlflow/experiments/delete', 'people'),
  ...api('POST', '/2.0/mlflow/experiments/restore', 'people'),
  ...api('POST', '/2.0/mlflow/experiments/set-experiment-tag', 'people'),
  ...api('POST', '/2.0/mlflow/experiments/delete-experiment-tag', 'people'),

  // Runs
  ...api('GET', '/2.0/mlflow/runs/get', 'read'),
  ...api('POST', '/2.0/mlflow/runs/search', 'read'),
  ...api('POST', '/2.0/mlflow/runs/create', 'own_child'),
  ...api('POST', '/2.0/mlflow/runs/delete', 'people'),
  ...api('POST', '/2.0/mlflow/runs/restore', 'people'),
  ...api('POST', '/2.0/mlflow/runs/update', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-batch', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-metric', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-parameter', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-inputs', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-model', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/outputs', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/set-tag', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/delete-tag', 'own_run'),
  ...api('GET', '/2.0/mlflow/metrics/get-history', 'read'),
  ...api('GET', '/2.0/mlflow/metrics/get-history-bulk-interval', 'read'),

  // Artifacts, kept by MLflow
  ...api('GET', '/2.0/mlflow/artifacts/list', 'read'),
  ...api('GET', '/2.0/mlflow-artifacts/artifacts', 'read'),
  ...api('GET', '/2.0/mlflow-artifacts/artifacts/{path...}', 'read'),
  ...api('PUT', '/2.0/mlflow-artifacts/artifacts/{path...}', 'own_artifact', 'stream'),
  ...api('DELETE', '/2.0/mlflow-artifacts/artifacts/{path...}', 'people'),

  // Models that runs logged
  ...api('POST', '/2.0/mlflow/logged-models', 'own_source'),
  ...api('POST', '/2.0/mlflow/logged-models/search', 'read'),
  ...api('GET', '/2.0/mlflow/logged-models/{model_id}', 'read'),
  ...api('GET', '/2.0/mlflow/logged-models/{model_id}/artifacts/directories', 'read'),
  ...api('PATCH', '/2.0/mlflow/logged-models/{model_id}', 'own_model'),
  ...api('PATCH', '/2.0/mlflow/logged-models/{model_id}/tags', 'own_model'),
  ...api('POST', '/2.0/mlflow/logged-models/{model_id}/params', 'own_model'),
  ...api('DELETE', '/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}', 'own_model'),
  ...api('DELETE', '/2.0/mlflow/logged-models/{model_id}', 'people'),

  // Registry
  ...api('POST', '/2.0/mlflow/registered-models/create', 'registry'),
  ...api('GET', '/2.0/mlflow/registered-models/get', 'read'),
  ...api('GET', '/2.0/mlflow/registered-models/search', 'read'),
  ...api('GET', '/2.0/mlflow/registered-models/get-latest-versions', 'read'),
  ...api('POST', '/2.0/mlflow/registered-models/get-latest-versions', 'read'),
  ...api('GET', '/2.0/mlflow/registered-models/alias', 'read'),
  ...api('POST', '/2.0/mlflow/registered-models/alias', 'people'),
  ...api('DELETE', '/2.0/mlflow/registered-models/alias', 'people'),
  ...api('PATCH', '/2.0/mlflow/registered-models/update', 'people'),
  ...api('POST', '/2.0/mlflow/registered-models/rename', 'people'),
  ...api('POST', '/2.0/mlflow/registered-models/set-tag', 'people'),
  ...api('DELETE', '/2.0/mlflow/registered-models/delete', 'people'),
  ...api('DELETE', '/2.0/mlflow/registered-models/delete-tag', 'people'),
  ...api('POST', '/2.0/mlflow/model-versions/create', 'own_source'),
  ...api('GET', '/2.0/mlflow/model-versions/get', 'read'),
  ...api('GET', '/2.0/mlflow/model-versions/search', 'read'),
  ...api('GET', '/2.0/mlflow/model-versions/get-download-uri', 'read'),
  ...api('PATCH', '/2.0/mlflow/model-versions/update', 'people'),
  ...api('POST', '/2.0/mlflow/model-versions/set-tag', 'people'),
  ...api('DELETE', '/2.0/mlflow/model-versions/delete-tag', 'people'),
  ...api('DELETE', '/2.0/mlflow/model-versions/delete', 'people'),
];
