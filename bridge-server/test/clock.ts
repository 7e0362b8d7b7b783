import type { Clock } from '../src/lib/clock.js';

interface Timer {
  readonly act: () => void;
  readonly every: number | null;
  due: number;
}

/** A clock that stands still until a test moves it: nothing expires because a machine is slow. */
export class HandClock implements Clock {
  #elapsed = 0;
  readonly #timers = new Set<Timer>();

  constructor(private startedAt = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.startedAt + this.#elapsed;
  }
  elapsed(): number {
    return this.#elapsed;
  }
  after(ms: number, act: () => void): () => void {
    return this.#start({ act, every: null, due: this.#elapsed + Math.max(0, ms) });
  }
  every(ms: number, act: () => void): () => void {
    return this.#start({ act, every: ms, due: this.#elapsed + ms });
  }

  /** Lets `ms` go by: what is due by then is called, in the order in which it is due, before this returns. */
  pass(ms: number): void {
    const until = this.#elapsed + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      if (next.every === null) this.#timers.delete(next);
      else next.due += next.every;
      next.act();
    }
    this.#elapsed = until;
  }

  /** Lets time go by, `ms` at a time, until `wanted` has come: for what does its part between two looks at the clock. */
  async passUntil<T>(wanted: Promise<T>, ms: number): Promise<T> {
    const state = { came: false };
    const settled = (): void => void (state.came = true);
    wanted.then(settled, settled);
    while (!state.came) {
      this.pass(ms);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return wanted;
  }

  /** Sets the time of day; no timer notices. */
  set(now: number): void {
    this.startedAt = now - this.#elapsed;
  }

  #start(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
  #next(until: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.due <= until);
    return due.reduce<Timer | undefined>(
      (first, timer) => (first && first.due <= timer.due ? first : timer),
      undefined,
    );
  }
}
