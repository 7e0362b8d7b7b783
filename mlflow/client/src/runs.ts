import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { double, empty, exactInt64, int64, list, optionalText, tag, text } from './values.js';

const runStatus = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);
export type RunStatus = z.infer<typeof runStatus>;

export const runMetric = z.object({
  key: text,
  value: double.default(0),
  timestamp: exactInt64.default(0),
  step: exactInt64.default(0),
});
const param = z.object({ key: text, value: z.string().default('') });

const dataset = z.object({
  name: text,
  digest: text,
  source_type: text,
  source: text,
  schema: optionalText,
  profile: optionalText,
});
const datasetInput = z.object({ tags: z.array(tag).optional(), dataset });

/** Fields that are not named here are kept: a run may be handed on. */
const run = z.looseObject({
  info: z.looseObject({
    run_id: text,
    run_name: z.string().default(''),
    experiment_id: text,
    status: runStatus,
    start_time: int64.optional(),
    end_time: int64.optional(),
    artifact_uri: z.string().default(''),
    lifecycle_stage: z.enum(['active', 'deleted']),
  }),
  data: z
    .looseObject({ metrics: list(runMetric), params: list(param), tags: list(tag) })
    .default({ metrics: [], params: [], tags: [] }),
  inputs: z.looseObject({ dataset_inputs: list(datasetInput) }).default({ dataset_inputs: [] }),
  outputs: z
    .looseObject({ model_outputs: list(z.object({ model_id: text, step: exactInt64.default(0) })) })
    .default({ model_outputs: [] }),
});
export type Run = z.infer<typeof run>;

/** MLflow's limits of one `log-batch`, besides 1 MB of JSON. */
export const BATCH_LIMITS = { metrics: 1000, params: 100, tags: 100 } as const;
/** The longest value of a parameter and of a tag, in characters. */
export const VALUE_LIMITS = { param: 6000, tag: 8000, key: 250 } as const;

const runId = z.object({ run_id: text });
const anyInt64 = z.union([z.number().int(), z.bigint()]);
const metricIn = z.object({
  key: text,
  value: z.number(),
  timestamp: anyInt64,
  step: anyInt64,
  /** The logged model that it is a figure of, besides the run. */
  model_id: optionalText,
  dataset_name: optionalText,
  dataset_digest: optionalText,
});
const wrapped = z.object({ run });

export const runs = {
  create: endpoint(
    'POST',
    '/api/2.0/mlflow/runs/create',
    z.object({
      experiment_id: text,
      run_name: optionalText,
      start_time: z.number().int(),
      tags: z.array(tag).optional(),
    }),
    wrapped,
  ),
  get: endpoint('GET', '/api/2.0/mlflow/runs/get', runId, wrapped),
  search: endpoint(
    'POST',
    '/api/2.0/mlflow/runs/search',
    z.object({
      experiment_ids: z.array(text),
      filter: optionalText,
      run_view_type: z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']).optional(),
      max_results: z.number().int().optional(),
      order_by: z.array(text).optional(),
      page_token: optionalText,
    }),
    z.object({ runs: list(run), next_page_token: optionalText }),
  ),
  update: endpoint(
    'POST',
    '/api/2.0/mlflow/runs/update',
    runId.extend({ status: runStatus.optional(), end_time: z.number().int().optional(), run_name: optionalText }),
    z.object({ run_info: run.shape.info.optional() }),
  ),
  delete: endpoint('POST', '/api/2.0/mlflow/runs/delete', runId, empty),
  restore: endpoint('POST', '/api/2.0/mlflow/runs/restore', runId, empty),
  setTag: endpoint('POST', '/api/2.0/mlflow/runs/set-tag', tag.extend({ run_id: text }), empty),
  logParam: endpoint('POST', '/api/2.0/mlflow/runs/log-parameter', param.extend({ run_id: text }), empty),
  logMetric: endpoint('POST', '/api/2.0/mlflow/runs/log-metric', metricIn.extend({ run_id: text }), empty),
  /** At most {@link BATCH_LIMITS} at once. */
  logBatch: endpoint(
    'POST',
    '/api/2.0/mlflow/runs/log-batch',
    runId.extend({
      metrics: z.array(metricIn).optional(),
      params: z.array(param).optional(),
      tags: z.array(tag).optional(),
    }),
    empty,
  ),
  logInputs: endpoint(
    'POST',
    '/api/2.0/mlflow/runs/log-inputs',
    runId.extend({ datasets: z.array(datasetInput) }),
    empty,
  ),
  /** Names the logged models that a run made. */
  logOutputs: endpoint(
    'POST',
    '/api/2.0/mlflow/runs/outputs',
    runId.extend({ models: z.array(z.object({ model_id: text, step: anyInt64 })) }),
    empty,
  ),
};
