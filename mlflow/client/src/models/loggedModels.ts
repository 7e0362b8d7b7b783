import { z } from 'zod';
import { endpoint } from '../endpoint.js';
import { double, empty, exactInt64, int64, list, optionalText, tag, text } from '../values.js';

const param = z.object({ key: text, value: z.string().default('') });

const loggedModel = z.object({
  info: z.object({
    model_id: text,
    experiment_id: text,
    name: z.string().default(''),
    creation_timestamp_ms: int64.optional(),
    last_updated_timestamp_ms: int64.optional(),
    artifact_uri: z.string().default(''),
    status: z.string(),
    source_run_id: optionalText,
    model_type: optionalText,
    tags: list(tag),
  }),
  data: z
    .object({
      params: list(param),
      metrics: list(
        z.object({
          key: text,
          value: double.default(0),
          timestamp: exactInt64.default(0),
          step: exactInt64.default(0),
          run_id: optionalText,
          dataset_name: optionalText,
          dataset_digest: optionalText,
        }),
      ),
    })
    .default({ params: [], metrics: [] }),
});
export type LoggedModel = z.infer<typeof loggedModel>;

const wrapped = z.object({ model: loggedModel });

export const loggedModels = {
  get: endpoint('GET', '/api/2.0/mlflow/logged-models/{model_id}', z.object({ model_id: text }), wrapped),
  search: endpoint(
    'POST',
    '/api/2.0/mlflow/logged-models/search',
    z.object({
      experiment_ids: z.array(text),
      filter: optionalText,
      max_results: z.number().int().optional(),
      page_token: optionalText,
    }),
    z.object({ models: list(loggedModel), next_page_token: optionalText }),
  ),
  create: endpoint(
    'POST',
    '/api/2.0/mlflow/logged-models',
    z.object({
      experiment_id: text,
      name: optionalText,
      source_run_id: optionalText,
      model_type: optionalText,
      params: z.array(param).optional(),
      tags: z.array(tag).optional(),
    }),
    wrapped,
  ),
  /** Ends the upload of a model. */
  finalize: endpoint(
    'PATCH',
    '/api/2.0/mlflow/logged-models/{model_id}',
    z.object({ model_id: text, status: z.enum(['LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED']) }),
    wrapped,
  ),
  delete: endpoint('DELETE', '/api/2.0/mlflow/logged-models/{model_id}', z.object({ model_id: text }), empty),
  listArtifacts: endpoint(
    'GET',
    '/api/2.0/mlflow/logged-models/{model_id}/artifacts/directories',
    z.object({ model_id: text, artifact_directory_path: optionalText, page_token: optionalText }),
    z.object({
      root_uri: z.string().default(''),
      files: list(z.object({ path: text, is_dir: z.boolean().default(false), file_size: int64.optional() })),
      next_page_token: optionalText,
    }),
  ),
};
