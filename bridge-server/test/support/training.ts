import { Blob } from 'node:buffer';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { removeFolder } from '../folders.js';
import { knownCallers, person, serve, type Served } from '../app.js';
import { HUNG_MS } from '../hung.js';
import { testStorage } from '../storage.js';
import { Ledger } from '../../src/ledger/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { HandClock } from '../clock.js';
import type { Sweep } from '../../src/contract/training/sweeps.js';
import type { MetricPoint } from '../../src/contract/training/metrics.js';
import type { Job, JobState } from '../../src/contract/training/training.js';
import { Memberships } from '../../src/access/memberships.js';
import { KargahError } from '../../src/lib/errors.js';
import { LocalLauncher } from '../../src/launchers/local/local.js';
import type { Launcher } from '../../src/launchers/port.js';
import type { LivePort } from '../../src/live/port.js';
import type { DatasetInput, MlflowPort, RunRef } from '../../src/mlflow/port.js';
import type { Storage } from '../../src/storage/storage.js';
import type { TrainingDataset, TrainingSettings } from '../../src/training/ports.js';
import { Recipes } from '../../src/training/requests/recipes.js';
import { trainingRoutes } from '../../src/training/routes.js';
import { TrainingService } from '../../src/training/service.js';
import { Events } from '../../src/events.js';
import { createCompare } from '../../src/compare/index.js';
import type { RunningFeature } from '../../src/feature.js';
import { sweepRoutes } from '../../src/sweeps/routes.js';
import { SweepService } from '../../src/sweeps/service.js';

const ROOT = resolve(import.meta.dirname, '../../..');
export const PYTHON = process.env['KARGAH_PYTHON'] ?? join(ROOT, '.venv/bin/python');

/** Keeps what was announced. */
class RecordedLive implements LivePort {
  readonly heard = new EventEmitter().setMaxListeners(0);
  readonly updates: { jobId: string; state: JobState; metrics: readonly MetricPoint[] }[] = [];
  readonly logs: { jobId: string; offset: number; nextOffset: number; text: string }[] = [];
  readonly jobs = new Map<string, Job>();
  readonly deleted = new Set<string>();
  readonly sweeps: Sweep[] = [];

  jobUpdated(jobId: string, update: { state: JobState; metrics: readonly MetricPoint[] }): void {
    this.updates.push({ jobId, state: update.state, metrics: update.metrics });
    this.heard.emit('change');
  }
  jobChanged(_projectId: string, job: Job, deleted = false): void {
    if (deleted) this.deleted.add(job.job_id);
    this.jobs.set(job.job_id, job);
    this.heard.emit('change');
  }
  membershipsChanged(): Promise<void> {
    return Promise.resolve();
  }
  datasetChanged(): void {
    throw new Error('training changes no dataset');
  }
  datasetChangedForOthers(): void {
    this.datasetChanged();
  }
  datasetProfiled(): void {
    this.datasetChanged();
  }
  sweepChanged(_projectId: string, sweep: Sweep, deleted = false): void {
    if (deleted) this.deleted.add(sweep.sweep_id);
    this.sweeps.push(sweep);
    this.heard.emit('change');
  }
  logAppended(jobId: string, offset: number, nextOffset: number, text: string): void {
    this.logs.push({ jobId, offset, nextOffset, text });
    this.heard.emit('change');
  }
  mlflowChanged(): void {
    throw new Error('training does not watch over MLflow');
  }
  seqOf(jobId: string): number {
    return this.updates.filter((update) => update.jobId === jobId).length;
  }
}

interface MemoryRun {
  jobId: string;
  status: string;
  params: Record<string, unknown>;
  tags: object;
  dataset: DatasetInput | null;
}

/** MLflow as far as training sees it: runs in memory, up or down as a test says. */
class MemoryMlflow implements MlflowPort {
  readonly runs = new Map<string, MemoryRun>();
  readonly artifacts = new Map<string, string | Buffer>();
  readonly points: MetricPoint[] = [];
  readonly below: { runId: string; name: string; ended: boolean }[] = [];
  readonly endedBelow: [runId: string, status: string][] = [];
  readonly deletedBelow: string[] = [];
  readonly histories = new Map<string, MetricPoint[]>();
  /** What `openRun` waits for. */
  opening: Promise<void> = Promise.resolve();
  #state: 'starting' | 'up' | 'down' = 'up';
  readonly #listeners = new Set<(state: 'starting' | 'up' | 'down') => void>();

