import { z } from 'zod';
import { endpoint } from '../endpoint.js';
import { empty, int64, list, optionalText, tag, text } from '../values.js';

export const modelVersion = z.object({
  name: text,
  version: z.coerce.string(),
  creation_timestamp: int64.optional(),
  last_updated_timestamp: int64.optional(),
  description: optionalText,
  source: z.string().default(''),
  run_id: optionalText,
  model_id: optionalText,
  status: z.string().default('READY'),
  tags: list(tag),
  aliases: list(text),
});
export type ModelVersion = z.infer<typeof modelVersion>;

const version = z.object({ name: text, version: text });
const wrapped = z.object({ model_version: modelVersion });

export const modelVersions = {
  /** `source` is an artifact URI or `models:/m-…` with `model_id`; a `runs:/` source cannot be downloaded later. */
  create: endpoint(
    'POST',
    '/api/2.0/mlflow/model-versions/create',
    z.object({
      name: text,
      source: text,
      run_id: optionalText,
      model_id: optionalText,
      description: optionalText,
      tags: z.array(tag).optional(),
    }),
    wrapped,
  ),
  get: endpoint('GET', '/api/2.0/mlflow/model-versions/get', version, wrapped),
  search: endpoint(
    'GET',
    '/api/2.0/mlflow/model-versions/search',
    z.object({
      filter: optionalText,
      max_results: z.number().int().optional(),
      order_by: z.array(text).optional(),
      page_token: optionalText,
    }),
    z.object({ model_versions: list(modelVersion), next_page_token: optionalText }),
  ),
  update: endpoint('PATCH', '/api/2.0/mlflow/model-versions/update', version.extend({ description: text }), wrapped),
  delete: endpoint('DELETE', '/api/2.0/mlflow/model-versions/delete', version, empty),
  setTag: endpoint('POST', '/api/2.0/mlflow/model-versions/set-tag', version.extend({ key: text, value: text }), empty),
  deleteTag: endpoint('DELETE', '/api/2.0/mlflow/model-versions/delete-tag', version.extend({ key: text }), empty),
  getDownloadUri: endpoint(
    'GET',
    '/api/2.0/mlflow/model-versions/get-download-uri',
    version,
    z.object({ artifact_uri: text }),
  ),
};
