import { z } from 'zod';
import { jobId } from '../common.js';
import { endpoint } from '../endpoint.js';

const params = z.object({ job_id: jobId });

export const jobLogs = endpoint({
  id: 'jobLogs',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/logs',
  tag: 'training',
  policy: 'user',
  permission: 'job.read',
  summary: 'Log bytes from an offset, or by Range; `Kargah-Log-Size` tells the whole size',
  params,
  query: z.object({
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(4_194_304).default(1_048_576),
    download: z.enum(['0', '1']).optional(),
  }),
  responses: {
    200: { mediaType: 'text/plain; charset=utf-8', description: 'Log text' },
    206: { mediaType: 'text/plain; charset=utf-8', description: 'The range' },
  },
  errors: ['not_found', 'range_not_satisfiable'],
});
export const searchLogs = endpoint({
  id: 'searchLogs',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/logs/search',
  tag: 'training',
  policy: 'user',
  permission: 'job.read',
  summary: 'Lines of the log that hold a text, whatever its case',
  params,
  query: z.object({
    q: z.string().min(1).max(200),
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  responses: {
    200: z
      .object({
        items: z.array(z.object({ offset: z.number().int(), text: z.string() })),
        /** The byte up to which was looked, and at which the search goes on; null at the end of the log. */
        next_offset: z.number().int().nullable(),
      })
      .meta({ id: 'LogMatches', description: '`offset` is the byte at which the line begins.' }),
  },
  errors: ['not_found', 'query_timeout', 'rate_limited'],
});
