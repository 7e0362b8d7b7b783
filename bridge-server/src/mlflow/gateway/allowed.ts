import type { Permission } from '../../contract/permissions.js';

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
  /** What the caller must be allowed in the project. */
  readonly permission: Permission;
  readonly reach: Reach;
  /** `json` bodies are read whole, and understood; `stream` bodies are kept on the disk until they are whole. */
  readonly body: 'json' | 'stream';
}

type Declared = [
  method: AllowedRow['method'],
  path: string,
  permission: Permission,
  reach: Reach,
  body?: AllowedRow['body'],
];
const row = (...[method, path, permission, reach, body = 'json']: Declared): AllowedRow => ({
  method,
  path,
  permission,
  reach,
  body,
});
/** The API is served twice, for programs and for MLflow's own page. */
const api = (...[method, path, ...rest]: Declared): AllowedRow[] =>
  ['/api', '/ajax-api'].map((prefix) => row(method, prefix + path, ...rest));

export const ALLOWED: readonly AllowedRow[] = [
  // MLflow's page
  row('GET', '/', 'server.read', 'people'),
  row('GET', '/static-files/{path...}', 'server.read', 'people'),
  row('POST', '/graphql', 'run.read', 'people'),
  row('GET', '/version', 'server.read', 'read'),
  row('GET', '/get-artifact', 'run.read', 'read'),
  row('GET', '/model-versions/get-artifact', 'model.read', 'read'),
  row('GET', '/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files', 'model.read', 'read'),
  row('GET', '/ajax-api/2.0/mlflow/metrics/get-history-bulk', 'run.read', 'read'),
  row('GET', '/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval', 'run.read', 'read'),
  row('POST', '/ajax-api/2.0/mlflow/experiments/search-datasets', 'experiment.read', 'people'),
  row('POST', '/ajax-api/2.0/mlflow/upload-artifact', 'run.write', 'people', 'stream'),
  row('GET', '/ajax-api/2.0/mlflow/get-trace-artifact', 'trace.read', 'read'),
  row('GET', '/ajax-api/3.0/mlflow/get-trace-artifact', 'trace.read', 'read'),
  row('GET', '/ajax-api/3.0/mlflow/ui-telemetry', 'server.read', 'people'),
  ...api('GET', '/2.0/mlflow/users/current', 'account.read', 'people'),
  ...api('GET', '/3.0/mlflow/users/current/permissions', 'account.read', 'people'),
  ...api('GET', '/3.0/mlflow/users/roles/list', 'account.read', 'people'),
  ...api('GET', '/3.0/mlflow/server-info', 'server.read', 'read'),
  ...api('GET', '/3.0/mlflow/workspaces', 'project.read', 'read'),
  ...api('GET', '/3.0/mlflow/workspaces/{workspace}', 'project.read', 'read'),

  // Experiments
  ...api('GET', '/2.0/mlflow/experiments/get', 'experiment.read', 'read'),
  ...api('GET', '/2.0/mlflow/experiments/get-by-name', 'experiment.read', 'own_experiment'),
  ...api('GET', '/2.0/mlflow/experiments/search', 'experiment.read', 'read'),
  ...api('POST', '/2.0/mlflow/experiments/search', 'experiment.read', 'read'),
  ...api('POST', '/2.0/mlflow/experiments/create', 'experiment.write', 'own_experiment'),
  ...api('POST', '/2.0/mlflow/experiments/update', 'experiment.write', 'people'),
  ...api('POST', '/2.0/mlflow/experiments/delete', 'experiment.write', 'people'),
  ...api('POST', '/2.0/mlflow/experiments/restore', 'experiment.write', 'people'),
  ...api('POST', '/2.0/mlflow/experiments/set-experiment-tag', 'experiment.write', 'in_own_experiment'),
  ...api('POST', '/2.0/mlflow/experiments/delete-experiment-tag', 'experiment.write', 'in_own_experiment'),

  // Runs
  ...api('GET', '/2.0/mlflow/runs/get', 'run.read', 'read'),
  ...api('POST', '/2.0/mlflow/runs/search', 'run.read', 'read'),
  ...api('POST', '/2.0/mlflow/runs/create', 'run.write', 'own_child'),
  ...api('POST', '/2.0/mlflow/runs/delete', 'run.write', 'people'),
  ...api('POST', '/2.0/mlflow/runs/restore', 'run.write', 'people'),
  ...api('POST', '/2.0/mlflow/runs/update', 'run.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-batch', 'run.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-metric', 'run.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-parameter', 'run.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-inputs', 'run.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/log-model', 'run.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/outputs', 'run.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/set-tag', 'run.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/runs/delete-tag', 'run.write', 'own_run'),
  ...api('GET', '/2.0/mlflow/metrics/get-history', 'run.read', 'read'),
  row('GET', '/api/2.0/mlflow/metrics/get-history-bulk-interval', 'run.read', 'read'),

  // Artifacts, kept by MLflow
  ...api('GET', '/2.0/mlflow/artifacts/list', 'run.read', 'read'),
  ...api('GET', '/2.0/mlflow-artifacts/artifacts', 'run.read', 'read'),
  ...api('GET', '/2.0/mlflow-artifacts/artifacts/{path...}', 'run.read', 'read'),
  ...api('PUT', '/2.0/mlflow-artifacts/artifacts/{path...}', 'run.write', 'own_artifact', 'stream'),
  ...api('DELETE', '/2.0/mlflow-artifacts/artifacts/{path...}', 'run.write', 'people'),

  // Models that runs logged
  ...api('POST', '/2.0/mlflow/logged-models', 'model.write', 'own_source'),
  ...api('POST', '/2.0/mlflow/logged-models/search', 'model.read', 'read'),
  ...api('GET', '/2.0/mlflow/logged-models/{model_id}', 'model.read', 'read'),
  ...api('GET', '/2.0/mlflow/logged-models/{model_id}/artifacts/directories', 'model.read', 'read'),
  ...api('PATCH', '/2.0/mlflow/logged-models/{model_id}', 'model.write', 'own_model'),
  ...api('PATCH', '/2.0/mlflow/logged-models/{model_id}/tags', 'model.write', 'own_model'),
  ...api('POST', '/2.0/mlflow/logged-models/{model_id}/params', 'model.write', 'own_model'),
  ...api('DELETE', '/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}', 'model.write', 'own_model'),
  ...api('DELETE', '/2.0/mlflow/logged-models/{model_id}', 'model.write', 'people'),

  // Registry
  ...api('POST', '/2.0/mlflow/registered-models/create', 'model.write', 'registry'),
  ...api('GET', '/2.0/mlflow/registered-models/get', 'model.read', 'read'),
  ...api('GET', '/2.0/mlflow/registered-models/search', 'model.read', 'read'),
  ...api('GET', '/2.0/mlflow/registered-models/get-latest-versions', 'model.read', 'read'),
  ...api('POST', '/2.0/mlflow/registered-models/get-latest-versions', 'model.read', 'read'),
  ...api('GET', '/2.0/mlflow/registered-models/alias', 'model.read', 'read'),
  ...api('POST', '/2.0/mlflow/registered-models/alias', 'model.promote', 'own_version'),
  ...api('DELETE', '/2.0/mlflow/registered-models/alias', 'model.promote', 'own_version'),
  ...api('PATCH', '/2.0/mlflow/registered-models/update', 'model.write', 'own_registered'),
  ...api('POST', '/2.0/mlflow/registered-models/rename', 'model.write', 'people'),
  ...api('POST', '/2.0/mlflow/registered-models/set-tag', 'model.write', 'own_registered'),
  ...api('DELETE', '/2.0/mlflow/registered-models/delete', 'model.write', 'people'),
  ...api('DELETE', '/2.0/mlflow/registered-models/delete-tag', 'model.write', 'own_registered'),
  ...api('POST', '/2.0/mlflow/model-versions/create', 'model.write', 'own_source'),
  ...api('GET', '/2.0/mlflow/model-versions/get', 'model.read', 'read'),
  ...api('GET', '/2.0/mlflow/model-versions/search', 'model.read', 'read'),
  ...api('GET', '/2.0/mlflow/model-versions/get-download-uri', 'model.read', 'read'),
  ...api('POST', '/2.0/mlflow/model-versions/transition-stage', 'model.promote', 'own_version'),
  ...api('PATCH', '/2.0/mlflow/model-versions/update', 'model.write', 'own_version'),
  ...api('POST', '/2.0/mlflow/model-versions/set-tag', 'model.write', 'own_version'),
  ...api('DELETE', '/2.0/mlflow/model-versions/delete-tag', 'model.write', 'own_version'),
  ...api('DELETE', '/2.0/mlflow/model-versions/delete', 'model.write', 'people'),

  // Traces and what people say of them
  ...api('POST', '/3.0/mlflow/traces', 'trace.write', 'own_trace_start'),
  ...api('POST', '/2.0/mlflow/traces', 'trace.write', 'own_trace_start'),
  ...api('GET', '/2.0/mlflow/traces', 'trace.read', 'read'),
  ...api('PATCH', '/2.0/mlflow/traces/{request_id}', 'trace.write', 'own_trace'),
  ...api('GET', '/2.0/mlflow/traces/{request_id}/info', 'trace.read', 'read'),
  ...api('PATCH', '/2.0/mlflow/traces/{request_id}/tags', 'trace.write', 'own_trace'),
  ...api('DELETE', '/2.0/mlflow/traces/{request_id}/tags', 'trace.write', 'own_trace'),
  ...api('POST', '/2.0/mlflow/traces/delete-traces', 'trace.write', 'people'),
  ...api('POST', '/2.0/mlflow/traces/link-to-run', 'trace.write', 'own_run'),
  ...api('POST', '/2.0/mlflow/traces/link-prompts', 'trace.write', 'own_trace'),
  ...api('GET', '/3.0/mlflow/traces/get', 'trace.read', 'read'),
  ...api('GET', '/3.0/mlflow/traces/batchGet', 'trace.read', 'read'),
  ...api('POST', '/3.0/mlflow/traces/batchGetInfos', 'trace.read', 'read'),
  ...api('POST', '/3.0/mlflow/traces/search', 'trace.read', 'read'),
  ...api('POST', '/3.0/mlflow/traces/metrics', 'trace.read', 'read'),
  ...api('POST', '/3.0/mlflow/traces/calculate-filter-correlation', 'trace.read', 'read'),
  ...api('POST', '/3.0/mlflow/traces/delete-traces', 'trace.write', 'people'),
  ...api('GET', '/3.0/mlflow/traces/{trace_id}', 'trace.read', 'read'),
  ...api('PATCH', '/3.0/mlflow/traces/{trace_id}/tags', 'trace.write', 'own_trace'),
  ...api('DELETE', '/3.0/mlflow/traces/{trace_id}/tags', 'trace.write', 'own_trace'),
  ...api('POST', '/3.0/mlflow/traces/{trace_id}/assessments', 'trace.write', 'own_trace'),
  ...api('GET', '/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}', 'trace.read', 'read'),
  ...api('PATCH', '/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}', 'trace.write', 'own_trace'),
  ...api('DELETE', '/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}', 'trace.write', 'own_trace'),

  // Evaluation datasets
  ...api('POST', '/3.0/mlflow/datasets/create', 'evaluation.write', 'own_dataset_start'),
  ...api('GET', '/3.0/mlflow/datasets/search', 'evaluation.read', 'read'),
  ...api('POST', '/3.0/mlflow/datasets/search', 'evaluation.read', 'read'),
  ...api('GET', '/3.0/mlflow/datasets/{dataset_id}', 'evaluation.read', 'read'),
  ...api('DELETE', '/3.0/mlflow/datasets/{dataset_id}', 'evaluation.write', 'people'),
  ...api('GET', '/3.0/mlflow/datasets/{dataset_id}/experiment-ids', 'evaluation.read', 'read'),
  ...api('GET', '/3.0/mlflow/datasets/{dataset_id}/records', 'evaluation.read', 'read'),
  ...api('POST', '/3.0/mlflow/datasets/{dataset_id}/records', 'evaluation.write', 'own_dataset'),
  ...api('DELETE', '/3.0/mlflow/datasets/{dataset_id}/records', 'evaluation.write', 'own_dataset'),
  ...api('POST', '/3.0/mlflow/datasets/{dataset_id}/add-experiments', 'evaluation.write', 'people'),
  ...api('POST', '/3.0/mlflow/datasets/{dataset_id}/remove-experiments', 'evaluation.write', 'people'),
  ...api('PATCH', '/3.0/mlflow/datasets/{dataset_id}/tags', 'evaluation.write', 'own_dataset'),
  ...api('DELETE', '/3.0/mlflow/datasets/{dataset_id}/tags/{key}', 'evaluation.write', 'own_dataset'),

  // Scorers are kept, and run by whoever loads them; issues are notes
  ...api('POST', '/3.0/mlflow/scorers/register', 'evaluation.write', 'people'),
  ...api('GET', '/3.0/mlflow/scorers/list', 'evaluation.read', 'read'),
  ...api('GET', '/3.0/mlflow/scorers/versions', 'evaluation.read', 'read'),
  ...api('GET', '/3.0/mlflow/scorers/get', 'evaluation.read', 'read'),
  ...api('DELETE', '/3.0/mlflow/scorers/delete', 'evaluation.write', 'people'),
  ...api('POST', '/3.0/mlflow/issues', 'evaluation.write', 'people'),
  ...api('GET', '/3.0/mlflow/issues/{issue_id}', 'evaluation.read', 'read'),
  ...api('PATCH', '/3.0/mlflow/issues/{issue_id}', 'evaluation.write', 'people'),
  ...api('POST', '/3.0/mlflow/issues/search', 'evaluation.read', 'read'),
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
