import { sql, type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

export const versionsOfDatasets: Migration = {
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
    ] as const;
    for (const [name, column, type, given] of added)
      await db.schema
        .alterTable(name)
        .addColumn(column, type, (c) => (given === null ? c : c.notNull().defaultTo(given)))
        .execute();
    await createTable(db, 'dataset_versions', {
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
    await createTable(db, 'dataset_splits', {
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
    await createTable(db, 'dataset_shares', { dataset_id: 'text', user_id: 'text', created_at: 'text' });
    await db.schema
      .createIndex('dataset_shares_once')
      .on('dataset_shares')
      .columns(['user_id', 'dataset_id'])
      .unique()
      .execute();
    await createTable(db, 'connections', {
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
