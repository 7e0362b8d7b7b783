import { slowDown } from '../../lib/pace.js';

interface Waiting {
  readonly who: string;
  readonly go: () => void;
}

/**
 * Passwords are hashed two at a time, since each hash takes one of the four threads that files are read and written with. The others
 * wait in two short lines that take turns, for browsers that are known and for those that are not, so that neither keeps the other
 * waiting; whoever finds a line full is told to come again.
 */
export class HashQueue {
  #running = 0;
  #knownNext = true;
  readonly #known: Waiting[] = [];
  readonly #unknown: Waiting[] = [];

  constructor(
    private readonly atOnce = 2,
    private readonly waiting = 8,
    private readonly each = 2,
  ) {}

  /**
   * @param known whose browser it is, where that is known: nobody has more than a few in the line.
   * @throws {KargahError} `rate_limited`.
   */
  async run<T>(known: string | null, act: () => Promise<T>): Promise<T> {
    if (this.#running < this.atOnce) this.#running += 1;
    else await this.#wait(known);
    try {
      return await act();
    } finally {
      const next = this.#next();
      if (next === undefined) this.#running -= 1;
      else next.go();
    }
  }

  #wait(known: string | null): Promise<void> {
    const line = known === null ? this.#unknown : this.#known;
    const own = known === null ? 0 : line.filter(({ who }) => who === known).length;
    if (line.length >= this.waiting || (known !== null && own >= this.each)) throw slowDown(1000);
    return new Promise((go) => line.push({ who: known ?? '', go }));
  }

  #next(): Waiting | undefined {
    const [first, second] = this.#knownNext ? [this.#known, this.#unknown] : [this.#unknown, this.#known];
    this.#knownNext = !this.#knownNext;
    return first.shift() ?? second.shift();
  }
}
