import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { empty, int64, list, optionalText, tag, text } from './values.js';

const experiment = z.object({
  experiment_id: text,
  name: text,
  artifact_location: z.string().default(''),
  lifecycle_stage: z.enum(['active', 'deleted']),
  creation_time: int64.optional(),
  last_update_time: int64.optional(),
  tags: list(tag),
});
export type Experiment = z.infer<typeof experiment>;

const wrapped = z.object({ experiment });
const viewType = z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']);

export const experiments = {
  create: endpoint(
    'POST',
    '/api/2.0/mlflow/experiments/create',
    z.object({ name: text, tags: z.array(tag).optional() }),
    z.object({ experiment_id: text }),
  ),
  get: endpoint('GET', '/api/2.0/mlflow/experiments/get', z.object({ experiment_id: text }), wrapped),
  getByName: endpoint('GET', '/api/2.0/mlflow/experiments/get-by-name', z.object({ experiment_name: text }), wrapped),
  search: endpoint(
    'POST',
    '/api/2.0/mlflow/experiments/search',
    z.object({
      max_results: z.number().int(),
      filter: optionalText,
      order_by: z.array(text).optional(),
      view_type: viewType.optional(),
      page_token: optionalText,
    }),
    z.object({ experiments: list(experiment), next_page_token: optionalText }),
  ),
  update: endpoint(
    'POST',
    '/api/2.0/mlflow/experiments/update',
    z.object({ experiment_id: text, new_name: text }),
    empty,
  ),
  delete: endpoint('POST', '/api/2.0/mlflow/experiments/delete', z.object({ experiment_id: text }), empty),
  restore: endpoint('POST', '/api/2.0/mlflow/experiments/restore', z.object({ experiment_id: text }), empty),
  setTag: endpoint(
    'POST',
    '/api/2.0/mlflow/experiments/set-experiment-tag',
    tag.extend({ experiment_id: text }),
    empty,
  ),
};
