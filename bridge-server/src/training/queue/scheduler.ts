import { priority } from '../../contract/training/training.js';
import { failureOf } from '../../lib/errors.js';
import type { MlflowPort } from '../../mlflow/port.js';
import { requestOf, shareOf } from './resources.js';
import type { Machine } from './machine.js';
import { fairOrder, type Waiting } from './fair-share.js';
import { place, type Limits, type Running, type Placement } from './placement.js';
import type { JobStore } from '../records/store.js';
import { devicesOf, resourcesOf } from '../records/view.js';

/** Who waits, in which place, and for what: the same answer for the runner, the lists and a dry run. */
export class Scheduler {
  readonly #served = new Map<string, number>();
  #turn = 0;

  constructor(
    private readonly store: JobStore,
    private readonly machine: Machine,
    private readonly limits: Limits,
    private readonly mlflow: Pick<MlflowPort, 'state'>,
  ) {}

  /** Takes up who was served before the bridge began. */
  async start(): Promise<void> {
    for (const userId of await this.store.servedBefore()) this.served(userId);
  }

  /** A job of this person had its turn. */
  served(userId: string): void {
    this.#served.set(userId, (this.#turn += 1));
  }

  /** @param newcomer one more that would wait, behind all others of its owner's */
  async snapshot(newcomer?: Waiting): Promise<Placement[]> {
    const [queued, begun] = await Promise.all([this.store.waiting(), this.store.running()]);
    const waiting: Waiting[] = queued.map((row) => ({
      job_id: row.job_id,
      user_id: row.user_id,
      priority: priority.parse(row.priority),
      claim: this.#claim(row),
    }));
    if (newcomer) waiting.push(newcomer);
    if (waiting.length === 0) return [];
    const running: Running[] = begun.map((row) => ({
      user_id: row.user_id,
      claim: this.#claim(row),
      gpus: devicesOf(row),
    }));
    const held = new Map<string, number>();
    for (const { user_id, claim } of running)
      held.set(user_id, (held.get(user_id) ?? 0) + shareOf(claim, this.machine));
    const order = fairOrder(waiting, held, this.#served, (job) => shareOf(job.claim, this.machine));
    const placements = place(order, running, this.machine, this.limits);
    if (this.mlflow.state() === 'up') return placements;
    const away = failureOf('waiting_for_mlflow');
    return placements.map(({ job, position }) => ({ job, position, waiting: away, gpus: null }));
  }

  #claim(row: Parameters<typeof resourcesOf>[0] & { readonly recipe: string | null }) {
    return requestOf(resourcesOf(row), row.recipe === null ? 'script' : 'recipe', this.machine);
  }
}
