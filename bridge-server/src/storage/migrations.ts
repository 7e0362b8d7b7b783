import { sql, type Kysely, type Migration } from 'kysely';
import type { Database } from './schema.js';

/** Columns by name: `text`, `text?` (may be null), `text key` (primary key); the rest is spelled out. */
type Column = 'text' | 'text?' | 'integer' | 'integer?' | 'bigint' | 'bigint?' | 'real?' | 'text key';

type QueueColumn =
  | 'gpus_json'
  | 'launch'
  | 'launch_note_json'
  | 'resumed_from'
  | 'sweep_id'
  | 'has_checkpoint'
  | 'pruned'
  | 'fence'
  | 'priority';

type VersionedDatasetColumn = 'head_version_id' | 'tags_json' | 'shared';
type VersionedSweepColumn = 'dataset_version_id' | 'dataset_version' | 'split_id';
/** Of the MLflow runs of a job. */
type RunJobColumn = 'run_given' | 'run_said' | 'metric_count';
type VersionedJobColumn = 'dataset_version_id' | 'dataset_version' | 'dataset_sha256' | 'split_id';

/** Typed by the table, so that a column of `schema.ts` cannot be forgotten here; `Later` are those of a later migration. */
async function table<T extends keyof Database, Later extends string = never>(
  db: Kysely<unknown>,
  name: T,
  columns: Record<Exclude<keyof Database[T] & string, Later>, Column>,
): Promise<void> {
  let builder = db.schema.createTable(name);
  for (const [column, kind] of Object.entries<Column>(columns)) {
    const [type, key] = kind.replace('?', '').split(' ') as ['text' | 'integer' | 'bigint' | 'real', string?];
    builder = builder.addColumn(column, type === 'real' ? sql`double precision` : type, (c) =>
      key === 'key' ? c.primaryKey() : kind.endsWith('?') ? c : c.notNull(),
    );
  }
  await builder.execute();
}

