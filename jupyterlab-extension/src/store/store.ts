import type { Api } from '../api/client.js';
import { data } from '../api/client.js';
import { asApiError, type ApiError } from '../api/errors.js';
import type { Dataset, Job, MetricPoint, Model, System } from '../api/types.js';
import type { Live } from '../live/client.js';
import { Observable } from './observable.js';
import { isActive } from './states.js';
import { Sparks } from './sparks.js';

export interface ListState<T> {
  readonly status: 'idle' | 'loading' | 'ready' | 'failed';
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly error: ApiError | null;
}

const EMPTY: ListState<never> = { status: 'idle', items: [], nextCursor: null, error: null };
const PAGE = 100;

/**
 * The lists of the signed-in person: read once over REST, then kept true by live events; read again only after a gap in the
 * connection. Nothing here polls.
 */
export class KargahStore {
  readonly datasets = new Observable<ListState<Dataset>>(EMPTY);
  readonly jobs = new Observable<ListState<Job>>(EMPTY);
  readonly models = new Observable<ListState<Model>>(EMPTY);
  readonly system = new Observable<System | null>(null);
  /** Last points of the main metric of each running job, for the small line in its row. */
  readonly sparks: Sparks;
  private readonly endings = new Set<(job: Job) => void>();

  constructor(
    private readonly api: Api,
    live: Live,
  ) {
    this.sparks = new Sparks(live, this.jobs, (jobId, update) => {
      this.patchJob(jobId, (job) => ({
        ...job,
        state: update.state,
        progress: update.progress,
        message: update.message ?? job.message,
        metrics: { ...job.metrics, ...lastValues(update.metrics) },
      }));
    });
    api.session.state.subscribe((session) => {
      if (session.status === 'signed_in') {
        void this.reload();
      } else {
        this.clear();
      }
    });
    live.reconnected.connect(() => void this.reload());
    live.jobChanged.connect((_, { job, deleted }) => {
      const before = this.jobs.get().items.find((known) => known.job_id === job.job_id);
      this.putJob(job, deleted);
      if (!deleted && before !== undefined && isActive(before.state) && !isActive(job.state)) {
        this.endings.forEach((tell) => tell(job));
      }
      if (deleted || (job.has_model && before?.has_model !== true)) {
        void this.loadModels();
      }
      if (!isActive(job.state)) {
        void this.loadSystem();
      }
    });
    live.datasetChanged.connect((_, { dataset, deleted }) => {
      this.putDataset(dataset, deleted);
      void this.loadSystem();
    });
    live.systemChanged.connect((_, { mlflow }) => {
      this.system.update((system) => (system === null ? null : { ...system, mlflow }));
    });
  }

  /** Told once when a job that was active has ended. */
  onJobEnded(tell: (job: Job) => void): () => void {
    this.endings.add(tell);
    return () => this.endings.delete(tell);
  }

  async reload(): Promise<void> {
    await Promise.all([this.loadDatasets(), this.loadJobs(), this.loadModels(), this.loadSystem()]);
  }

  loadDatasets(): Promise<void> {
    return this.load(this.datasets, (cursor) =>
      data(this.api.http.GET('/api/v1/datasets', { params: { query: { limit: PAGE, ...cursor } } })),
    );
  }
  loadJobs(): Promise<void> {
    return this.load(this.jobs, (cursor) =>
      data(this.api.http.GET('/api/v1/train/jobs', { params: { query: { limit: PAGE, ...cursor } } })),
    );
  }
  loadModels(): Promise<void> {
    return this.load(this.models, (cursor) =>
      data(this.api.http.GET('/api/v1/models', { params: { query: { limit: PAGE, ...cursor } } })),
    );
  }

  /** The next page of one list, appended. */
  async more(which: 'datasets' | 'jobs' | 'models'): Promise<void> {
    const query = (cursor: string) => ({ params: { query: { limit: PAGE, cursor } } });
    const append = <T>(list: Observable<ListState<T>>, page: { items: T[]; next_cursor: string | null }): void =>
      list.update((state) => ({ ...state, items: [...state.items, ...page.items], nextCursor: page.next_cursor }));
    const cursor = this[which].get().nextCursor;
    if (cursor === null) {
      return;
    }
    if (which === 'datasets') {
      append(this.datasets, await data(this.api.http.GET('/api/v1/datasets', query(cursor))));
    } else if (which === 'jobs') {
      append(this.jobs, await data(this.api.http.GET('/api/v1/train/jobs', query(cursor))));
    } else {
      append(this.models, await data(this.api.http.GET('/api/v1/models', query(cursor))));
    }
  }

  /** Puts an answer in place at once, before its event comes. */
  putJob(job: Job, deleted = false): void {
    this.put(this.jobs, job, (item) => item.job_id, deleted);
  }
  putDataset(dataset: Dataset, deleted = false): void {
    this.put(this.datasets, dataset, (item) => item.dataset_id, deleted);
  }

  private patchJob(jobId: string, change: (job: Job) => Job): void {
    this.jobs.update((state) => ({
      ...state,
      items: state.items.map((job) => (job.job_id === jobId ? change(job) : job)),
    }));
  }

  private put<T>(list: Observable<ListState<T>>, item: T, idOf: (item: T) => string, deleted: boolean): void {
    list.update((state) => {
      const id = idOf(item);
      const known = state.items.some((other) => idOf(other) === id);
      const items = deleted
        ? state.items.filter((other) => idOf(other) !== id)
        : known
          ? state.items.map((other) => (idOf(other) === id ? item : other))
          : [item, ...state.items];
      return { ...state, items };
    });
  }

  private async load<T>(
    list: Observable<ListState<T>>,
    read: (cursor: { cursor?: string }) => Promise<{ items: T[]; next_cursor: string | null }>,
  ): Promise<void> {
    list.update((state) => ({ ...state, status: state.status === 'ready' ? 'ready' : 'loading', error: null }));
    try {
      const page = await read({});
      list.set({ status: 'ready', items: page.items, nextCursor: page.next_cursor, error: null });
    } catch (reason) {
      list.update((state) => ({
        ...state,
        status: state.items.length > 0 ? 'ready' : 'failed',
        error: asApiError(reason),
      }));
    }
  }

  private async loadSystem(): Promise<void> {
    // Without it the footer is empty; nothing else depends on it.
    this.system.set(await data(this.api.http.GET('/api/v1/system')).catch(() => this.system.get()));
  }

  private clear(): void {
    this.datasets.set(EMPTY);
    this.jobs.set(EMPTY);
    this.models.set(EMPTY);
    this.system.set(null);
    this.sparks.clear();
  }
}

function lastValues(points: readonly MetricPoint[]): Record<string, number | null> {
  return Object.fromEntries(points.map((point) => [point.key, typeof point.value === 'number' ? point.value : null]));
}
