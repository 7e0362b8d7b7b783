import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../lib/clock.js';
import { newId } from '../lib/ids.js';
import { KargahError } from '../lib/errors.js';
import type { Database, SessionTable } from '../storage/schema.js';
import { sha256 } from '../lib/hash.js';

const DAY_MS = 86_400_000;
/** For so long a token that was just replaced is still answered: two tabs may ask at once. */
const GRACE_MS = 10_000;
/** An older token than this many renewals is not told from an invented one. */
const MAX_STEPS = 5_000;
const TOKEN = /^(ses_[\w-]{1,64})\.(\d{1,9})\.([\w-]{43})$/u;

export interface OpenedSession {
  readonly session: SessionTable;
  /** For the cookie; the database has its SHA-256 only. */
  readonly token: string;
}

/**
 * Sessions of browsers, each kept open by one refresh token that is replaced whenever it is used. A token follows from the one before
 * it and a key of ours: whoever holds a copy of an old one can neither compute the next nor use it, and an attempt ends the session.
 */
export class Sessions {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly key: Buffer,
    private readonly days: number,
    private readonly clock: Clock,
  ) {}

  async open(trx: Transaction<Database>, userId: string, userAgent: string | null): Promise<OpenedSession> {
    const sessionId = newId('ses');
    const token = `${sessionId}.0.${randomBytes(32).toString('base64url')}`;
    const now = this.clock.now();
    const session: SessionTable = {
      session_id: sessionId,
      user_id: userId,
      token_sha256: sha256(token),
      generation: 0,
      rotated_at: at(now),
      created_at: at(now),
      expires_at: at(now + this.days * DAY_MS),
      user_agent: userAgent,
    };
    await trx.deleteFrom('sessions').where('user_id', '=', userId).where('expires_at', '<=', at(now)).execute();
    await trx.insertInto('sessions').values(session).execute();
    return { session, token };
  }

  /**
   * The session of a refresh token, with the token that follows.
   *
   * @param end ends a session that an old token was used for.
   * @throws {KargahError} `session_expired`.
   */
  async renew(token: string | null, end: (session: SessionTable) => Promise<void>): Promise<OpenedSession> {
    for (;;) {
      const found = await this.#find(token);
      if (found === null) throw new KargahError('session_expired');
      const { session, newest, steps } = found;
      const now = this.clock.now();
      if (steps === 0) {
        const next = this.#after(newest);
        const change = {
          token_sha256: sha256(next),
          generation: session.generation + 1,
          rotated_at: at(now),
          expires_at: at(now + this.days * DAY_MS),
        };
        const { numUpdatedRows } = await this.db
          .updateTable('sessions')
          .set(change)
          .where('session_id', '=', session.session_id)
          .where('generation', '=', session.generation)
          .executeTakeFirst();
        if (numUpdatedRows === 1n) return { session: { ...session, ...change }, token: next };
        // Another tab was quicker, or the session was ended.
        continue;
      }
      // Also where the clock was set back meanwhile.
      if (steps === 1 && Math.abs(now - Date.parse(session.rotated_at)) <= GRACE_MS) return { session, token: newest };
      await end(session);
      throw new KargahError('session_expired');
    }
  }

  /** Whose session a token was given for, whether it is the newest or not. */
  async of(token: string | null): Promise<SessionTable | null> {
    return (await this.#find(token))?.session ?? null;
  }

  async byId(sessionId: string): Promise<SessionTable | null> {
    const row = await this.db.selectFrom('sessions').selectAll().where('session_id', '=', sessionId).executeTakeFirst();
    return row === undefined || Date.parse(row.expires_at) <= this.clock.now() ? null : row;
  }

  async ofUser(userId: string): Promise<SessionTable[]> {
    return this.db
      .selectFrom('sessions')
      .selectAll()
      .where('user_id', '=', userId)
      .where('expires_at', '>', at(this.clock.now()))
      .orderBy('created_at', 'desc')
      .execute();
  }

  /** Ends all of somebody's but one; answers which. */
  async endAll(trx: Transaction<Database>, userId: string, except: string | null): Promise<string[]> {
    const ended = await trx
      .deleteFrom('sessions')
      .where('user_id', '=', userId)
      .where('session_id', '<>', except ?? '')
      .returning('session_id')
      .execute();
    return ended.map(({ session_id }) => session_id);
  }

  /** Whether it was still open. */
  async end(trx: Transaction<Database>, sessionId: string): Promise<boolean> {
    const { numDeletedRows } = await trx.deleteFrom('sessions').where('session_id', '=', sessionId).executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** The session that a token belongs to, its newest token, and how many renewals lie between; null for an invented one. */
  async #find(token: string | null): Promise<{ session: SessionTable; newest: string; steps: number } | null> {
    const [, sessionId, generation] = TOKEN.exec(token ?? '') ?? [];
    if (token === null || sessionId === undefined) return null;
    const session = await this.byId(sessionId);
    if (session === null) return null;
    const steps = session.generation - Number(generation);
    if (steps < 0 || steps > MAX_STEPS) return null;
    let newest = token;
    for (let step = 0; step < steps; step += 1) newest = this.#after(newest);
    return timingSafeEqual(Buffer.from(sha256(newest)), Buffer.from(session.token_sha256))
      ? { session, newest, steps }
      : null;
  }

  #after(token: string): string {
    const [sessionId, generation] = token.split('.');
    const secret = createHmac('sha256', this.key).update(token).digest('base64url');
    return `${String(sessionId)}.${String(Number(generation) + 1)}.${secret}`;
  }
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}
