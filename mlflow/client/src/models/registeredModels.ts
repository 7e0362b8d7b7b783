import { z } from 'zod';
import { endpoint } from '../endpoint.js';
import { modelVersion } from './modelVersions.js';
import { empty, int64, list, optionalText, tag, text } from '../values.js';

const registeredModel = z.object({
  name: text,
  creation_timestamp: int64.optional(),
  last_updated_timestamp: int64.optional(),
  description: optionalText,
  latest_versions: list(modelVersion),
  tags: list(tag),
  aliases: list(z.object({ alias: text, version: text })),
});
export type RegisteredModel = z.infer<typeof registeredModel>;

const name = z.object({ name: text });
const wrapped = z.object({ registered_model: registeredModel });

export const registeredModels = {
  create: endpoint(
    'POST',
    '/api/2.0/mlflow/registered-models/create',
    name.extend({ description: optionalText, tags: z.array(tag).optional() }),
    wrapped,
  ),
  get: endpoint('GET', '/api/2.0/mlflow/registered-models/get', name, wrapped),
  search: endpoint(
    'GET',
    '/api/2.0/mlflow/registered-models/search',
    z.object({
      filter: optionalText,
      max_results: z.number().int().optional(),
      order_by: z.array(text).optional(),
      page_token: optionalText,
    }),
    z.object({ registered_models: list(registeredModel), next_page_token: optionalText }),
  ),
  rename: endpoint('POST', '/api/2.0/mlflow/registered-models/rename', name.extend({ new_name: text }), wrapped),
  update: endpoint('PATCH', '/api/2.0/mlflow/registered-models/update', name.extend({ description: text }), wrapped),
  delete: endpoint('DELETE', '/api/2.0/mlflow/registered-models/delete', name, empty),
  setTag: endpoint('POST', '/api/2.0/mlflow/registered-models/set-tag', tag.extend({ name: text }), empty),
  deleteTag: endpoint('DELETE', '/api/2.0/mlflow/registered-models/delete-tag', name.extend({ key: text }), empty),
  setAlias: endpoint(
    'POST',
    '/api/2.0/mlflow/registered-models/alias',
    name.extend({ alias: text, version: text }),
    empty,
  ),
  deleteAlias: endpoint('DELETE', '/api/2.0/mlflow/registered-models/alias', name.extend({ alias: text }), empty),
};
