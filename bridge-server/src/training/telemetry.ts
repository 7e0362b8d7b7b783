import type { MetricPoint } from '../contract/metrics.js';
import type { Progress } from '../contract/training.js';
import { compareInts } from '../mlflow/int64.js';
import type { GatewayListener } from '../mlflow/port.js';
import type { Announcer } from './announcer.js';
import { epochsAmong, inferProgress, isOwn } from './inferred-progress.js';
import type { TrainingLog } from './ports.js';
import type { JobPatch, JobRow, JobStore } from './store.js';
import { isTerminal } from './states.js';
import { metricsOf, progressOf } from './view.js';
import type { JobState } from '../contract/training.js';

/** Watchers of a job see each point as it passes; lists and the table are told at most this often. */
const LIST_MS = 250;
const STORE_MS = 500;
/** Runs that are no job's (notebooks) are remembered, so that each of their points does not ask the database. */
const FOREIGN_RUNS = 1_000;

interface Tracked {
  row: JobRow;
  /** When the job began, by a clock that nobody sets (ms); null before that. */
  began: number | null;
  /** Newest point of each metric. */
  readonly newest: Map<string, MetricPoint>;
  unsaved: boolean;
  listTimer: NodeJS.Timeout | null;
  storeTimer: NodeJS.Timeout | null;
}
type Told = Partial<Progress> & { first_step_at?: string; message?: string };

/** What jobs tell about themselves while they run: last metrics, progress, first step. */
export class JobTelemetry implements GatewayListener {
  readonly #jobs = new Map<string, Tracked>();
  readonly #runs = new Map<string, string>();
  readonly #foreign = new Set<string>();

  constructor(
    private readonly store: JobStore,
    private readonly announcer: Announcer,
    private readonly log: TrainingLog,
  ) {}

  async jobOfRun(runId: string): Promise<string | null> {
    const known = this.#runs.get(runId);
    if (known !== undefined || this.#foreign.has(runId)) return known ?? null;
    const row = await this.store.byRun(runId);
    if (row) {
      this.track(row);
      return row.job_id;
    }
    if (this.#foreign.size >= FOREIGN_RUNS) this.#foreign.clear();
    this.#foreign.add(runId);
    return null;
  }

  async runOfJob(jobId: string): Promise<string | null> {
    const row = this.#jobs.get(jobId)?.row ?? (await this.store.get(jobId));
    return row?.mlflow_run_id ?? null;
  }

  pointsLogged(jobId: string, points: readonly MetricPoint[], told: Told): void {
    const tracked = this.#jobs.get(jobId);
    if (tracked) {
      this.#take(tracked, points, told);
      return;
    }
    this.store.get(jobId).then(
      (row) => row && this.#take(this.track(row), points, told),
      (error: unknown) => this.log.error({ err: error, job_id: jobId }, 'points could not be shown'),
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
      tracked.row = tracked.unsaved ? { ...row, ...told(tracked.row) } : row;
      tracked.began ??= beginningOf(row);
      return tracked;
    }
    const began = beginningOf(row);
    const made: Tracked = { row, began, newest: new Map(), unsaved: false, listTimer: null, storeTimer: null };
    this.#jobs.set(row.job_id, made);
    return made;
  }

  /** Stores what is not stored yet. */
  async flush(jobId: string): Promise<void> {
    const tracked = this.#jobs.get(jobId);
    if (!tracked?.unsaved) return;
    tracked.unsaved = false;
    await this.store.patch(jobId, told(tracked.row));
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
    const metrics = metricsOf(row);
    const before = { ...progressOf(row), ...progress };
    for (const point of points) {
      // MLflow logs old points once more when it links them to a model: they are not the last value.
      if (isOlder(point, tracked.newest.get(point.key))) continue;
      tracked.newest.set(point.key, point);
      metrics[point.key] = point.value;
    }
    tracked.row = {
      ...row,
      metrics_json: JSON.stringify(metrics),
      // A recipe says how far it is; a script of the user's own need not.
      progress_json: JSON.stringify(
        toldBy(row, progress) ? before : inferProgress(before, points, secondsSince(tracked)),
      ),
      message: message ?? row.message,
      first_step_at: row.first_step_at ?? first_step_at ?? (points.some(isOwn) ? new Date().toISOString() : null),
    };
    tracked.unsaved = true;
    this.announcer.points(tracked.row, points);
    tracked.listTimer ??= setTimeout(() => {
      tracked.listTimer = null;
      if (!isTerminal(tracked.row.state as JobState)) this.#attempt(this.announcer.listed(tracked.row));
    }, LIST_MS);
    tracked.storeTimer ??= setTimeout(() => {
      tracked.storeTimer = null;
      this.#attempt(this.flush(row.job_id));
    }, STORE_MS);
  }

  #attempt(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.log.error({ err: error }, 'telemetry could not be stored'));
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

function isOlder(point: MetricPoint, than: MetricPoint | undefined): boolean {
  if (than === undefined) return false;
  const later = compareInts(point.step, than.step) || compareInts(point.timestamp, than.timestamp);
  return later < 0;
}

function told({ metrics_json, progress_json, message, first_step_at }: JobRow) {
  return { metrics_json, progress_json, message, first_step_at } satisfies JobPatch;
}
