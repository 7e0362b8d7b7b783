import { randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Person } from '../../access/caller.js';
import type { TokenScope } from '../../contract/scopes.js';
import { sha256 } from '../../lib/hash.js';
import { newId } from '../../lib/ids.js';
import { KargahError } from '../../lib/errors.js';
import type { ApiTokenTable, Database } from '../../storage/schema.js';

const MINUTE = 60_000;

/** Personal API tokens: shown once, kept as their SHA-256. */
export class ApiTokens {
  constructor(private readonly db: Kysely<Database>) {}

  async make(
    trx: Transaction<Database>,
    userId: string,
    { name, days, limits }: { name: string; days: number; limits: TokenLimits },
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
      scopes_json: limits.scopes === undefined ? null : JSON.stringify(limits.scopes),
      project_id: limits.onlyProject ?? null,
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

  /** The token of this id, if it is still good. */
  async byId(tokenId: string): Promise<ApiTokenTable | undefined> {
    const row = await this.db.selectFrom('api_tokens').selectAll().where('token_id', '=', tokenId).executeTakeFirst();
    return row === undefined || isOver(row) ? undefined : row;
  }

  /**
   * @param from the address that it came from
   * @throws {KargahError} `unauthenticated` for an unknown one, `token_expired` for an old one.
   */
  async use(token: string, from: string): Promise<ApiTokenTable> {
    const row = await this.db
      .selectFrom('api_tokens')
      .selectAll()
      .where('sha256', '=', sha256(token))
      .executeTakeFirst();
    if (row === undefined) throw new KargahError('unauthenticated');
    const now = Date.now();
    if (isOver(row)) throw new KargahError('token_expired');
    // Once a minute is enough to tell a token in use from a forgotten one, and spares a write per request.
    const used = row.last_used_at === null ? null : Date.parse(row.last_used_at);
    if (used === null || Math.abs(now - used) > MINUTE || row.last_used_from !== from) {
      const last_used_at = new Date(now).toISOString();
      const use = { last_used_at, last_used_from: from };
      await this.db.updateTable('api_tokens').set(use).where('token_id', '=', row.token_id).execute();
    }
    return row;
  }
}

/** What a token is limited to, as a caller carries it. */
export type TokenLimits = Pick<Person, 'scopes' | 'onlyProject'>;
export function limitsOf({ scopes_json, project_id }: ApiTokenTable): TokenLimits {
  return {
    ...(scopes_json === null ? {} : { scopes: JSON.parse(scopes_json) as TokenScope[] }),
    ...(project_id ? { onlyProject: project_id } : {}),
  };
}

function isOver({ expires_at }: Pick<ApiTokenTable, 'expires_at'>): boolean {
  return expires_at !== null && Date.parse(expires_at) <= Date.now();
}
