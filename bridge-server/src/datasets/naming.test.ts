import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../contract/errors.js';
import type { Dataset } from '../contract/datasets/datasets.js';
import type { Connection } from '../contract/datasets/intake.js';
import { DatasetFixture } from '../../test/support/datasets.js';

const UNSEEN = ['a\u0000b', 'a\u200bb', 'a\u2060b', 'a\nb', '\u200c'];
const PERSIAN = 'نظرهای مشتری‌ها';

let bench: DatasetFixture;
let workspace: string;
let dataset: Dataset;
let connection: Connection;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'kargah-workspace-'));
  await writeFile(join(workspace, 'here.csv'), 'a,b\n1,x\n');
  new DatabaseSync(join(workspace, 'shop.db')).close();
  bench = await DatasetFixture.open({}, { workspaceDir: workspace });
  dataset = await bench.dataset('a.csv', 'a,b\n1,x\n2,y\n');
  const made = await bench.send('POST', '/connections', { name: PERSIAN, url: 'sqlite:shop.db' });
  connection = (await made.json()) as Connection;
});
afterAll(async () => {
  await bench.close();
  await rm(workspace, { recursive: true, force: true });
});

type Way = (name: string) => Promise<Response>;
const WAYS: [string, string, Way][] = [
  ['a dataset', 'name', (name) => bench.send('PATCH', `/datasets/${dataset.dataset_id}`, { name })],
  ['a tag', 'tags.1', (tag) => bench.send('PATCH', `/datasets/${dataset.dataset_id}`, { tags: ['first', tag] })],
  ['a connection', 'name', (name) => bench.send('POST', '/connections', { name, url: 'sqlite:shop.db' })],
  ['a registered file', 'name', (name) => bench.send('POST', '/datasets/import/file', { path: 'here.csv', name })],
  [
    'the rows of a query',
    'name',
    (name) => {
      const { connection_id } = connection;
      return bench.send('POST', '/datasets/import/sql', { connection_id, query: 'select 1 as n', name });
    },
  ],
];

describe.each(WAYS)('the name of %s', (_what, path, call) => {
  it('is refused where something in it is not seen, in both languages', async () => {
    for (const name of UNSEEN) {
      const refused = await call(name);
      const { code, errors } = (await refused.json()) as Problem;
      expect([name, refused.status, code]).toEqual([name, 422, 'validation_failed']);
      expect(errors).toMatchObject([{ path, message: /not seen/u, message_fa: /نادیدنی/u }]);
    }
  });

  it('loses the marks of direction that a messenger put into it', async () => {
    const taken = await call(`\u200f\u202b${PERSIAN}\u202c`);
    expect([200, 201]).toContain(taken.status);
    const answered = await taken.text();
    expect(answered).toContain(PERSIAN);
    expect(answered).not.toMatch(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
  });

  it('may be Persian with its non-joiners', async () => {
    const taken = await call(PERSIAN);
    expect([200, 201]).toContain(taken.status);
    expect(await taken.text()).toContain(PERSIAN);
  });
});

it('an address to fetch is refused with such a name before it is asked for', async () => {
  const url = 'https://files.example/a.csv';
  const refused = await bench.send('POST', '/datasets/import/url', { url, name: 'a\u0000b' });
  expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([422, 'validation_failed']);
});

it('what is searched for is found whatever unseen letters are in it', async () => {
  await bench.send('PATCH', `/datasets/${dataset.dataset_id}`, { name: PERSIAN });
  for (const search of ['مشتریها', 'مشتری\u0000ها', '\u0000مشتري‌ها'])
    expect(await bench.json(`/datasets?search=${encodeURIComponent(search)}`)).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ dataset_id: dataset.dataset_id })]) as unknown,
    });
  const cursor = Buffer.from('["\\u0000","x"]').toString('base64url');
  expect((await bench.call(`/datasets?cursor=${cursor}`)).status).toBe(422);
  expect((await bench.call(`/datasets?tag=${encodeURIComponent('a\u0000b')}`)).status).toBe(422);
});
