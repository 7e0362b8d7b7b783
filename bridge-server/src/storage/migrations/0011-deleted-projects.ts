import type { Kysely, Migration } from 'kysely';

/** Who deleted a project, and since when it is being taken away for good. */
export const deletedProjects: Migration = {
  async up(db: Kysely<unknown>) {
    for (const column of ['deleted_by', 'purging_at'])
      await db.schema.alterTable('projects').addColumn(column, 'text').execute();
    await db.schema.createIndex('projects_deleted').on('projects').column('deleted_at').execute();
    await db.schema.createIndex('jobs_of_project_by_state').on('jobs').columns(['project_id', 'state']).execute();
  },
};
