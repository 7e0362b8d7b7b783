import type { Kysely } from 'kysely';
import { ownedBy, type Resource } from '../../../../access/resource.js';
import { inProjectsOf, type Scope } from '../../../../access/scope.js';
import type { Tell } from '../../../../ledger/index.js';
import { readPage, type Page, type PageQuery } from '../../../../lib/pages.js';
import type { ConnectionTable, Database } from '../../../../storage/schema.js';

/** Rows of databases that people read from. */
export class ConnectionStore {
  constructor(private readonly db: Kysely<Database>) {}

  async insert(row: ConnectionTable, tell: Tell): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await trx.insertInto('connections').values(row).execute();
      await tell(trx);
    });
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

  /** Newest first. */
  async list(scope: Scope, page: PageQuery): Promise<Page<ConnectionTable>> {
    const query = this.db.selectFrom('connections').selectAll().where(inProjectsOf(scope));
    return readPage([query], { by: 'created_at', then: 'connection_id' }, page);
  }

  /** False where it was gone already. */
  async delete(connectionId: string, tell: Tell): Promise<boolean> {
    return this.db.transaction().execute(async (trx) => {
      const done = await trx.deleteFrom('connections').where('connection_id', '=', connectionId).executeTakeFirst();
      if (done.numDeletedRows === 0n) return false;
      await tell(trx);
      return true;
    });
  }
}
