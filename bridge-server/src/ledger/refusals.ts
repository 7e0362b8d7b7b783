import type { Kysely } from 'kysely';
import type { Clock } from '../lib/clock.js';
import { requestOrigin } from '../lib/request-origin.js';
import type { Database } from '../storage/schema.js';
import type { Refusal } from './act.js';
import type { Ledger } from './ledger.js';

const MINUTE_MS = 60_000;
/** At most so many different refusals are kept apart within a minute; those beyond are counted in one row for each project. */
const MOST_KINDS = 1_000;
const ANY = { kind: '*', id: '*' };

type Log = { warn(facts: object, message: string): void };
interface RefusalsDeps {
  readonly db: Kysely<Database>;
  readonly ledger: Pick<Ledger, 'recordRefusal'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What was refused, on its way into the ledger: written after the answers, so that no answer takes longer for it, and once a minute
 * for each who, what and on which object, with how often. What a killed bridge had not written yet is lost.
 */
export class Refusals {
  #waiting = new Map<string, Refusal>();
  #writing: Promise<void> = Promise.resolve();
  readonly #endWriting: () => void;

  constructor(private readonly deps: RefusalsDeps) {
    this.#endWriting = deps.clock.every(MINUTE_MS, () => void this.write());
  }

  /** Counts a refusal, within the request that was refused. */
  add(refusal: Omit<Refusal, 'count' | 'origin'>): void {
    const { caller, permission, object, projectId } = refusal;
    const who = caller.kind === 'user' ? [caller.userId, caller.sessionId ?? ''] : [caller.jobId, ''];
    const exact = JSON.stringify([...who, permission, object.kind, object.id]);
    const isOneTooMany = this.#waiting.size >= MOST_KINDS && !this.#waiting.has(exact);
    const key = isOneTooMany ? JSON.stringify([...who, projectId]) : exact;
    // A row that stands for several permissions and objects names none.
    const told = isOneTooMany ? { ...refusal, permission: null, object: ANY } : refusal;
    const before = this.#waiting.get(key) ?? { ...told, count: 0, origin: requestOrigin() };
    this.#waiting.set(key, { ...before, count: before.count + 1 });
  }

  /** Writes the refusals counted so far; where writing fails they stay for the next time. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Writes the last refusals; later ones are not counted. */
  async close(): Promise<void> {
    this.#endWriting();
    await this.write();
  }

  async #write(): Promise<void> {
    const found = [...this.#waiting];
    if (found.length === 0) return;
    this.#waiting = new Map();
    try {
      await this.deps.db.transaction().execute(async (trx) => {
        for (const [, refusal] of found) await this.deps.ledger.recordRefusal(trx, refusal);
      });
    } catch (error) {
      this.deps.log.warn({ err: error }, 'what was refused could not be written into the ledger yet');
      for (const [key, refusal] of found) {
        const since = this.#waiting.get(key);
        this.#waiting.set(key, { ...refusal, count: refusal.count + (since?.count ?? 0) });
      }
    }
  }
}
