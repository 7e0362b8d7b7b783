import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/**
 * Links with which somebody sets a new password; what personal tokens may do, in which project, and from where they were last used. Those
 * of before keep all that they could.
 */
export const peopleAndTokens: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'reset_links', {
      sha256: 'text key',
      user_id: 'text',
      created_at: 'text',
      expires_at: 'text',
    });
    await db.schema.createIndex('reset_links_user').on('reset_links').column('user_id').unique().execute();
    for (const column of ['scopes_json', 'project_id', 'last_used_from'])
      await db.schema.alterTable('api_tokens').addColumn(column, 'text').execute();
  },
};
