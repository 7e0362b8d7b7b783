import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { KargahError } from '../errors.js';

/** Counts attempts by key; through Jupyter every request comes from one address, so the key holds the e-mail. */
export class Attempts {
  readonly #limiter: RateLimiterMemory;

  constructor(points: number, seconds: number) {
    this.#limiter = new RateLimiterMemory({ points, duration: seconds });
  }

  /** @throws {KargahError} `rate_limited` once the attempts are used up. */
  async use(key: string): Promise<void> {
    try {
      await this.#limiter.consume(key);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw new KargahError('rate_limited', { seconds }, { headers: { 'Retry-After': String(seconds) } });
    }
  }

  async forget(key: string): Promise<void> {
    await this.#limiter.delete(key);
  }
}
