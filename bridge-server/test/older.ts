import { Migrator, sql, type Kysely } from 'kysely';
import { migrations } from '../src/storage/migrations/index.js';
import type { Storage } from '../src/storage/storage.js';

/** Leaves a database as the bridge before dataset versions did: one dataset, its upload, its job and its sweep. */
export async function asBefore003(db: Kysely<unknown>): Promise<void> {
  const older = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '003'));
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(older) },
  }).migrateToLatest();
  if (error !== undefined) throw error as Error;
  const at = '2026-01-01T00:00:00.000Z';
  await sql`insert into datasets (dataset_id, project_id, user_id, owner_name, name, search_text, filename, format, kind, size_bytes, sha256,
      rows, columns, encoding, suggested_target, warnings_json, profile_json, state, error_json, source_id, created_at, deleted_at)
    values ('ds_iris00', 'prj_1', 'u1', 'Sara', 'گل', 'گل', 'iris.csv', 'csv', 'tabular', 5000, 'abc', 150, 5, 'utf-8', 'species',
      '[]', '{"dataset_id":"ds_iris00","rows":150,"columns":[],"classes":[]}', 'ready', null, 'iris', ${at}, null),
      ('ds_half00', 'prj_1', 'u1', 'Sara', 'half', 'half', 'half.csv', null, null, 10, null, null, null, null, null, '[]', null,
      'uploading', null, null, ${at}, null)`.execute(db);
  await sql`insert into uploads (upload_id, user_id, project_id, filename, name, size_bytes, created_at, expires_at, dataset_id)
    values ('up_half00', 'u1', 'prj_1', 'half.csv', 'half', 10, ${at}, ${at}, 'ds_half00')`.execute(db);
  await sql`insert into jobs (job_id, project_id, user_id, owner_name, name, search_text, state, dataset_id, dataset_name,
      params_json, progress_json, metrics_json, created_at)
    values ('job_old000', 'prj_1', 'u1', 'Sara', 'old', 'old', 'succeeded', 'ds_iris00', 'گل', '{}', '{}', '{}', ${at}),
      ('job_none00', 'prj_1', 'u1', 'Sara', 'none', 'none', 'succeeded', null, null, '{}', '{}', '{}', ${at})`.execute(
    db,
  );
  await sql`insert into sweeps (sweep_id, project_id, user_id, owner_name, name, state, recipe, dataset_id, dataset_name, params_json,
      space_json, method, pruner, metric_key, metric_mode, trials, parallel, seed, created_at)
    values ('swp_old000', 'prj_1', 'u1', 'Sara', 'old', 'succeeded', 'tabular', 'ds_iris00', 'گل', '{}', '{}', 'tpe', 'none',
      'loss', 'min', 3, 1, 0, ${at})`.execute(db);
}
/** What migration 003 is to make of the database that `asBefore003` leaves. */
export const VERSIONS_OF_OLD = {
  versions: [
    {
      version_id: 'dv_half00',
      number: 1,
      content_id: 'ds_half00',
      state: 'uploading',
      origin_json: '{"kind":"upload"}',
      rows: null,
    },
    {
      version_id: 'dv_iris00',
      number: 1,
      content_id: 'ds_iris00',
      state: 'ready',
      origin_json: '{"kind":"source","source_id":"iris"}',
      rows: 150,
    },
  ],
  datasets: [
    { dataset_id: 'ds_half00', head_version_id: 'dv_half00', tags_json: '[]', shared: 'nobody' },
    { dataset_id: 'ds_iris00', head_version_id: 'dv_iris00', tags_json: '[]', shared: 'nobody' },
  ],
  uploads: [{ upload_id: 'up_half00', version_id: 'dv_half00' }],
  jobs: [
    { job_id: 'job_none00', dataset_version_id: null, dataset_version: null, dataset_sha256: null, split_id: null },
    {
      job_id: 'job_old000',
      dataset_version_id: 'dv_iris00',
      dataset_version: 1,
      dataset_sha256: 'abc',
      split_id: null,
    },
  ],
  sweeps: [{ sweep_id: 'swp_old000', dataset_version_id: 'dv_iris00', dataset_version: 1, split_id: null }],
};

export async function versionsIn({ db }: Storage): Promise<typeof VERSIONS_OF_OLD> {
  const versions = db
    .selectFrom('dataset_versions')
    .select(['version_id', 'number', 'content_id', 'state', 'origin_json', 'rows'])
    .orderBy('version_id');
  const datasets = db
    .selectFrom('datasets')
    .select(['dataset_id', 'head_version_id', 'tags_json', 'shared'])
    .orderBy('dataset_id');
  const given = ['dataset_version_id', 'dataset_version', 'split_id'] as const;
  const jobs = db
    .selectFrom('jobs')
    .select(['job_id', 'dataset_sha256', ...given])
    .orderBy('job_id');
  return {
    versions: await versions.execute(),
    datasets: await datasets.execute(),
    uploads: await db.selectFrom('uploads').select(['upload_id', 'version_id']).execute(),
    jobs: await jobs.execute(),
    sweeps: await db
      .selectFrom('sweeps')
      .select(['sweep_id', ...given])
      .execute(),
  } as typeof VERSIONS_OF_OLD;
}
