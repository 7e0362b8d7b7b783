import { type Kysely, type Migration } from 'kysely';

/** A number that the bridge raises while it runs the checks of a request: where it stands still, they have been interrupted. */
export const leasesOfRequests: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('model_requests')
      .addColumn('check_beat', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
