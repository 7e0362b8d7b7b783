import { KargahError } from '../errors.js';

/** How many requests of one person may wait, where nothing else is given. */
const WAITING = 32;
const RETRY_SECONDS = 10;

interface Person {
  busy: number;
  readonly waiting: (() => void)[];
}

/**
 * So many at once in all and of each person; further ones wait, and whoever waits is let in in turn by person: one who asks a hundred
 * times is not before one who asks once.
 */
export class FairSlots {
  private busy = 0;
  /** In the order of their turn. */
  private readonly people = new Map<string, Person>();

  constructor(private readonly most: { readonly atOnce: number; readonly each: number; readonly waiting?: number }) {}

  /** @throws {KargahError} `rate_limited` where too many of this person wait; the signal's reason where it is given up. */
  async take<T>(who: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const person = this.people.get(who) ?? { busy: 0, waiting: [] };
    this.people.set(who, person);
    if (this.hasRoomFor(person)) this.enter(person);
    else await this.called(person, signal);
    try {
      return await work();
    } finally {
      person.busy -= 1;
      this.busy -= 1;
      // Behind everybody else for the next time.
      this.people.delete(who);
      if (person.busy > 0 || person.waiting.length > 0) this.people.set(who, person);
      this.callNext();
    }
  }

  private hasRoomFor(person: Person): boolean {
    return this.busy < this.most.atOnce && person.busy < this.most.each;
  }

  private enter(person: Person): void {
    person.busy += 1;
    this.busy += 1;
  }

  private callNext(): void {
    for (const person of this.people.values()) {
      const [next] = person.waiting;
      if (next === undefined || !this.hasRoomFor(person)) continue;
      person.waiting.shift();
      this.enter(person);
      next();
    }
  }

  private called(person: Person, signal: AbortSignal | undefined): Promise<void> {
    if (person.waiting.length >= (this.most.waiting ?? WAITING))
      throw new KargahError(
        'rate_limited',
        { seconds: RETRY_SECONDS },
        { headers: { 'Retry-After': String(RETRY_SECONDS) } },
      );
    return new Promise((resolve, reject) => {
      const call = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        person.waiting.splice(person.waiting.indexOf(call), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      person.waiting.push(call);
    });
  }
}
