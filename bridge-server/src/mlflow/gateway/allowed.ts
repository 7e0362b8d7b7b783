/**
 * What passes the gateway: every method and path, and nothing else. Left out on purpose: the assistant (a shell on the host), gateway
 * secrets and endpoints, jobs and whatever starts one, webhooks, addresses that are signed for somebody, users and roles other than
 * one's own, making or deleting workspaces. MLflow's permission app guards every row that is here.
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
  /** `experiment_id` of the body is the one of the job's own run. */
  | 'in_own_experiment'
  /** Makes something that names its run in `source_run_id` or `run_id` of the body, or a model of the run in `model_id`. */
  | 'own_source'
  /** `{model_id}` of the path is a model that the job's run logged. */
  | 'own_model'
  /** The artifact path lies below the job's own run or one of its models or traces. */
  | 'own_artifact'
  /** Makes a name of the registry. */
  | 'registry'
  /** A registered model that has no version yet, or one that the job's run made; a prompt. */
  | 'own_registered'
  /** A version that the job's run made; a prompt's. */
  | 'own_version'
  /** Begins a trace in the experiment of the job's own run. */
  | 'own_trace_start'
  /** The trace of the path or body lies in the experiment of the job's own run, and is no other run's. */
  | 'own_trace'
  /** Makes an evaluation dataset in the experiment of the job's own run. */
  | 'own_dataset_start'
  /** The evaluation dataset of the path belongs to the experiment of the job's own run. */
  | 'own_dataset'
  /** Not for jobs. */
  | 'people';

export interface AllowedRow {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `{x}` stands for one segment, `{x...}` for one or more. */
  readonly path: string;
  readonly reach: Reach;
  /** `json` bodies are read whole, and understood; `stream` bodies are kept on the disk until they are whole. */
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
  row('GET', '/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval', 'read'),
  row('POST', '/ajax-api/2.0/mlflow/experiments/search-datasets', 'people'),
  row('POST', '/ajax-api/2.0/mlflow/upload-artifact', 'people', 'stream'),
  row('GET', '/ajax-api/2.0/mlflow/get-trace-artifact', 'read'),
  row('GET', '/ajax-api/3.0/mlflow/get-trace-artifact', 'read'),
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
  ...api('POST', '/2.0/mlflow/experiments/set-experiment-tag', 'in_own_experiment'),
  ...api('POST', '/2.0/mlflow/experiments/delete-experiment-tag', 'in_own_experiment'),

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
  row('GET', '/api/2.0/mlflow/metrics/get-history-bulk-interval', 'read'),

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
  ...api('POST', '/2.0/mlflow/registered-models/alias', 'own_version'),
  ...api('DELETE', '/2.0/mlflow/registered-models/alias', 'own_version'),
  ...api('PATCH', '/2.0/mlflow/registered-models/update', 'own_registered'),
  ...api('POST', '/2.0/mlflow/registered-models/rename', 'people'),
  ...api('POST', '/2.0/mlflow/registered-models/set-tag', 'own_registered'),
  ...api('DELETE', '/2.0/mlflow/registered-models/delete', 'people'),
  ...api('DELETE', '/2.0/mlflow/registered-models/delete-tag', 'own_registered'),
  ...api('POST', '/2.0/mlflow/model-versions/create', 'own_source'),
  ...api('GET', '/2.0/mlflow/model-versions/get', 'read'),
  ...api('GET', '/2.0/mlflow/model-versions/search', 'read'),
  ...api('GET', '/2.0/mlflow/model-versions/get-download-uri', 'read'),
  ...api('POST', '/2.0/mlflow/model-versions/transition-stage', 'own_version'),
  ...api('PATCH', '/2.0/mlflow/model-versions/update', 'own_version'),
  ...api('POST', '/2.0/mlflow/model-versions/set-tag', 'own_version'),
  ...api('DELETE', '/2.0/mlflow/model-versions/delete-tag', 'own_version'),
  ...api('DELETE', '/2.0/mlflow/model-versions/delete', 'people'),

  // Traces and what people say of them
  ...api('POST', '/3.0/mlflow/traces', 'own_trace_start'),
  ...api('POST', '/2.0/mlflow/traces', 'own_trace_start'),
  ...api('GET', '/2.0/mlflow/traces', 'read'),
  ...api('PATCH', '/2.0/mlflow/traces/{request_id}', 'own_trace'),
  ...api('GET', '/2.0/mlflow/traces/{request_id}/info', 'read'),
  ...api('PATCH', '/2.0/mlflow/traces/{request_id}/tags', 'own_trace'),
  ...api('DELETE', '/2.0/mlflow/traces/{request_id}/tags', 'own_trace'),
  ...api('POST', '/2.0/mlflow/traces/delete-traces', 'people'),
  ...api('POST', '/2.0/mlflow/traces/link-to-run', 'own_run'),
  ...api('POST', '/2.0/mlflow/traces/link-prompts', 'own_trace'),
  ...api('GET', '/3.0/mlflow/traces/get', 'read'),
  ...api('GET', '/3.0/mlflow/traces/batchGet', 'read'),
  ...api('POST', '/3.0/mlflow/traces/batchGetInfos', 'read'),
  ...api('POST', '/3.0/mlflow/traces/search', 'read'),
  ...api('POST', '/3.0/mlflow/traces/metrics', 'read'),
  ...api('POST', '/3.0/mlflow/traces/calculate-filter-correlation', 'read'),
  ...api('POST', '/3.0/mlflow/traces/delete-traces', 'people'),
  ...api('GET', '/3.0/mlflow/traces/{trace_id}', 'read'),
  ...api('PATCH', '/3.0/mlflow/traces/{trace_id}/tags', 'own_trace'),
  ...api('DELETE', '/3.0/mlflow/traces/{trace_id}/tags', 'own_trace'),
  ...api('POST', '/3.0/mlflow/traces/{trace_id}/assessments', 'own_trace'),
  ...api('GET', '/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}', 'read'),
  ...api('PATCH', '/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}', 'own_trace'),
  ...api('DELETE', '/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}', 'own_trace'),

