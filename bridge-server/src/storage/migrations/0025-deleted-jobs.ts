import { type Kysely, type Migration } from 'kysely';

/** Since when a job is deleted that can still be restored. */
export const deletedJobs: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('jobs').addColumn('deleted_at', 'text').execute();
    await db.schema.createIndex('jobs_deleted').on('jobs').column('deleted_at').execute();
  },
};
