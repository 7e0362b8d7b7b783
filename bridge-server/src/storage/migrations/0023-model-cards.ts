import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** What people wrote on the cards of registered versions: a row for each time. */
export const modelCards: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'model_cards', {
      project_id: 'text',
      version: 'integer',
      identity: 'text',
      revision: 'integer',
      place: 'text',
      fields_json: 'text',
      facts_json: 'text',
      changed_by: 'text',
      changed_name: 'text',
      changed_at: 'text',
    });
    await db.schema
      .createIndex('model_cards_key')
      .on('model_cards')
      .columns(['project_id', 'version', 'identity', 'revision'])
      .unique()
      .execute();
    await db.schema
      .createIndex('model_cards_newest')
      .on('model_cards')
      .columns(['project_id', 'version', 'identity', 'place desc', 'changed_at desc'])
      .execute();
  },
};
