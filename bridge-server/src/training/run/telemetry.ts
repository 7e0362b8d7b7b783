import type { MetricPoint } from '../../contract/training/metrics.js';
import type { Progress } from '../../contract/training/training.js';
import type { Events } from '../../events.js';
import type { GatewayListener } from '../../mlflow/port.js';
import type { JobNotifier } from '../queue/notifier.js';
import type { PointHistory } from '../points/history.js';
import { Shown } from '../points/shown.js';
import { epochsAmong, inferProgress, isOwn } from './inferred-progress.js';
import type { TrainingLog } from '../ports.js';
import type { JobPatch, JobRow, JobStore } from '../records/store.js';
import { isTerminal } from '../records/states.js';
import { metricsOf, progressOf } from '../records/view.js';
import type { JobState } from '../../contract/training/training.js';

/** Watchers of a job see each point as it passes; lists and the table are told at most this often. */
const LIST_MS = 250;
const STORE_MS = 500;
/** Runs that are no job's (notebooks) are remembered, so that each of their points does not ask the database. */
const FOREIGN_RUNS = 1_000;

interface Tracked {
  row: JobRow;
  /** When the job began, by a clock that nobody sets (ms); null before that. */
  began: number | null;
  /** What the row shows of its metrics: the first ones of its own and of the machine, each with its newest point. */
  readonly shown: Shown;
  unsaved: boolean;
  listTimer: NodeJS.Timeout | null;
  storeTimer: NodeJS.Timeout | null;
}
type Told = Partial<Progress> & { first_step_at?: string; message?: string };

export interface TelemetryDeps {
  readonly store: JobStore;
  readonly notifier: JobNotifier;
  readonly points: PointHistory;
  readonly events: Events;
  readonly log: TrainingLog;
}

/** What jobs tell about themselves while they run: last metrics, progress, first step. */
export class JobTelemetry implements GatewayListener {
  readonly #jobs = new Map<string, Tracked>();
  readonly #runs = new Map<string, string>();
  readonly #foreign = new Set<string>();
  /** Runs below jobs' own, for the same reason. */
  readonly #below = new Map<string, string>();

  constructor(private readonly deps: TelemetryDeps) {}

