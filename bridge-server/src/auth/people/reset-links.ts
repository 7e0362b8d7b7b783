import { randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../lib/clock.js';
import type { Database } from '../../storage/schema.js';
import { sha256 } from '../../lib/hash.js';

const DAY_MS = 86_400_000;

/** Tokens with which somebody sets a new password, kept as their SHA-256: one for each person, good once. */
export class ResetLinks {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly clock: Clock,
  ) {}

  async make(trx: Transaction<Database>, userId: string): Promise<{ token: string; expires_at: string }> {
    const token = `kgr_${randomBytes(32).toString('base64url')}`;
    const now = this.clock.now();
    const expires_at = new Date(now + DAY_MS).toISOString();
    await trx.deleteFrom('reset_links').where('user_id', '=', userId).execute();
    await trx
      .insertInto('reset_links')
      .values({ sha256: sha256(token), user_id: userId, created_at: new Date(now).toISOString(), expires_at })
      .execute();
    return { token, expires_at };
  }

  /** Whose it is; null for one that is over. */
  async of(token: string): Promise<string | null> {
    const hash = sha256(token);
    const row = await this.db.selectFrom('reset_links').selectAll().where('sha256', '=', hash).executeTakeFirst();
    if (row === undefined) return null;
    if (Date.parse(row.expires_at) > this.clock.now()) return row.user_id;
    // Gone for good, also where the clock is set back.
    await this.db.deleteFrom('reset_links').where('sha256', '=', hash).execute();
    return null;
  }

  /** Whether it was still there: it is used now. */
  async use(trx: Transaction<Database>, token: string): Promise<boolean> {
    const { numDeletedRows } = await trx
      .deleteFrom('reset_links')
      .where('sha256', '=', sha256(token))
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }
}
