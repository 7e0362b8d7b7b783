import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NodeSqliteDialect } from '@better-auth/kysely-adapter/node-sqlite-dialect';
import { CompiledQuery, Kysely, sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { asBefore003, versionsIn, VERSIONS_OF_OLD } from '../../test/older.js';
import { jobRow } from '../../test/rows.js';
import { openStorage, type Storage } from './storage.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kargah-storage-'));
  cleanups.push(() => rmSync(path, { recursive: true }));
  return path;
}
async function open(file: string): Promise<Storage> {
  const storage = await openStorage({ file });
  cleanups.push(() => storage.close().catch(() => undefined));
  return storage;
}
describe('storage on SQLite', () => {
  it('keeps rows over a reopening and runs each migration once', async () => {
    const file = join(folder(), 'kargah.db');
    const before = await open(file);
    await before.db
      .insertInto('jobs')
      .values(jobRow({ job_id: 'job_aaaaaa' }))
      .execute();
    await before.close();
    const after = await open(file);
    expect(await after.db.selectFrom('jobs').select('job_id').execute()).toEqual([{ job_id: 'job_aaaaaa' }]);
  });

  it('is readable by its owner only, durable at every commit, and checks foreign keys', async () => {
    const file = join(folder(), 'kargah.db');
    const { db } = await open(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const pragma = async (name: string) =>
      Object.values((await sql.raw(`PRAGMA ${name}`).execute(db)).rows[0] as object)[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    await expect(
      db
        .insertInto('job_events')
        .values({ job_id: 'job_none00', at: 'x', to_state: 'queued', from_state: null, detail: null, detail_fa: null })
        .execute(),
    ).rejects.toThrow(/FOREIGN KEY/u);
  });

  it('makes a first version of every dataset that an older bridge left, its files where they are', async () => {
    const file = join(folder(), 'kargah.db');
    const older = new Kysely<unknown>({ dialect: new NodeSqliteDialect({ database: new DatabaseSync(file) }) });
    await asBefore003(older);
    await older.destroy();
    expect(await versionsIn(await open(file))).toEqual(VERSIONS_OF_OLD);
  });

  it('rolls a failed transaction back', async () => {
    const { db } = await open(':memory:');
    await expect(
      db.transaction().execute(async (trx) => {
        await trx
          .insertInto('jobs')
          .values(jobRow({ job_id: 'job_aaaaaa' }))
          .execute();
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await db.selectFrom('jobs').selectAll().execute()).toEqual([]);
  });

  it('answers the first page of 100,000 jobs from an index', async () => {
    const { db } = await open(':memory:');
    await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
      insert into jobs (job_id, project_id, user_id, owner_name, name, search_text, state, params_json, progress_json, metrics_json, created_at)
      select printf('job_%06d', i), 'prj_' || (i % 2), 'u', 'n', 'job', 'job', 'succeeded', '{}', '{}', '{}', printf('2026-01-01T%06d', i) from n`.execute(
      db,
    );
    const page = db
      .selectFrom('jobs')
      .selectAll()
      .where('project_id', '=', 'prj_1')
      .orderBy('created_at', 'desc')
      .orderBy('job_id', 'desc')
      .limit(50);
    expect(await page.execute()).toHaveLength(50);
    const { sql: query, parameters } = page.compile();
    const plan = await db.executeQuery(CompiledQuery.raw(`explain query plan ${query}`, [...parameters]));
    expect(JSON.stringify(plan.rows)).toContain('jobs_newest');
  });
});
