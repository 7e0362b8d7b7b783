import { type Kysely, type Migration } from 'kysely';

/** What people write about a job, and whether its MLflow run is still to be told. */
export const notesOfJobs: Migration = {
  async up(db: Kysely<unknown>) {
    const table = db.schema.alterTable('jobs');
    await table.addColumn('note', 'text', (column) => column.notNull().defaultTo('')).execute();
    await table.addColumn('tags_json', 'text', (column) => column.notNull().defaultTo('[]')).execute();
    await table.addColumn('labels_pending', 'integer', (column) => column.notNull().defaultTo(0)).execute();
  },
};
