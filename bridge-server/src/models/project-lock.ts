import { sql, type Kysely, type Transaction } from 'kysely';
import type { Database } from '../storage/schema.js';

/** Several bridges may share a PostgreSQL database; SQLite has one bridge and one writer. */
export function isPostgres(db: Kysely<Database>): boolean {
  return db.getExecutor().adapter.supportsTransactionalDdl;
}

/**
 * Lets one transaction at a time, over all bridges, write a project's models. Taken before anything is read, so that the
 * others' rows are seen.
 */
export async function lockProject(trx: Transaction<Database>, projectId: string): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`select project_id from projects where project_id = ${projectId} for no key update`.execute(trx);
}