  become(state: 'starting' | 'up' | 'down'): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
  state(): 'starting' | 'up' | 'down' {
    return this.#state;
  }
  whenUp(): Promise<void> {
    return this.#state === 'up' ? Promise.resolve() : Promise.reject(new KargahError('mlflow_unavailable'));
  }
  onState(listener: (state: 'starting' | 'up' | 'down') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  async ensureWorkspace(): Promise<void> {
    await this.whenUp();
  }
  async deleteWorkspace(): Promise<void> {
    await this.whenUp();
    this.runs.clear();
  }
  async createRun(input: Parameters<MlflowPort['createRun']>[0]) {
    const run = await this.openRun(input);
    await this.describeRun({ ...input, runId: run.runId });
    return run;
  }
  async openRun({
    jobId,
    tags,
    mayExist,
  }: Pick<Parameters<MlflowPort['openRun']>[0], 'jobId' | 'tags'> & { readonly mayExist?: boolean }) {
    await this.opening;
    await this.whenUp();
    // As MLflow does, which knows nothing of jobs: another run, unless one is looked for.
    const runId = this.runs.has(`run-${jobId}`) && mayExist === false ? `run-${jobId}-again` : `run-${jobId}`;
    this.runs.set(runId, { jobId, status: 'RUNNING', params: {}, tags, dataset: null });
    return { experimentId: '7', runId };
  }
  async describeRun({ runId, params, dataset }: Parameters<MlflowPort['describeRun']>[0]) {
    await this.whenUp();
    const run = this.runs.get(runId);
    if (!run) throw new KargahError('not_found');
    this.runs.set(runId, { ...run, params, dataset });
  }
  async tagRun(_workspace: string, runId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.whenUp();
    const run = this.runs.get(runId);
    if (!run) throw new KargahError('not_found');
    this.runs.set(runId, { ...run, tags: { ...run.tags, ...tags } });
  }
  async endRun(_workspace: string, runId: string, status: string): Promise<void> {
    await this.whenUp();
    this.runs.get(runId)!.status = status;
  }
  async runsBelow(): ReturnType<MlflowPort['runsBelow']> {
    await this.whenUp();
    return this.below;
  }
  async endRunsBelow(_workspace: string, { runId }: RunRef, status: string): Promise<void> {
    await this.whenUp();
    this.endedBelow.push([runId, status]);
  }
  async deleteRun(_workspace: string, runId: string): Promise<void> {
    await this.whenUp();
    this.runs.delete(runId);
  }
  async deleteRunsBelow(_workspace: string, { runId }: RunRef): Promise<void> {
    await this.whenUp();
    this.deletedBelow.push(runId);
  }
  async metricHistory(_workspace: string, runId: string, key?: string): Promise<MetricPoint[]> {
    await this.whenUp();
    return (this.histories.get(runId) ?? this.points).filter((point) => key === undefined || point.key === key);
  }
  async modelOf(_workspace: string, runId: string) {
    await this.whenUp();
    const path = [...this.artifacts.keys()].find((key) => key.startsWith(`${runId}/model/`));
    return path === undefined ? null : { uri: `runs:/${runId}/model`, artifactPath: 'model', sizeBytes: 5 };
  }
  async listArtifacts(_workspace: string, runId: string, path: string) {
    await this.whenUp();
    const names = [...this.artifacts.keys()].filter((key) => key.startsWith(`${runId}/${path}/`));
    const under = names.map((key) => key.slice(runId.length + 1 + path.length + 1));
    const files = under.filter((name) => !name.includes('/')).map((name) => ({ name, isDir: false, sizeBytes: 5 }));
    const folders = [...new Set(under.filter((name) => name.includes('/')).map((name) => name.split('/')[0]!))];
    return [...files, ...folders.map((name) => ({ name, isDir: true, sizeBytes: null }))].map(
      ({ name, isDir, sizeBytes }) => ({ path: `${path}/${name}`, isDir, sizeBytes }),
    );
  }
  async openArtifact(_workspace: string, runId: string, path: string) {
    await this.whenUp();
    const text = this.artifacts.get(`${runId}/${path}`);
    if (text === undefined) throw new KargahError('not_found');
    const bytes = Buffer.from(text);
    return { body: new Blob([bytes]).stream(), sizeBytes: bytes.length };
  }
}

/** A real training service on a real database, folder and launcher, behind a real server; only MLflow and Socket.IO are stand-ins. */
export class TrainingFixture {
  live = new RecordedLive();
  readonly mlflow = new MemoryMlflow();
  /** By which deleted jobs go for good; it stands still until a test moves it. */
  readonly clock = new HandClock();
  readonly datasets = new Map<string, TrainingDataset>();
  /** The datasets whose job has ended. */
  readonly released: string[] = [];
  readonly problems: object[] = [];
  /** What supervisors measured of their jobs. */
  readonly measured = new Map<string, MetricPoint[]>();
  service!: TrainingService;
  sweeps!: SweepService;
  #compare!: RunningFeature;
  #served!: Served;

