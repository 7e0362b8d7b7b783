import { z } from 'zod';
import {
  datasetId,
  displayName,
  jobId,
  lines,
  owner,
  page,
  pageQuery,
  shownText,
  sweepId,
  timestamp,
} from '../common.js';
import { splitId } from '../datasets/versions.js';
import { endpoint } from '../endpoint.js';
import { failure } from '../errors.js';
import { metricValue } from './metrics.js';

export const JOB_STATES = [
  'queued',
  'starting',
  'running',
  'stopping',
  'succeeded',
  'failed',
  'stopped',
  'lost',
] as const;
export const jobState = z.enum(JOB_STATES).meta({ id: 'JobState' });
export type JobState = z.infer<typeof jobState>;

/** Where jobs can run; which of them a server offers is its setting. */
export const launcherName = z.enum(['local', 'local-cold']).meta({ id: 'LauncherName' });
export type LauncherName = z.infer<typeof launcherName>;

export const resources = z
  .object({
    cpus: z.number().int().min(1).max(256).optional(),
    memory_mb: z.number().int().min(256).max(4_194_304).optional(),
    gpus: z.number().int().min(0).max(64).optional(),
    time_limit_seconds: z.number().int().min(1).optional(),
    /** Which of `GET /api/v1/pythons` runs it; the bridge's own where it is left out. */
    python: z.string().max(200).optional(),
    /** Which of the server's launchers runs it; the first where it is left out. */
    launcher: launcherName.optional(),
  })
  .meta({ id: 'Resources' });

/** Orders one person's own waiting jobs; between people the queue is fair whatever they ask for. */
export const priority = z.enum(['low', 'normal', 'high']).meta({ id: 'Priority' });
export type Priority = z.infer<typeof priority>;

/** What a process may find in its environment; the names are those that a shell takes. */
const variables = z
  .record(
    z.string().regex(/^[A-Za-z_]\w{0,127}$/u),
    z
      .string()
      .max(32_768)
      .refine((value) => !value.includes('\0'), { message: 'a variable holds no null character' }),
  )
  .refine((all) => Object.keys(all).length <= 64, { message: 'at most 64 variables' })
  .refine((all) => JSON.stringify(all).length <= 131_072, { message: 'at most 128 KiB of variables' });

export const scriptRequest = z
  .object({
    /** A Python file of the user's, relative to the Jupyter workspace, or absolute and within it. */
    path: z.string().min(1).max(1024),
    args: z.array(z.string().max(4096)).max(256).default([]),
    /** The folder it runs in, as `path`: "." is the workspace itself. Absent: the script's own, as `cd folder && python file.py`. */
    cwd: z.string().max(1024).optional(),
    /** Environment variables of its own. */
    env: variables.optional(),
    /** As `env`, but never shown again, and forgotten when the job has ended. */
    secrets: variables.optional(),
  })
  .meta({ id: 'ScriptRequest' });

export const trainRequest = z
  .object({
    name: displayName.optional(),
    recipe: z.string().max(64).optional(),
    script: scriptRequest.optional(),
    dataset_id: datasetId.optional(),
    /** Absent: the newest ready version. */
    dataset_version: z.number().int().min(1).optional(),
    /** Absent: the version's default split, or the recipe's own. */
    split_id: splitId.optional(),
    /** Of a recipe; a script takes `args` and `env`. */
    params: z.record(z.string(), z.unknown()).default({}),
    resources: resources.optional(),
    priority: priority.optional(),
  })
  .refine((r) => (r.recipe === undefined) !== (r.script === undefined), {
    message: 'give either recipe or script',
    path: ['recipe'],
  })
  .meta({ id: 'TrainRequest' });
export type TrainRequest = z.infer<typeof trainRequest>;

/** On what a model is to be judged. */
export const evaluationDataset = z.object({
  dataset_id: datasetId,
  dataset_version: trainRequest.shape.dataset_version,
  split_id: splitId.optional().meta({ description: 'Absent: the version’s default split, or none' }),
});
export type EvaluationRequest = z.infer<typeof evaluationDataset> & {
  readonly name: string;
  readonly params: Record<string, unknown>;
};

/** The epoch whose weights a recipe keeps, and the figure for which it keeps them. */
export const best = z
  .object({
    key: z.string(),
    value: z.number(),
    /** Absent where an earlier release did not keep it. */
    epoch: z.number().int().optional(),
  })
  .meta({ id: 'Best' });
export type Best = z.infer<typeof best>;

