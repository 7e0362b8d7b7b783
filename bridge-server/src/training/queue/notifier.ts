import type { Events } from '../../events.js';
import type { LivePort } from '../../live/port.js';
import type { MetricPoint } from '../../contract/training/metrics.js';
import type { Job, JobState } from '../../contract/training/training.js';
import type { Placement } from './placement.js';
import type { JobRow, JobStore } from '../records/store.js';
import type { Scheduler } from './scheduler.js';
import { jobOf, progressOf } from '../records/view.js';

/** Tells the people who watch a job, or a list with it, what became of it. */
export class JobNotifier {
  /** The place that was last told of each waiting job. */
  #told = new Map<string, string>();

  constructor(
    private readonly store: JobStore,
    private readonly scheduler: Scheduler,
    private readonly live: Pick<LivePort, 'jobUpdated'>,
    private readonly events: Events,
  ) {}

  async view(row: JobRow): Promise<Job> {
    return (await this.views([row]))[0]!;
  }

  async views(rows: readonly JobRow[]): Promise<Job[]> {
    const placements = rows.some((row) => row.state === 'queued')
      ? await this.#placements()
      : new Map<string, Placement>();
    return rows.map((row) => jobOf(row, placements.get(row.job_id) ?? null));
  }

  /** The job's state moved: for those who have it open, and for the lists of its project. */
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
    this.#changed(row, job);
    return job;
  }

  async deleted(row: JobRow): Promise<void> {
    this.#changed(row, await this.view(row), true);
  }

  settled(jobId: string): void {
    this.events.emit('job.settled', { jobId });
  }

  /** The queue moved: tells of every job that has another place, or another reason to wait, than it had. */
  async queueMoved(): Promise<void> {
    const placements = await this.#placements();
    const places = new Map(
      [...placements].map(([jobId, { position, waiting }]) => [jobId, JSON.stringify([position, waiting])]),
    );
    const changed = [...places.keys()].filter((jobId) => this.#told.get(jobId) !== places.get(jobId));
    this.#told = places;
    if (changed.length === 0) return;
    const rows = new Map((await this.store.queued()).map((row) => [row.job_id, row]));
    for (const jobId of changed) {
      const row = rows.get(jobId);
      if (row) this.#changed(row, jobOf(row, placements.get(jobId)!));
    }
  }

  #changed(row: JobRow, job: Job, deleted = false): void {
    // Nobody has it in a list until it is restored.
    if (row.deleted_at !== null && !deleted) return;
    this.events.emit('job.changed', { projectId: row.project_id, job, deleted });
  }

  async #placements(): Promise<Map<string, Placement>> {
    return new Map((await this.scheduler.snapshot()).map((placement) => [placement.job.job_id, placement]));
  }
}
