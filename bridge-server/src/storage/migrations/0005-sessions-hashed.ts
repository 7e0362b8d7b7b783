import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** Sessions of our own, kept by the SHA-256 of their newest token: those of better-auth, which kept theirs as they are, end. */
export const sessionsHashed: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'sessions', {
      session_id: 'text key',
      user_id: 'text',
      token_sha256: 'text',
      generation: 'integer',
      rotated_at: 'text',
      created_at: 'text',
      expires_at: 'text',
      user_agent: 'text?',
    });
    await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute();
    await createTable(db, 'devices', { sha256: 'text', user_id: 'text', last_used_at: 'text' });
    await db.schema.createIndex('devices_once').on('devices').columns(['sha256', 'user_id']).unique().execute();
    await db.schema.dropTable('session').ifExists().execute();
  },
};
