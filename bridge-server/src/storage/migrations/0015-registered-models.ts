import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/**
 * What the bridge last saw of MLflow's registry, so that it can be searched, paged, and shown while MLflow is away. MLflow's is the
 * truth; all rows can be made again from it, but for what a version learned from, which is kept beyond its job.
 */
export const registeredModels: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'registered_models', {
      project_id: 'text',
      name: 'text',
      search_text: 'text',
      description: 'text',
      tags_json: 'text',
      created_at: 'text',
      updated_at: 'text',
    });
    await unique(db, 'registered_models', ['project_id', 'name']);
    await db.schema
      .createIndex('registered_models_newest')
      .on('registered_models')
      .columns(['project_id', 'updated_at desc', 'name desc'])
      .execute();
    await createTable(db, 'model_versions', {
      project_id: 'text',
      name: 'text',
      version: 'integer',
      place: 'text',
      description: 'text',
      tags_json: 'text',
      source: 'text',
      status: 'text',
      run_id: 'text?',
      model_id: 'text?',
      job_id: 'text?',
      lineage_json: 'text?',
      registered_by: 'text?',
      registered_name: 'text?',
      created_at: 'text',
      updated_at: 'text',
    });
    await unique(db, 'model_versions', ['project_id', 'name', 'version']);
    await db.schema
      .createIndex('model_versions_newest')
      .on('model_versions')
      .columns(['project_id', 'name', 'place desc', 'created_at desc'])
      .execute();
    await db.schema.createIndex('model_versions_job').on('model_versions').column('job_id').execute();
    await db.schema.createIndex('model_versions_model').on('model_versions').column('model_id').execute();
    await createTable(db, 'model_aliases', { project_id: 'text', name: 'text', alias: 'text', version: 'integer' });
    await unique(db, 'model_aliases', ['project_id', 'name', 'alias']);
  },
};

function unique(db: Kysely<unknown>, table: string, columns: string[]): Promise<void> {
  return db.schema.createIndex(`${table}_key`).on(table).columns(columns).unique().execute();
}
