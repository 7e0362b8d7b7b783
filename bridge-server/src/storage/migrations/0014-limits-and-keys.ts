import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** How much a person or a project may use, where an administrator said so; and the keys that tokens are signed with, by their seeds. */
export const limitsAndKeys: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'limits', {
      subject: 'text key',
      jobs: 'integer?',
      cpus: 'integer?',
      gpus: 'integer?',
      bytes: 'bigint?',
      changed_at: 'text',
    });
    await createTable(db, 'token_keys', { seed: 'text key', created_at: 'text' });
  },
};
