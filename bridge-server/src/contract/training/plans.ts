import { z } from 'zod';
import { endpoint } from '../endpoint.js';
import { failure } from '../errors.js';
import { launchKind, train, trainRequest } from './training.js';

export const launchPlan = z
  .object({
    argv: z.array(z.string()),
    cwd: z.string(),
    /** Secrets are left out. */
    env: z.record(z.string(), z.string()),
    python: z.string(),
    launch: launchKind,
    launch_note: failure.nullable(),
    /** What it would be given, defaults included. */
    params: z.record(z.string(), z.unknown()),
    resources: z.object({
      cpus: z.number().int(),
      memory_mb: z.number().int(),
      gpus: z.number().int(),
      time_limit_seconds: z.number().int().nullable(),
    }),
    /** How many jobs would begin before it, and why it would wait; null: it would begin at once. */
    jobs_before: z.number().int(),
    waiting: failure.nullable(),
  })
  .meta({ id: 'LaunchPlan' });
export type LaunchPlanView = z.infer<typeof launchPlan>;
export const planTrain = endpoint({
  id: 'planTrain',
  method: 'post',
  path: '/api/v1/train/plan',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'What `train` would run, without running it',
  body: trainRequest,
  responses: { 200: launchPlan },
  errors: train.errors,
});
