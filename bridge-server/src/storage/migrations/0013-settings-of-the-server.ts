import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** What administrators set of the server while it runs; what is not there is as the environment says. */
export const settingsOfTheServer: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'server_settings', { name: 'text key', value_json: 'text', changed_at: 'text' });
  },
};
