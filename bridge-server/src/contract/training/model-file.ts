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
  summary:
    'The trained model: a torch.export `.pt2` file, the whole MLflow model or a package to take away as a zip; by Range in pieces',
  params: z.object({ job_id: jobId }),
  query: z.object({
    format: z.enum(['pt2', 'mlflow', 'package']).default('pt2').meta({
      description:
        'package: a zip with the model as `.pt2` and safetensors, its schema, pinned requirements, report, sha256 sums and a script that uses it with PyTorch alone',
    }),
    unchecked: z.enum(['true', 'false']).default('false').meta({
      description: 'Sends the file also where it may run code when it is loaded, as what a script logged may',
    }),
  }),
  responses: {
    200: {
      mediaType: 'application/octet-stream',
      orElse: ['application/zip'],
      description: 'The model; with `format=mlflow` and `format=package` a zip',
    },
    206: { mediaType: 'application/octet-stream', description: 'The range' },
  },
  errors: [
    'not_found',
    'model_not_ready',
    'model_unsafe',
    'weights_unwritable',
    'range_not_satisfiable',
    'content_changed',
    'mlflow_unavailable',
  ],
});
