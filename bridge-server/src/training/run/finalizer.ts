import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { KargahError } from '../../lib/errors.js';
import { inherited } from '../../lib/environment.js';
import type { MlflowPort } from '../../mlflow/port.js';
import type { JobNotifier } from '../queue/notifier.js';
import type { JobFolders } from '../records/job-folder.js';
import type { TrainingLog } from '../ports.js';
import type { JobRuns } from './mlflow-runs.js';
import type { PointHistory } from '../points/history.js';
import type { RunStatus } from './outcome.js';
import type { JobRow, JobStore } from '../records/store.js';
import type { JobTelemetry } from './telemetry.js';
import { modelFacts, type ModelFacts } from '../records/view.js';

/** How long the points of an ended job may take to be delivered before another try later. */
const DRAIN_SECONDS = 60;
/** Codes by which these say that MLflow will never take something. */
const REFUSED = 1;
const RETRY_MS = 15_000;
/** The training process's and its supervisor's. */
const SPOOLS = ['spool', 'spool-system'] as const;
/** What the training process of a recipe says of its model once MLflow has it. */
const result = z.object({ model: modelFacts.omit({ best_metric: true }), best_metric: modelFacts.shape.best_metric });

interface RunFinalizerDeps {
  readonly store: JobStore;
  readonly folders: JobFolders;
  readonly mlflow: MlflowPort;
  readonly runs: JobRuns;
  readonly telemetry: JobTelemetry;
  readonly notifier: JobNotifier;
  readonly points: PointHistory;
  readonly python: string;
  readonly log: TrainingLog;
}

/**
 * What an ended job still owes MLflow: points in its spool, a model that no bridge was there for, then the end of its run. They wait for MLflow as long as it takes; the
 * job's token is good until then.
 */
export class RunFinalizer {
  readonly #inCare = new Map<string, Promise<void>>();
  readonly #aborting = new AbortController();

  constructor(private readonly deps: RunFinalizerDeps) {}

  async finalizeAll(): Promise<void> {
    for (const row of await this.deps.store.withOpenRun()) await this.finalize(row);
    await this.deleteRuns();
  }

