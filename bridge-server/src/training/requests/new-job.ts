import { folded } from '../../lib/search/folding.js';
import { newId } from '../../lib/ids.js';
import type { Job, TrainRequest } from '../../contract/training/training.js';
import type { Person } from '../../access/caller.js';
import type { GivenDataset, TrainingDataset } from '../ports.js';
import type { Accepted } from './admission.js';
import type { JobRow } from '../records/store.js';
import { NO_PROGRESS } from '../records/view.js';

/** Where a job comes from, besides its request. */
export interface Lineage {
  readonly parent?: string;
  readonly resumedFrom?: string;
  readonly sweep?: string;
  /** Which version of a model it judges. */
  readonly judged?: string;
  /** What it is to learn from again: the very version and split of an earlier job. */
  readonly given?: GivenDataset | undefined;
}

/** What a job, or those of a sweep, were given to learn from. */
export function givenTo(row: Pick<JobRow, 'dataset_version_id' | 'split_id'>): GivenDataset | undefined {
  return row.dataset_version_id === null ? undefined : { versionId: row.dataset_version_id, splitId: row.split_id };
}

/** The row of a job that was just accepted. */
export function newJob(person: Person, { request, dataset, params }: Accepted, lineage: Lineage): JobRow {
  return {
    ...BLANK,
    job_id: newId('job'),
    project_id: person.projectId,
    user_id: person.userId,
    owner_name: person.name,
    ...named(request.name ?? defaultName(request, dataset)),
    recipe: request.recipe ?? null,
    script_json: request.script === undefined ? null : JSON.stringify(kept(request.script)),
    dataset_id: dataset?.datasetId ?? null,
    dataset_name: dataset?.name ?? null,
    dataset_version_id: dataset?.versionId ?? null,
    dataset_version: dataset?.version ?? null,
    dataset_sha256: dataset?.sha256 ?? null,
    split_id: dataset?.split?.splitId ?? null,
    params_json: JSON.stringify(params),
    resources_json: request.resources === undefined ? null : JSON.stringify(request.resources),
    priority: request.priority ?? 'normal',
    parent_job_id: lineage.parent ?? null,
    resumed_from: lineage.resumedFrom ?? null,
    // It can be resumed itself, even where it never began.
    has_checkpoint: lineage.resumedFrom === undefined ? 0 : 1,
    sweep_id: lineage.sweep ?? null,
    judged: lineage.judged ?? null,
    created_at: new Date().toISOString(),
  };
}

const BLANK = {
  state: 'queued',
  progress_json: JSON.stringify(NO_PROGRESS),
  metrics_json: '{}',
  message: null,
  error_json: null,
  exit_code: null,
  signal: null,
  peak_memory_bytes: null,
  cpu_seconds: null,
  mlflow_run_id: null,
  mlflow_experiment_id: null,
  mlflow_end_pending: null,
  run_given: 0,
  run_said: null,
  metric_count: 0,
  model_json: null,
  gpus_json: null,
  launch: null,
  launch_note_json: null,
  pruned: 0,
  copied_from: null,
  judged: null,
  note: '',
  tags_json: '[]',
  labels_pending: 0,
  fence: 0,
  token_sha256: null,
  handle_json: null,
  stop_requested_at: null,
  started_at: null,
  first_step_at: null,
  ended_at: null,
  deleted_at: null,
} satisfies Partial<JobRow>;

/** Of a secret the name alone. */
function kept({ secrets, ...script }: NonNullable<TrainRequest['script']>): NonNullable<Job['script']> {
  return { ...script, ...(secrets === undefined ? {} : { secrets: Object.keys(secrets) }) };
}

function named(name: string): { name: string; search_text: string } {
  return { name, search_text: folded(name) };
}

function defaultName(request: TrainRequest, dataset: TrainingDataset | null): string {
  if (request.script !== undefined) return request.script.path.split('/').at(-1) ?? request.script.path;
  return [dataset?.name, request.recipe]
    .filter((part) => part !== undefined)
    .join(' · ')
    .slice(0, 200);
}
