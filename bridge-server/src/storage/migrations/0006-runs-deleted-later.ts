import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** Runs of MLflow that are to be deleted once MLflow is there. */
export const runsDeletedLater: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'deleted_runs', { run_id: 'text key', workspace: 'text', experiment_id: 'text?' });
  },
};
