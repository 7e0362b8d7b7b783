import { setTimeout as wait } from 'node:timers/promises';

const CLOSE_MS = 2_000;

/** Work in the background: only `close` waits for it. */
export class Background {
  readonly #busy = new Set<Promise<void>>();

  constructor(private readonly failed: (error: unknown) => void) {}

  begin(work: Promise<void>): void {
    const watched = work.catch(this.failed).finally(() => this.#busy.delete(watched));
    this.#busy.add(watched);
  }

  /** Waits for what is under way. What takes longer (a stop within its grace) is taken up again at the next start. */
  async close(): Promise<void> {
    await Promise.race([Promise.allSettled([...this.#busy]), wait(CLOSE_MS, undefined, { ref: false })]);
  }
}
