import type { Clock } from '../../lib/clock.js';
import { LEASE_MS, type RequestStore } from './records/request-store.js';

/** So that three words that are not written in time leave the request to this bridge. */
const BEAT_MS = LEASE_MS / 4;

interface LeaseDeps {
  readonly requests: Pick<RequestStore, 'hold'>;
  readonly clock: Clock;
  readonly log: { warn(facts: object, message: string): void };
}

/** Holds a request while its checks run, so that no other bridge takes them for interrupted, however long they take. */
export class CheckLease {
  constructor(private readonly deps: LeaseDeps) {}

  async during<T>(requestId: string, work: () => Promise<T>): Promise<T> {
    const { requests, clock, log } = this.deps;
    const end = clock.every(BEAT_MS, () => {
      requests.hold(requestId).catch((err: unknown) => {
        log.warn({ err, request_id: requestId }, 'a request whose checks run could not be held');
      });
    });
    try {
      return await work();
    } finally {
      end();
    }
  }
}
