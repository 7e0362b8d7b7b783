import { failureOf, KargahError } from '../../lib/errors.js';
import type { Failure } from '../../contract/errors.js';
import type { JobState } from '../../contract/training/training.js';
import type { JobPlace, Launcher, LaunchHandle } from '../../launchers/port.js';
import type { MlflowPort } from '../../mlflow/port.js';
import type { RunFinalizer } from './finalizer.js';
import type { JobNotifier } from '../queue/notifier.js';
import { Background } from '../../lib/async/background.js';
import type { JobFolders } from '../records/job-folder.js';
import type { Preparation } from './preparation.js';
import type { JobRuns } from './mlflow-runs.js';
import type { TrainingDatasets, TrainingLog, TrainingSettings } from '../ports.js';
import { excessOf } from '../queue/resources.js';
import { CoalescedTask } from '../../lib/async/coalesced-task.js';
import type { JobPatch, JobRow, JobStore } from '../records/store.js';
import type { JobTelemetry } from './telemetry.js';
import type { TerminalState } from '../records/states.js';
import { lost, RUN_STATUS, STOPPED, outcomeOf, type RunStatus } from './outcome.js';
import { progressOf, resourcesOf } from '../records/view.js';
import type { Scheduler } from '../queue/scheduler.js';

/** After MLflow said that it is up and then refused: how long until the next try. */
const RETRY_MS = 2_000;

interface JobRunnerDeps {
  readonly store: JobStore;
  readonly scheduler: Scheduler;
  readonly folders: JobFolders;
  readonly launcher: Launcher;
  readonly mlflow: MlflowPort;
  readonly preparation: Preparation;
  readonly runs: JobRuns;
  readonly telemetry: JobTelemetry;
  readonly notifier: JobNotifier;
  readonly finalizer: RunFinalizer;
  readonly datasets: Pick<TrainingDatasets, 'release'>;
  readonly settings: TrainingSettings;
  readonly log: TrainingLog;
}

/** Takes jobs from the queue to their end: launch, watch, stop, settle; and finds them again after the bridge restarted. */
export class JobRunner {
  readonly #queue = new CoalescedTask(() => this.#fill());
  readonly #watched = new Map<string, () => void>();
  readonly #background: Background;
  #closed = false;
  #unsubscribe: () => void = () => undefined;

  constructor(private readonly deps: JobRunnerDeps) {
    this.#background = new Background((err) => deps.log.error({ err }, 'work on a job went wrong'));
  }

