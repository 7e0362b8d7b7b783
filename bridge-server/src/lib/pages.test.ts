import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NodeSqliteDialect } from '@better-auth/kysely-adapter/node-sqlite-dialect';
import { CompiledQuery, Kysely } from 'kysely';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../storage/schema.js';
import { openStorage } from '../storage/storage.js';
import { readPage, type Page } from './pages.js';

let db: Kysely<Database>;
let asked: CompiledQuery[];
beforeEach(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kargah-pages-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'kargah.db');
  await (await openStorage({ file })).close();
  asked = [];
  db = new Kysely({
    dialect: new NodeSqliteDialect({ database: new DatabaseSync(file) }),
    log: ({ query }) => void asked.push(query),
  });
  onTestFinished(() => db.destroy());
});

/** Ids in the order in which they are made; two of each moment. */
async function made(...ids: number[]): Promise<void> {
  for (const id of ids)
    await db
      .insertInto('connections')
      .values({
        connection_id: `con_${String(id)}`,
        project_id: id % 3 === 0 ? 'prj_other' : 'prj_own',
        user_id: 'u',
        name: 'n',
        kind: 'sqlite',
        address: 'a',
        sealed_url: 's',
        created_at: `2026-01-0${String(Math.ceil(id / 2))}T00:00:00.000Z`,
      })
      .execute();
}
const all = () => db.selectFrom('connections').selectAll();
const order = { by: 'created_at', then: 'connection_id' } as const;
type Found = Page<{ readonly connection_id: string }>;
const idsOf = ({ rows }: Found): number[] => rows.map(({ connection_id: id }) => Number(id.slice('con_'.length)));
async function walked(limit: number, read: (cursor?: string) => Promise<Found>): Promise<number[][]> {
  const pages: number[][] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await read(cursor);
    pages.push(idsOf(page));
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    cursor = page.next_cursor;
  }
  return pages;
}

it.each([1, 2, 3, 4, 7, 8, 200])('shows every row once, the newest first, in pages of %i', async (limit) => {
  await made(3, 1, 7, 2, 4, 6, 5, 8);
  const pages = await walked(limit, (cursor) => readPage([all()], order, { limit, cursor }));
  expect(pages.flat()).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  // No page is asked for in vain.
  expect(pages).toHaveLength(Math.ceil(8 / limit));
});

it('goes on where it was though rows came and went, also the one that the cursor names', async () => {
  await made(1, 2, 3, 4, 5);
  const first = await readPage([all()], order, { limit: 2 });
  expect(idsOf(first)).toEqual([5, 4]);
  await made(6, 7);
  await db.deleteFrom('connections').where('connection_id', 'in', ['con_4', 'con_2']).execute();
  const second = await readPage([all()], order, { limit: 2, cursor: first.next_cursor! });
  expect([idsOf(second), second.next_cursor]).toEqual([[3, 1], null]);
});

it.each([1, 2, 3, 8])('reads several queries as one list, in pages of %i', async (limit) => {
  await made(1, 2, 3, 4, 5, 6, 7, 8);
  const read = (cursor?: string) =>
    readPage([all().where('project_id', '=', 'prj_own'), all().where('project_id', '=', 'prj_other')], order, {
      limit,
      cursor,
    });
  expect((await walked(limit, read)).flat()).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
});

it('answers an empty list with no cursor', async () => {
  expect(await readPage([all()], order, { limit: 5 })).toEqual({ rows: [], next_cursor: null });
});

it('refuses what is no cursor', async () => {
  for (const cursor of [
    '',
    'nonsense',
    Buffer.from('["a"]').toString('base64url'),
    Buffer.from('["a\\u0000","b"]').toString('base64url'),
  ])
    await expect(readPage([all()], order, { limit: 5, cursor })).rejects.toMatchObject({ code: 'validation_failed' });
});

it('finds a page deep within by the index of its list, without sorting', async () => {
  const cursor = Buffer.from('["2026-01-01","x"]').toString('base64url');
  const page = { limit: 5, cursor };
  const own = 'prj_own';
  await readPage(
    [db.selectFrom('jobs').selectAll().where('project_id', '=', own)],
    { by: 'created_at', then: 'job_id' },
    page,
  );
  await readPage(
    [db.selectFrom('sweeps').selectAll().where('project_id', '=', own)],
    { by: 'created_at', then: 'sweep_id' },
    page,
  );
  await readPage(
    [db.selectFrom('datasets as d').selectAll('d').where('d.project_id', '=', own)],
    { by: 'created_at', then: 'dataset_id', table: 'd' },
    page,
  );
  await readPage([all().where('project_id', '=', own)], order, page);
  const plans = [];
  for (const query of asked.splice(0)) {
    const plan = await db.executeQuery<{ detail: string }>(
      CompiledQuery.raw(`explain query plan ${query.sql}`, [...query.parameters]),
    );
    plans.push(plan.rows.map(({ detail }) => detail));
  }
  const by = (table: string, index: string, id: string): string[] => [
    `SEARCH ${table} USING INDEX ${index} (project_id=? AND (created_at,${id})<(?,?))`,
  ];
  expect(plans).toEqual([
    by('jobs', 'jobs_newest', 'job_id'),
    by('sweeps', 'sweeps_newest', 'sweep_id'),
    by('d', 'datasets_newest', 'dataset_id'),
    by('connections', 'connections_newest', 'connection_id'),
  ]);
});
