import { z } from 'zod';
import { idOf, jobId, timestamp } from '../contract/common.js';
import { endpoint } from '../contract/endpoint.js';
import { failure, type ErrorCode } from '../contract/errors.js';

export const transferId = idOf('trf');
export const transfer = z
  .object({
    transfer_id: transferId,
    act: z.enum(['move', 'copy']),
    kind: z.enum(['job']),
    object_id: z.string().meta({ description: 'What is moved or copied' }),
    project_id: z.string().meta({ description: 'Where to' }),
    state: z.enum(['running', 'done', 'failed']).meta({
      description: 'While it runs nothing of it is seen in the other project; of what failed nothing is left there',
    }),
    done: z.number().int().meta({ description: 'How many runs and their files have arrived' }),
    total: z.number().int(),
    result_id: z.string().nullable().meta({ description: 'What it is called there; null before it is done' }),
    error: failure.nullable(),
    created_at: timestamp,
    ended_at: timestamp.nullable(),
  })
  .meta({ id: 'Transfer' });
export type Transfer = z.infer<typeof transfer>;

const otherProject = idOf('prj').meta({ description: 'Where one may write, as in its own' });
export const transferRequest = z.object({ project_id: otherProject }).meta({ id: 'TransferRequest' });

const ofJob = { params: z.object({ job_id: jobId }), body: transferRequest, responses: { 202: transfer } };
const EITHER = [
  'not_found',
  'forbidden',
  'transfer_running',
  'run_changed',
  'job_active',
  'project_quota_exceeded',
  'mlflow_unavailable',
] as const satisfies ErrorCode[];

export const moveJob = endpoint({
  id: 'moveJob',
  method: 'post',
  path: '/api/v1/train/jobs/{job_id}/move',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Take an ended job to another project, with its runs, files, log and model; it keeps its id',
  ...ofJob,
  errors: [...EITHER, 'already_in_project', 'job_of_sweep', 'job_registered', 'job_resumed_now'],
});
export const copyJob = endpoint({
  id: 'copyJob',
  method: 'post',
  path: '/api/v1/train/jobs/{job_id}/copy',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Copy an ended job into a project, with its runs, files, log and model',
  ...ofJob,
  errors: [...EITHER],
});
export const getTransfer = endpoint({
  id: 'getTransfer',
  method: 'get',
  path: '/api/v1/transfers/{transfer_id}',
  tag: 'training',
  policy: 'user',
  permission: 'job.read',
  summary: 'How far a move or a copy is',
  params: z.object({ transfer_id: transferId }),
  responses: { 200: transfer },
  errors: ['not_found'],
});
