import type { IDisposable } from '@lumino/disposable';
import type { Job, JobUpdate } from '../../api/types.js';
import type { Live } from '../../live/client.js';
import { Observable } from '../../lib/observable.js';
import type { ListState } from '../../store/list.js';
import type { KargahStore } from '../../store/store.js';

const KEPT = 240;
/** How many running jobs the panel follows point by point. */
const FOLLOWED = 8;

const followed = new WeakMap<KargahStore, Sparks>();

/** The recent losses of a store's running jobs, from the moment that its list of jobs is kept. */
export function sparksOf(store: KargahStore): Observable<Readonly<Record<string, readonly number[]>>> {
  const sparks = followed.get(store);
  if (sparks === undefined) throw new Error('nobody follows the jobs of this store');
  return sparks.values;
}

/** Follows the running jobs of the list, and keeps the recent losses of each. */
export class Sparks {
  readonly values = new Observable<Readonly<Record<string, readonly number[]>>>({});
  private readonly followed = new Map<string, IDisposable>();

  constructor(
    store: KargahStore,
    private readonly live: Live,
    jobs: Observable<ListState<Job>>,
    private readonly onUpdate: (jobId: string, update: JobUpdate) => void,
  ) {
    followed.set(store, this);
    jobs.subscribe((state) => this.follow(state.items));
  }

  private follow(jobs: readonly Job[]): void {
    // Signed out meanwhile.
    if (jobs.length === 0) this.values.set({});
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
          // A gap needs no history here: the row shows recent points only, and the job's page reads the rest.
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
