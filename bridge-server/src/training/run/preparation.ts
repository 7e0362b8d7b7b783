import type { JobSpec } from '../../launchers/port.js';
import { requestOf } from '../queue/resources.js';
import type { JobFolders } from '../records/job-folder.js';
import type { TrainingSettings } from '../ports.js';
import type { Pythons } from '../requests/pythons.js';
import type { JobRuns } from './mlflow-runs.js';
import { resolveScript } from '../requests/scripts.js';
import { specOf } from '../requests/spec.js';
import type { JobRow, JobStore } from '../records/store.js';
import { allowed, NO_VARIABLES, type Variables } from '../records/variables.js';
import { devicesOf, paramsOf, resourcesOf, scriptOf } from '../records/view.js';

interface PreparationDeps {
  readonly store: JobStore;
  readonly folders: JobFolders;
  readonly runs: JobRuns;
  readonly pythons: Pythons;
  readonly settings: TrainingSettings;
}

/** Everything that must stand before a process starts: dataset still there, token, `job.json`. May be repeated. */
export class Preparation {
  constructor(private readonly deps: PreparationDeps) {}

  /** @throws mlflow_unavailable, dataset_deleted, script_not_found, script_outside, cwd_not_found, unknown_python */
  async prepare(row: JobRow): Promise<JobSpec> {
    const dataset = await this.deps.runs.dataset(row);
    const script = scriptOf(row);
    const file = script && (await resolveScript(this.deps.settings, script));
    const resources = resourcesOf(row);
    const python = await this.deps.pythons.executableOf(resources?.python);
    await this.deps.folders.make(row.job_id);
    const opening = this.deps.runs.open(row);
    // A recipe's process begins meanwhile and is told its run when there is one; whoever describes the run tries again if need be.
    opening.catch(() => undefined);
    // A script finds it in its environment.
    const opened = script === null ? row : await opening;
    const variables = script ? await this.#variables(row.job_id) : NO_VARIABLES;
    const spec = specOf(row.job_id, { python, script: file, variables }, resources, this.deps);
    const { cpus } = requestOf(resources, file ? 'script' : 'recipe', this.deps.settings.machine);
    const written = this.deps.folders.writeJob({
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
      mlflow:
        opened.mlflow_run_id === null
          ? null
          : { run_id: opened.mlflow_run_id, experiment_id: opened.mlflow_experiment_id ?? '' },
      bridge_file: this.deps.folders.bridgeFile,
      grace_seconds: spec.graceSeconds,
      orphan_seconds: this.deps.settings.orphanSeconds ?? null,
      memory_bytes: spec.memoryBytes,
      time_limit_seconds: spec.timeLimitSeconds,
      cpus,
      gpus: devicesOf(row),
      resume_from: row.resumed_from === null ? null : this.deps.folders.checkpoints(row.job_id),
    });
    // All three come to the disk at the same time; the process starts when all are there.
    const token = this.deps.folders.token(row.job_id);
    const patched = this.deps.store.patch(row.job_id, { token_sha256: token.sha256 });
    await Promise.all([written, token.kept, patched]);
    return spec;
  }

  /** What the script was given, over what the administrator lets every script have; nobody says which of that is secret. */
  async #variables(jobId: string): Promise<Variables> {
    const { env, secrets } = await this.deps.folders.environment(jobId);
    const theirs = Object.entries(allowed(process.env, this.deps.settings.scriptEnv ?? [])).filter(
      ([name]) => !(name in env),
    );
    const all = { env, secrets: { ...Object.fromEntries(theirs), ...secrets } };
    await this.deps.folders.writeEnvironment(jobId, all);
    return all;
  }
}
