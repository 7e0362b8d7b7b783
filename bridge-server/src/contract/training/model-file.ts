import { z } from 'zod';
import { jobId } from '../common.js';
import { endpoint } from '../endpoint.js';

export const jobModel = endpoint({
  id: 'jobModel',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/model',
  tag: 'training',
  policy: 'user',
  permission: 'model.read',
  summary: 'The trained model: a torch.export `.pt2` file, or the whole MLflow model as a zip; by Range in pieces',
  params: z.object({ job_id: jobId }),
  query: z.object({
    format: z.enum(['pt2', 'mlflow']).default('pt2'),
    unchecked: z.enum(['true', 'false']).default('false').meta({
      description: 'Sends the file also where it may run code when it is loaded, as what a script logged may',
    }),
  }),
  responses: {
    200: {
      mediaType: 'application/octet-stream',
      orElse: ['application/zip'],
      description: 'The model; with `format=mlflow` a zip',
    },
    206: { mediaType: 'application/octet-stream', description: 'The range' },
  },
  errors: [
    'not_found',
    'model_not_ready',
    'model_unsafe',
    'range_not_satisfiable',
    'content_changed',
    'mlflow_unavailable',
  ],
});