  async jobOfRun(runId: string): Promise<string | null> {
    const known = this.#runs.get(runId);
    if (known !== undefined || this.#foreign.has(runId)) return known ?? null;
    const row = this.#below.has(runId) ? null : await this.deps.store.byRun(runId);
    if (row) {
      this.track(row);
      return row.job_id;
    }
    const below = this.#below.get(runId) ?? (await this.deps.store.nestedRun(runId))?.job_id;
    if (below !== undefined) {
      if (this.#below.size >= FOREIGN_RUNS) this.#below.clear();
      this.#below.set(runId, below);
      return below;
    }
    if (this.#foreign.size >= FOREIGN_RUNS) this.#foreign.clear();
    this.#foreign.add(runId);
    return null;
  }

  async runOfJob(jobId: string): Promise<string | null> {
    const row = this.#jobs.get(jobId)?.row ?? (await this.deps.store.get(jobId));
    return row?.mlflow_run_id ?? null;
  }

  async mayResume(jobId: string, earlierJobId: string): Promise<boolean> {
    return this.deps.store.mayResume(jobId, earlierJobId);
  }

  pointsLogged(jobId: string, points: readonly MetricPoint[], told: Told): void {
    this.deps.points.add(jobId, points);
    this.#show(jobId, points, told);
    if (points.length > 0) this.deps.events.emit('job.points', { jobId, points });
  }

  #show(jobId: string, points: readonly MetricPoint[], told: Told): void {
    const tracked = this.#jobs.get(jobId);
    if (tracked) {
      this.#take(tracked, points, told);
      return;
    }
    this.deps.store.get(jobId).then(
      (row) => row && this.#take(this.track(row), points, told),
      (error: unknown) => this.deps.log.error({ err: error, job_id: jobId }, 'points could not be shown'),
    );
  }

  async claimRun(jobId: string): Promise<boolean> {
    return this.deps.store.claimRun(jobId);
  }

  async returnRun(jobId: string): Promise<void> {
    await this.deps.store.patch(jobId, { run_given: 0 });
  }

  async labelOf(runId: string): Promise<string | null> {
    return (await this.deps.store.nestedRun(runId))?.label ?? null;
  }

  /** The run is a job's now, though somebody asked of it before it was. */
  known(runId: string): void {
    this.#foreign.delete(runId);
  }

  async nestedRun(jobId: string, runId: string, name: string): Promise<string> {
    this.#foreign.delete(runId);
    return this.deps.store.addNestedRun(jobId, runId, name);
  }

  runSaid(jobId: string, runId: string, status: string): void {
    const tracked = this.#jobs.get(jobId);
    if (tracked?.row.mlflow_run_id !== runId) {
      this.#attempt(this.deps.store.nestedRunEnded(runId, status));
      return;
    }
    tracked.row = { ...tracked.row, run_said: status === 'RUNNING' ? null : status };
    tracked.unsaved = true;
  }

  hasRoom(jobId: string, keys: readonly string[]): boolean {
    return this.deps.points.hasRoom(jobId, keys);
  }

  pointsChanged(workspace: string, runId: string | null): void {
    this.#attempt(
      (async () => {
        const jobs = runId === null ? await this.deps.store.jobsOfWorkspace(workspace) : [await this.jobOfRun(runId)];
        for (const jobId of jobs) {
          if (jobId === null) continue;
          await this.deps.points.invalidate(jobId);
          this.deps.events.emit('job.points_changed', { jobId });
        }
      })(),
    );
  }

  /** A job that tells no progress of its own may say here how many epochs there are to be. */
  paramsLogged(jobId: string, params: Readonly<Record<string, string>>): void {
    const epochs = epochsAmong(params);
    if (epochs !== null) this.pointsLogged(jobId, [], { epochs });
  }

  /** The row moved; what was told since it was last stored stays. */
  track(row: JobRow): Tracked {
    if (row.mlflow_run_id !== null) this.#runs.set(row.mlflow_run_id, row.job_id);
    const tracked = this.#jobs.get(row.job_id);
    if (tracked) {
      tracked.row = tracked.unsaved ? { ...row, ...told(this.#current(tracked)) } : row;
      tracked.began ??= beginningOf(row);
      return tracked;
    }
    const began = beginningOf(row);
    const shown = new Shown(metricsOf(row));
    const made: Tracked = { row, began, shown, unsaved: false, listTimer: null, storeTimer: null };
    this.#jobs.set(row.job_id, made);
    return made;
  }

  /** Stores what is not stored yet. */
  async flush(jobId: string): Promise<void> {
    const tracked = this.#jobs.get(jobId);
    if (!tracked?.unsaved) return;
    tracked.unsaved = false;
    await this.deps.store.patch(jobId, told(this.#current(tracked)));
  }

  forget(jobId: string): void {
    const tracked = this.#jobs.get(jobId);
    if (!tracked) return;
    clearTimeout(tracked.listTimer ?? undefined);
    clearTimeout(tracked.storeTimer ?? undefined);
    this.#jobs.delete(jobId);
    if (tracked.row.mlflow_run_id !== null) this.#runs.delete(tracked.row.mlflow_run_id);
  }

  async close(): Promise<void> {
    for (const jobId of [...this.#jobs.keys()]) {
      await this.flush(jobId);
      this.forget(jobId);
    }
  }

  #take(tracked: Tracked, points: readonly MetricPoint[], { first_step_at, message, ...progress }: Told): void {
    const { row } = tracked;
    const before = { ...progressOf(row), ...progress };
    tracked.shown.take(points);
    tracked.row = {
      ...row,
      // A recipe says how far it is; a script of the user's own need not.
      progress_json: JSON.stringify(
        toldBy(row, progress) ? before : inferProgress(before, points, secondsSince(tracked)),
      ),
      message: message ?? row.message,
      first_step_at: row.first_step_at ?? first_step_at ?? (points.some(isOwn) ? new Date().toISOString() : null),
    };
    tracked.unsaved = true;
    this.deps.notifier.points(tracked.row, points);
    tracked.listTimer ??= setTimeout(() => {
      tracked.listTimer = null;
      if (!isTerminal(tracked.row.state as JobState)) this.#attempt(this.deps.notifier.listed(this.#current(tracked)));
    }, LIST_MS);
    tracked.storeTimer ??= setTimeout(() => {
      tracked.storeTimer = null;
      this.#attempt(this.flush(row.job_id));
    }, STORE_MS);
  }

  /** The row with its metrics, which are made into text when somebody wants them, not for every batch. */
  #current(tracked: Tracked): JobRow {
    const { row, shown } = tracked;
    const count = this.deps.points.metricsOf(row.job_id) ?? row.metric_count;
    if (shown.changed || count !== row.metric_count)
      tracked.row = { ...row, metrics_json: shown.text(), metric_count: count };
    return tracked.row;
  }

  #attempt(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.deps.log.error({ err: error }, 'telemetry could not be stored'));
  }
}

const toldBy = ({ recipe }: JobRow, told: Partial<Progress>): boolean =>
  recipe !== null || told.fraction !== undefined || told.eta_seconds !== undefined;

/** The wall clock is asked once: how long ago it was, should it be an earlier bridge that began the job. */
function beginningOf({ started_at }: JobRow): number | null {
  return started_at === null ? null : performance.now() - Math.max(0, Date.now() - Date.parse(started_at));
}

function secondsSince({ began }: Tracked): number {
  return began === null ? 0 : (performance.now() - began) / 1000;
}

function told({ metrics_json, metric_count, progress_json, message, first_step_at, run_said }: JobRow) {
  return { metrics_json, metric_count, progress_json, message, first_step_at, run_said } satisfies JobPatch;
}
