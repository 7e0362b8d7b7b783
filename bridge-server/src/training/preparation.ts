import { KargahError } from '../errors.js';
import type { JobSpec } from '../launchers/port.js';
import type { DatasetInput, MlflowPort } from '../mlflow/port.js';
import { claimOf } from './claims.js';
import type { JobFolders } from './folders.js';
import type { TrainingDataset, TrainingDatasets, TrainingSettings } from './ports.js';
import type { Pythons } from './pythons.js';
import type { Recipes } from './recipes.js';
import { resolveScript } from './scripts.js';
import { specOf } from './spec.js';
import type { JobRow, JobStore } from './store.js';
import type { JobTelemetry } from './telemetry.js';
import { devicesOf, paramsOf, resourcesOf, scriptOf } from './view.js';

/** Everything that must stand before a process starts: dataset still there, MLflow run, token, `job.json`. May be repeated. */
export class Preparation {
  constructor(
    private readonly store: JobStore,
    private readonly folders: JobFolders,
    private readonly mlflow: MlflowPort,
    private readonly datasets: TrainingDatasets,
    private readonly recipes: Recipes,
    private readonly pythons: Pythons,
    private readonly telemetry: JobTelemetry,
    private readonly settings: TrainingSettings,
  ) {}

  /** @throws mlflow_unavailable, dataset_deleted, script_not_found, script_outside, unknown_python */
  async prepare(row: JobRow): Promise<JobSpec> {
    const workspace = await this.store.workspaceOf(row.project_id);
    const dataset = await this.#dataset(row);
    const script = scriptOf(row);
    const file = script && (await resolveScript(this.settings.workspaceDir, script.path));
    const resources = resourcesOf(row);
    const python = await this.pythons.executableOf(resources?.python);
    await this.mlflow.ensureWorkspace(workspace, row.user_id);
    const opening = this.mlflow.openRun({
      workspace,
      userId: row.user_id,
      jobId: row.job_id,
      name: row.name,
      mayExist: row.fence > 1,
      tags: { ...(await this.#group(row)), ...this.#tags(row, script?.path ?? null, file?.sha256 ?? null) },
    });
    const [run, token_sha256] = await Promise.all([opening, this.#token(row.job_id)]);
    await this.store.patch(row.job_id, {
      mlflow_run_id: run.runId,
      mlflow_experiment_id: run.experimentId,
      token_sha256,
    });
    this.telemetry.track((await this.store.get(row.job_id)) ?? row);
    const spec = specOf(row.job_id, { python, script: file?.absolute ?? null }, resources, this.folders, this.settings);
    const { cpus } = claimOf(resources, file ? 'script' : 'recipe', this.settings.machine);
    await this.folders.writeJob({
      job_id: row.job_id,
      fence: row.fence,
      name: row.name,
      recipe: row.recipe,
      script: script && file && { path: file.absolute, args: script.args },
      params: paramsOf(row),
      cwd: spec.cwd,
      dataset: dataset && {
        dataset_id: dataset.datasetId,
        name: dataset.name,
        version: dataset.version,
        version_id: dataset.versionId,
        kind: dataset.kind,
        path: dataset.path,
        sha256: dataset.sha256,
        suggested_target: dataset.suggestedTarget,
        split_id: dataset.split?.splitId ?? null,
        split_path: dataset.split?.path ?? null,
        split_sha256: dataset.split?.sha256 ?? null,
      },
      mlflow: { run_id: run.runId, experiment_id: run.experimentId, workspace },
      bridge_file: this.folders.bridgeFile,
      grace_seconds: spec.graceSeconds,
      memory_bytes: spec.memoryBytes,
      time_limit_seconds: spec.timeLimitSeconds,
      cpus,
      gpus: devicesOf(row),
      resume_from: row.resumed_from === null ? null : this.folders.checkpoints(row.job_id),
    });
    return spec;
  }

  /** Tells the job's run what it was given. Nothing waits for it; may be repeated. */
  async describe(row: JobRow): Promise<void> {
    if (row.mlflow_run_id === null) return;
    const workspace = await this.store.workspaceOf(row.project_id);
    // Deleted since: the run is told the rest.
    const dataset = await this.#dataset(row).catch(() => null);
    const facts = { params: paramsOf(row), dataset: dataset && inputOf(dataset) };
    await this.mlflow.describeRun({ workspace, runId: row.mlflow_run_id, ...facts });
  }

  async #token(jobId: string): Promise<string> {
    await this.folders.make(jobId);
    return this.folders.token(jobId);
  }

  async #dataset(row: JobRow): Promise<TrainingDataset | null> {
    if (row.dataset_id === null) return null;
    try {
      return await this.datasets.ofJob({ versionId: row.dataset_version_id ?? '', splitId: row.split_id });
    } catch (error) {
      const gone = error instanceof KargahError && ['not_found', 'dataset_freed'].includes(error.code);
      throw gone ? new KargahError('dataset_deleted') : error;
    }
  }

  /** MLflow shows the runs of a sweep under the sweep's own. */
  async #group(row: JobRow): Promise<Record<string, string>> {
    const parent = row.sweep_id === null ? null : await this.store.parentRunOf(row.sweep_id);
    return parent === null ? {} : { 'mlflow.parentRunId': parent, 'kargah.sweep_id': row.sweep_id ?? '' };
  }

  #tags(row: JobRow, script: string | null, sha256: string | null): Record<string, string> {
    const resumed = {
      ...(row.resumed_from === null ? {} : { 'kargah.resumed_from': row.resumed_from }),
      ...(row.dataset_version === null ? {} : { 'kargah.dataset_version': String(row.dataset_version) }),
      ...(row.split_id === null ? {} : { 'kargah.split_id': row.split_id }),
    };
    if (row.recipe !== null) {
      const { version } = this.recipes.named(row.recipe).recipe;
      return {
        ...resumed,
        'kargah.recipe': row.recipe,
        'kargah.code_version': version,
        'mlflow.source.name': `kargah.recipes.${row.recipe}`,
      };
    }
    return { ...resumed, 'kargah.code_version': `sha256:${sha256 ?? ''}`, 'mlflow.source.name': script ?? '' };
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
