import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../lib/clock.js';

const HEARTBEAT_FILE = 'heartbeat';

/** The supervisor's newest sign of life; null where it gives none (an older one, or the job removed the file). */
export function signOf(folder: string): string | null {
  try {
    return readFileSync(join(folder, HEARTBEAT_FILE), 'latin1');
  } catch {
    return null;
  }
}

/**
 * How long a supervisor is believed without a new sign of life. Signs are only compared with each other and time is this process's
 * own, which no one can set: clocks of the system play no part.
 */
export class Lease {
  #sign: string | null = null;
  #silentMs = 0;
  #lookedAt: number;

  /** @param everyMs how often `expired` is asked */
  constructor(
    private readonly seconds: number,
    private readonly everyMs: number,
    private readonly clock: Clock = systemClock,
  ) {
    this.#lookedAt = clock.elapsed();
  }

  /** True once nothing new was seen for longer than the lease. */
  expired(sign: string | null): boolean {
    const now = this.clock.elapsed();
    // While this process was stopped itself, or starved, it saw nothing: that says nothing of the other.
    this.#silentMs += Math.min(now - this.#lookedAt, 2 * this.everyMs);
    this.#lookedAt = now;
    if (sign === null || sign !== this.#sign) this.#silentMs = 0;
    this.#sign = sign;
    return this.#silentMs > this.seconds * 1000;
  }
}
