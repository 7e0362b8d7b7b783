import type { z } from 'zod';
import type { EvaluationRequest, Job, JobState, listJobs, TrainRequest } from '../contract/training/training.js';
import { folded } from '../lib/search/folding.js';
import { LimitStore, type Subject } from '../access/limits.js';
import { inProject } from '../access/projects.js';
import { projectOf } from '../access/resource.js';
import { mayAccess, requireAccess } from '../access/require-access.js';
import { scopeOf } from '../access/scope.js';
import type { Permission } from '../contract/permissions.js';
import type { Clock } from '../lib/clock.js';
import { KargahError } from '../lib/errors.js';
import type { Caller, Person } from '../access/caller.js';
import { readBestMetric, type BestMetric, type Launcher } from '../launchers/index.js';
import type { Events } from '../events.js';
import type { LivePort } from '../live/port.js';
import type { GatewayListener, MlflowPort } from '../mlflow/port.js';
import { untold, type Ledger, type Tell } from '../ledger/index.js';
import { RunFinalizer } from './run/finalizer.js';
import { JobNotifier } from './queue/notifier.js';
import { actOn, JobDeletion } from './records/deletion.js';
import { JobLabels } from './records/labels.js';
import { JobTransfer } from './records/transfer.js';
import { JobFolders } from './records/job-folder.js';
import { JobLogs, type LogPiece } from './logs/logs.js';
import { Evaluations, type JudgedSubject } from './evaluations.js';
import { JobModels } from './job-models.js';
import { datasetKept, requestOf, type Changes } from './requests/again.js';
import { dryRun } from './requests/plan.js';
import { givenTo, newJob, type Lineage } from './requests/new-job.js';
import type { TrainingDataset, TrainingDatasets, TrainingLog, TrainingSettings } from './ports.js';
import { PointHistory } from './points/history.js';
import { JobPoints, type ReadPoints } from './points/of-job.js';
import { Preparation } from './run/preparation.js';
import { JobRuns } from './run/mlflow-runs.js';
import { Pythons } from './requests/pythons.js';
import type { Recipes } from './requests/recipes.js';
import { Admission } from './requests/admission.js';
import { JobRunner } from './run/runner.js';
import { isTerminal } from './records/states.js';
import { JobStore, type JobFilter, type JobRow, type LabelChanges } from './records/store.js';
import { JobTelemetry } from './run/telemetry.js';
import { canResume } from './records/view.js';
import { Scheduler } from './queue/scheduler.js';
import type { Kysely } from 'kysely';
import type { Database } from '../storage/schema.js';

export interface TrainingDeps {
  readonly db: Kysely<Database>;
  readonly ledger: Ledger;
  readonly live: LivePort;
  /** Told of what becomes of jobs. */
  readonly events: Events;
  readonly mlflow: MlflowPort;
  readonly clock: Clock;
  readonly launcher: Launcher;
  readonly datasets: TrainingDatasets;
  readonly recipes: Recipes;
  readonly settings: TrainingSettings;
  readonly log: TrainingLog;
}
type Filter = z.output<(typeof listJobs)['query']> & Pick<JobFilter, 'judged'>;

/** Everything a person can do with training jobs. */
export class TrainingService {
  readonly recipes: Recipes;
  readonly logs: JobLogs;
  readonly pythons: Pythons;
  readonly models: JobModels;
  readonly deletion: JobDeletion;
  readonly transfer: JobTransfer;
  readonly #store: JobStore;
  readonly #folders: JobFolders;
  readonly #scheduler: Scheduler;
  readonly #requests: Admission;
  readonly #notifier: JobNotifier;
  readonly #telemetry: JobTelemetry;
  readonly #runner: JobRunner;
  readonly #points: PointHistory;
  readonly #read: JobPoints;
  readonly #labels: JobLabels;
  readonly #evaluations: Evaluations;

