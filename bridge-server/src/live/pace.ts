import type { Clock } from '../lib/clock.js';

/** A rate per second, and a burst: a page that connects again subscribes to every job it shows at once. */
interface Rate {
  readonly perSecond: number;
  readonly atOnce: number;
}
export const SOCKET_RATE: Rate = { perSecond: 20, atOnce: 300 };
export const PERSON_RATE: Rate = { perSecond: 200, atOnce: 3_000 };

/** Lets as many through as a rate allows. */
export class TokenBucket {
  private left: number;
  private at: number;

  constructor(
    private readonly rate: Rate,
    private readonly clock: Pick<Clock, 'elapsed'>,
  ) {
    this.left = rate.atOnce;
    this.at = clock.elapsed();
  }

  take(): boolean {
    const now = this.clock.elapsed();
    this.left = Math.min(this.rate.atOnce, this.left + ((now - this.at) / 1000) * this.rate.perSecond);
    this.at = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}

/** How fast sockets ask: of each socket, and of all that one person has open. */
export class Paces {
  private readonly people = new Map<string, { readonly bucket: TokenBucket; sockets: number }>();

  constructor(private readonly clock: Pick<Clock, 'elapsed'>) {}

  /** A socket that opened. */
  of(userId: string): Pace {
    const person = this.people.get(userId) ?? { bucket: new TokenBucket(PERSON_RATE, this.clock), sockets: 0 };
    person.sockets += 1;
    this.people.set(userId, person);
    return new Pace(person.bucket, this.clock, () => {
      person.sockets -= 1;
      if (person.sockets === 0) this.people.delete(userId);
    });
  }
}

export class Pace {
  private readonly asked: TokenBucket;
  /** Limits the refusals themselves: a socket that goes on asking is disconnected. */
  private readonly refused: TokenBucket;

  constructor(
    private readonly person: TokenBucket,
    clock: Pick<Clock, 'elapsed'>,
    readonly close: () => void,
  ) {
    this.asked = new TokenBucket(SOCKET_RATE, clock);
    this.refused = new TokenBucket(SOCKET_RATE, clock);
  }

  next(): 'take' | 'refuse' | 'cut' {
    if (this.asked.take() && this.person.take()) return 'take';
    return this.refused.take() ? 'refuse' : 'cut';
  }
}