  private constructor(
    readonly dir: string,
    readonly storage: Storage,
    readonly launcher: Launcher,
    readonly settings: Pick<
      TrainingSettings,
      'machine' | 'launchers' | 'maxParallelJobs' | 'maxJobsPerUser' | 'graceSeconds' | 'scriptEnv'
    >,
  ) {}

  static async open(
    settings: Partial<TrainingFixture['settings']> = {},
    launcher: Launcher = new LocalLauncher(PYTHON),
  ): Promise<TrainingFixture> {
    const dir = await mkdtemp(join(tmpdir(), 'kargah-training-'));
    const shop = new TrainingFixture(dir, await testStorage(), launcher, {
      machine: { cpus: 4, memoryMb: 8192, gpus: [] },
      launchers: ['local-cold'],
      maxParallelJobs: 4,
      maxJobsPerUser: 4,
      graceSeconds: 1,
      ...settings,
    });
    // The workspace lies elsewhere: nothing of Kargah's own folder may be a script. Tests reach it as `work`.
    await mkdir(`${dir}-work`);
    await symlink(`${dir}-work`, join(dir, 'work'));
    for (const id of ['sara', 'reza']) {
      const { projectId: project_id, workspace } = person(id);
      await shop.storage.db
        .insertInto('projects')
        .values({ project_id, workspace, name: id, workspace_ready: 1, created_at: new Date().toISOString() })
        .execute();
      await shop.storage.db
        .insertInto('project_members')
        .values({ project_id, user_id: id, role: 'owner', created_at: new Date().toISOString() })
        .execute();
    }
    await shop.start();
    return shop;
  }

