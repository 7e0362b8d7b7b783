import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NodeSqliteDialect } from '@better-auth/kysely-adapter/node-sqlite-dialect';
import { Kysely, sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { asBefore003 } from '../../test/older.js';
import { migrations } from './migrations/index.js';
import type { Database } from './schema.js';
import { openStorage } from './storage.js';

type Columns = {
  readonly [Table in keyof Database]: {
    readonly [Column in keyof Database[Table]]: null extends Database[Table][Column] ? 'nullable' : 'required';
  };
};

/** As `schema.ts` says, or this does not compile. */
const COLUMNS: Columns = {
  api_tokens: {
    token_id: 'required',
    user_id: 'required',
    name: 'required',
    sha256: 'required',
    created_at: 'required',
    expires_at: 'nullable',
    last_used_at: 'nullable',
    scopes_json: 'nullable',
    project_id: 'nullable',
    last_used_from: 'nullable',
  },
  connections: {
    connection_id: 'required',
    project_id: 'required',
    user_id: 'required',
    name: 'required',
    kind: 'required',
    address: 'required',
    sealed_url: 'required',
    created_at: 'required',
  },
  dataset_splits: {
    split_id: 'required',
    version_id: 'required',
    spec_json: 'required',
    counts_json: 'required',
    sha256: 'required',
    warnings_json: 'required',
    is_default: 'required',
    created_at: 'required',
  },
  dataset_versions: {
    version_id: 'required',
    dataset_id: 'required',
    project_id: 'required',
    number: 'required',
    content_id: 'required',
    state: 'required',
    filename: 'required',
    format: 'nullable',
    kind: 'nullable',
    size_bytes: 'required',
    sha256: 'nullable',
    data_sha256: 'nullable',
    rows: 'nullable',
    columns: 'nullable',
    encoding: 'nullable',
    asked_json: 'required',
    reading_json: 'required',
    derived_bytes: 'required',
    suggested_target: 'nullable',
    warnings_json: 'required',
    profile_json: 'nullable',
    error_json: 'nullable',
    origin_json: 'required',
    user_id: 'required',
    owner_name: 'required',
    created_at: 'required',
    deleted_at: 'nullable',
    freed_at: 'nullable',
  },
  datasets: {
    dataset_id: 'required',
    project_id: 'required',
    user_id: 'required',
    owner_name: 'required',
    name: 'required',
    search_text: 'required',
    filename: 'required',
    format: 'nullable',
    kind: 'nullable',
    size_bytes: 'required',
    sha256: 'nullable',
    rows: 'nullable',
    columns: 'nullable',
    encoding: 'nullable',
    suggested_target: 'nullable',
    warnings_json: 'required',
    profile_json: 'nullable',
    state: 'required',
    error_json: 'nullable',
    source_id: 'nullable',
    created_at: 'required',
    deleted_at: 'nullable',
    head_version_id: 'required',
    tags_json: 'required',
    shared: 'required',
  },
  deleted_runs: {
    run_id: 'required',
    workspace: 'required',
    experiment_id: 'nullable',
  },
  devices: {
    sha256: 'required',
    user_id: 'required',
    last_used_at: 'required',
  },
  job_events: {
    event_id: 'required',
    job_id: 'required',
    at: 'required',
    from_state: 'nullable',
    to_state: 'required',
    detail: 'nullable',
    detail_fa: 'nullable',
  },
  job_runs: {
    run_id: 'required',
    job_id: 'required',
    label: 'required',
    status: 'nullable',
  },
  jobs: {
    job_id: 'required',
    project_id: 'required',
    user_id: 'required',
    owner_name: 'required',
    name: 'required',
    search_text: 'required',
    state: 'required',
    recipe: 'nullable',
    script_json: 'nullable',
    dataset_id: 'nullable',
    dataset_name: 'nullable',
    params_json: 'required',
    resources_json: 'nullable',
    progress_json: 'required',
    metrics_json: 'required',
    message: 'nullable',
    error_json: 'nullable',
    exit_code: 'nullable',
    signal: 'nullable',
    peak_memory_bytes: 'nullable',
    cpu_seconds: 'nullable',
    mlflow_run_id: 'nullable',
    mlflow_experiment_id: 'nullable',
    mlflow_end_pending: 'nullable',
    model_json: 'nullable',
    parent_job_id: 'nullable',
    token_sha256: 'nullable',
    handle_json: 'nullable',
    stop_requested_at: 'nullable',
    created_at: 'required',
    started_at: 'nullable',
    first_step_at: 'nullable',
    ended_at: 'nullable',
    gpus_json: 'nullable',
    launch: 'nullable',
    launch_note_json: 'nullable',
    resumed_from: 'nullable',
    sweep_id: 'nullable',
    has_checkpoint: 'required',
    pruned: 'required',
    fence: 'required',
    priority: 'required',
    dataset_version_id: 'nullable',
    dataset_version: 'nullable',
    dataset_sha256: 'nullable',
    split_id: 'nullable',
    run_given: 'required',
    run_said: 'nullable',
    metric_count: 'required',
    note: 'required',
    tags_json: 'required',
    labels_pending: 'required',
  },
  grants: {
    object_kind: 'required',
    object_id: 'required',
    grantee_kind: 'required',
    grantee_id: 'required',
    permission: 'required',
    granted_by: 'required',
    created_at: 'required',
  },
  invitations: {
    invitation_id: 'required',
    project_id: 'required',
    role: 'required',
    sha256: 'required',
    created_by: 'required',
    created_at: 'required',
    expires_at: 'required',
    used_at: 'nullable',
    used_by: 'nullable',
    revoked_at: 'nullable',
    sent_to: 'nullable',
  },
  model_aliases: {
    project_id: 'required',
    name: 'required',
    alias: 'required',
    version: 'required',
  },
  model_moves: {
    move_id: 'required',
    project_id: 'required',
    name: 'required',
    alias: 'required',
    revision: 'required',
    kind: 'required',
    from_version: 'nullable',
    to_version: 'nullable',
    request_id: 'nullable',
    why: 'required',
    by_id: 'required',
    by_name: 'required',
    at: 'required',
  },
  model_outbox: {
    project_id: 'required',
    name: 'required',
    alias: 'required',
    revision: 'required',
  },
  model_requests: {
    request_id: 'required',
    project_id: 'required',
    name: 'required',
    version: 'required',
    identity: 'required',
    alias: 'required',
    state: 'required',
    why: 'required',
    checks_json: 'required',
    from_version: 'nullable',
    from_revision: 'required',
    requested_by: 'required',
    requested_name: 'required',
    requested_at: 'required',
    decided_by: 'nullable',
    decided_name: 'nullable',
    decided_at: 'nullable',
    reason: 'nullable',
  },
  model_rules: {
    project_id: 'required',
    rules_json: 'required',
    revision: 'required',
    changed_by: 'required',
    changed_name: 'required',
    changed_at: 'required',
  },
  model_stages: {
    project_id: 'required',
    name: 'required',
    alias: 'required',
    version: 'nullable',
    identity: 'nullable',
    revision: 'required',
    earlier_json: 'required',
    since: 'required',
    by_id: 'required',
    by_name: 'required',
  },
  model_versions: {
    project_id: 'required',
    name: 'required',
    version: 'required',
    place: 'required',
    description: 'required',
    tags_json: 'required',
    source: 'required',
    status: 'required',
    run_id: 'nullable',
    model_id: 'nullable',
    job_id: 'nullable',
    lineage_json: 'nullable',
    registered_by: 'nullable',
    registered_name: 'nullable',
    created_at: 'required',
    updated_at: 'required',
  },
  registered_models: {
    project_id: 'required',
    name: 'required',
    search_text: 'required',
    description: 'required',
    tags_json: 'required',
    created_at: 'required',
    updated_at: 'required',
  },
  project_members: {
    project_id: 'required',
    user_id: 'required',
    role: 'required',
    created_at: 'required',
  },
  limits: {
    subject: 'required',
    jobs: 'nullable',
    cpus: 'nullable',
    gpus: 'nullable',
    bytes: 'nullable',
    changed_at: 'required',
  },
  token_keys: {
    seed: 'required',
    created_at: 'required',
  },
  ledger: {
    seq: 'required',
    at: 'required',
    actor_kind: 'required',
    actor_id: 'required',
    actor_name: 'required',
    credential: 'nullable',
    on_behalf_of: 'nullable',
    action: 'required',
    object_kind: 'required',
    object_id: 'required',
    project_id: 'nullable',
    before_json: 'nullable',
    after_json: 'nullable',
    reason: 'nullable',
    count: 'required',
    request_id: 'nullable',
    from_address: 'nullable',
    previous_hash: 'required',
    hash: 'required',
  },
  projects: {
    project_id: 'required',
    name: 'required',
    workspace: 'required',
    workspace_ready: 'required',
    created_at: 'required',
    revision: 'required',
    deleted_at: 'nullable',
    deleted_by: 'nullable',
    purging_at: 'nullable',
  },
  reset_links: {
    sha256: 'required',
    user_id: 'required',
    created_at: 'required',
    expires_at: 'required',
  },
  server_settings: {
    name: 'required',
    value_json: 'required',
    changed_at: 'required',
  },
  sessions: {
    session_id: 'required',
    user_id: 'required',
    token_sha256: 'required',
    generation: 'required',
    rotated_at: 'required',
    created_at: 'required',
    expires_at: 'required',
    user_agent: 'nullable',
  },
  sweeps: {
    sweep_id: 'required',
    project_id: 'required',
    user_id: 'required',
    owner_name: 'required',
    name: 'required',
    state: 'required',
    recipe: 'required',
    dataset_id: 'required',
    dataset_name: 'required',
    params_json: 'required',
    space_json: 'required',
    method: 'required',
    pruner: 'required',
    metric_key: 'required',
    metric_mode: 'required',
    trials: 'required',
    parallel: 'required',
    seed: 'required',
    resources_json: 'nullable',
    best_json: 'nullable',
    error_json: 'nullable',
    mlflow_run_id: 'nullable',
    mlflow_experiment_id: 'nullable',
    mlflow_end_pending: 'nullable',
    created_at: 'required',
    ended_at: 'nullable',
    dataset_version_id: 'nullable',
    dataset_version: 'nullable',
    split_id: 'nullable',
  },
  uploads: {
    upload_id: 'required',
    user_id: 'required',
    project_id: 'required',
    filename: 'required',
    name: 'required',
    size_bytes: 'required',
    created_at: 'required',
    expires_at: 'required',
    dataset_id: 'nullable',
    version_id: 'nullable',
  },
};

it('makes the tables that the code works with, column by column', async () => {
  const storage = await openStorage({ file: ':memory:' });
  try {
    // SQLite calls a key of text nullable, though no row of ours is without one.
    const keys = await sql<{ at: string }>`
      select t.name || '.' || c.name as at from sqlite_master t, pragma_table_info(t.name) c where c.pk > 0`.execute(
      storage.db,
    );
    const isKey = new Set(keys.rows.map(({ at }) => at));
    const found = Object.fromEntries(
      (await storage.db.introspection.getTables()).map(({ name, columns }) => [
        name,
        Object.fromEntries(
          columns.map((column) => [
            column.name,
            column.isNullable && !isKey.has(`${name}.${column.name}`) ? 'nullable' : 'required',
          ]),
        ),
      ]),
    );
    expect(found).toEqual(COLUMNS);
  } finally {
    await storage.close();
  }
});

it('finds texts that an older version folded otherwise', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kargah-folded-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'kargah.db');
  const before = new Kysely<unknown>({
    dialect: new NodeSqliteDialect({ database: new DatabaseSync(file) }),
  });
  await asBefore003(before);
  for (const table of ['datasets', 'jobs'])
    await sql`update ${sql.table(table)} set search_text = ${'آدرس مؤسسه إیمان.csv\n\u202bمسئول'}`.execute(before);
  await before.destroy();
  const { db, close } = await openStorage({ file });
  onTestFinished(close);
  const found = [
    ...(await db.selectFrom('datasets').select('search_text').execute()),
    ...(await db.selectFrom('jobs').select('search_text').execute()),
  ].map((row) => row.search_text);
  expect(new Set(found)).toEqual(new Set(['ادرس موسسه ایمان.csv\nمسیول']));
});

it('runs every file of migrations, in the order of their numbers', () => {
  const numbers = readdirSync(join(import.meta.dirname, 'migrations'))
    .filter((name) => /^\d/u.test(name))
    .map((name) => Number(name.slice(0, 4)));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(Object.keys(migrations).map((name) => Number(name.slice(0, 3)))).toEqual(numbers.toSorted((a, b) => a - b));
});
