import { randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../lib/clock.js';
import type { Database } from '../storage/schema.js';
import { sha256 } from '../lib/hash.js';

const YEAR_MS = 366 * 86_400_000;
export const DEVICE_SECONDS = YEAR_MS / 1000;

/**
 * Browsers that people signed in with before. Such a browser is counted apart from all others when passwords are tried: what a
 * stranger tries does not slow down the account's owner. The cookie alone signs nobody in.
 */
export class Devices {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly clock: Clock,
  ) {}

  /** Whether this browser has signed this person in. */
  async knows(value: string | null, userId: string | null): Promise<boolean> {
    if (value === null || userId === null) return false;
    const row = await this.db
      .selectFrom('devices')
      .select('user_id')
      .where('sha256', '=', sha256(value))
      .where('user_id', '=', userId)
      .where('last_used_at', '>', at(this.clock.now() - YEAR_MS))
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Remembers the browser; answers the value of its cookie. A value that this bridge never issued is replaced. */
  async remember(trx: Transaction<Database>, shown: string | null, userId: string): Promise<string> {
    const now = this.clock.now();
    const value = shown !== null && (await this.#isOurs(trx, shown)) ? shown : randomBytes(32).toString('base64url');
    await trx
      .deleteFrom('devices')
      .where('last_used_at', '<=', at(now - YEAR_MS))
      .execute();
    await trx
      .insertInto('devices')
      .values({ sha256: sha256(value), user_id: userId, last_used_at: at(now) })
      .onConflict((conflict) => conflict.columns(['sha256', 'user_id']).doUpdateSet({ last_used_at: at(now) }))
      .execute();
    return value;
  }

  async #isOurs(trx: Transaction<Database>, value: string): Promise<boolean> {
    const row = await trx
      .selectFrom('devices')
      .select('user_id')
      .where('sha256', '=', sha256(value))
      .executeTakeFirst();
    return row !== undefined;
  }
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}
