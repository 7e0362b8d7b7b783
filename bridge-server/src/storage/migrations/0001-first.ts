import { sql, type Kysely, type Migration } from 'kysely';
import { createTable, isPostgres } from './tables.js';

export const first: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'projects', {
      project_id: 'text key',
      name: 'text',
      workspace: 'text',
      workspace_ready: 'integer',
      created_at: 'text',
    });
    await db.schema.createIndex('projects_workspace').on('projects').column('workspace').unique().execute();
    await createTable(db, 'project_members', { project_id: 'text', user_id: 'text', role: 'text', created_at: 'text' });
    await db.schema
      .createIndex('project_members_once')
      .on('project_members')
      .columns(['user_id', 'project_id'])
      .unique()
      .execute();

    await createTable(db, 'api_tokens', {
      token_id: 'text key',
      user_id: 'text',
      name: 'text',
      sha256: 'text',
      created_at: 'text',
      expires_at: 'text?',
      last_used_at: 'text?',
    });
    await db.schema.createIndex('api_tokens_sha256').on('api_tokens').column('sha256').unique().execute();
    await db.schema.createIndex('api_tokens_user').on('api_tokens').columns(['user_id', 'created_at']).execute();

    await createTable(db, 'uploads', {
      upload_id: 'text key',
      user_id: 'text',
      project_id: 'text',
      filename: 'text',
      name: 'text',
      size_bytes: 'bigint',
      created_at: 'text',
      expires_at: 'text',
      dataset_id: 'text?',
    });
    await db.schema.createIndex('uploads_expiry').on('uploads').column('expires_at').execute();

    await createTable(db, 'datasets', {
      dataset_id: 'text key',
      project_id: 'text',
      user_id: 'text',
      owner_name: 'text',
      name: 'text',
      search_text: 'text',
      filename: 'text',
      format: 'text?',
      kind: 'text?',
      size_bytes: 'bigint',
      sha256: 'text?',
      rows: 'bigint?',
      columns: 'integer?',
      encoding: 'text?',
      suggested_target: 'text?',
      warnings_json: 'text',
      profile_json: 'text?',
      state: 'text',
      error_json: 'text?',
      source_id: 'text?',
      created_at: 'text',
      deleted_at: 'text?',
    });
    await db.schema
      .createIndex('datasets_newest')
      .on('datasets')
      .columns(['project_id', 'created_at desc', 'dataset_id desc'])
      .execute();
    await db.schema.createIndex('datasets_state').on('datasets').column('state').execute();

    await createTable(db, 'jobs', {
      job_id: 'text key',
      project_id: 'text',
      user_id: 'text',
      owner_name: 'text',
      name: 'text',
      search_text: 'text',
      state: 'text',
      recipe: 'text?',
      script_json: 'text?',
      dataset_id: 'text?',
      dataset_name: 'text?',
      params_json: 'text',
      resources_json: 'text?',
      progress_json: 'text',
      metrics_json: 'text',
      message: 'text?',
      error_json: 'text?',
      exit_code: 'integer?',
      signal: 'text?',
      peak_memory_bytes: 'bigint?',
      cpu_seconds: 'real?',
      mlflow_run_id: 'text?',
      mlflow_experiment_id: 'text?',
      mlflow_end_pending: 'text?',
      model_json: 'text?',
      parent_job_id: 'text?',
      token_sha256: 'text?',
      handle_json: 'text?',
      stop_requested_at: 'text?',
      created_at: 'text',
      started_at: 'text?',
      first_step_at: 'text?',
      ended_at: 'text?',
    });
    const newest = ['project_id', 'created_at desc', 'job_id desc'];
    await db.schema.createIndex('jobs_newest').on('jobs').columns(newest).execute();
    await db.schema
      .createIndex('jobs_newest_by_state')
      .on('jobs')
      .columns(['project_id', 'state', 'created_at desc', 'job_id desc'])
      .execute();
    await db.schema
      .createIndex('jobs_models')
      .on('jobs')
      .columns(newest)
      .where(sql.ref('model_json'), 'is not', null)
      .execute();
    await db.schema.createIndex('jobs_state').on('jobs').columns(['state', 'created_at']).execute();
    await db.schema.createIndex('jobs_dataset').on('jobs').column('dataset_id').execute();
    await db.schema.createIndex('jobs_run').on('jobs').column('mlflow_run_id').execute();
    await db.schema.createIndex('jobs_token').on('jobs').column('token_sha256').unique().execute();

    const events = db.schema.createTable('job_events');
    await (
      isPostgres(db)
        ? events.addColumn('event_id', 'bigserial', (c) => c.primaryKey())
        : events.addColumn('event_id', 'integer', (c) => c.primaryKey().autoIncrement())
    )
      .addColumn('job_id', 'text', (c) => c.notNull().references('jobs.job_id').onDelete('cascade'))
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('from_state', 'text')
      .addColumn('to_state', 'text', (c) => c.notNull())
      .addColumn('detail', 'text')
      .addColumn('detail_fa', 'text')
      .execute();
    await db.schema.createIndex('job_events_job').on('job_events').columns(['job_id', 'event_id']).execute();
  },
};
