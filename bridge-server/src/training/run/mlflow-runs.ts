import { writerIn } from '../../access/workspace-user.js';
import { KargahError } from '../../lib/errors.js';
import type { DatasetInput, MlflowPort } from '../../mlflow/port.js';
import type { JobFolders } from '../records/job-folder.js';
import type { PointHistory } from '../points/history.js';
import type { TrainingDataset, TrainingDatasets, TrainingSettings } from '../ports.js';
import type { Recipes } from '../requests/recipes.js';
import { resolveScript } from '../requests/scripts.js';
import type { JobLabels } from '../records/labels.js';
import type { JobRow, JobStore } from '../records/store.js';
import type { JobTelemetry } from './telemetry.js';
import { paramsOf, scriptOf } from '../records/view.js';

interface JobRunsDeps {
  readonly store: JobStore;
  readonly folders: JobFolders;
  readonly mlflow: MlflowPort;
  readonly datasets: TrainingDatasets;
  readonly recipes: Recipes;
  readonly telemetry: JobTelemetry;
  readonly points: PointHistory;
  readonly labels: JobLabels;
  readonly settings: TrainingSettings;
}

/** The MLflow runs of jobs. Each is made once, before its job's process begins or while it does, and stands in the job's folder. */
export class JobRuns {
  readonly #opening = new Map<string, Promise<JobRow>>();
  /** Whose run may have been made by an attempt that was not answered. */
  readonly #tried = new Set<string>();

  constructor(private readonly deps: JobRunsDeps) {}

  /**
   * The row, with its run. Whoever asks meanwhile gets the same answer.
   *
   * @throws mlflow_unavailable
   */
  async open(row: JobRow): Promise<JobRow> {
    const { job_id: jobId } = row;
    const opening = this.#opening.get(jobId) ?? this.#open(row).finally(() => this.#opening.delete(jobId));
    this.#opening.set(jobId, opening);
    return opening;
  }

  async #open(row: JobRow): Promise<JobRow> {
    // The row may be one from before.
    const now = row.mlflow_run_id === null ? ((await this.deps.store.get(row.job_id)) ?? row) : row;
    if (now.mlflow_run_id === null) return this.#make(row);
    // A bridge that was killed in between wrote the run down and did not tell the job: it would wait with all its points for ever.
    if (!this.deps.folders.knowsRun(now.job_id)) await this.#tell(now);
    return now;
  }

  /** An earlier bridge may have made its run and been killed before it wrote that down. */
  mayHaveRun(jobId: string): void {
    this.#tried.add(jobId);
  }

  /** Resolves when no attempt to make its run is under way. */
  async settled(jobId: string): Promise<void> {
    await this.#opening.get(jobId)?.catch(() => undefined);
  }

  /** Tells the job's run what it was given. Nothing waits for it; may be repeated. */
  async describe(row: JobRow): Promise<void> {
    const { mlflow_run_id: runId } = await this.open(row);
    if (runId === null) return;
    const workspace = await this.deps.store.workspaceOf(row.project_id);
    // Deleted since: the run is told the rest.
    const dataset = await this.dataset(row).catch(() => null);
    // What a script was not given it did not use: its own `log_param` of that name would be refused.
    const params = row.recipe === null ? {} : paramsOf(row);
    await this.deps.mlflow.describeRun({ workspace, runId, params, dataset: dataset && inputOf(dataset) });
  }

  /** @throws dataset_deleted */
  async dataset(row: JobRow): Promise<TrainingDataset | null> {
    if (row.dataset_id === null) return null;
    try {
      return await this.deps.datasets.ofJob({ versionId: row.dataset_version_id ?? '', splitId: row.split_id });
    } catch (error) {
      const gone = error instanceof KargahError && ['not_found', 'dataset_freed'].includes(error.code);
      throw gone ? new KargahError('dataset_deleted') : error;
    }
  }

  async #make(row: JobRow): Promise<JobRow> {
    const { job_id: jobId } = row;
    const workspace = await this.deps.store.workspaceOf(row.project_id);
    await this.deps.mlflow.ensureWorkspace(workspace, writerIn(workspace));
    const mayExist = row.fence > 1 || this.#tried.has(jobId);
    this.#tried.add(jobId);
    const run = await this.deps.mlflow.openRun({
      workspace,
      userId: row.user_id,
      jobId,
      name: row.name,
      mayExist,
      // MLflow's page shows it as whose run it is.
      tags: { 'mlflow.user': row.owner_name, ...(await this.#group(row)), ...(await this.#tags(row)) },
    });
    // Nothing was logged to it before it was made.
    if (!mayExist) this.deps.points.begin(jobId);
    await this.deps.store.patch(jobId, { mlflow_run_id: run.runId, mlflow_experiment_id: run.experimentId });
    const made = (await this.deps.store.get(jobId)) ?? row;
    this.deps.telemetry.track(made);
    // It was renamed, or written about, before there was a run.
    this.deps.labels.tell(made);
    // The gateway knows whose run it is before the job does.
    await this.#tell({ ...made, mlflow_run_id: run.runId, mlflow_experiment_id: run.experimentId });
    this.#tried.delete(jobId);
    return made;
  }

  async #tell(row: JobRow): Promise<void> {
    const { job_id: jobId, mlflow_run_id: runId, mlflow_experiment_id: experimentId } = row;
    if (runId !== null) await this.deps.folders.writeRun(jobId, { run_id: runId, experiment_id: experimentId ?? '' });
  }

  /** MLflow shows the runs of a sweep under the sweep's own. */
  async #group(row: JobRow): Promise<Record<string, string>> {
    const parent = row.sweep_id === null ? null : await this.deps.store.parentRunOf(row.sweep_id);
    return parent === null ? {} : { 'mlflow.parentRunId': parent, 'kargah.sweep_id': row.sweep_id ?? '' };
  }

  async #tags(row: JobRow): Promise<Record<string, string>> {
    const data = {
      ...(row.resumed_from === null ? {} : { 'kargah.resumed_from': row.resumed_from }),
      ...(row.dataset_version === null ? {} : { 'kargah.dataset_version': String(row.dataset_version) }),
      ...(row.split_id === null ? {} : { 'kargah.split_id': row.split_id }),
    };
    if (row.recipe !== null) {
      const version = this.deps.recipes.versionOf(row.recipe);
      return {
        ...data,
        'kargah.recipe': row.recipe,
        ...(version === null ? {} : { 'kargah.code_version': version }),
        'mlflow.source.name': row.judged === null ? `kargah.recipes.${row.recipe}` : 'kargah.judging',
      };
    }
    const script = scriptOf(row) ?? { path: '' };
    const { path } = script;
    const { sha256 } = await resolveScript(this.deps.settings, script);
    return { ...data, 'kargah.code_version': `sha256:${sha256}`, 'mlflow.source.name': path };
  }
}

function inputOf({ name, sha256, datasetId, version, split, rows }: TrainingDataset): DatasetInput {
  return {
    name,
    digest: sha256.slice(0, 36),
    sourceUri: `kargah:datasets/${datasetId}/versions/${String(version)}`,
    rows,
    tags: { 'kargah.version': String(version), ...(split === null ? {} : { 'kargah.split_id': split.splitId }) },
  };
}
