import { z } from 'zod';
import { jobId, page, pageQuery } from '../common.js';
import { endpoint } from '../endpoint.js';

const params = z.object({ job_id: jobId });
const metricName = z.string().min(1).max(400);

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
  permission: 'job.read',
  summary: 'History of every metric, or of some',
  params,
  query: z.object({
    /** Only these. A metric of a run below the job's own is called `[name of the run] metric`. */
    key: z.union([metricName, z.array(metricName).max(500)]).optional(),
    /** At most about four points for each of so many stretches of a metric: first, last, least and greatest. All where it is left out. */
    buckets: z.coerce.number().int().min(1).max(10_000).optional(),
  }),
  responses: {
    200: z.object({ items: z.array(metricPoint), seq: z.number().int() }).meta({
      id: 'MetricHistory',
      description: '`seq` is the live sequence number this history reaches; subscribe with it as `after`.',
    }),
  },
  errors: ['not_found', 'mlflow_unavailable'],
});

export const jobMetricNames = endpoint({
  id: 'jobMetricNames',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/metrics/names',
  tag: 'training',
  policy: 'user',
  permission: 'job.read',
  summary: 'The metrics of a job by name, in the order in which they first came',
  params,
  query: pageQuery.extend({ search: z.string().max(200).optional() }),
  responses: {
    200: page(
      z.object({ key: z.string(), points: z.number().int(), last: metricPoint }).meta({ id: 'MetricName' }),
    ).meta({
      id: 'MetricNamePage',
    }),
  },
  errors: ['not_found', 'mlflow_unavailable'],
});
