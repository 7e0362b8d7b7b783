import type { Api } from '../api/client.js';
import { data } from '../api/client.js';
import { asApiError } from '../api/errors.js';
import type { Dataset, Job, Model, Sweep, System } from '../api/types.js';
import type { Live } from '../live/client.js';
import { whenBack } from '../live/whenBack.js';
import { onEnded } from './endings.js';
import { LiveList, type ListState } from './list.js';
import { Observable } from '../lib/observable.js';
import { isActive } from '../api/states.js';
import { Sparks } from './sparks.js';
import { applyUpdate } from './update.js';

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
  private forgetSystem: (() => void) | undefined;
  private readonly endings = new Set<(job: Job) => void>();

  constructor(
    private readonly api: Api,
    private readonly live: Live,
  ) {
    this.sparks = new Sparks(live, this.jobs, (jobId, update) => {
      this.jobs.patch(jobId, (job) => applyUpdate(job, update));
    });
    onEnded(
      this.jobs,
      ({ job_id }) => job_id,
      ({ state }) => !isActive(state),
      (job) => void this.tellOfEnd(job),
    );
    onEnded(
      this.sweeps,
      ({ sweep_id }) => sweep_id,
      ({ ended_at }) => ended_at !== null,
      (sweep) => this.sweepEndings.forEach((tell) => tell(sweep)),
    );
    api.session.state.subscribe((session) => {
      if (session.status === 'signed_in') {
        void this.reload();
      } else {
        this.clear();
      }
    });
    this.readAgain(this.datasets, () => this.loadDatasets());
    this.readAgain(this.jobs, () => this.loadJobs());
    this.readAgain(this.sweeps, () => this.loadSweeps());
    this.readAgain(this.models, () => this.loadModels());
    live.reconnected.connect(() => void this.reload());
    live.jobChanged.connect((_, { job, deleted }) => {
      this.putJob(job, deleted);
      // The model of a script is found after its end.
      if (deleted || (job.has_model && !isActive(job.state) && !this.knowsModelOf(job))) void this.loadModels();
      if (!isActive(job.state)) {
        void this.loadSystem();
      }
    });
    live.datasetChanged.connect((_, { dataset, deleted }) => {
      this.putDataset(dataset, deleted);
      void this.loadSystem();
    });
    live.sweepChanged.connect((_, { sweep, deleted }) => {
      this.putSweep(sweep, deleted);
    });
    live.systemChanged.connect((_, { mlflow }) => {
      this.system.update((system) => (system === null ? null : { ...system, mlflow }));
    });
  }

  /** Told once when a job that was active has ended, whichever event or reading said so. */
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

  /** A list that nobody answered for is read again when the network is back, whether anything shows it or not. */
  private readAgain<T>(list: Observable<ListState<T>>, load: () => Promise<void>): void {
    let stop: (() => void) | undefined;
    list.subscribe(({ error }) => {
      if (error?.code !== 'unreachable') {
        stop?.();
        stop = undefined;
      } else {
        stop ??= whenBack(this.live, () => {
          stop = undefined;
          void load();
        });
      }
    });
  }

  private knowsModelOf(job: Job): boolean {
    return this.models.get().items.some(({ job_id }) => job_id === job.job_id);
  }

  /** A job is told of together with its model. */
  private async tellOfEnd(job: Job): Promise<void> {
    if (job.has_model && !this.knowsModelOf(job)) await this.loadModels();
    this.endings.forEach((tell) => tell(job));
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
    this.forgetSystem?.();
    try {
      this.system.set(await data(this.api.http.GET('/api/v1/system')));
    } catch (reason) {
      // Without it the footer is empty; nothing else depends on it.
      if (asApiError(reason).code === 'unreachable' && this.api.session.state.get().status === 'signed_in')
        this.forgetSystem = whenBack(this.live, () => void this.loadSystem());
    }
  }

  private clear(): void {
    this.forgetSystem?.();
    this.datasets.clear();
    this.jobs.clear();
    this.sweeps.clear();
    this.models.clear();
    this.system.set(null);
    this.sparks.clear();
  }
}
