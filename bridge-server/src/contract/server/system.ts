import { z } from 'zod';
import { endpoint } from '../endpoint.js';
import { launcherName } from '../training/training.js';

const text = (description: string) => ({ mediaType: 'text/plain', description });
export const root = endpoint({
  id: 'root',
  method: 'get',
  path: '/',
  tag: 'system',
  policy: 'public',
  permission: null,
  summary: 'Answers the proxy’s probe and says nothing',
  responses: { 204: null },
  errors: [],
});
export const healthz = endpoint({
  id: 'healthz',
  method: 'get',
  path: '/healthz',
  tag: 'system',
  policy: 'public',
  permission: null,
  summary: 'The process is alive',
  responses: { 200: z.object({ status: z.literal('ok') }) },
  errors: [],
});
/** `failed`: our own did not come up, time after time, and is not started again until the bridge is. */
export const mlflowState = z.enum(['starting', 'up', 'down', 'failed']);
export type MlflowState = z.infer<typeof mlflowState>;
export const readyz = endpoint({
  id: 'readyz',
  method: 'get',
  path: '/readyz',
  tag: 'system',
  policy: 'public',
  permission: null,
  summary: 'Database and MLflow reachable',
  responses: {
    200: z.object({ status: z.literal('ready'), database: z.literal('up'), mlflow: z.literal('up') }),
    503: z.object({
      status: z.literal('not_ready'),
      database: z.enum(['up', 'down']),
      mlflow: mlflowState,
    }),
  },
  errors: [],
});
export const metrics = endpoint({
  id: 'metrics',
  method: 'get',
  path: '/metrics',
  tag: 'system',
  policy: 'user',
  permission: 'server.admin',
  summary: 'Prometheus',
  responses: { 200: text('Prometheus exposition') },
  errors: [],
});
export const system = endpoint({
  id: 'system',
  method: 'get',
  path: '/api/v1/system',
  tag: 'system',
  policy: 'user',
  permission: 'server.read',
  summary: 'What this machine offers and uses',
  responses: {
    200: z
      .object({
        version: z.string(),
        mlflow: mlflowState,
        cpus: z.number().int(),
        memory_bytes: z.number().int(),
        gpus: z.number().int(),
        max_parallel_jobs: z.number().int(),
        disk_free_bytes: z.number().int(),
        storage_used_bytes: z.number().int(),
        workspace_dir: z.string().nullable(),
        /** Where a job may be run, where there is a choice; the first is the usual one. */
        launchers: z.array(launcherName).optional(),
        mail: z.boolean().optional().meta({ description: 'Invitations and codes can be sent by e-mail from here' }),
      })
      .meta({ id: 'System' }),
  },
  errors: [],
});
export const openapi = endpoint({
  id: 'openapi',
  method: 'get',
  path: '/api/v1/openapi.json',
  tag: 'system',
  policy: 'public',
  permission: null,
  summary: 'This description',
  responses: { 200: z.record(z.string(), z.unknown()) },
  errors: [],
});
export const docs = endpoint({
  id: 'docs',
  method: 'get',
  path: '/docs',
  tag: 'system',
  policy: 'public',
  permission: null,
  summary: 'The interactive description',
  responses: { 200: { mediaType: 'text/html', description: 'The page' } },
  errors: [],
});
