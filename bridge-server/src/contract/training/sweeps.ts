import { z } from 'zod';
import { datasetId, displayName, jobId, owner, page, pageQuery, sweepId, timestamp } from '../common.js';
import { splitId } from '../datasets/versions.js';
import { endpoint } from '../endpoint.js';
import { failure } from '../errors.js';
import { resources } from './training.js';

const range = {
  low: z.number(),
  high: z.number(),
  /** Steps are even in the logarithm. */
  log: z.boolean().default(false),
};
/** What a parameter may be: one of some values, or a number between two. */
export const sweepDimension = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('choice'),
      values: z
        .array(z.union([z.string().max(200), z.number(), z.boolean()]))
        .min(1)
        .max(100),
    }),
    z.object({ kind: z.literal('float'), ...range }),
    z.object({ kind: z.literal('int'), ...range, low: z.number().int(), high: z.number().int() }),
  ])
  .meta({ id: 'SweepDimension' });
export const sweepMethod = z.enum(['grid', 'random', 'tpe']).meta({ id: 'SweepMethod' });
export const sweepPruner = z.enum(['none', 'median', 'successive_halving']).meta({ id: 'SweepPruner' });
export const sweepState = z.enum(['running', 'stopping', 'succeeded', 'failed', 'stopped']).meta({ id: 'SweepState' });

export const sweepRequest = z
  .object({
    name: displayName.optional(),
    recipe: z.string().max(64),
    dataset_id: datasetId,
    /** Absent: the newest ready one, for all its jobs. */
    dataset_version: z.number().int().min(1).optional(),
    /** Absent: the version's default split, or the recipe's own. */
    split_id: splitId.optional(),
    /** Parameters that stay the same. */
    params: z.record(z.string(), z.unknown()).default({}),
    space: z.record(z.string().max(64), sweepDimension),
    method: sweepMethod.default('tpe'),
    pruner: sweepPruner.default('median'),
    /** At most so many jobs; a grid that is larger is refused. */
    trials: z.number().int().min(1).max(500).default(20),
    /** At once. */
    parallel: z.number().int().min(1).max(32).default(2),
    seed: z.number().int().min(0).max(4_294_967_295).default(0),
    resources: resources.optional(),
  })
  .meta({ id: 'SweepRequest' });
export type SweepRequest = z.infer<typeof sweepRequest>;

export const sweep = z
  .object({
    sweep_id: sweepId,
    name: z.string(),
    state: sweepState,
    recipe: z.string(),
    dataset_id: datasetId,
    dataset_name: z.string(),
    dataset_version: z.number().int().nullable(),
    split_id: z.string().nullable(),
    params: z.record(z.string(), z.unknown()),
    space: z.record(z.string(), sweepDimension),
    method: sweepMethod,
    pruner: sweepPruner,
    /** What its jobs keep their weights by; null until the first of them has said so. */
    metric: z.object({ key: z.string(), mode: z.enum(['max', 'min']) }).nullable(),
    trials: z.number().int(),
    parallel: z.number().int(),
    /** Jobs of it so far, by how they stand. */
    counts: z.object({
      waiting: z.number().int(),
      running: z.number().int(),
      succeeded: z.number().int(),
      failed: z.number().int(),
      pruned: z.number().int(),
      stopped: z.number().int(),
    }),
    best: z.object({ job_id: jobId, value: z.number(), params: z.record(z.string(), z.unknown()) }).nullable(),
    error: failure.nullable(),
    mlflow_run_id: z.string().nullable(),
    mlflow_experiment_id: z.string().nullable(),
    owner,
    created_at: timestamp,
    ended_at: timestamp.nullable(),
  })
  .meta({ id: 'Sweep' });
export type Sweep = z.infer<typeof sweep>;

const params = z.object({ sweep_id: sweepId });
const shared = { tag: 'sweeps', policy: 'user' } as const;

export const startSweep = endpoint({
  ...shared,
  id: 'startSweep',
  permission: 'sweep.write',
  method: 'post',
  path: '/api/v1/train/sweeps',
  summary: 'Try several settings of a recipe',
  body: sweepRequest,
  responses: { 201: sweep },
  errors: [
    'not_found',
    'unknown_recipe',
    'recipe_broken',
    'torch_missing',
    'target_required',
    'target_missing',
    'columns_missing',
    'no_features',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_freed',
    'version_unknown',
    'split_unknown',
    'dataset_wrong_kind',
    'sweep_space_empty',
    'sweep_grid_too_large',
    'unknown_python',
    'launcher_not_offered',
    'resources_too_large',
    'recipe_takes_one_gpu',
    'quota_jobs',
    'own_limit_exceeded',
    'project_limit_exceeded',
  ],
});
export const listSweeps = endpoint({
  ...shared,
  id: 'listSweeps',
  permission: 'sweep.read',
  method: 'get',
  path: '/api/v1/train/sweeps',
  summary: 'Sweeps of mine, newest first',
  query: pageQuery,
  responses: { 200: page(sweep).meta({ id: 'SweepPage' }) },
  errors: [],
});
export const getSweep = endpoint({
  ...shared,
  id: 'getSweep',
  permission: 'sweep.read',
  method: 'get',
  path: '/api/v1/train/sweeps/{sweep_id}',
  summary: 'One sweep; its jobs are `GET /api/v1/train/jobs?sweep_id=`',
  params,
  responses: { 200: sweep },
  errors: ['not_found'],
});
export const stopSweep = endpoint({
  ...shared,
  id: 'stopSweep',
  permission: 'sweep.stop',
  method: 'post',
  path: '/api/v1/train/sweeps/{sweep_id}/stop',
  summary: 'Begin no further job and stop those that run',
  params,
  responses: { 202: sweep },
  errors: ['not_found', 'sweep_not_active'],
});
export const deleteSweep = endpoint({
  ...shared,
  id: 'deleteSweep',
  permission: 'sweep.write',
  method: 'delete',
  path: '/api/v1/train/sweeps/{sweep_id}',
  summary: 'Delete an ended sweep with its jobs',
  params,
  responses: { 204: null },
  errors: ['not_found', 'sweep_active', 'mlflow_unavailable'],
});
