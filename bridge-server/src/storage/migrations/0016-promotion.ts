import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** Protected aliases of registered models: where each points, how it got there, who asked for what, and the rules of each project. */
export const promotion: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'model_rules', {
      project_id: 'text key',
      rules_json: 'text',
      revision: 'integer',
      changed_by: 'text',
      changed_name: 'text',
      changed_at: 'text',
    });
    await createTable(db, 'model_stages', {
      project_id: 'text',
      name: 'text',
      alias: 'text',
      version: 'integer?',
      identity: 'text?',
      revision: 'integer',
      earlier_json: 'text',
      since: 'text',
      by_id: 'text',
      by_name: 'text',
    });
    await unique(db, 'model_stages', ['project_id', 'name', 'alias']);
    await createTable(db, 'model_moves', {
      move_id: 'text key',
      project_id: 'text',
      name: 'text',
      alias: 'text',
      revision: 'integer',
      kind: 'text',
      from_version: 'integer?',
      to_version: 'integer?',
      request_id: 'text?',
      why: 'text',
      by_id: 'text',
      by_name: 'text',
      at: 'text',
    });
    await unique(db, 'model_moves', ['project_id', 'name', 'alias', 'revision']);
    await db.schema
      .createIndex('model_moves_newest')
      .on('model_moves')
      .columns(['project_id', 'name', 'at desc', 'move_id desc'])
      .execute();
    await createTable(db, 'model_requests', {
      request_id: 'text key',
      project_id: 'text',
      name: 'text',
      version: 'integer',
      identity: 'text',
      alias: 'text',
      state: 'text',
      why: 'text',
      checks_json: 'text',
      from_version: 'integer?',
      from_revision: 'integer',
      requested_by: 'text',
      requested_name: 'text',
      requested_at: 'text',
      decided_by: 'text?',
      decided_name: 'text?',
      decided_at: 'text?',
      reason: 'text?',
    });
    await db.schema
      .createIndex('model_requests_newest')
      .on('model_requests')
      .columns(['project_id', 'requested_at desc', 'request_id desc'])
      .execute();
    await createTable(db, 'model_outbox', { project_id: 'text', name: 'text', alias: 'text', revision: 'integer' });
    await unique(db, 'model_outbox', ['project_id', 'name', 'alias']);
  },
};

function unique(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  return db.schema.createIndex(`${table}_key`).on(table).columns(columns).unique().execute();
}
