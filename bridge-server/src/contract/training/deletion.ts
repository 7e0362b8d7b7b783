import { z } from 'zod';
import { jobId, timestamp } from '../common.js';
import { endpoint } from '../endpoint.js';
import { failure } from '../errors.js';
import { job } from './training.js';

const body = z
  .object({ job_ids: z.array(jobId).min(1).max(500) })
  .meta({ id: 'JobIds', description: 'The same one may be named twice' });
const refused = z.array(z.object({ job_id: jobId, error: failure }).meta({ id: 'RefusedJob' })).meta({
  description:
    'Those for which it was not done, and why, where it was done for others; else the first reason is the answer',
});

export const deleteJobs = endpoint({
  id: 'deleteJobs',
  method: 'post',
  path: '/api/v1/train/jobs/delete',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Delete ended jobs; for a while they can be restored, then they go for good',
  body,
  responses: {
    200: z
      .object({
        deleted: z.array(jobId),
        refused,
        restorable_until: timestamp.meta({ description: 'Then their folders and runs go, and their space is free' }),
      })
      .meta({ id: 'DeletedJobs' }),
  },
  errors: ['not_found', 'job_active'],
});
export const restoreJobs = endpoint({
  id: 'restoreJobs',
  method: 'post',
  path: '/api/v1/train/jobs/restore',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Take back the deletion of jobs, while they can be restored',
  body,
  responses: { 200: z.object({ restored: z.array(job), refused }).meta({ id: 'RestoredJobs' }) },
  errors: ['not_found'],
});
