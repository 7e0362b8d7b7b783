import { sql, type Kysely, type Transaction } from 'kysely';
import { REFUSED, type LedgerRow } from '../contract/ledger.js';
import type { Clock } from '../lib/clock.js';
import { requestOrigin, type RequestOrigin } from '../lib/request-origin.js';
import type { Database } from '../storage/schema.js';
import { keptFacts, plain, type Act, type Actor, type Refusal } from './act.js';
import { GENESIS, hashOf, type Unhashed } from './chain.js';
import { columnsOf } from './rows.js';

/** The key of PostgreSQL's advisory lock; all locks of a database share one space of numbers. */
const LOCK = 0x6b61726c;

/** Writes into the ledger what a transaction does, as the last thing in it. */
export type Tell = (trx: Transaction<Database>) => Promise<void>;
/** For changes that the ledger does not record. */
export const untold: Tell = () => Promise.resolve();

/** Writes what was done, in the transaction that does it: the one is never without the other. */
export class Ledger {
  constructor(private readonly clock: Clock) {}

  /** The last thing that a transaction does, since those that come later wait for its end. */
  async record(
    trx: Transaction<Database>,
    act: Act,
    origin: RequestOrigin | null = act.caller.kind === 'server' ? null : requestOrigin(),
  ): Promise<void> {
    const { caller, action, object, projectId, reason } = act;
    await this.append(trx, caller, origin, {
      action,
      object: { kind: object.kind, id: plain(object.id) },
      project_id: projectId,
      before: keptFacts(object.kind, act.before),
      after: keptFacts(object.kind, act.after),
      reason: reason === undefined ? null : plain(reason),
      count: 1,
    });
  }

  /** {@link record} of this act, for a store to call in its transaction; of null: nothing. */
  telling(act: Act | null): Tell {
    return act === null ? untold : (trx) => this.record(trx, act);
  }

  /** @param object what was asked for, of whatever kind, and whether it exists or not */
  async recordRefusal(trx: Transaction<Database>, refusal: Refusal): Promise<void> {
    const { caller, object, projectId, permission, count, origin } = refusal;
    await this.append(trx, caller, origin, {
      action: REFUSED,
      object: { kind: object.kind, id: plain(object.id) },
      project_id: projectId,
      before: null,
      after: null,
      reason: permission,
      count,
    });
  }

  private async append(
    trx: Transaction<Database>,
    caller: Actor,
    origin: RequestOrigin | null,
    told: Pick<LedgerRow, 'action' | 'object' | 'project_id' | 'before' | 'after' | 'reason' | 'count'>,
  ): Promise<void> {
    // One writer at a time, to the end of its transaction; SQLite has no more than one anyway.
    if (isPostgres(trx)) await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx);
    const head = await trx
      .selectFrom('ledger')
      .select(['seq', 'hash'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    const row: Unhashed = {
      seq: (head?.seq ?? 0) + 1,
      at: new Date(this.clock.now()).toISOString(),
      ...whoDid(caller),
      ...told,
      request_id: origin?.requestId ?? null,
      from: origin?.from ?? null,
      previous_hash: head?.hash ?? GENESIS,
    };
    await trx
      .insertInto('ledger')
      .values(columnsOf({ ...row, hash: hashOf(row) }))
      .execute();
  }
}

function whoDid(caller: Actor): Pick<LedgerRow, 'actor' | 'on_behalf_of'> {
  if (caller.kind === 'user') {
    const credential = caller.sessionId ?? null;
    return { actor: { kind: 'user', id: caller.userId, name: plain(caller.name), credential }, on_behalf_of: null };
  }
  if (caller.kind === 'server')
    return { actor: { kind: 'server', id: 'kargah', name: 'kargah', credential: null }, on_behalf_of: null };
  return {
    actor: { kind: 'job', id: caller.jobId, name: caller.jobId, credential: null },
    on_behalf_of: caller.userId,
  };
}

function isPostgres(db: Kysely<Database>): boolean {
  return db.getExecutor().adapter.supportsTransactionalDdl;
}
