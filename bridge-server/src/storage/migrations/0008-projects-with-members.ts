import type { Kysely, Migration } from 'kysely';
import { createTable } from './tables.js';

/** Projects that several people are in, and the invitations by which they come. Everyone keeps their project and all in it. */
export const projectsWithMembers: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('projects')
      .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('projects').addColumn('deleted_at', 'text').execute();
    await db.schema
      .createIndex('project_members_of_project')
      .on('project_members')
      .columns(['project_id', 'created_at', 'user_id'])
      .execute();
    await createTable(db, 'invitations', {
      invitation_id: 'text key',
      project_id: 'text',
      role: 'text',
      sha256: 'text',
      created_by: 'text',
      created_at: 'text',
      expires_at: 'text',
      used_at: 'text?',
      used_by: 'text?',
      revoked_at: 'text?',
    });
    await db.schema.createIndex('invitations_sha256').on('invitations').column('sha256').unique().execute();
    await db.schema
      .createIndex('invitations_of_project')
      .on('invitations')
      .columns(['project_id', 'created_at desc', 'invitation_id desc'])
      .execute();
  },
};
