import { KargahError } from '../../lib/errors.js';

/** Files that one person sends or fetches at once; further ones wait for their turn. */
const AT_ONCE = 8;
const WAITING = 256;

/** Slots of each person: many or slow transfers of one person do not delay others. */
export class Streams {
  readonly #people = new Map<string, { busy: number; readonly waiting: (() => void)[] }>();

  /** Waits for a turn; what it answers gives the turn back. @throws {KargahError} `mlflow_busy`; the reason of `signal`. */
  async turn(userId: string, signal: AbortSignal): Promise<() => void> {
    const person = this.#people.get(userId) ?? { busy: 0, waiting: [] };
    this.#people.set(userId, person);
    if (person.busy < AT_ONCE) person.busy += 1;
    else await this.#wait(person.waiting, signal);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = person.waiting.shift();
      if (next !== undefined) next();
      else person.busy -= 1;
      if (person.busy === 0) this.#people.delete(userId);
    };
  }

  async #wait(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
    if (waiting.length >= WAITING) throw new KargahError('mlflow_busy', {}, { headers: { 'Retry-After': '1' } });
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(go);
    });
  }
}
