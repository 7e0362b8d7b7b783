import type { IDisposable } from '@lumino/disposable';
import type { Job, JobUpdate } from '../api/types.js';
import type { Live } from '../live/client.js';
import { Observable } from '../lib/observable.js';
import type { ListState } from './list.js';

const KEPT = 240;
/** How many running jobs the panel follows point by point. */
const FOLLOWED = 8;

/** Follows the running jobs of the list, and keeps the recent losses of each. */
export class Sparks {
  readonly values = new Observable<Readonly<Record<string, readonly number[]>>>({});
  private readonly followed = new Map<string, IDisposable>();

  constructor(
    private readonly live: Live,
    jobs: Observable<ListState<Job>>,
    private readonly onUpdate: (jobId: string, update: JobUpdate) => void,
  ) {
    jobs.subscribe((state) => this.follow(state.items));
  }

  clear(): void {
    this.followed.forEach((subscription) => subscription.dispose());
    this.followed.clear();
    this.values.set({});
  }

  private follow(jobs: readonly Job[]): void {
    const running = jobs.filter((job) => job.state === 'running' || job.state === 'starting').slice(0, FOLLOWED);
    const wanted = new Set(running.map((job) => job.job_id));
    for (const [jobId, subscription] of this.followed) {
      if (!wanted.has(jobId)) {
        subscription.dispose();
        this.followed.delete(jobId);
      }
    }
    for (const jobId of wanted) {
      if (!this.followed.has(jobId)) {
        const listener = {
          update: (update: JobUpdate) => this.take(jobId, update),
          // The row shows only what is new; the job's own page reads the history.
          reload: () => Promise.resolve(0),
        };
        this.followed.set(jobId, this.live.subscribeJob(jobId, listener));
      }
    }
  }

  private take(jobId: string, update: JobUpdate): void {
    const losses = update.metrics.flatMap((point) =>
      (point.key === 'loss' || point.key === 'train_loss') && typeof point.value === 'number' ? [point.value] : [],
    );
    if (losses.length > 0) {
      this.values.update((all) => ({ ...all, [jobId]: [...(all[jobId] ?? []), ...losses].slice(-KEPT) }));
    }
    this.onUpdate(jobId, update);
  }
}
