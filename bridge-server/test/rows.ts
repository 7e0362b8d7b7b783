import type { Insertable } from 'kysely';
import type { Database } from '../src/storage/schema.js';

type JobRow = Insertable<Database['jobs']>;

/** A project's row as it is stored. */
export function projectRow(project_id: string): Insertable<Database['projects']> {
  const created_at = '2026-01-01T00:00:00.000Z';
  return { project_id, name: project_id, workspace: `ws-${project_id}`, workspace_ready: 0, created_at };
}

/** A job's row as it is stored, for tests that need one without a job. */
export function jobRow(changes: Partial<JobRow> & { job_id: string }): JobRow {
  return {
    project_id: 'prj_1',
    user_id: 'u1',
    owner_name: 'Sara',
    name: 'a job',
    search_text: 'a job',
    state: 'succeeded',
    recipe: 'tabular',
    script_json: null,
    dataset_id: null,
    dataset_name: null,
    params_json: '{}',
    resources_json: null,
    progress_json: '{}',
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
    model_json: null,
    parent_job_id: null,
    priority: 'normal',
    gpus_json: null,
    launch: null,
    launch_note_json: null,
    resumed_from: null,
    has_checkpoint: 0,
    sweep_id: null,
    pruned: 0,
    judged: null,
    fence: 0,
    token_sha256: null,
    handle_json: null,
    stop_requested_at: null,
    created_at: '2026-01-01T00:00:00.000Z',
    started_at: null,
    first_step_at: null,
    ended_at: null,
    ...changes,
  };
}
