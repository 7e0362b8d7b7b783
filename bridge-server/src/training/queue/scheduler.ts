import { priority } from '../../contract/training/training.js';
import { failureOf } from '../../lib/errors.js';
import type { LimitStore, Subject } from '../../access/limits.js';
import type { MlflowPort } from '../../mlflow/port.js';
import { requestOf, shareOf } from './resources.js';
import type { Machine } from './machine.js';
import { fairOrder, type Waiting } from './fair-share.js';
import { place, type Running, type Placement } from './placement.js';
import type { JobStore } from '../records/store.js';
import { devicesOf, resourcesOf } from '../records/view.js';

interface Room {
  readonly machine: Machine;
  /** For everybody: how many jobs run at once, and how many of one person. */
  readonly jobs: number;
  readonly jobsPerUser: number;
  readonly limits: Pick<LimitStore, 'ofRunning'>;
}

/** Who waits, in which place, and for what: the same answer for the runner, the lists and a dry run. */
export class Scheduler {
  readonly #served = new Map<string, number>();
  #turn = 0;

  constructor(
    private readonly store: JobStore,
    private readonly room: Room,
    private readonly mlflow: Pick<MlflowPort, 'state'>,
  ) {}

  /** Reads from the rows who was served when, before this bridge began. */
  async start(): Promise<void> {
    for (const userId of await this.store.servedBefore()) this.served(userId);
  }

  /** Notes that a job of this person was started. */
  served(userId: string): void {
    this.#served.set(userId, (this.#turn += 1));
  }

  /** @param newcomer one more that would wait, behind all others of its owner's */
  async snapshot(newcomer?: Waiting): Promise<Placement[]> {
    const [queued, begun, own] = await Promise.all([
      this.store.waiting(),
      this.store.running(),
      this.room.limits.ofRunning(),
    ]);
    const waiting: Waiting[] = queued.map((row) => ({
      job_id: row.job_id,
      user_id: row.user_id,
      project_id: row.project_id,
      priority: priority.parse(row.priority),
      claim: this.#claim(row),
    }));
    if (newcomer) waiting.push(newcomer);
    if (waiting.length === 0) return [];
    const running: Running[] = begun.map((row) => ({
      user_id: row.user_id,
      project_id: row.project_id,
      claim: this.#claim(row),
      gpus: devicesOf(row),
    }));
    const held = new Map<string, number>();
    for (const { user_id, claim } of running)
      held.set(user_id, (held.get(user_id) ?? 0) + shareOf(claim, this.room.machine));
    const order = fairOrder(waiting, held, this.#served, (job) => shareOf(job.claim, this.room.machine));
    const placements = place(order, running, this.room.machine, {
      jobs: this.room.jobs,
      ofPerson: (id) => {
        const { jobs, cpus, gpus } = own({ kind: 'person', id });
        return { jobs: jobs ?? this.room.jobsPerUser, cpus, gpus };
      },
      ofProject: (id) => own({ kind: 'project', id }),
    });
    if (this.mlflow.state() === 'up') return placements;
    const away = failureOf('waiting_for_mlflow');
    return placements.map(({ job, position }) => ({ job, position, waiting: away, gpus: null }));
  }

  /** What the jobs of a person or a project that run now take together. */
  async useOf({ kind, id }: Subject): Promise<{ jobs: number; cpus: number; gpus: number }> {
    const all = await this.store.running();
    const claims = all
      .filter((row) => (kind === 'person' ? row.user_id : row.project_id) === id)
      .map((row) => this.#claim(row));
    const sum = (of: 'cpus' | 'gpus'): number => claims.reduce((total, claim) => total + claim[of], 0);
    return { jobs: claims.length, cpus: sum('cpus'), gpus: sum('gpus') };
  }

  #claim(row: Parameters<typeof resourcesOf>[0] & { readonly recipe: string | null }) {
    return requestOf(resourcesOf(row), row.recipe === null ? 'script' : 'recipe', this.room.machine);
  }
}
