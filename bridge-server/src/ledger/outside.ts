import type { Kysely } from 'kysely';
import { KargahError } from '../lib/errors.js';
import type { Clock } from '../lib/clock.js';
import { newId } from '../lib/ids.js';
import { requestOrigin, type RequestOrigin } from '../lib/request-origin.js';
import type { Database } from '../storage/schema.js';
import type { Act, Actor } from './act.js';
import type { Ledger } from './ledger.js';

/** What became of an act: the other server did it, refused it, or was not heard of again. */
export type Outcome = 'done' | 'refused' | 'unknown';
/** The reason that the ledger gives of an act of which the answer never came. */
const OUTCOME_UNKNOWN = 'outcome_unknown';

/** Longer than any request to the other server takes. */
const GIVEN_UP_MS = 15 * 60_000;
const LOOK_MS = 5 * 60_000;

/** Has the ledger tell of what another server does. */
export interface OutsideTelling {
  /** Runs `send`, and tells of the act unless the other server refused it; of null: nothing. */
  during<T>(act: Act | null, send: () => Promise<T>, outcome?: (answer: T) => Outcome): Promise<T>;
}

interface OutsideDeps {
  readonly db: Kysely<Database>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: { error(fields: object, message: string): void };
  /** Whether no other bridge uses the database. */
  readonly alone: boolean;
}
interface Kept {
  readonly act: Act;
  readonly origin: RequestOrigin | null;
}

/**
 * Acts that another server (MLflow) does, outside of our transactions. Each is kept before that server is asked; its row in the ledger
 * and the end of keeping are one transaction. What a bridge that was killed had kept is told later, as an act of unknown outcome.
 */
export class OutsideActs implements OutsideTelling {
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly deps: OutsideDeps) {}

  async during<T>(act: Act | null, send: () => Promise<T>, outcome: (answer: T) => Outcome = () => 'done'): Promise<T> {
    if (act === null) return send();
    const kept: Kept = { act: { ...act, caller: actorOf(act.caller) }, origin: requestOrigin() };
    const id = newId('act');
    await this.deps.db
      .insertInto('outside_acts')
      .values({ act_id: id, begun_at: this.#now(), act_json: JSON.stringify(kept) })
      .execute();
    let became: Outcome = 'unknown';
    try {
      const answer = await send();
      became = outcome(answer);
      return answer;
    } catch (error) {
      if (error instanceof KargahError && error.status < 500) became = 'refused';
      throw error;
    } finally {
      // It stays kept where the database is away just now, and is told later.
      await this.#settle(id, kept, became).catch((err: unknown) =>
        this.deps.log.error({ err }, 'an act that MLflow did is told later'),
      );
    }
  }

  /** Tells of what an earlier bridge had begun, now and from time to time. */
  async start(): Promise<void> {
    await this.settleOld(this.deps.alone ? 0 : GIVEN_UP_MS);
    this.#timer = setInterval(() => {
      this.settleOld(GIVEN_UP_MS).catch((err: unknown) =>
        this.deps.log.error({ err }, 'acts of MLflow are told later'),
      );
    }, LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @param ms those that were begun longer ago */
  async settleOld(ms: number): Promise<void> {
    const before = new Date(this.deps.clock.now() - ms).toISOString();
    const rows = await this.deps.db
      .selectFrom('outside_acts')
      .selectAll()
      .where('begun_at', '<=', before)
      .orderBy('begun_at')
      .execute();
    for (const { act_id, act_json } of rows) await this.#settle(act_id, JSON.parse(act_json) as Kept, 'unknown');
  }

  async #settle(id: string, { act, origin }: Kept, outcome: Outcome): Promise<void> {
    await this.deps.db.transaction().execute(async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('outside_acts')
        .where('act_id', '=', id)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n || outcome === 'refused') return;
      await this.deps.ledger.record(trx, outcome === 'done' ? act : { ...act, reason: OUTCOME_UNKNOWN }, origin);
    });
  }

  #now(): string {
    return new Date(this.deps.clock.now()).toISOString();
  }
}

/** Who did it, and nothing else of what is known of them. */
function actorOf(caller: Actor): Actor {
  if (caller.kind === 'server') return { kind: 'server' };
  if (caller.kind === 'job') return { kind: 'job', jobId: caller.jobId, userId: caller.userId };
  const { userId, name, sessionId } = caller;
  return { kind: 'user', userId, name, ...(sessionId !== undefined && { sessionId }) };
}
