import { writeFileSync } from 'node:fs';
import type { MetricPoint } from '../../src/contract/training/metrics.js';
import type { Job } from '../../src/contract/training/training.js';
import { FakeLauncher } from './fake-launcher.js';
import { BEST_METRIC_FILE, type BestMetric } from '../../src/launchers/folder.js';
import type { Outcome } from '../../src/launchers/port.js';
import type { Sweep } from '../../src/contract/training/sweeps.js';
import { TABLE, TrainingFixture } from './training.js';

/** A bridge with one table, whose jobs are played by a fake launcher. */
export class SweepStage {
  private constructor(
    readonly shop: TrainingFixture,
    readonly launcher: FakeLauncher,
  ) {}

  static async open(): Promise<SweepStage> {
    const launcher = new FakeLauncher();
    const shop = await TrainingFixture.open({ maxParallelJobs: 8, maxJobsPerUser: 8, machine: MACHINE }, launcher);
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

  /** As a recipe does, the job says what it keeps its weights by, and then what it reached after each epoch. */
  report(jobId: string, figures: Figures, metric: BestMetric = LOSS): void {
    writeFileSync(`${this.folderOf(jobId)}/${BEST_METRIC_FILE}`, JSON.stringify(metric));
    const points = Object.entries(figures).flatMap(([key, values]) =>
      values.map((value, index) => ({ key, value, step: 10 * (index + 1), timestamp: index })),
    );
    this.shop.mlflow.histories.set(`run-${jobId}`, points);
    this.shop.service.gatewayListener.pointsLogged(jobId, points, {});
  }

  reportLoss(jobId: string, ...val_loss: MetricPoint['value'][]): void {
    this.report(jobId, { val_loss });
  }

  end(jobId: string, changes: Partial<Outcome> = {}): void {
    this.launcher.end(this.folderOf(jobId), changes);
  }

  folderOf(jobId: string): string {
    return `${this.shop.dir}/jobs/${jobId}`;
  }

  async ended(sweepId: string): Promise<Sweep> {
    await this.shop.heard(
      () => this.shop.live.sweeps.some(({ sweep_id, ended_at }) => sweep_id === sweepId && ended_at !== null),
      'the sweep to end',
    );
    return this.sweep(sweepId);
  }
}

/** Values after each epoch, by metric. */
type Figures = Readonly<Record<string, readonly MetricPoint['value'][]>>;
const LOSS: BestMetric = { key: 'val_loss', mode: 'min' };
const MACHINE = { cpus: 64, memoryMb: 65_536, gpus: [] };
