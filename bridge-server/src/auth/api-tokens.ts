import { randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { sha256 } from '../lib/hash.js';
import { newId } from '../lib/ids.js';
import { KargahError } from '../lib/errors.js';
import type { ApiTokenTable, Database } from '../storage/schema.js';

const MINUTE = 60_000;

/** Personal API tokens: shown once, kept as their SHA-256. */
export class ApiTokens {
  constructor(private readonly db: Kysely<Database>) {}

  async make(
    trx: Transaction<Database>,
    userId: string,
    { name, days }: { name: string; days: number },
  ): Promise<{ token: string; row: ApiTokenTable }> {
    const token = `kgp_${randomBytes(32).toString('base64url')}`;
    const row: ApiTokenTable = {
      token_id: newId('tok'),
      user_id: userId,
      name,
      sha256: sha256(token),
      created_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + days * 86_400_000).toISOString(),
      last_used_at: null,
      scopes_json: null,
      project_id: null,
      last_used_from: null,
    };
    await trx.insertInto('api_tokens').values(row).execute();
    return { token, row };
  }

  async of(userId: string): Promise<ApiTokenTable[]> {
    return this.db
      .selectFrom('api_tokens')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('created_at', 'desc')
      .execute();
  }

  /** @throws {KargahError} `not_found`. */
  async revoke(trx: Transaction<Database>, userId: string, tokenId: string): Promise<ApiTokenTable> {
    const row = await trx
      .deleteFrom('api_tokens')
      .where('user_id', '=', userId)
      .where('token_id', '=', tokenId)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new KargahError('not_found');
    return row;
  }

  /** Every token of somebody; answers which. */
  async revokeAll(trx: Transaction<Database>, userId: string): Promise<string[]> {
    const revoked = await trx.deleteFrom('api_tokens').where('user_id', '=', userId).returning('token_id').execute();
    return revoked.map(({ token_id }) => token_id);
  }

  /** Whose token this is, if it is still good. */
  async ownerOf(tokenId: string): Promise<string | undefined> {
    const row = await this.db
      .selectFrom('api_tokens')
      .select(['user_id', 'expires_at'])
      .where('token_id', '=', tokenId)
      .executeTakeFirst();
    return row === undefined || isOver(row) ? undefined : row.user_id;
  }

  /** @throws {KargahError} `unauthenticated` for an unknown one, `token_expired` for an old one. */
  async use(token: string): Promise<ApiTokenTable> {
    const row = await this.db
      .selectFrom('api_tokens')
      .selectAll()
      .where('sha256', '=', sha256(token))
      .executeTakeFirst();
    if (row === undefined) throw new KargahError('unauthenticated');
    const now = Date.now();
    if (isOver(row)) throw new KargahError('token_expired');
    // Once a minute is enough to tell a token in use from a forgotten one, and spares a write per request.
    if (row.last_used_at === null || now - Date.parse(row.last_used_at) > MINUTE) {
      const last_used_at = new Date(now).toISOString();
      await this.db.updateTable('api_tokens').set({ last_used_at }).where('token_id', '=', row.token_id).execute();
    }
    return row;
  }
}

function isOver({ expires_at }: Pick<ApiTokenTable, 'expires_at'>): boolean {
  return expires_at !== null && Date.parse(expires_at) <= Date.now();
}
