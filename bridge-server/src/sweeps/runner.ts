import { writerIn } from '../access/workspace-user.js';
import type { Failure } from '../contract/errors.js';
import type { Sweep } from '../contract/training/sweeps.js';
import type { MetricPoint } from '../contract/training/metrics.js';
import type { Job } from '../contract/training/training.js';
import { failureOf, KargahError } from '../lib/errors.js';
import { Background } from '../lib/async/background.js';
import { CoalescedTask } from '../lib/async/coalesced-task.js';
import { errorOf, paramsOf } from '../training/index.js';
import type { SweepDeps } from './deps.js';
import { bestJob } from './history.js';
import { Reports } from './reports.js';
import { isActive, ownerOf, Round, stopped } from './round.js';
import { Sampler } from './sampler.js';
import type { SweepJob, SweepRow, SweepStore } from './store.js';
import { bestOf, metricOf, standingOf, sweepOf } from './view.js';

/** Reports that come close together lead to one look. */
const LOOK_MS = 300;
/** After something went wrong, or while all places of the queue are taken. */
const RETRY_MS = 5_000;
const MOST_ATTEMPTS = 3;
const RUN_STATUS = { succeeded: 'FINISHED', failed: 'FAILED', stopped: 'KILLED' } as const;
type Ended = keyof typeof RUN_STATUS;

/**
 * Runs sweeps to their end. Every event leads to one look at the database, which holds the whole state: what an earlier
 * bridge left half done is gone on with in the same way.
 */
export class SweepRunner {
  readonly #reports = new Reports();
  readonly #sampler: Sampler;
  readonly #round: Round;
  readonly #looks = new Map<string, CoalescedTask>();
  readonly #background: Background;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #attempts = new Map<string, number>();
  /**
   * The sweep of each job that is followed, and the job's state by its last event. A state read by a look does not count: the look
   * may have decided by what was so before.
   */
  readonly #jobs = new Map<string, { readonly sweepId: string; heard: string | null }>();
  readonly #told = new Map<string, string>();
  #unsubscribe: () => void = () => undefined;
  #closed = false;

  constructor(
    private readonly store: SweepStore,
    private readonly deps: SweepDeps,
  ) {
    this.#background = new Background((err) => deps.log.error({ err }, 'work on a sweep went wrong'));
    this.#sampler = new Sampler(deps.python);
    this.#round = new Round(deps, store, this.#sampler, this.#reports);
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.deps.mlflow.onState((state) => {
      if (state === 'up') this.#background.begin(this.#resume());
    });
    await this.#resume();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#sampler.close();
    await this.#background.close();
  }