  constructor(private readonly deps: TrainingDeps) {
    const { mlflow, live, events, datasets, recipes, settings, log } = deps;
    this.recipes = recipes;
    const store = (this.#store = new JobStore(deps.db));
    const folders = (this.#folders = new JobFolders(settings.dataDir, settings.maxLogBytes ?? null));
    const pythons = (this.pythons = new Pythons(settings.python, log));
    const allowed = new LimitStore(deps.db);
    const most = { jobs: settings.maxParallelJobs, jobsPerUser: settings.maxJobsPerUser };
    const scheduler = (this.#scheduler = new Scheduler(
      store,
      { machine: settings.machine, ...most, limits: allowed },
      mlflow,
    ));
    this.#requests = new Admission({ store, datasets, recipes, pythons, limits: allowed, settings });
    const notifier = (this.#notifier = new JobNotifier(store, scheduler, live, events));
    const points = (this.#points = new PointHistory(settings.dataDir, log));
    const telemetry = (this.#telemetry = new JobTelemetry({ store, notifier, points, events, log }));
    const labels = (this.#labels = new JobLabels({ store, mlflow, log }));
    this.transfer = new JobTransfer({ folders, notifier, telemetry, labels });
    const runs = new JobRuns({ store, folders, mlflow, datasets, recipes, telemetry, points, labels, settings });
    const finalizer = new RunFinalizer({
      store,
      folders,
      mlflow,
      runs,
      telemetry,
      notifier,
      points,
      python: settings.python,
      log,
    });
    this.deletion = new JobDeletion({
      ...deps,
      store,
      folders,
      points,
      telemetry,
      notifier,
      finalizer,
      keptMinutes: settings.retentionMinutes,
    });
    const preparation = new Preparation({ store, folders, runs, pythons, settings });
    this.#runner = new JobRunner({
      store,
      scheduler,
      folders,
      launcher: deps.launcher,
      mlflow,
      preparation,
      runs,
      telemetry,
      notifier,
      finalizer,
      datasets,
      settings,
      log,
    });
    this.#read = new JobPoints({ store, history: points, telemetry, live, mlflow });
    const readable = (caller: Caller, jobId: string): Promise<JobRow> => this.#job(caller, 'model.read', jobId);
    const models = (this.models = new JobModels({ store, mlflow, settings, log, readable }));
    const { python } = settings;
    const admission = this.#requests;
    this.#evaluations = new Evaluations({ admission, models, store, folders, datasets, notifier, python });
    this.logs = new JobLogs(folders, live, (job_id, err) => log.error({ err, job_id }, 'a log could not be followed'));
  }

  /** What the MLflow gateway tells of jobs' runs. */
  get gatewayListener(): GatewayListener {
    return this.#telemetry;
  }

  /** Adopts jobs that went on without the bridge and begins to work on the queue. */
  async start(): Promise<void> {
    await this.models.start();
    await this.#runner.start();
    this.#labels.start();
    this.deletion.start();
  }

  /** Jobs that run go on. */
  async stop(): Promise<void> {
    this.models.stop();
    await this.deletion.close();
    await this.logs.close();
    await this.#runner.close();
    await this.#labels.close();
    await this.#telemetry.close();
    await this.#points.close();
  }

  /** @param lineage what it was made from: nothing, for what a person typed */
  async submit(person: Person, request: TrainRequest, lineage: Lineage = {}): Promise<Job> {
    requireAccess(person, 'job.write', projectOf(person));
    const accepted = await this.#requests.accept(person, request, lineage.given);
    const row = newJob(person, accepted, lineage);
    await this.#folders.make(row.job_id);
    await this.#folders.writeEnvironment(row.job_id, accepted.variables);
    if (lineage.resumedFrom !== undefined) await this.#takeCheckpoints(lineage.resumedFrom, row.job_id);
    const { datasets } = this.deps;
    await this.#store.insert(row, async (tx) => {
      if (row.dataset_version_id !== null) await datasets.hold(tx, row.dataset_version_id);
    });
    const job = await this.#notifier.moved(row);
    this.#runner.kick();
    return job;
  }

  /** Starts a job that judges a model on other data; throws what `Evaluations.begin` does. */
  async evaluate(person: Person, subject: JudgedSubject, request: EvaluationRequest): Promise<Job> {
    const job = await this.#evaluations.begin(person, subject, request);
    this.#runner.kick();
    return job;
  }

  /** What a job of this request would learn from; throws what `submit` would. */
  async given(person: Person, request: TrainRequest): Promise<TrainingDataset | null> {
    return (await this.#requests.accept(person, request)).dataset;
  }

  async plan(person: Person, request: TrainRequest) {
    requireAccess(person, 'job.write', projectOf(person));
    const accepted = await this.#requests.accept(person, request);
    const { launcher, settings } = this.deps;
    return dryRun({ launcher, settings, folders: this.#folders, scheduler: this.#scheduler }, person, accepted);
  }

  async clone(person: Person, jobId: string, changes: Changes): Promise<Job> {
    const row = await this.#job(person, 'job.write', jobId);
    const there = inProject(person, row.project_id);
    return datasetKept(this.submit(there, requestOf(row, changes), { parent: jobId, given: givenTo(row) }));
  }

  async resume(person: Person, jobId: string, changes: Changes): Promise<Job> {
    const row = await this.#job(person, 'job.write', jobId);
    if (!isTerminal(row.state as JobState)) throw new KargahError('job_active');
    if (!canResume(row)) throw new KargahError('job_has_no_checkpoint');
    const lineage = { parent: jobId, resumedFrom: jobId, given: givenTo(row) };
    return datasetKept(this.submit(inProject(person, row.project_id), requestOf(row, changes), lineage));
  }

  async list(person: Person, filter: Filter): Promise<{ items: Job[]; next_cursor: string | null }> {
    const search = filter.search === undefined ? undefined : folded(filter.search).trim();
    const { rows, next_cursor } = await this.#store.list(scopeOf(person, 'job.read'), {
      ...filter,
      search,
      deleted: filter.deleted === 'true',
    });
    return { items: await this.#notifier.views(rows), next_cursor };
  }

  async get(caller: Caller, jobId: string): Promise<Job> {
    await this.#telemetry.flush(jobId);
    return this.#notifier.view(await this.#job(caller, 'job.read', jobId));
  }

  /** @throws not_found, forbidden, note_changed */
  async label(person: Person, jobId: string, changes: LabelChanges): Promise<Job> {
    await this.#telemetry.flush(jobId);
    const row = await this.#labels.change(await this.#job(person, 'job.write', jobId), changes);
    // What is told of a running job is told with its name.
    if (!isTerminal(row.state as JobState)) this.#telemetry.track(row);
    return this.#notifier.listed(row);
  }

  /** Those of these jobs that a person may read, in the order in which they were asked for, and what else they may do with each. */
  async readable(
    person: Person,
    jobIds: readonly string[],
  ): Promise<{ readonly job: Job; readonly may: (permission: Permission) => boolean }[]> {
    const found = await this.#store.many(jobIds);
    const resources = new Map(
      found.filter((one) => mayAccess(person, 'job.read', one)).map((one) => [one.id, one] as const),
    );
    const asked = jobIds.flatMap((jobId) => resources.get(jobId) ?? []);
    const jobs = await this.#notifier.views(asked.map(({ row }) => row));
    return jobs.map((job, at) => ({ job, may: (permission) => mayAccess(person, permission, asked[at]!) }));
  }

  async requestStop(person: Person, jobId: string): Promise<Job> {
    const row = await this.#job(person, 'job.stop', jobId);
    // What one does with one's own jobs is nobody else's to know.
    const isOwn = person.userId === row.user_id;
    return this.#stop(row, this.deps.ledger.telling(isOwn ? null : { ...actOn(person, row), action: 'job.stop' }));
  }

  /** Every job of a deleted project that has not ended is to end. */
  async stopAllOf(projectId: string): Promise<void> {
    for (const row of await this.#store.ofProject(projectId))
      if (!isTerminal(row.state as JobState))
        await this.#stop(row, untold).catch((error: unknown) => {
          if (!(error instanceof KargahError && ['job_not_active', 'not_found'].includes(error.code))) throw error;
        });
  }

  async #stop(row: JobRow, tell: Tell): Promise<Job> {
    const { job_id: jobId } = row;
    const state = row.state as JobState;
    if (isTerminal(state)) throw new KargahError('job_not_active');
    if (state === 'stopping') return this.#notifier.view(row);
    const now = new Date().toISOString();
    const asked = { stop_requested_at: now };
    const settled = { ...asked, ended_at: now, message: null };
    const stopped = await this.#store.stopped(jobId, { from: 'queued', to: 'stopped' }, settled, tell);
    if (stopped) {
      await this.#folders.forgetEnvironment(jobId);
      await this.#notifier.queueMoved();
      // What was kept for it is free.
      this.#runner.kick();
      return this.#notifier.moved(stopped);
    }
    const stopping = await this.#store.stopped(jobId, { to: 'stopping' }, asked, tell);
    // It moved between the two looks: look again.
    if (!stopping) {
      const moved = await this.#store.get(jobId);
      if (moved === null) throw new KargahError('not_found');
      return this.#stop(moved, tell);
    }
    this.#telemetry.track(stopping);
    this.#runner.stop(stopping);
    return this.#notifier.moved(stopping);
  }

  /** For good, with its run; also one that could still be restored. @throws not_found, forbidden, job_active */
  async delete(person: Person, jobId: string): Promise<void> {
    await this.deletion.forGood(person, jobId);
  }

  /** Every job of a project that is purged; none runs any more. Its runs go with the whole workspace. */
  async removeAllOf(projectId: string): Promise<void> {
    for (const row of await this.#store.ofProject(projectId)) {
      // First what nobody would look for once its row is gone.
      await this.#folders.delete(row.job_id);
      await this.#points.invalidate(row.job_id);
      await this.deletion.remove(row, untold);
    }
  }

  /** What the jobs of a person or a project take now. */
  useOf(subject: Subject): Promise<{ jobs: number; cpus: number; gpus: number }> {
    return this.#scheduler.useOf(subject);
  }

  /** How much may run has changed. */
  async limitsChanged(): Promise<void> {
    await this.#notifier.queueMoved();
    this.#runner.kick();
  }

  /** Which metric tells the best epoch of a recipe's job; null before its training has begun. */
  bestMetricOf(jobId: string): BestMetric | null {
    return readBestMetric(this.#folders.of(jobId));
  }

  async events(person: Person, jobId: string) {
    await this.#job(person, 'job.read', jobId);
    return this.#store.events(jobId);
  }

  async metrics(person: Person, jobId: string): Promise<ReadPoints> {
    return this.#read.of(await this.#job(person, 'job.read', jobId));
  }

  /** A job's points for what the bridge makes of them by itself; null where there is no such job. */
  async points(jobId: string): Promise<ReadPoints | null> {
    const row = await this.#store.get(jobId);
    return row && this.#read.of(row);
  }

  /** @throws not_found, forbidden */
  async requireJob(caller: Caller, permission: Permission, jobId: string): Promise<void> {
    await this.#job(caller, permission, jobId);
  }

  /** From now on what is appended to the log goes to `LivePort.logAppended`; answers how to stop. */
  watchLog(jobId: string): () => void {
    return this.logs.watch(jobId);
  }

  /** Log text from byte `offset`, cut between letters; null at the end. */
  readLog(jobId: string, offset: number): Promise<LogPiece | null> {
    return this.logs.piece(jobId, offset);
  }

  async #takeCheckpoints(from: string, to: string): Promise<void> {
    try {
      await this.#folders.copyCheckpoints(from, to);
    } catch (cause) {
      await this.#folders.delete(to);
      const gone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      throw gone ? new KargahError('job_has_no_checkpoint', {}, { cause }) : cause;
    }
  }

  async #job(caller: Caller, permission: Permission, jobId: string): Promise<JobRow> {
    return requireAccess(caller, permission, await this.#store.resource(jobId));
  }
}