  async start(): Promise<void> {
    const given = ({ versionId }: { readonly versionId: string }): Promise<TrainingDataset> => {
      const found = [...this.datasets.values()].find((dataset) => dataset.versionId === versionId);
      return found ? Promise.resolve(found) : Promise.reject(new KargahError('not_found'));
    };
    const versionIdOf = (datasetId: string): string => this.datasets.get(datasetId)?.versionId ?? '';
    const events = new Events((error) => void this.problems.push({ err: error }));
    events.on('job.changed', ({ projectId, job, deleted }) => this.live.jobChanged(projectId, job, deleted));
    this.service = new TrainingService({
      db: this.storage.db,
      ledger: new Ledger(systemClock),
      live: this.live,
      events,
      mlflow: this.mlflow,
      clock: this.clock,
      launcher: this.launcher,
      datasets: {
        forTraining: ({ projectId }, { datasetId }) =>
          given({ versionId: projectId === 'prj_sara' ? versionIdOf(datasetId) : 'of somebody else' }),
        again: (_person, what) => given(what),
        ofJob: given,
        hold: () => Promise.resolve(),
        release: (datasetId) => Promise.resolve(void this.released.push(datasetId)),
      },
      recipes: new Recipes({
        file: join(ROOT, 'trainer/src/kargah/recipes/recipes.json'),
        python: null,
        dataDir: this.dir,
        log: { warn: () => undefined },
      }),
      settings: {
        dataDir: this.dir,
        python: PYTHON,
        workspaceDir: `${this.dir}-work`,
        retentionMinutes: 60,
        ...this.settings,
      },
      log: {
        warn: () => undefined,
        error: (facts) => void this.problems.push(facts),
      },
    });
    this.sweeps = new SweepService({
      db: this.storage.db,
      ledger: new Ledger(systemClock),
      live: this.live,
      events,
      mlflow: this.mlflow,
      memberships: new Memberships(this.storage.db),
      training: this.service,
      python: PYTHON,
      log: { warn: () => undefined, error: (facts) => void this.problems.push(facts) },
    });
    this.#compare = createCompare({
      config: { dataDir: this.dir },
      events,
      training: this.service,
      log: { warn: (facts) => void this.problems.push(facts) },
    });
    this.#served = await serve({
      routes: [...trainingRoutes(this.service), ...sweepRoutes(this.sweeps), ...this.#compare.routes],
      mounts: [{ path: '/mlflow', handle: (req, res) => this.#takePoints(req, res) }],
      authenticator: knownCallers(person('sara'), person('reza')),
    });
    await writeFile(join(this.dir, 'bridge.json'), JSON.stringify({ url: this.#served.url }));
    await this.service.start();
    await this.sweeps.start();
  }

  /** As far as a supervisor sees the gateway. */
  async #takePoints(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { run_id, metrics } = (await json(req)) as { run_id: string; metrics: MetricPoint[] };
    const jobId = this.mlflow.runs.get(run_id)?.jobId ?? '';
    this.measured.set(jobId, [...(this.measured.get(jobId) ?? []), ...metrics]);
    this.live.heard.emit('change');
    res.end('{}');
  }

  /** The bridge goes; jobs do not. */
  async stop(): Promise<void> {
    await this.#served.close();
    await this.#compare.stop?.();
    await this.sweeps.stop();
    await this.service.stop();
  }

  /** Ends what still runs, and everything else. */
  async close(): Promise<void> {
    for (const job of this.live.jobs.values())
      if (['queued', 'starting', 'running'].includes(job.state))
        await this.call('POST', `/train/jobs/${job.job_id}/stop`, undefined, job.owner.user_id);
    for (const { job_id, owner } of this.live.jobs.values())
      if (!this.live.deleted.has(job_id)) await this.ended(job_id, owner.user_id);
    await this.stop();
    await this.storage.close();
    removeFolder(this.dir);
    removeFolder(`${this.dir}-work`);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    as = 'sara',
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.#served.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer token-of-${as}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async short(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.#served.url}/api${path}`, {
      method,
      headers: { authorization: 'Bearer token-of-sara', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Writes a script into the workspace and submits it. */
  async script(source: string, more: object = {}, as = 'sara'): Promise<Job> {
    const path = `s${Math.random().toString(36).slice(2, 10)}.py`;
    await writeFile(join(this.dir, 'work', path), source);
    const response = await this.call('POST', '/train', { script: { path }, ...more }, as);
    if (response.status !== 201) throw new Error(await response.text());
    return (await response.json()) as Job;
  }

  async job(jobId: string, as = 'sara'): Promise<Job> {
    return (await (await this.call('GET', `/train/jobs/${jobId}`, undefined, as)).json()) as Job;
  }

  async log(jobId: string, query = ''): Promise<string> {
    return (await this.call('GET', `/train/jobs/${jobId}/logs${query}`)).text();
  }

  async states(jobId: string): Promise<JobState[]> {
    const { items } = (await (await this.call('GET', `/train/jobs/${jobId}/events`)).json()) as {
      items: { to: JobState }[];
    };
    return items.map((event) => event.to);
  }

  async until(jobId: string, ...states: JobState[]): Promise<Job> {
    await this.heard(() => states.includes(this.live.jobs.get(jobId)?.state ?? 'queued'), states.join(' or '));
    return this.live.jobs.get(jobId)!;
  }

  /** The job as it is answered once it has ended. */
  async ended(jobId: string, as = 'sara'): Promise<Job> {
    await this.until(jobId, 'succeeded', 'failed', 'stopped', 'lost');
    return this.job(jobId, as);
  }

  /** Resolves once `condition` holds, looked at whenever something is announced. */
  async heard(condition: () => boolean, what: string): Promise<void> {
    const signal = AbortSignal.timeout(HUNG_MS);
    while (!condition())
      await once(this.live.heard, 'change', { signal }).catch(() => {
        throw new Error(`waited in vain for: ${what}; problems: ${JSON.stringify(this.problems)}`);
      });
  }

  /** Waits for what nobody announces: a file, a process, a row. */
  async eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + HUNG_MS;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}; ${JSON.stringify(this.problems)}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

export const TABLE: TrainingDataset = {
  datasetId: 'ds_table00',
  name: 'گل‌ها',
  versionId: 'dv_table00',
  version: 1,
  kind: 'tabular',
  path: '/nowhere/data.parquet',
  sha256: 'a'.repeat(64),
  rows: 100,
  suggestedTarget: 'species',
  columns: [
    { name: 'species', missing: 0, distinct: 3 },
    { name: 'same', missing: 0, distinct: 1 },
    { name: 'empty', missing: 100, distinct: 0 },
  ],
  split: null,
};