  /** Looks at the sweep now, or again when the look that is under way has ended. */
  kick(sweepId: string): void {
    if (this.#closed) return;
    const look = this.#looks.get(sweepId) ?? new CoalescedTask(() => this.#look(sweepId));
    this.#looks.set(sweepId, look);
    this.#background.begin(look.run());
  }

  /** Looks for sweeps as at the start, after a change of sweeps that no event of a job announces. */
  lookAtAll(): void {
    if (!this.#closed) this.#background.begin(this.#resume());
  }

  jobChanged({ job_id, sweep_id, state }: Job): void {
    if (sweep_id === null) return;
    const known = this.#jobs.get(job_id);
    if (known?.heard === state) return;
    if (known) known.heard = state;
    this.kick(sweep_id);
  }

  pointsLogged(jobId: string, points: readonly MetricPoint[]): void {
    // By its first point a job has named the metric to compare.
    if (this.#reports.follows(jobId) && !this.#reports.take(jobId, points)) return;
    const known = this.#jobs.get(jobId);
    if (known) this.#later(known.sweepId, LOOK_MS);
  }

  /** Sends the sweep's state to the project's panels, unless it is what was sent last. */
  async announce(row: SweepRow): Promise<Sweep> {
    const sweep = sweepOf(row, await this.store.jobs([row.sweep_id]));
    const text = JSON.stringify(sweep);
    if (this.#told.get(row.sweep_id) !== text) this.deps.live.sweepChanged(row.project_id, sweep);
    this.#told.set(row.sweep_id, text);
    return sweep;
  }

  async #resume(): Promise<void> {
    for (const row of await this.store.active()) this.kick(row.sweep_id);
    for (const row of await this.store.withOpenRun()) await this.#endRun(row);
  }

  async #look(sweepId: string): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#step(sweepId);
      this.#attempts.delete(sweepId);
    } catch (error) {
      await this.#wentWrong(sweepId, error);
    }
  }

  async #step(sweepId: string): Promise<void> {
    const row = await this.store.get(sweepId);
    if (row === null || row.ended_at !== null) {
      this.#forget(sweepId);
      return;
    }
    const workspace = await this.store.workspaceOf(row.project_id);
    if (!(await this.#hasRun(row, workspace))) return;
    const before = await this.store.jobs([sweepId]);
    await this.#hasMetric(row);
    await this.#follow(row, workspace);
    const more = await this.#advance(row, workspace);
    const jobs = await this.store.jobs([sweepId]);
    for (const job of jobs) this.#seen(job);
    const best = JSON.stringify(bestJob(row, jobs, this.#reports));
    const now = best === (row.best_json ?? 'null') ? row : await this.store.patchActive(sweepId, { best_json: best });
    if (now === null) return;
    if (more || jobs.some(isActive)) await this.announce(now);
    // A job may have ended during this look, after the look had read its reports.
    else if (before.length < jobs.length || before.some(isActive)) this.kick(sweepId);
    else await this.#end(now, jobs);
  }

  /** Stops what is to be stopped, begins what may begin; answers whether the sweep has more to try. */
  async #advance(row: SweepRow, workspace: string): Promise<boolean> {
    const jobs = await this.store.jobs([row.sweep_id]);
    if (row.state === 'running') {
      await this.#round.giveUp(row, workspace, jobs);
      return this.#round.begin(row, workspace, jobs);
    }
    if (row.error_json === null)
      for (const job of jobs.filter(isActive))
        await stopped(this.deps.training.requestStop(await ownerOf(this.deps, row, workspace), job.job_id));
    return false;
  }

  async #hasRun(row: SweepRow, workspace: string): Promise<boolean> {
    if (row.mlflow_run_id !== null || row.state !== 'running') return true;
    // The sweep waits, as jobs do, until MLflow is up.
    if (this.deps.mlflow.state() !== 'up') return false;
    await this.deps.mlflow.ensureWorkspace(workspace, writerIn(workspace));
    const run = await this.deps.mlflow.createRun({
      workspace,
      userId: row.user_id,
      jobId: row.sweep_id,
      name: row.name,
      params: { ...paramsOf(row), method: row.method, pruner: row.pruner, trials: row.trials, seed: row.seed },
      tags: { 'kargah.sweep_id': row.sweep_id, 'mlflow.source.name': `kargah.recipes.${row.recipe}` },
      dataset: null,
    });
    row.mlflow_run_id = run.runId;
    await this.store.patchActive(row.sweep_id, { mlflow_run_id: run.runId, mlflow_experiment_id: run.experimentId });
    return true;
  }

  /** The metric by which jobs are compared depends on the task, which a recipe determines when it reads its data. */
  async #hasMetric(row: SweepRow): Promise<void> {
    if (metricOf(row) !== null) return;
    for (const { job_id } of await this.store.jobs([row.sweep_id])) {
      const said = this.deps.training.bestMetricOf(job_id);
      if (said === null) continue;
      row.metric_key = said.key;
      row.metric_mode = said.mode;
      await this.store.patchActive(row.sweep_id, { metric_key: said.key, metric_mode: said.mode });
      return;
    }
  }

  /** Reads what jobs reported before this bridge listened, or before the metric was known. */
  async #follow(row: SweepRow, workspace: string): Promise<void> {
    const metric = metricOf(row);
    for (const job of await this.store.jobs([row.sweep_id])) {
      this.#seen(job);
      if (metric === null || this.#reports.follows(job.job_id)) continue;
      // Subscribed before the read, so that no point in between is missed.
      this.#reports.follow(job.job_id, metric.key);
      if (job.mlflow_run_id === null) continue;
      try {
        const history = await this.deps.mlflow.metricHistory(workspace, job.mlflow_run_id, metric.key);
        this.#reports.take(job.job_id, history);
      } catch (error) {
        this.#reports.forget(job.job_id);
        // The run of the sweep may have been deleted by its owner.
        if (!(error instanceof KargahError && error.code === 'not_found')) throw error;
      }
    }
  }

  async #end(row: SweepRow, jobs: readonly SweepJob[]): Promise<void> {
    const { to, why } = endingOf(row, jobs);
    const ended = await this.store.patchActive(row.sweep_id, {
      state: to,
      error_json: why && JSON.stringify(why),
      ended_at: new Date().toISOString(),
      mlflow_end_pending: row.mlflow_run_id === null ? null : RUN_STATUS[to],
    });
    if (!ended) return;
    await this.announce(ended);
    this.#forget(row.sweep_id);
    await this.#endRun(ended);
  }