  /** Adopts what runs, settles what ended while nobody looked, goes on with the queue. */
  async start(): Promise<void> {
    this.#unsubscribe = this.deps.mlflow.onState((state) => {
      if (state === 'up') this.#background.begin(this.deps.finalizer.finalizeAll());
      // Who waits is told for what.
      this.kick();
    });
    await this.deps.scheduler.start();
    for (const row of await this.deps.store.unsettled()) await this.#adopt(row);
    this.#background.begin(this.deps.finalizer.finalizeAll());
    this.kick();
  }

  /** Jobs go on; only the watching ends. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    for (const unwatch of this.#watched.values()) unwatch();
    this.#watched.clear();
    this.deps.finalizer.close();
    await this.#background.close();
  }

  /** Gives the machine's free room to waiting jobs. */
  kick(): void {
    if (!this.#closed) this.#background.begin(this.#queue.run());
  }

  /** Ends a job for certain; the state follows the proof. */
  stop(row: JobRow): void {
    const handle = handleOf(row);
    // A launch that is under way looks at the state before and after it starts a process.
    if (handle) this.#background.begin(this.#stop(row.job_id, handle));
  }

  async #fill(): Promise<void> {
    let begun = true;
    while (begun && !this.#closed) {
      begun = false;
      for (const { job, waiting, gpus } of await this.deps.scheduler.snapshot()) {
        const excess = excessOf(job.claim, this.deps.settings.machine);
        if (excess) {
          // It was accepted when there was more: an earlier start of the bridge, on a larger machine.
          await this.#end(job.job_id, 'failed', excess, {});
          continue;
        }
        if (waiting) continue;
        const claimed = { message: null, gpus_json: JSON.stringify(gpus) };
        const row = await this.deps.store.transitionFrom(job.job_id, 'queued', 'starting', claimed);
        if (!row) continue;
        begun = true;
        this.deps.scheduler.served(row.user_id);
        await this.deps.notifier.moved(row);
        this.#background.begin(this.#launch(row));
      }
    }
    await this.deps.notifier.queueMoved();
  }

  async #launch(claimed: JobRow): Promise<void> {
    const jobId = claimed.job_id;
    try {
      const spec = await this.deps.preparation.prepare(claimed);
      if ((await this.deps.store.get(jobId))?.state !== 'starting') {
        await this.#end(jobId, 'stopped', null, {});
        return;
      }
      const handle = await this.deps.launcher.submit(spec);
      this.#background.begin(this.#describe(jobId));
      await this.deps.store.patch(jobId, { ...launched(handle), started_at: new Date().toISOString() });
      const row = await this.deps.store.transitionFrom(jobId, 'starting', 'running');
      if (!row) {
        // A stop was asked for while the process was being started.
        await this.#stop(jobId, handle);
        return;
      }
      this.deps.telemetry.track(row);
      await this.deps.notifier.moved(row);
      this.#watch(jobId, handle);
    } catch (error) {
      await this.#couldNotLaunch(jobId, error);
    }
  }

  /** The job runs already: its first step does not wait for what its run is told. */
  async #describe(jobId: string): Promise<void> {
    const row = await this.deps.store.get(jobId);
    if (!row || this.#closed) return;
    try {
      await this.deps.runs.describe(row);
    } catch (error) {
      // Its owner deleted the run on MLflow's own page.
      if (error instanceof KargahError && error.code === 'not_found') return;
      if (!(error instanceof KargahError && error.code === 'mlflow_unavailable')) throw error;
      setTimeout(() => this.#background.begin(this.#describe(jobId)), RETRY_MS).unref();
    }
  }

  async #couldNotLaunch(jobId: string, error: unknown): Promise<void> {
    if (error instanceof KargahError && error.code === 'mlflow_unavailable') {
      this.deps.log.warn({ err: error, job_id: jobId }, 'a job waits, since MLflow does not answer');
      const row = await this.deps.store.transitionFrom(jobId, 'starting', 'queued');
      if (!row) {
        await this.#end(jobId, 'stopped', null, {});
        return;
      }
      await this.deps.notifier.moved(row);
      await this.deps.notifier.queueMoved();
      setTimeout(() => this.kick(), RETRY_MS).unref();
      return;
    }
    if (!(error instanceof KargahError))
      this.deps.log.error({ err: error, job_id: jobId }, 'a job could not be launched');
    await this.#end(jobId, 'failed', launchFailure(error), {});
  }

  #watch(jobId: string, handle: LaunchHandle): void {
    if (this.#closed || this.#watched.has(jobId)) return;
    this.#watched.set(
      jobId,
      this.deps.launcher.watch(handle, () => {
        this.#watched.delete(jobId);
        this.#background.begin(this.#settleSurely(jobId, handle));
      }),
    );
  }

  async #stop(jobId: string, handle: LaunchHandle): Promise<void> {
    this.#watch(jobId, handle);
    await this.deps.launcher.stop(handle, this.deps.settings.graceSeconds);
    await this.#settleSurely(jobId, handle);
  }

  /** What could not be written (a disk without room) is tried again: the proof stays where it is. */
  async #settleSurely(jobId: string, handle: LaunchHandle): Promise<void> {
    try {
      await this.#settle(jobId, handle);
    } catch (error) {
      this.deps.log.error({ err: error, job_id: jobId }, 'a job that ended could not be settled yet');
      setTimeout(() => this.#watch(jobId, handle), RETRY_MS).unref();
    }
  }

  async #settle(jobId: string, handle: LaunchHandle): Promise<void> {
    let probe = await this.deps.launcher.probe(handle);
    if (probe.state === 'running') {
      this.#watch(jobId, handle);
      return;
    }
    if (probe.state !== 'ended') {
      // Its supervisor was killed or is silent: whatever it left behind must not go on unseen.
      await this.deps.launcher.stop(handle, 0);
      probe = await this.deps.launcher.probe(handle);
    }
    const silent = probe.state === 'silent' ? probe.seconds : null;
    const { to, why, patch } = probe.state === 'ended' ? outcomeOf(probe.outcome) : lost(silent);
    await this.#end(jobId, to, why, patch);
  }

  async #end(jobId: string, ended: TerminalState, cause: Failure | null, patch: JobPatch): Promise<void> {
    this.#watched.get(jobId)?.();
    this.#watched.delete(jobId);
    await this.deps.runs.settled(jobId);
    await this.deps.telemetry.flush(jobId);
    const before = await this.deps.store.get(jobId);
    if (!before) return;
    const { to, why, status } = await this.#asSaid(before, ended, cause);
    // A process began that may have left points: their run is made later, if MLflow was away all the time.
    const owesRun = before.mlflow_run_id !== null || before.handle_json !== null;
    const progress = { ...progressOf(before), eta_seconds: null, ...(to === 'succeeded' ? { fraction: 1 } : {}) };
    const row = await this.deps.store.transition(
      jobId,
      to,
      {
        ended_at: new Date().toISOString(),
        ...patch,
        message: null,
        has_checkpoint: (await this.deps.folders.hasCheckpoint(jobId)) ? 1 : 0,
        progress_json: JSON.stringify(progress),
        error_json: why && JSON.stringify(why),
        mlflow_end_pending: owesRun ? status : null,
      },
      why,
    );
    if (!row) return;
    await this.deps.folders.forgetEnvironment(jobId);
    this.deps.telemetry.track(row);
    await this.deps.notifier.moved(row);
    this.kick();
    await this.deps.finalizer.finalize(row);
    // After MLflow said whether it left a model, which keeps what it learned from.
    if (row.dataset_id !== null) await this.deps.datasets.release(row.dataset_id);
  }

  /**
   * A script whose process ended well may have said of its run that it did not. That is believed of the run, and of the job too,
   * unless another of its runs finished: one of many folds or trials that failed is not the job's failure.
   */
  async #asSaid(
    { job_id: jobId, run_said: said }: JobRow,
    to: TerminalState,
    why: Failure | null,
  ): Promise<{ to: TerminalState; why: Failure | null; status: RunStatus }> {
    if (to !== 'succeeded' || (said !== 'FAILED' && said !== 'KILLED')) return { to, why, status: RUN_STATUS[to] };
    if (await this.deps.store.hasFinishedNestedRun(jobId)) return { to, why, status: said };
    return { to: 'failed', why: failureOf('run_ended_failed', { status: said }), status: said };
  }

  async #adopt(row: JobRow): Promise<void> {
    const state = row.state as JobState;
    if (state === 'queued') return;
    // A bridge that died between a launch and its note finds the supervisor's own.
    const handle = handleOf(row) ?? (await this.deps.launcher.find(this.#placeOf(row)));
    if (!handle) {
      if (state === 'starting') await this.deps.store.transition(row.job_id, 'queued');
      else await this.#endUnknown(row, state);
      return;
    }
    if (row.handle_json === null) await this.deps.store.patch(row.job_id, launched(handle));
    if (state === 'starting')
      await this.deps.store.transition(row.job_id, 'running', { started_at: new Date().toISOString() });
    this.deps.telemetry.track((await this.deps.store.get(row.job_id)) ?? row);
    this.deps.runs.mayHaveRun(row.job_id);
    this.#background.begin(this.#describe(row.job_id));
    const probe = await this.deps.launcher.probe(handle);
    if (probe.state !== 'running') await this.#settleSurely(row.job_id, handle);
    else if (state === 'stopping') this.#background.begin(this.#stop(row.job_id, handle));
    else this.#watch(row.job_id, handle);
  }

  /** Of its process nothing is known: there was none yet, or its folder was taken away. */
  async #endUnknown(row: JobRow, state: JobState): Promise<void> {
    const place = this.#placeOf(row);
    const outcome = await (state === 'stopping'
      ? this.deps.launcher.fenceOff(place)
      : this.deps.launcher.endAll(place));
    const { to, why, patch } = outcome ? outcomeOf(outcome) : state === 'stopping' ? STOPPED : lost();
    await this.#end(row.job_id, to, why, patch);
  }

  #placeOf(row: JobRow): JobPlace {
    return { folder: this.deps.folders.of(row.job_id), launcher: resourcesOf(row)?.launcher ?? null };
  }
}

function launched(handle: LaunchHandle): JobPatch {
  return {
    handle_json: JSON.stringify(handle),
    launch: handle.launch,
    launch_note_json: handle.note && JSON.stringify(failureOf(handle.note.code, handle.note.params)),
  };
}

function handleOf(row: JobRow): LaunchHandle | null {
  return row.handle_json === null ? null : (JSON.parse(row.handle_json) as LaunchHandle);
}

function launchFailure(error: unknown): Failure {
  if (error instanceof KargahError) return error.toFailure();
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return failureOf('storage_full');
  return failureOf('launch_failed', { reason: error instanceof Error ? error.message : String(error) });
}
