import { type Kysely, type Migration } from 'kysely';

/** Until when a bridge holds a request whose checks it runs: what nobody holds any more has been interrupted. */
export const leasesOfRequests: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('model_requests').addColumn('checked_until', 'text').execute();
  },
};
