import { z } from 'zod';
import { ACCOUNTS } from './errors/accounts.js';
import { DATASETS } from './errors/datasets.js';
import { JOBS } from './errors/jobs.js';
import { MLFLOW } from './errors/mlflow.js';
import { MODELS } from './errors/models.js';
import { PROJECTS } from './errors/projects.js';
import { REQUESTS } from './errors/requests.js';
import { SWEEPS } from './errors/sweeps.js';
import { TRANSFERS } from './errors/transfers.js';
import { WAITS } from './errors/waits.js';

/**
 * The one table of errors: a stable code, its HTTP status and what people read, in both languages; each feature has its part of it in
 * `errors/`. Code throws a coded error; one place (`errors.ts` of the bridge) turns it into an answer.
 */
export const ERRORS = {
  ...REQUESTS,
  ...ACCOUNTS,
  ...PROJECTS,
  ...DATASETS,
  ...JOBS,
  ...WAITS,
  ...SWEEPS,
  ...MLFLOW,
  ...MODELS,
  ...TRANSFERS,
} as const;

export type ErrorCode = keyof typeof ERRORS;

export const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).meta({ id: 'ErrorCode' });

/** RFC 9457 problem details. `detail` is English, `detail_fa` Persian; programs test `code`. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    detail_fa: z.string(),
    code: errorCode,
    request_id: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string(), message_fa: z.string().optional(), code: z.string() }))
      .optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

/** Why a job or a dataset failed, as stored with it. */
export const failure = z
  .object({
    code: errorCode,
    detail: z.string(),
    detail_fa: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  })
  .meta({ id: 'Failure' });
export type Failure = z.infer<typeof failure>;
