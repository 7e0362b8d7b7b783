import { z } from 'zod';
import { jobId, page, pageQuery, timestamp } from '../contract/common.js';
import { endpoint } from '../contract/endpoint.js';
import { best } from '../contract/training/training.js';

export const model = z
  .object({
    job_id: jobId,
    name: z.string(),
    recipe: z.string().nullable(),
    dataset_name: z.string().nullable(),
    dataset_id: z.string().nullable(),
    dataset_version: z.number().int().nullable(),
    split_id: z.string().nullable(),
    mlflow_run_id: z.string(),
    model_uri: z.string(),
    size_bytes: z.number().int().nullable(),
    best_metric: best.nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof model>;
export const listModels = endpoint({
  id: 'listModels',
  method: 'get',
  path: '/api/v1/models',
  tag: 'models',
  policy: 'user',
  permission: 'model.read',
  summary: 'Models that my jobs trained, newest first',
  query: pageQuery.extend({ search: z.string().max(200).optional() }),
  responses: { 200: page(model).meta({ id: 'ModelPage' }) },
  errors: [],
});
