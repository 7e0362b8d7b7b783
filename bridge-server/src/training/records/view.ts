import { failure } from '../../contract/errors.js';
import {
  best,
  job,
  launchKind,
  priority,
  progress,
  resources,
  type Job,
  type JobState,
  type Progress,
} from '../../contract/training/training.js';
import { metricValue } from '../../contract/training/metrics.js';
import { z } from 'zod';
import { isTerminal } from './states.js';
import type { Placement } from '../queue/placement.js';
import type { JobRow } from './store.js';

export const NO_PROGRESS: Progress = {
  fraction: null,
  epoch: null,
  epochs: null,
  step: null,
  steps: null,
  eta_seconds: null,
};

export const modelFacts = z.object({
  uri: z.string(),
  artifact_path: z.string(),
  size_bytes: z.number().int(),
  best_metric: best.nullable(),
});
export type ModelFacts = z.infer<typeof modelFacts>;

/** What a column keeps as JSON. */
export const stored = <T extends z.ZodType>(schema: T, text: string | null): z.output<T> | null =>
  text === null ? null : schema.parse(JSON.parse(text));

export const scriptOf = (row: JobRow) => stored(job.shape.script, row.script_json);
/** The file that a script's job runs; null for a recipe's. */
export const scriptPathOf = (row: Pick<JobRow, 'script_json'>): string | null =>
  stored(job.shape.script, row.script_json)?.path ?? null;
export const paramsOf = (row: Pick<JobRow, 'params_json'>) => stored(job.shape.params, row.params_json) ?? {};
export const resourcesOf = (row: Pick<JobRow, 'resources_json'>) => stored(resources, row.resources_json);
export const devicesOf = (row: Pick<JobRow, 'gpus_json'>) => stored(z.array(z.string()), row.gpus_json) ?? [];
export const progressOf = (row: JobRow) => stored(progress, row.progress_json) ?? NO_PROGRESS;
/** Earlier bridges kept null for what was no finite number, and with it not which. */
const keptMetrics = z.record(z.string(), metricValue.nullable()).transform(known);
export const metricsOf = (row: Pick<JobRow, 'metrics_json'>) => stored(keptMetrics, row.metrics_json) ?? {};
export const errorOf = (row: Pick<JobRow, 'error_json'>) => stored(failure, row.error_json);
export const tagsOf = (row: Pick<JobRow, 'tags_json'>) => stored(job.shape.tags, row.tags_json) ?? [];
export const modelOf = (row: Pick<JobRow, 'model_json'>) => stored(modelFacts, row.model_json);

/** How many metrics of its own, and of the machine, a job's row carries. */
export const SHOWN_METRICS = 64;

function known<T>(values: Record<string, T | null>): Record<string, T> {
  // Earlier bridges kept all of them, which may be very many.
  const entries = Object.entries(values).slice(0, 2 * SHOWN_METRICS);
  return Object.fromEntries(entries.filter((entry): entry is [string, T] => entry[1] !== null));
}

/** A row as the contract shows it. */
export function jobOf(row: JobRow, placement: Placement | null): Job {
  return {
    job_id: row.job_id,
    name: row.name,
    state: row.state as JobState,
    recipe: row.recipe,
    script: scriptOf(row),
    dataset_id: row.dataset_id,
    dataset_name: row.dataset_name,
    dataset_version: row.dataset_version,
    dataset_sha256: row.dataset_sha256,
    split_id: row.split_id,
    params: paramsOf(row),
    resources: resourcesOf(row),
    progress: shownProgress(row),
    metrics: metricsOf(row),
    metric_count: Math.max(row.metric_count, Object.keys(metricsOf(row)).length),
    message: row.message,
    priority: priority.parse(row.priority),
    queue_position: placement?.position ?? null,
    waiting: placement?.waiting ?? null,
    launch: row.launch === null ? null : launchKind.parse(row.launch),
    launch_note: stored(failure, row.launch_note_json),
    error: errorOf(row),
    exit_code: row.exit_code,
    signal: row.signal,
    peak_memory_bytes: row.peak_memory_bytes,
    cpu_seconds: row.cpu_seconds,
    mlflow_run_id: row.mlflow_run_id,
    mlflow_experiment_id: row.mlflow_experiment_id,
    pruned: row.pruned === 1,
    has_model: row.model_json !== null,
    can_resume: canResume(row),
    parent_job_id: row.parent_job_id,
    resumed_from: row.resumed_from,
    sweep_id: row.sweep_id,
    copied_from: row.copied_from,
    note: row.note,
    tags: tagsOf(row),
    owner: { user_id: row.user_id, name: row.owner_name },
    created_at: row.created_at,
    started_at: row.started_at,
    first_step_at: row.first_step_at,
    ended_at: row.ended_at,
    ...(row.deleted_at === null ? {} : { deleted_at: row.deleted_at }),
  };
}

/** What the model of a job says of itself is also said of a job whose last points were never delivered. */
function shownProgress(row: JobRow): Progress {
  const told = progressOf(row);
  const best = modelOf(row)?.best_metric ?? told.best;
  return best === undefined ? told : { ...told, best };
}

/** It ended before its time and left something to go on from. */
export function canResume(row: JobRow): boolean {
  return row.has_checkpoint === 1 && isTerminal(row.state as JobState) && row.state !== 'succeeded';
}
