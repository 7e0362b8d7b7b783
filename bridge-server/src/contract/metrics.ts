import { z } from 'zod';
import { jobId } from './common.js';
import { endpoint } from './endpoint.js';

const params = z.object({ job_id: jobId });

/** NaN and infinities travel as strings, since JSON has no word for them. */
export const metricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).meta({ id: 'MetricValue' });
/** Steps and times are 64-bit integers: beyond ±2^53, where a JSON number would be rounded, they travel as a string of digits. */
export const int64 = z.union([z.number().int(), z.string().regex(/^-?\d{16,19}$/)]).meta({ id: 'Int64' });
export type Int64 = z.infer<typeof int64>;
export const metricPoint = z
  .object({ key: z.string(), value: metricValue, step: int64, timestamp: int64 })
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
  query: z.object({ key: z.string().min(1).max(250).optional() }),
  responses: {
    200: z.object({ items: z.array(metricPoint), seq: z.number().int() }).meta({
      id: 'MetricHistory',
      description: '`seq` is the live sequence number this history reaches; subscribe with it as `after`.',
    }),
  },
  errors: ['not_found', 'mlflow_unavailable'],
});