const first: Migration = {
  async up(db: Kysely<unknown>) {
    await table(db, 'projects', {
      project_id: 'text key',
      name: 'text',
      workspace: 'text',
      workspace_ready: 'integer',
      created_at: 'text',
    });
    await db.schema.createIndex('projects_workspace').on('projects').column('workspace').unique().execute();
    await table(db, 'project_members', { project_id: 'text', user_id: 'text', role: 'text', created_at: 'text' });
    await db.schema
      .createIndex('project_members_once')
      .on('project_members')
      .columns(['user_id', 'project_id'])
      .unique()
      .execute();

    await table(db, 'api_tokens', {
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

    await table<'uploads', 'version_id'>(db, 'uploads', {
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

    await table<'datasets', VersionedDatasetColumn>(db, 'datasets', {
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

    await table<'jobs', QueueColumn | VersionedJobColumn | RunJobColumn>(db, 'jobs', {
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

const queueAndSweeps: Migration = {
  async up(db: Kysely<unknown>) {
    const added: Record<QueueColumn, 'text' | 0 | 'normal'> = {
      gpus_json: 'text',
      launch: 'text',
      launch_note_json: 'text',
      resumed_from: 'text',
      sweep_id: 'text',
      has_checkpoint: 0,
      pruned: 0,
      fence: 0,
      priority: 'normal',
    };
    for (const [column, given] of Object.entries(added))
      await db.schema
        .alterTable('jobs')
        .addColumn(column, given === 0 ? 'integer' : 'text', (c) =>
          given === 'text' ? c : c.notNull().defaultTo(given),
        )
        .execute();
    // A job ends once: whoever settles it a second time, by whatever way, is refused by the database itself.
    await db.schema
      .createIndex('job_events_settled_once')
      .unique()
      .on('job_events')
      .column('job_id')
      .where(sql.ref('to_state'), 'in', sql`('succeeded', 'failed', 'stopped', 'lost')`)
      .execute();
    await db.schema.createIndex('jobs_sweep').on('jobs').columns(['sweep_id', 'created_at']).execute();
    await table<'sweeps', VersionedSweepColumn>(db, 'sweeps', {
      sweep_id: 'text key',
      project_id: 'text',
      user_id: 'text',
      owner_name: 'text',
      name: 'text',
      state: 'text',
      recipe: 'text',
      dataset_id: 'text',
      dataset_name: 'text',
      params_json: 'text',
      space_json: 'text',
      method: 'text',
      pruner: 'text',
      metric_key: 'text',
      metric_mode: 'text',
      trials: 'integer',
      parallel: 'integer',
      seed: 'bigint',
      resources_json: 'text?',
      best_json: 'text?',
      error_json: 'text?',
      mlflow_run_id: 'text?',
      mlflow_experiment_id: 'text?',
      mlflow_end_pending: 'text?',
      created_at: 'text',
      ended_at: 'text?',
    });
    await db.schema
      .createIndex('sweeps_newest')
      .on('sweeps')
      .columns(['project_id', 'created_at desc', 'sweep_id desc'])
      .execute();
    await db.schema.createIndex('sweeps_state').on('sweeps').column('state').execute();
  },
};

const versionsOfDatasets: Migration = {
  async up(db: Kysely<unknown>) {
    const added = [
      ['datasets', 'head_version_id', 'text', ''],
      ['datasets', 'tags_json', 'text', '[]'],
      ['datasets', 'shared', 'text', 'nobody'],
      ['uploads', 'version_id', 'text', null],
      ['jobs', 'dataset_version_id', 'text', null],
      ['jobs', 'dataset_version', 'integer', null],
      ['jobs', 'dataset_sha256', 'text', null],
      ['jobs', 'split_id', 'text', null],
      ['sweeps', 'dataset_version_id', 'text', null],
      ['sweeps', 'dataset_version', 'integer', null],
      ['sweeps', 'split_id', 'text', null],
    ] as const satisfies readonly (readonly [
      keyof Database,
      VersionedDatasetColumn | VersionedJobColumn | 'version_id',
      'text' | 'integer',
      string | null,
    ])[];
    for (const [name, column, type, given] of added)
      await db.schema
        .alterTable(name)
        .addColumn(column, type, (c) => (given === null ? c : c.notNull().defaultTo(given)))
        .execute();
    await table(db, 'dataset_versions', {
      version_id: 'text key',
      dataset_id: 'text',
      project_id: 'text',
      number: 'integer',
      content_id: 'text',
      state: 'text',
      filename: 'text',
      format: 'text?',
      kind: 'text?',
      size_bytes: 'bigint',
      sha256: 'text?',
      data_sha256: 'text?',
      rows: 'bigint?',
      columns: 'integer?',
      encoding: 'text?',
      asked_json: 'text',
      reading_json: 'text',
      derived_bytes: 'bigint',
      suggested_target: 'text?',
      warnings_json: 'text',
      profile_json: 'text?',
      error_json: 'text?',
      origin_json: 'text',
      user_id: 'text',
      owner_name: 'text',
      created_at: 'text',
      deleted_at: 'text?',
      freed_at: 'text?',
    });
    await db.schema
      .createIndex('dataset_versions_number')
      .on('dataset_versions')
      .columns(['dataset_id', 'number'])
      .unique()
      .execute();
    await db.schema
      .createIndex('dataset_versions_bytes')
      .on('dataset_versions')
      .columns(['project_id', 'sha256'])
      .execute();
    await db.schema.createIndex('dataset_versions_content').on('dataset_versions').column('content_id').execute();
    await db.schema.createIndex('dataset_versions_state').on('dataset_versions').column('state').execute();
    await table(db, 'dataset_splits', {
      split_id: 'text key',
      version_id: 'text',
      spec_json: 'text',
      counts_json: 'text',
      sha256: 'text',
      warnings_json: 'text',
      is_default: 'integer',
      created_at: 'text',
    });
    await db.schema
      .createIndex('dataset_splits_once')
      .on('dataset_splits')
      .columns(['version_id', 'spec_json'])
      .unique()
      .execute();
    await table(db, 'dataset_shares', { dataset_id: 'text', user_id: 'text', created_at: 'text' });
    await db.schema
      .createIndex('dataset_shares_once')
      .on('dataset_shares')
      .columns(['user_id', 'dataset_id'])
      .unique()
      .execute();
    await table(db, 'connections', {
      connection_id: 'text key',
      project_id: 'text',
      user_id: 'text',
      name: 'text',
      kind: 'text',
      address: 'text',
      sealed_url: 'text',
      created_at: 'text',
    });
    await db.schema
      .createIndex('connections_newest')
      .on('connections')
      .columns(['project_id', 'created_at desc', 'connection_id desc'])
      .execute();
    await db.schema.createIndex('jobs_dataset_version').on('jobs').column('dataset_version_id').execute();
    // What is there becomes the first version of itself, its files where they are.
    await sql`
      insert into dataset_versions (version_id, dataset_id, project_id, number, content_id, state, filename, format, kind,
        size_bytes, sha256, data_sha256, rows, columns, encoding, asked_json, reading_json, derived_bytes,
        suggested_target, warnings_json, profile_json, error_json, origin_json, user_id, owner_name, created_at, deleted_at, freed_at)
      select 'dv_' || substr(dataset_id, 4), dataset_id, project_id, 1, dataset_id, state, filename, format, kind,
        size_bytes, sha256, null, rows, columns, encoding, '{}', '{}', 0,
        suggested_target, warnings_json, profile_json, error_json,
        case when source_id is null then '{"kind":"upload"}'
          else '{"kind":"source","source_id":"' || source_id || '"}' end,
        user_id, owner_name, created_at, deleted_at, null
      from datasets`.execute(db);
    await sql`update datasets set head_version_id = 'dv_' || substr(dataset_id, 4)`.execute(db);
    await sql`update uploads set version_id = 'dv_' || substr(dataset_id, 4) where dataset_id is not null`.execute(db);
    await sql`update jobs set dataset_version_id = 'dv_' || substr(dataset_id, 4), dataset_version = 1,
      dataset_sha256 = (select sha256 from datasets where datasets.dataset_id = jobs.dataset_id)
      where dataset_id is not null`.execute(db);
    await sql`update sweeps set dataset_version_id = 'dv_' || substr(dataset_id, 4), dataset_version = 1`.execute(db);
  },
};

const runsOfJobs: Migration = {
  async up(db: Kysely<unknown>) {
    const added: Record<RunJobColumn, 'text' | 'integer'> = {
      run_given: 'integer',
      run_said: 'text',
      metric_count: 'integer',
    };
    for (const [column, type] of Object.entries(added))
      await db.schema
        .alterTable('jobs')
        .addColumn(column, type, (c) => (type === 'text' ? c : c.notNull().defaultTo(0)))
        .execute();
    await table(db, 'job_runs', { run_id: 'text key', job_id: 'text', label: 'text', status: 'text?' });
    await db.schema.createIndex('job_runs_job').on('job_runs').columns(['job_id', 'label']).unique().execute();
  },
};

/** Sessions of our own, kept by the SHA-256 of their newest token: those of better-auth, which kept theirs as they are, end. */
const sessionsHashed: Migration = {
  async up(db: Kysely<unknown>) {
    await table(db, 'sessions', {
      session_id: 'text key',
      user_id: 'text',
      token_sha256: 'text',
      generation: 'integer',
      rotated_at: 'text',
      created_at: 'text',
      expires_at: 'text',
      user_agent: 'text?',
    });
    await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute();
    await table(db, 'devices', { sha256: 'text', user_id: 'text', last_used_at: 'text' });
    await db.schema.createIndex('devices_once').on('devices').columns(['sha256', 'user_id']).unique().execute();
    await db.schema.dropTable('session').ifExists().execute();
  },
};

/** Runs of MLflow that are to be deleted once MLflow is there. */
const runsDeletedLater: Migration = {
  async up(db: Kysely<unknown>) {
    await table(db, 'deleted_runs', { run_id: 'text key', workspace: 'text', experiment_id: 'text?' });
  },
};

function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter.supportsTransactionalDdl;
}

/** The one list of migrations, in order; a released one is never edited. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001_first': first,
  '002_queue_and_sweeps': queueAndSweeps,
  '003_dataset_versions': versionsOfDatasets,
  '004_runs_of_jobs': runsOfJobs,
  '005_sessions_hashed': sessionsHashed,
  '006_runs_deleted_later': runsDeletedLater,
};
