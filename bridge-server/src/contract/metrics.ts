import { z } from 'zod';
import { jobId } from './common.js';
import { endpoint } from './endpoint.js';

const params = z.object({ job_id: jobId });

/** NaN and infinities travel as strings, since JSON has no word for them. */
export const metricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).meta({ id: 'MetricValue' });
export const metricPoint = z
  .object({ key: z.string(), value: metricValue, step: z.number().int(), timestamp: z.number().int() })
  .meta({ id: 'MetricPoint' });
export type MetricPoint = z.infer<typeof metricPoint>;
export const jobMetrics = endpoint({
  id: 'jobMetrics',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/metrics',
  tag: 'training',
  policy: 'user',
  summary: 'History of every metric, from MLflow',
  params,
  query: z.object({ key: z.string().max(250).optional() }),
  responses: {
    200: z.object({ items: z.array(metricPoint), seq: z.number().int() }).meta({
      id: 'MetricHistory',
      description: '`seq` is the live sequence number this history reaches; subscribe with it as `after`.',
    }),
  },
  errors: ['not_found', 'mlflow_unavailable'],
});
