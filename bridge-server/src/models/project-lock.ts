import { sql, type Kysely, type Transaction } from 'kysely';
import type { Database } from '../storage/schema.js';

/** Several bridges may share such a database; SQLite's has one bridge, and one writer. */
export function isPostgres(db: Kysely<Database>): boolean {
  return db.getExecutor().adapter.supportsTransactionalDdl;
}

/**
 * Of what is written of a project's models one transaction at a time, over all bridges. Asked for before anything is read, so that the
 * others' rows are seen.
 */
export async function lockProject(trx: Transaction<Database>, projectId: string): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`select project_id from projects where project_id = ${projectId} for no key update`.execute(trx);
}
