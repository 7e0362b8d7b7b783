import { type Kysely, type Migration } from 'kysely';

/** Where the link of an invitation was sent to by e-mail. */
export const addressesOfInvitations: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('invitations').addColumn('sent_to', 'text').execute();
  },
};
