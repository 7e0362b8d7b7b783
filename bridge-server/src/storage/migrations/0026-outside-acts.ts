import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** Acts that MLflow is being asked for, until the ledger tells what became of them. */
export const outsideActs: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'outside_acts', { act_id: 'text key', begun_at: 'text', act_json: 'text' });
  },
};