  // Evaluation datasets
  ...api('POST', '/3.0/mlflow/datasets/create', 'own_dataset_start'),
  ...api('GET', '/3.0/mlflow/datasets/search', 'read'),
  ...api('POST', '/3.0/mlflow/datasets/search', 'read'),
  ...api('GET', '/3.0/mlflow/datasets/{dataset_id}', 'read'),
  ...api('DELETE', '/3.0/mlflow/datasets/{dataset_id}', 'people'),
  ...api('GET', '/3.0/mlflow/datasets/{dataset_id}/experiment-ids', 'read'),
  ...api('GET', '/3.0/mlflow/datasets/{dataset_id}/records', 'read'),
  ...api('POST', '/3.0/mlflow/datasets/{dataset_id}/records', 'own_dataset'),
  ...api('DELETE', '/3.0/mlflow/datasets/{dataset_id}/records', 'own_dataset'),
  ...api('POST', '/3.0/mlflow/datasets/{dataset_id}/add-experiments', 'people'),
  ...api('POST', '/3.0/mlflow/datasets/{dataset_id}/remove-experiments', 'people'),
  ...api('PATCH', '/3.0/mlflow/datasets/{dataset_id}/tags', 'own_dataset'),
  ...api('DELETE', '/3.0/mlflow/datasets/{dataset_id}/tags/{key}', 'own_dataset'),

  // Scorers are kept, and run by whoever loads them; issues are notes
  ...api('POST', '/3.0/mlflow/scorers/register', 'people'),
  ...api('GET', '/3.0/mlflow/scorers/list', 'read'),
  ...api('GET', '/3.0/mlflow/scorers/versions', 'read'),
  ...api('GET', '/3.0/mlflow/scorers/get', 'read'),
  ...api('DELETE', '/3.0/mlflow/scorers/delete', 'people'),
  ...api('POST', '/3.0/mlflow/issues', 'people'),
  ...api('GET', '/3.0/mlflow/issues/{issue_id}', 'read'),
  ...api('PATCH', '/3.0/mlflow/issues/{issue_id}', 'people'),
  ...api('POST', '/3.0/mlflow/issues/search', 'read'),
];

/**
 * What MLflow's clients try before they do it the plain way: parts of a file, addresses that are signed, spans as OpenTelemetry sends
 * them. 501 tells them to go on, to some only with the words that MLflow has for it, which are a part of the answer's sentence.
 */
export const NOT_IMPLEMENTED: readonly { readonly path: RegExp; readonly what: string }[] = [
  { path: /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/mpu\/(?:create|complete|abort)\//u, what: 'Multipart upload' },
  { path: /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/presigned\//u, what: 'Multipart download' },
  { path: /^\/(?:ajax-)?api\/2\.0\/mlflow\/artifacts\/presigned-upload-url$/u, what: 'Presigned upload' },
  { path: /^\/(?:ajax-)?api\/2\.0\/mlflow\/artifacts\/presigned-download-url$/u, what: 'Presigned download' },
  { path: /^\/v1\/traces$/u, what: 'REST OTLP span logging' },
];

/** Lists of closed parts that MLflow's page asks for unasked; it is told that there is nothing, and shows no fault. */
export const EMPTY_FOR_THE_PAGE: Readonly<Record<string, unknown>> = {
  'gateway/endpoints/list': { endpoints: [] },
  'gateway/endpoints/bindings/list': { bindings: [] },
  'gateway/secrets/list': { secrets: [] },
  'gateway/secrets/config': { secrets_available: false },
  'gateway/model-definitions/list': { model_definitions: [] },
  'gateway/guardrails/list': { guardrails: [] },
  'gateway/guardrails/list-for-endpoint': { configs: [] },
  'gateway/budgets/list': { budget_policies: [] },
  'gateway/supported-providers': { providers: [] },
  'gateway/supported-models': { models: [] },
  'scorers/online-configs': { configs: [] },
  'label-schemas/list': { label_schemas: [] },
  'review-queues/list': { review_queues: [] },
  'mcp-servers': { mcp_servers: [] },
  'prompt-optimization/jobs/search': { jobs: [] },
  'assistant/config': { providers: {}, projects: {} },
  webhooks: { webhooks: [] },
};
