import type { LivePort } from '../live/port.js';
import type { Job, JobState, MetricPoint } from '../contract/training.js';
import { fairOrder } from './queue.js';
import type { JobRow, JobStore } from './store.js';
import { jobOf, progressOf } from './view.js';

/** Tells the people who watch a job, or a list with it, what became of it. */
export class Announcer {
  constructor(
    private readonly store: JobStore,
    private readonly live: LivePort,
  ) {}

  /** Place of each waiting job in the queue, from 1. */
  async positions(): Promise<Map<string, number>> {
    const order = fairOrder(await this.store.waiting(), await this.store.occupants());
    return new Map(order.map((job, index) => [job.job_id, index + 1]));
  }

  async view(row: JobRow): Promise<Job> {
    return (await this.views([row]))[0]!;
  }

  async views(rows: readonly JobRow[]): Promise<Job[]> {
    const positions = rows.some((row) => row.state === 'queued') ? await this.positions() : new Map<string, number>();
    return rows.map((row) => jobOf(row, positions.get(row.job_id) ?? null));
  }

  /** The job's state moved: for those who have it open, and for its owner's lists. */
  async moved(row: JobRow): Promise<Job> {
    this.points(row, []);
    return this.listed(row);
  }

  points(row: JobRow, metrics: readonly MetricPoint[]): void {
    this.live.jobUpdated(row.job_id, {
      state: row.state as JobState,
      progress: progressOf(row),
      metrics,
      ...(row.message === null ? {} : { message: row.message }),
    });
  }

  async listed(row: JobRow): Promise<Job> {
    const job = await this.view(row);
    this.live.jobChanged(row.user_id, job);
    return job;
  }

  async deleted(row: JobRow): Promise<void> {
    this.live.jobChanged(row.user_id, await this.view(row), true);
  }

  /** Everyone behind a job that left the queue moved up. */
  async queueMoved(): Promise<void> {
    for (const job of await this.views(await this.store.queued())) this.live.jobChanged(job.owner.user_id, job);
  }
}
