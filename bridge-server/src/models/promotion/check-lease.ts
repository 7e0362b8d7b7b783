import type { Clock } from '../../lib/clock.js';
import type { Checking, RequestStore } from './records/request-store.js';

/** For how long the beat of a request may stand still before its checks count as interrupted. */
const LEASE_MS = 60_000;
/** So that three beats that are not written in time leave the request to this bridge. */
const BEAT_MS = LEASE_MS / 4;

interface LeaseDeps {
  readonly requests: Pick<RequestStore, 'beat' | 'checking' | 'isShared'>;
  readonly clock: Clock;
  readonly log: { warn(facts: object, message: string): void };
}

/**
 * Which requests are still being checked. A bridge raises the beat of each request whose checks it runs; another bridge counts, by its own
 * monotonic clock, how long a beat stands still. No times of day of two machines are compared, nor what one of them was set to.
 */
export class CheckLease {
  readonly #mine = new Set<string>();
  /** The beats of other bridges' requests as this one first saw them, and when by its `elapsed()`. */
  #seen = new Map<string, { readonly beat: number; readonly since: number }>();

  constructor(private readonly deps: LeaseDeps) {}

  /** Holds a request, which may be written within `work`, until its checks have ended. */
  async during<T>(requestId: string, work: () => Promise<T>): Promise<T> {
    const { requests, clock, log } = this.deps;
    this.#mine.add(requestId);
    const end = clock.every(BEAT_MS, () => {
      requests.beat(requestId).catch((err: unknown) => {
        log.warn({ err, request_id: requestId }, 'a request whose checks run could not be held');
      });
    });
    try {
      return await work();
    } finally {
      end();
      this.#mine.delete(requestId);
    }
  }

  /** Requests whose checks no bridge runs any more: all that are not this one's where it has the database alone (SQLite). */
  async abandoned(): Promise<Checking[]> {
    const { requests, clock } = this.deps;
    const others = (await requests.checking()).filter(({ request_id: id }) => !this.#mine.has(id));
    if (!requests.isShared) return others;
    const now = clock.elapsed();
    const seen = new Map(
      others.map(({ request_id: id, check_beat: beat }) => {
        const before = this.#seen.get(id);
        return [id, before?.beat === beat ? before : { beat, since: now }];
      }),
    );
    this.#seen = seen;
    return others.filter(({ request_id: id }) => now - seen.get(id)!.since >= LEASE_MS);
  }
}