  /** Or later, when MLflow is back. */
  async #endRun(row: SweepRow): Promise<void> {
    if (row.mlflow_run_id === null || row.mlflow_end_pending === null) return;
    const status = RUN_STATUS[row.state as Ended];
    const workspace = await this.store.workspaceOf(row.project_id);
    try {
      await this.#tagBest(row, workspace, row.mlflow_run_id);
      await this.deps.mlflow.endRun(workspace, row.mlflow_run_id, status);
    } catch (error) {
      if (error instanceof KargahError && error.code === 'mlflow_unavailable') return;
      if (!(error instanceof KargahError && error.code === 'not_found')) throw error;
    }
    await this.store.runEnded(row.sweep_id);
  }

  /** MLflow's own page shows which run was the best. */
  async #tagBest(row: SweepRow, workspace: string, runId: string): Promise<void> {
    const best = bestOf(row);
    if (best === null) return;
    const job = (await this.store.jobs([row.sweep_id])).find(({ job_id }) => job_id === best.job_id);
    const bestRunId = job?.mlflow_run_id ?? '';
    await this.deps.mlflow.tagRun(workspace, runId, {
      'kargah.best_job_id': best.job_id,
      'kargah.best_run_id': bestRunId,
    });
    if (bestRunId !== '') await this.deps.mlflow.tagRun(workspace, bestRunId, { 'kargah.best_of_sweep': row.sweep_id });
  }

  async #wentWrong(sweepId: string, error: unknown): Promise<void> {
    // A bridge that ends aborts its requests; the next one goes on.
    if (this.#closed) return;
    const waits = error instanceof KargahError && ['quota_jobs', 'mlflow_unavailable'].includes(error.code);
    if (waits) {
      this.#later(sweepId, RETRY_MS);
      return;
    }
    const attempts = (this.#attempts.get(sweepId) ?? 0) + 1;
    this.#attempts.set(sweepId, attempts);
    this.deps.log.error({ err: error, sweep_id: sweepId }, 'a sweep could not go on');
    if (!(error instanceof KargahError) && attempts < MOST_ATTEMPTS) {
      this.#later(sweepId, RETRY_MS);
      return;
    }
    // What runs may end; nothing further is begun.
    const why = reasonOf(error, sweepId);
    const row = await this.store.patchActive(sweepId, { state: 'stopping', error_json: JSON.stringify(why) });
    if (row) this.kick(sweepId);
  }

  #seen({ job_id, sweep_id }: SweepJob): void {
    if (sweep_id !== null && !this.#jobs.has(job_id)) this.#jobs.set(job_id, { sweepId: sweep_id, heard: null });
  }

  #later(sweepId: string, ms: number): void {
    if (this.#closed || this.#timers.has(sweepId)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(sweepId);
      this.kick(sweepId);
    }, ms).unref();
    this.#timers.set(sweepId, timer);
  }

  #forget(sweepId: string): void {
    for (const [jobId, job] of this.#jobs)
      if (job.sweepId === sweepId) {
        this.#jobs.delete(jobId);
        this.#reports.forget(jobId);
      }
    for (const kept of [this.#looks, this.#told, this.#attempts]) kept.delete(sweepId);
  }
}

/** A sweep of which anything came has succeeded; one whose jobs all failed says so. */
function endingOf(row: SweepRow, jobs: readonly SweepJob[]): { to: Ended; why: Failure | null } {
  const error = errorOf(row);
  if (error) return { to: 'failed', why: error };
  if (row.state === 'stopping') return { to: 'stopped', why: null };
  const useful = jobs.some((job) => ['succeeded', 'pruned'].includes(standingOf(job)));
  if (useful) return { to: 'succeeded', why: null };
  return jobs.some((job) => standingOf(job) === 'failed')
    ? { to: 'failed', why: failureOf('sweep_failed') }
    : { to: 'stopped', why: null };
}

function reasonOf(error: unknown, sweepId: string): Failure {
  if (!(error instanceof KargahError)) return failureOf('internal', { request_id: sweepId });
  // `not_found` from the start of a sweep's job means its dataset.
  return error.code === 'not_found' || error.code === 'dataset_freed'
    ? failureOf('dataset_deleted')
    : error.toFailure();
}