export const progress = z
  .object({
    /** Share done, 0 to 1; null while unknown. */
    fraction: z.number().min(0).max(1).nullable(),
    epoch: z.number().int().nullable(),
    epochs: z.number().int().nullable(),
    step: z.number().int().nullable(),
    steps: z.number().int().nullable(),
    eta_seconds: z.number().nullable(),
    /** What a recipe would keep if it ended now; absent before its first epoch ended, and for scripts. */
    best: best.optional(),
  })
  .meta({ id: 'Progress' });
export type Progress = z.infer<typeof progress>;

export const launchKind = z.enum(['warm', 'cold']).meta({ id: 'LaunchKind' });

export const job = z
  .object({
    job_id: jobId,
    name: z.string(),
    state: jobState,
    recipe: z.string().nullable(),
    script: z
      .object({
        path: z.string(),
        args: z.array(z.string()),
        cwd: z.string().optional(),
        env: z.record(z.string(), z.string()).optional(),
        /** The names alone. */
        secrets: z.array(z.string()).optional(),
      })
      .nullable(),
    dataset_id: datasetId.nullable(),
    dataset_name: z.string().nullable(),
    dataset_version: z.number().int().nullable(),
    dataset_sha256: z.string().nullable(),
    split_id: z.string().nullable(),
    params: z.record(z.string(), z.unknown()),
    resources: resources.nullable(),
    progress,
    /** Last value of the first 64 metrics of its own and the first 64 of the machine; `…/metrics/names` has all. */
    metrics: z.record(z.string(), metricValue),
    metric_count: z.number().int(),
    message: z.string().nullable(),
    priority,
    queue_position: z.number().int().nullable(),
    /** Why a queued job has not begun. */
    waiting: failure.nullable(),
    /** Whether its process was forked from a Python that had everything loaded; null before it was started. */
    launch: launchKind.nullable(),
    /** Why a job was started cold. */
    launch_note: failure.nullable(),
    error: failure.nullable(),
    exit_code: z.number().int().nullable(),
    signal: z.string().nullable(),
    peak_memory_bytes: z.number().int().nullable(),
    cpu_seconds: z.number().nullable(),
    mlflow_run_id: z.string().nullable(),
    mlflow_experiment_id: z.string().nullable(),
    /** Stopped by its sweep: it would not have been the best. */
    pruned: z.boolean(),
    /** The trained model can be downloaded. */
    has_model: z.boolean(),
    /** It ended before its time and left a checkpoint from which `resume` goes on. */
    can_resume: z.boolean(),
    parent_job_id: jobId.nullable(),
    /** The job from whose last checkpoint this one began. */
    resumed_from: jobId.nullable(),
    sweep_id: sweepId.nullable(),
    copied_from: jobId.nullable().meta({ description: 'The job that it is a copy of' }),
    note: z.string().meta({ description: 'What people wrote about it' }),
    tags: z.array(z.string()),
    owner,
    created_at: timestamp,
    started_at: timestamp.nullable(),
    first_step_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    deleted_at: timestamp.optional().meta({ description: 'Of a deleted job that can still be restored' }),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof job>;
export const jobPage = page(job).meta({ id: 'JobPage' });

const params = z.object({ job_id: jobId });

export const train = endpoint({
  id: 'train',
  method: 'post',
  path: '/api/v1/train',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Start a training job',
  body: trainRequest,
  responses: { 201: job },
  errors: [
    'not_found',
    'unknown_recipe',
    'evaluation_elsewhere',
    'recipe_broken',
    'torch_missing',
    'target_required',
    'target_missing',
    'columns_missing',
    'no_features',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_wrong_kind',
    'dataset_freed',
    'version_unknown',
    'split_unknown',
    'script_not_found',
    'file_hidden',
    'script_outside',
    'script_params',
    'cwd_not_found',
    'variable_taken',
    'unknown_python',
    'launcher_not_offered',
    'resources_too_large',
    'recipe_takes_one_gpu',
    'quota_jobs',
    'own_limit_exceeded',
    'project_limit_exceeded',
    'storage_full',
  ],
});

export const listJobs = endpoint({
  id: 'listJobs',
  method: 'get',
  path: '/api/v1/train/jobs',
  tag: 'training',
  policy: 'user',
  permission: 'job.read',
  summary: 'Jobs of mine, newest first unless another order is asked for',
  query: pageQuery.extend({
    search: z.string().max(200).optional(),
    state: z.union([jobState, z.array(jobState)]).optional(),
    dataset_id: datasetId.optional(),
    sweep_id: sweepId.optional(),
    tag: z
      .union([shownText(40), z.array(shownText(40)).max(20)])
      .optional()
      .meta({
        description: 'With this very tag; with all of several',
      }),
    sort: z.enum(['newest', 'oldest', 'name', 'state']).default('newest').meta({
      description:
        'By when they were made (deleted ones: `newest` is by when they were deleted), by the name as search compares it, or by the state',
    }),
    deleted: z.enum(['true', 'false']).default('false').meta({
      description: 'Instead those that were deleted and can still be restored',
    }),
  }),
  responses: { 200: jobPage },
  errors: [],
});
export const getJob = endpoint({
  id: 'getJob',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}',
  tag: 'training',
  policy: 'user_or_job',
  permission: 'job.read',
  summary: 'One job',
  params,
  responses: { 200: job },
  errors: ['not_found'],
});
export const patchJob = endpoint({
  id: 'patchJob',
  method: 'patch',
  path: '/api/v1/train/jobs/{job_id}',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Rename a job, write a note about it, or set its tags; its MLflow run follows',
  params,
  body: z
    .object({
      name: displayName.optional(),
      note: lines(4000).optional(),
      note_was: lines(4000).optional().meta({
        description: 'The note that was read before: where it is another by now, nothing is written over',
      }),
      tags: z.array(shownText(40)).max(20).optional(),
    })
    .meta({ id: 'ChangeJobRequest' }),
  responses: { 200: job },
  errors: ['not_found', 'note_changed'],
});
export const deleteJob = endpoint({
  id: 'deleteJob',
  method: 'delete',
  path: '/api/v1/train/jobs/{job_id}',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Delete an ended job for good, with its folder and run: also one that could still be restored',
  params,
  responses: { 204: null },
  errors: ['not_found', 'job_active'],
});
export const stopJob = endpoint({
  id: 'stopJob',
  method: 'post',
  path: '/api/v1/train/jobs/{job_id}/stop',
  tag: 'training',
  policy: 'user',
  permission: 'job.stop',
  summary: 'Stop for certain; answers at once, `stopped` follows',
  params,
  responses: { 202: job },
  errors: ['not_found', 'job_not_active'],
});
export const cloneJob = endpoint({
  id: 'cloneJob',
  method: 'post',
  path: '/api/v1/train/jobs/{job_id}/clone',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Start the same again, with changes',
  params,
  body: z
    .object({
      name: displayName.optional(),
      params: z.record(z.string(), z.unknown()).optional(),
      /** A script's secret variables, which are not kept. */
      secrets: variables.optional(),
    })
    .meta({ id: 'CloneRequest' }),
  bodyOptional: true,
  responses: { 201: job },
  errors: [
    'not_found',
    'evaluation_elsewhere',
    'dataset_deleted',
    'secrets_needed',
    'script_params',
    'quota_jobs',
    'own_limit_exceeded',
    'project_limit_exceeded',
  ],
});
export const resumeJob = endpoint({
  id: 'resumeJob',
  method: 'post',
  path: '/api/v1/train/jobs/{job_id}/resume',
  tag: 'training',
  policy: 'user',
  permission: 'job.write',
  summary: 'Go on from the last checkpoint of an ended job, as a new job',
  params,
  body: z
    .object({
      name: displayName.optional(),
      params: z.record(z.string(), z.unknown()).optional(),
      /** A script's secret variables, which are not kept. */
      secrets: variables.optional(),
    })
    .meta({ id: 'ResumeRequest' }),
  bodyOptional: true,
  responses: { 201: job },
  errors: [
    'not_found',
    'job_active',
    'job_has_no_checkpoint',
    'dataset_deleted',
    'secrets_needed',
    'script_params',
    'quota_jobs',
    'own_limit_exceeded',
    'project_limit_exceeded',
  ],
});

const jobEvent = z
  .object({
    event_id: z.number().int(),
    at: timestamp,
    from: jobState.nullable(),
    to: jobState,
    detail: z.string().nullable(),
    detail_fa: z.string().nullable(),
  })
  .meta({ id: 'JobEvent' });
export const listJobEvents = endpoint({
  id: 'listJobEvents',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/events',
  tag: 'training',
  policy: 'user',
  permission: 'job.read',
  summary: 'Every change of state',
  params,
  responses: { 200: z.object({ items: z.array(jobEvent), next_cursor: z.null() }).meta({ id: 'JobEventPage' }) },
  errors: ['not_found'],
});