  /** Deletes the runs of jobs that are deleted, or this one's; what MLflow is not there for stays for the next time. */
  async deleteRuns(ofRun?: string): Promise<void> {
    for (const { run_id: runId, workspace, experiment_id: experimentId } of await this.deps.store.deletedRuns(ofRun)) {
      if (this.deps.mlflow.state() !== 'up' || this.#aborting.signal.aborted) return;
      try {
        if (experimentId !== null) await this.deps.mlflow.deleteRunsBelow(workspace, { runId, experimentId });
        await this.deps.mlflow.deleteRun(workspace, runId);
        await this.deps.store.forgetDeletedRun(runId);
      } catch (error) {
        if (error instanceof KargahError && error.code === 'mlflow_unavailable')
          this.#again('runs of deleted jobs', () => this.deleteRuns(runId));
        // Left for the next start: an immediate retry would be answered the same.
        else this.deps.log.error({ err: error, run_id: runId }, 'the MLflow run of a deleted job could not be deleted');
      }
    }
  }

  /** One at a time for each job. */
  async finalize(row: JobRow): Promise<void> {
    const work = this.#inCare.get(row.job_id) ?? this.#care(row).finally(() => this.#inCare.delete(row.job_id));
    this.#inCare.set(row.job_id, work);
    await work;
  }

  close(): void {
    this.#aborting.abort();
  }

  async #care(row: JobRow): Promise<void> {
    const { job_id: jobId, mlflow_end_pending: status } = row;
    if (status === null) {
      await this.#done(row);
      return;
    }
    if (this.deps.mlflow.state() !== 'up' || this.#aborting.signal.aborted) return;
    try {
      const workspace = await this.deps.store.workspaceOf(row.project_id);
      // MLflow was away all the time that the job ran, or the bridge went before it wrote the run down.
      if (row.mlflow_run_id === null) {
        this.deps.runs.mayHaveRun(jobId);
        await this.deps.runs.describe(row);
      }
      const { mlflow_run_id: runId } = await this.deps.runs.open(row);
      // Its owner deleted the job meanwhile.
      if (runId === null) return;
      if (!(await this.#drain(jobId))) throw new KargahError('mlflow_unavailable');
      if (!(await this.#sendModel(row))) throw new KargahError('mlflow_unavailable');
      await this.#endRun(workspace, runId, status as RunStatus);
      // Nested runs that a stopped script left open would stay RUNNING for ever.
      if (row.script_json !== null && row.mlflow_experiment_id !== null)
        await this.deps.mlflow.endRunsBelow(
          workspace,
          { runId, experimentId: row.mlflow_experiment_id },
          status as RunStatus,
        );
      const now = await this.deps.store.get(row.job_id);
      if (now?.model_json === null && status === 'FINISHED') await this.#findModel(row, workspace, runId);
    } catch (error) {
      if (!(error instanceof KargahError && error.code === 'mlflow_unavailable'))
        this.deps.log.error({ err: error, job_id: jobId }, 'the MLflow run of an ended job could not be ended');
      this.#later(jobId);
      return;
    }
    await this.#done(row);
  }

  async #endRun(workspace: string, runId: string, status: RunStatus): Promise<void> {
    try {
      await this.deps.mlflow.endRun(workspace, runId, status);
    } catch (error) {
      // Its owner deleted it on MLflow's own page: there is nothing left to end.
      if (!(error instanceof KargahError && error.code === 'not_found')) throw error;
    }
  }

  /** A script that logs a model with plain MLflow does not report it, so MLflow is asked. */
  async #findModel(row: JobRow, workspace: string, runId: string): Promise<void> {
    const found = await this.deps.mlflow.modelOf(workspace, runId);
    if (!found) return;
    const facts: ModelFacts = {
      uri: found.uri,
      artifact_path: found.artifactPath,
      size_bytes: found.sizeBytes,
      best_metric: null,
    };
    await this.#hasModel(row.job_id, facts);
  }

  async #hasModel(jobId: string, facts: ModelFacts): Promise<void> {
    await this.deps.store.patch(jobId, { model_json: JSON.stringify(facts) });
    const now = await this.deps.store.get(jobId);
    if (now) await this.deps.notifier.moved(now);
  }

  async #done(row: JobRow): Promise<void> {
    await this.deps.telemetry.flush(row.job_id);
    this.deps.telemetry.forget(row.job_id);
    await this.deps.points.rest(row.job_id);
    await this.deps.store.patch(row.job_id, { mlflow_end_pending: null, token_sha256: null });
    await this.deps.folders.forgetToken(row.job_id);
    this.deps.notifier.settled(row.job_id);
  }

  #later(jobId: string): void {
    this.#again(jobId, async () => {
      const row = await this.deps.store.get(jobId);
      if (row) await this.finalize(row);
    });
  }

  #again(of: string, work: () => Promise<void>): void {
    setTimeout(() => {
      if (this.#aborting.signal.aborted) return;
      work().catch((error: unknown) =>
        this.deps.log.error({ err: error, of }, 'an ended job could not be looked after'),
      );
    }, RETRY_MS).unref();
  }

  /** True when no point is left undelivered. */
  async #drain(jobId: string): Promise<boolean> {
    const folder = this.deps.folders.of(jobId);
    if (!SPOOLS.some((spool) => existsSync(join(folder, spool)))) return true;
    return (await this.#python('kargah.reporting.drain', folder)) === 0;
  }

  /** True when no model waits in the job's folder, or MLflow will never take it. */
  async #sendModel(row: JobRow): Promise<boolean> {
    const folder = this.deps.folders.of(row.job_id);
    if (!existsSync(join(folder, 'pending_model.json'))) return true;
    const code = await this.#python('kargah.training.pending_model', folder);
    if (code === REFUSED) this.deps.log.error({ job_id: row.job_id }, 'MLflow does not take the model of an ended job');
    if (code !== 0) return code === REFUSED;
    const { model, best_metric } = result.parse(JSON.parse(await readFile(join(folder, 'result.json'), 'utf8')));
    await this.#hasModel(row.job_id, { ...model, best_metric });
    return true;
  }

  /** Runs a module on a job's folder; null where it ended with the bridge, or Python is gone: what it was to do stays for the next time. */
  async #python(module: string, folder: string): Promise<number | null> {
    const child = spawn(this.deps.python, ['-m', module, folder, '--timeout', String(DRAIN_SECONDS)], {
      env: inherited(process.env),
      stdio: 'ignore',
      signal: this.#aborting.signal,
    });
    try {
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    } catch {
      return null;
    }
  }
}
