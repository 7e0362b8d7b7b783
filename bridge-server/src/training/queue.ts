import type { Waiting } from './store.js';

/**
 * The order in which waiting jobs get a slot: next comes the oldest job of the person who holds the fewest slots, so that a
 * hundred jobs of one person do not keep another's first one waiting.
 *
 * @param waiting oldest first
 * @param occupants owner of each slot in use, one entry a slot
 */
export function fairOrder<W extends Waiting>(waiting: readonly W[], occupants: readonly string[]): W[] {
  const held = new Map<string, number>();
  const take = (userId: string): void => void held.set(userId, (held.get(userId) ?? 0) + 1);
  occupants.forEach(take);
  const queues = Map.groupBy(waiting, (job) => job.user_id);
  // People in the order of their oldest job decide ties.
  const order: W[] = [];
  while (queues.size > 0) {
    const [userId, jobs] = [...queues].reduce((best, next) => {
      const difference = (held.get(next[0]) ?? 0) - (held.get(best[0]) ?? 0);
      const older = waiting.indexOf(next[1][0]!) < waiting.indexOf(best[1][0]!);
      return difference < 0 || (difference === 0 && older) ? next : best;
    });
    order.push(jobs.shift()!);
    take(userId);
    if (jobs.length === 0) queues.delete(userId);
  }
  return order;
}

/** Runs a step whenever it is asked to, never twice at once; what is asked for meanwhile makes it run once more. */
export class Turnstile {
  #asked = false;
  #turning: Promise<void> | null = null;

  constructor(readonly step: () => Promise<void>) {}

  /** Resolves when a whole step has passed that began after this call. */
  turn(): Promise<void> {
    this.#asked = true;
    this.#turning ??= this.#run();
    return this.#turning;
  }

  async #run(): Promise<void> {
    try {
      while (this.#asked) {
        this.#asked = false;
        await this.step();
      }
    } finally {
      this.#turning = null;
    }
  }
}
