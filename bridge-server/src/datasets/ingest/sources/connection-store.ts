import type { Kysely } from 'kysely';
import { ownedBy, type Resource } from '../../../access/resource.js';
import { inProjectsOf, type Scope } from '../../../access/scope.js';
import { decodeCursor, encodeCursor } from '../../../lib/pages.js';
import type { ConnectionTable, Database } from '../../../storage/schema.js';

/** Rows of databases that people read from. */
export class ConnectionStore {
  constructor(private readonly db: Kysely<Database>) {}

  async insert(row: ConnectionTable): Promise<void> {
    await this.db.insertInto('connections').values(row).execute();
  }

  /** The connection, for `requireAccess`. */
  async resource(connectionId: string): Promise<Resource<ConnectionTable> | null> {
    const row = await this.db
      .selectFrom('connections')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .executeTakeFirst();
    return row === undefined ? null : ownedBy('connection', connectionId, row);
  }

  /** Newest first; the cursor names the last of the page before. */
  async list(
    scope: Scope,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ rows: ConnectionTable[]; nextCursor: string | null }> {
    let select = this.db
      .selectFrom('connections')
      .selectAll()
      .where(inProjectsOf(scope))
      .orderBy('created_at', 'desc')
      .orderBy('connection_id', 'desc')
      .limit(query.limit + 1);
    if (query.cursor !== undefined) {
      const [at, id] = decodeCursor(query.cursor);
      select = select.where((eb) =>
        eb.or([eb('created_at', '<', at), eb.and([eb('created_at', '=', at), eb('connection_id', '<', id)])]),
      );
    }
    const rows = await select.execute();
    const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
    return {
      rows: rows.slice(0, query.limit),
      nextCursor: last ? encodeCursor([last.created_at, last.connection_id]) : null,
    };
  }

  /** False where it was gone already. */
  async delete(connectionId: string): Promise<boolean> {
    const done = await this.db.deleteFrom('connections').where('connection_id', '=', connectionId).executeTakeFirst();
    return done.numDeletedRows > 0n;
  }
}
