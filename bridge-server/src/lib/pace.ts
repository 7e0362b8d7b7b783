import type { Clock } from './clock.js';
import { KargahError } from './errors.js';

/** So many keys are remembered at most; beyond, the ones longest unused are forgotten. */
const MAX_KEYS = 10_000;

/**
 * Lets `burst` attempts of a key through at once, and then one every `everyMs`: who guesses is slowed down, and nobody is shut out for
 * longer than that.
 */
export class Pace {
  /** When each key would have all of its attempts again. */
  readonly #full = new Map<string, number>();

  constructor(
    private readonly burst: number,
    private readonly everyMs: number,
    private readonly clock: Clock,
  ) {}

  /** @throws {KargahError} `rate_limited`, with the time until the next attempt. */
  use(key: string): void {
    const now = this.clock.elapsed();
    const full = Math.max(this.#full.get(key) ?? now, now) + this.everyMs;
    const wait = full - now - this.burst * this.everyMs;
    if (wait > 0) throw slowDown(wait);
    // Kept in the order of their last use.
    this.#full.delete(key);
    this.#full.set(key, full);
    if (this.#full.size > MAX_KEYS) this.#forget(now);
  }

  /** An attempt that was none: the right password, or one that was not looked at. */
  giveBack(key: string): void {
    const full = this.#full.get(key);
    if (full !== undefined) this.#full.set(key, full - this.everyMs);
  }

  #forget(now: number): void {
    for (const [key, full] of this.#full) if (full <= now) this.#full.delete(key);
    for (const key of this.#full.keys()) {
      if (this.#full.size <= MAX_KEYS) break;
      this.#full.delete(key);
    }
  }
}

export function slowDown(ms: number): KargahError {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return new KargahError('rate_limited', { seconds }, { headers: { 'Retry-After': String(seconds) } });
}
