import type { Api } from '../api/client.js';
import { data } from '../api/client.js';
import type { Dataset, Job, MetricPoint, Model, Sweep, System } from '../api/types.js';
import type { Live } from '../live/client.js';
import { LiveList } from './list.js';
import { Observable } from './observable.js';
import { isActive } from './states.js';
import { Sparks } from './sparks.js';

const PAGE = 100;

/**
 * The lists of the signed-in person: read once over REST, then kept true by live events; read again only after a gap in the
 * connection. Nothing here polls.
 */
export class KargahStore {
  readonly datasets = new LiveList<Dataset>(({ dataset_id }) => dataset_id);
  readonly jobs = new LiveList<Job>(({ job_id }) => job_id);
  readonly sweeps = new LiveList<Sweep>(({ sweep_id }) => sweep_id);
  readonly models = new LiveList<Model>(({ job_id }) => job_id);
  readonly system = new Observable<System | null>(null);
  /** Last points of the main metric of each running job, for the small line in its row. */
  readonly sparks: Sparks;
  private readonly sweepEndings = new Set<(sweep: Sweep) => void>();
  private readonly endings = new Set<(job: Job) => void>();

  constructor(
    private readonly api: Api,
    live: Live,
  ) {
    this.sparks = new Sparks(live, this.jobs, (jobId, update) => {
      this.jobs.patch(jobId, (job) => ({
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
      // A job is told of together with its model.
      const told = deleted || (job.has_model && before?.has_model !== true) ? this.loadModels() : Promise.resolve();
      if (!deleted && before !== undefined && isActive(before.state) && !isActive(job.state)) {
        void told.then(() => this.endings.forEach((tell) => tell(job)));
      }
      if (!isActive(job.state)) {
        void this.loadSystem();
      }
    });
    live.datasetChanged.connect((_, { dataset, deleted }) => {
      this.putDataset(dataset, deleted);
      void this.loadSystem();
    });
    live.sweepChanged.connect((_, { sweep, deleted }) => {
      const before = this.sweeps.get().items.find((known) => known.sweep_id === sweep.sweep_id);
      this.putSweep(sweep, deleted);
      if (!deleted && before?.ended_at === null && sweep.ended_at !== null) {
        this.sweepEndings.forEach((tell) => tell(sweep));
      }
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

  onSweepEnded(tell: (sweep: Sweep) => void): () => void {
    this.sweepEndings.add(tell);
    return () => this.sweepEndings.delete(tell);
  }

  async reload(): Promise<void> {
    await Promise.all([this.loadDatasets(), this.loadJobs(), this.loadSweeps(), this.loadModels(), this.loadSystem()]);
  }

  loadDatasets(): Promise<void> {
    return this.datasets.load(() => this.readDatasets());
  }
  loadJobs(): Promise<void> {
    return this.jobs.load(() => this.readJobs());
  }
  loadSweeps(): Promise<void> {
    return this.sweeps.load(() => this.readSweeps());
  }
  loadModels(): Promise<void> {
    return this.models.load(() => this.readModels());
  }

  /** The next page of one list, appended. */
  more(which: 'datasets' | 'jobs' | 'models'): Promise<void> {
    return {
      datasets: () => this.datasets.more((cursor) => this.readDatasets({ cursor })),
      // Both are rows of one list.
      jobs: async () => {
        await Promise.all([
          this.jobs.more((cursor) => this.readJobs({ cursor })),
          this.sweeps.more((cursor) => this.readSweeps({ cursor })),
        ]);
      },
      models: () => this.models.more((cursor) => this.readModels({ cursor })),
    }[which]();
  }

  /** Puts an answer in place at once, before its event comes. */
  putJob(job: Job, deleted = false): void {
    if (deleted) {
      this.jobs.remove(job.job_id);
    } else {
      this.jobs.put(job);
    }
  }
  putSweep(sweep: Sweep, deleted = false): void {
    if (deleted) {
      this.sweeps.remove(sweep.sweep_id);
    } else {
      this.sweeps.put(sweep);
    }
  }
  putDataset(dataset: Dataset, deleted = false): void {
    if (deleted) {
      this.datasets.remove(dataset.dataset_id);
    } else {
      this.datasets.put(dataset);
    }
  }

  private readDatasets(from: { cursor?: string } = {}) {
    return data(this.api.http.GET('/api/v1/datasets', { params: { query: { limit: PAGE, ...from } } }));
  }
  private readJobs(from: { cursor?: string } = {}) {
    return data(this.api.http.GET('/api/v1/train/jobs', { params: { query: { limit: PAGE, ...from } } }));
  }
  private readSweeps(from: { cursor?: string } = {}) {
    return data(this.api.http.GET('/api/v1/train/sweeps', { params: { query: { limit: PAGE, ...from } } }));
  }
  private readModels(from: { cursor?: string } = {}) {
    return data(this.api.http.GET('/api/v1/models', { params: { query: { limit: PAGE, ...from } } }));
  }

  private async loadSystem(): Promise<void> {
    // Without it the footer is empty; nothing else depends on it.
    this.system.set(await data(this.api.http.GET('/api/v1/system')).catch(() => this.system.get()));
  }

  private clear(): void {
    this.datasets.clear();
    this.jobs.clear();
    this.sweeps.clear();
    this.models.clear();
    this.system.set(null);
    this.sparks.clear();
  }
}

function lastValues(points: readonly MetricPoint[]): Job['metrics'] {
  return Object.fromEntries(points.map(({ key, value }) => [key, value]));
}
