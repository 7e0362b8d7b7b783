import type { Job, MetricPoint } from '../../contract/training.js';
import type { JobSpec, Launcher, LaunchHandle, LaunchPlan, LogPart, Outcome, Probe } from '../../launchers/port.js';
import type { Sweep } from '../../contract/sweeps.js';
import { TABLE, Workshop } from '../testing.js';
import { heardByGateway } from './hearing.js';

/** Starts no process: a job runs until the test says how it ended. */
class ActedLauncher implements Launcher {
  readonly #outcomes = new Map<string, Outcome | null>();
  readonly #watchers = new Map<string, () => void>();

  plan(spec: JobSpec): LaunchPlan {
    return { launch: 'cold', note: null, argv: ['acted'], cwd: spec.cwd, env: {} };
  }
  submit(spec: JobSpec): Promise<LaunchHandle> {
    this.#outcomes.set(spec.folder, null);
    const { folder } = spec;
    return Promise.resolve({ launch: 'cold', note: null, pid: 1, startTime: '1', bootId: 'b', folder, fence: null });
  }
  probe({ folder }: LaunchHandle): Promise<Probe> {
    const outcome = this.#outcomes.get(folder);
    if (outcome === undefined) return Promise.resolve({ state: 'gone' });
    return Promise.resolve(outcome ? { state: 'ended', outcome } : { state: 'running' });
  }
  watch({ folder }: LaunchHandle, ended: () => void): () => void {
    this.#watchers.set(folder, ended);
    return () => this.#watchers.delete(folder);
  }
  stop(handle: LaunchHandle): Promise<void> {
    if (this.#outcomes.get(handle.folder) === null) this.end(handle.folder, { stopped: true, signal: 'SIGTERM' });
    return Promise.resolve();
  }
  logs(): Promise<LogPart> {
    return Promise.resolve({ bytes: Buffer.alloc(0), size: 0 });
  }

  end(folder: string, changes: Partial<Outcome>): void {
    this.#outcomes.set(folder, { ...ENDED, ended_at: new Date().toISOString(), ...changes });
    this.#watchers.get(folder)?.();
  }
}

const ENDED: Outcome = {
  fence: null,
  exit_code: 0,
  signal: null,
  stopped: false,
  oom: false,
  timed_out: false,
  error: null,
  model: null,
  best_metric: null,
  peak_memory_bytes: null,
  cpu_seconds: null,
  started_at: new Date().toISOString(),
  ended_at: '',
  spool_pending: false,
};

/** A workshop with one table, whose jobs are acted by the test. */
export class SweepStage {
  private constructor(
    readonly shop: Workshop,
    readonly launcher: ActedLauncher,
  ) {}

  static async open(): Promise<SweepStage> {
    const launcher = new ActedLauncher();
    const shop = await Workshop.open({ maxParallelJobs: 8, maxJobsPerUser: 8, machine: MACHINE }, launcher);
    shop.datasets.set(TABLE.datasetId, TABLE);
    return new SweepStage(shop, launcher);
  }

  async start(request: object): Promise<Sweep> {
    const body = { recipe: 'tabular', dataset_id: TABLE.datasetId, ...request };
    const response = await this.shop.call('POST', '/train/sweeps', body);
    if (response.status !== 201) throw new Error(await response.text());
    return (await response.json()) as Sweep;
  }

  async refused(request: object): Promise<{ status: number; code: string; errors?: { path: string; code: string }[] }> {
    const body = { recipe: 'tabular', dataset_id: TABLE.datasetId, ...request };
    return (await (await this.shop.call('POST', '/train/sweeps', body)).json()) as never;
  }

  async sweep(sweepId: string): Promise<Sweep> {
    return (await (await this.shop.call('GET', `/train/sweeps/${sweepId}`)).json()) as Sweep;
  }

  async jobs(sweepId: string): Promise<Job[]> {
    const answer = await this.shop.call('GET', `/train/jobs?limit=200&sweep_id=${sweepId}`);
    return ((await answer.json()) as { items: Job[] }).items.reverse();
  }

  /** Waits until exactly `count` jobs of the sweep run, and answers them. */
  async running(sweepId: string, count: number): Promise<Job[]> {
    let found: Job[] = [];
    await this.shop.eventually(
      async () => (found = (await this.jobs(sweepId)).filter(({ state }) => state === 'running')).length === count,
      `${String(count)} running jobs`,
    );
    return found;
  }

  /** The job tells what it reached after each epoch. */
  report(jobId: string, ...values: MetricPoint['value'][]): void {
    const points = values.map((value, index) => ({ key: 'val_loss', value, step: 10 * (index + 1), timestamp: index }));
    this.shop.mlflow.histories.set(`run-${jobId}`, points);
    heardByGateway(this.shop.service.gatewayListener, this.shop.sweeps).pointsLogged(jobId, points, {});
  }

  end(jobId: string, changes: Partial<Outcome> = {}): void {
    this.launcher.end(`${this.shop.dir}/jobs/${jobId}`, changes);
  }

  async ended(sweepId: string): Promise<Sweep> {
    await this.shop.heard(
      () => this.shop.live.sweeps.some(({ sweep_id, ended_at }) => sweep_id === sweepId && ended_at !== null),
      'the sweep to end',
    );
    return this.sweep(sweepId);
  }
}

const MACHINE = { cpus: 64, memoryMb: 65_536, gpus: [] };
