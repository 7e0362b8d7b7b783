import { sql, type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** What is being moved or copied to another project, and of which job one is a copy. */
export const transfers: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'transfers', {
      transfer_id: 'text key',
      project_id: 'text',
      to_project_id: 'text',
      act: 'text',
      kind: 'text',
      object_id: 'text',
      actor_json: 'text',
      state: 'text',
      clearing: 'integer',
      items_json: 'text',
      result_id: 'text',
      error_json: 'text?',
      created_at: 'text',
      ended_at: 'text?',
    });
    await db.schema
      .createIndex('transfers_running')
      .on('transfers')
      .columns(['project_id', 'kind', 'object_id'])
      .unique()
      .where(sql.ref('state'), '=', sql.lit('running'))
      .execute();
    await db.schema.alterTable('jobs').addColumn('copied_from', 'text').execute();
  },
};
