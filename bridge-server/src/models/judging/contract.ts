import { z } from 'zod';
import { displayName, pageQuery } from '../../contract/common.js';
import { endpoint } from '../../contract/endpoint.js';
import { evaluationDataset, job, jobPage } from '../../contract/training/training.js';

const version = {
  tag: 'models',
  policy: 'user',
  params: z.object({
    name: z.string().min(1).max(1_000),
    version: z.coerce.number().int().min(1).max(2_147_483_647),
  }),
  path: '/api/v1/models/{name}/versions/{version}/reports',
} as const;

export const evaluateVersion = endpoint({
  ...version,
  id: 'evaluateModelVersion',
  method: 'post',
  permission: 'job.write',
  summary: 'Start a job that judges a version on a dataset: its test part, or all of it where it has none',
  body: evaluationDataset.extend({ name: displayName.optional() }).meta({ id: 'EvaluateRequest' }),
  responses: { 201: job },
  errors: [
    'not_found',
    'forbidden',
    'dataset_not_for_model',
    'model_not_ready',
    'model_unsafe',
    'torch_missing',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_freed',
    'version_unknown',
    'split_unknown',
    'resources_too_large',
    'quota_jobs',
    'own_limit_exceeded',
    'project_limit_exceeded',
    'storage_full',
    'rate_limited',
    'mlflow_unavailable',
  ],
});

export const listEvaluations = endpoint({
  ...version,
  id: 'listModelVersionReports',
  method: 'get',
  permission: 'job.read',
  summary: 'Jobs that judge, or judged, a version on other data, newest first; each has its report',
  query: pageQuery,
  responses: { 200: jobPage },
  errors: ['not_found'],
});
