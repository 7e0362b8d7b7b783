import { type Kysely, type Migration } from 'kysely';

/** Jobs that judge a registered model on other data: which version, so that its page lists them. */
export const judgedModels: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('jobs').addColumn('judged', 'text').execute();
    await db.schema
      .createIndex('jobs_judged')
      .on('jobs')
      .columns(['project_id', 'judged', 'created_at desc'])
      .execute();
  },
};
