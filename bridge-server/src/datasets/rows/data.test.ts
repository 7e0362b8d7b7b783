import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { KargahError } from '../../lib/errors.js';
import { Reader } from '../reading/reader.js';
import { DatasetFixture, codeOf, PIXEL } from '../../../test/support/datasets.js';

const TABLE = `n,name,f\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 'odd' : 'even'},${i === 3 ? '' : i / 2}`).join('\n')}\n`;

let bench: DatasetFixture;
let id: string;
let failed: string;
let unread: string;
let freed: string;
beforeAll(async () => {
  bench = await DatasetFixture.open();
  ({ dataset_id: id } = await bench.dataset('t.csv', TABLE));
  ({ dataset_id: failed } = await bench.dataset('f.csv', 'a,b\n1,2\n3,4,5\n'));
  unread = (await bench.create('u.csv', 10)).headers.get('kargah-dataset-id') ?? '';
  ({ dataset_id: freed } = await bench.dataset('v.csv', 'a,b\n1,2\n3,4\n'));
  await bench.version(freed, 'a,b\n1,2\n3,4\n5,6\n');
  await bench.call(`/datasets/${freed}/versions/1`, { method: 'DELETE' });
});
afterAll(() => bench.close());

const refusal = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, await codeOf(response)];
};
interface Page {
  readonly rows: unknown[][];
  readonly total_rows: number;
}
const preview = (query: Record<string, string>): Promise<Page> =>
  bench.json(`/datasets/${id}/preview?${new URLSearchParams(query).toString()}`);

it('one person’s endless questions hold up nobody else, and end when who asked is gone', async () => {
  const endless = `select count(*) from ${Array.from('abcdefgh', (name) => `data ${name}`).join(', ')}`;
  const { dataset_id: other } = await bench.dataset('other.csv', TABLE, 'reza');
  const leaving = new AbortController();
  let answered = 0;
  // One is worked on, and no more than these may wait.
  const asked = Array.from({ length: 33 }, () =>
    bench
      .call(`/datasets/${id}/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sql: endless }),
        signal: leaving.signal,
      })
      .then(() => (answered += 1)),
  );
  const ended = Promise.allSettled(asked);
  expect((await bench.call(`/datasets/${other}/preview?sort=n`, { as: 'reza' })).status).toBe(200);
  expect(answered).toBeLessThan(asked.length);
  leaving.abort();
  await ended;
  // While they wait it is refused, and behind them it would wait for each to take its ten seconds: longer than a test may.
  const next = async (): Promise<unknown> =>
    (await bench.send('POST', `/datasets/${id}/query`, { sql: 'select count(*) from data' })).json();
  await expect.poll(next).toMatchObject({ rows: [[40]] });
});

describe('a preview', () => {
  it('is sorted and filtered as asked, and counts what the filters leave', async () => {
    expect(await preview({ sort: 'n', order: 'desc', limit: '2' })).toMatchObject({
      rows: [
        [39, 'odd', 19.5],
        [38, 'even', 19],
      ],
      total_rows: 40,
    });
    const filter = JSON.stringify([
      { column: 'name', op: '=', value: 'odd' },
      { column: 'n', op: '<', value: 6 },
    ]);
    const page = await preview({ filter, offset: '1' });
    expect(page).toMatchObject({ total_rows: 3, offset: 1 });
    expect(page.rows.map(([n]) => n)).toEqual([3, 5]);
    expect((await preview({ filter: JSON.stringify([{ column: 'f', op: 'is_missing' }]) })).rows).toEqual([
      [3, 'odd', null],
    ]);
  });

  it('is read from the data where the file of its first rows is damaged', async () => {
    const { dataset_id: own } = await bench.dataset('damaged.csv', 'n\n1\n2\n3\n5\n');
    await writeFile(await bench.stored(own, 'preview.json'), '{"rows":[[1');
    expect(await bench.json(`/datasets/${own}/preview`)).toMatchObject({ rows: [[1], [2], [3], [5]], total_rows: 4 });
  });

  it.each<[Record<string, string>, string]>([
    [{ sort: 'nothing' }, 'column_unknown'],
    [{ filter: '[{"column":"nothing","op":"=","value":1}]' }, 'column_unknown'],
    [{ filter: 'not json' }, 'filter_invalid'],
    [{ filter: '[{"column":"n","op":"~","value":1}]' }, 'filter_invalid'],
    [{ filter: '[{"column":"n","op":"<","value":"many"}]' }, 'filter_invalid'],
  ])('is refused for %j with %s', async (query, code) => {
    const path = `/datasets/${id}/preview?${new URLSearchParams(query).toString()}`;
    expect(await refusal(bench.call(path))).toEqual([422, code]);
  });
});

describe('a question in SQL', () => {
  const ask = (sql: string, of = id, query = ''): Promise<Response> =>
    bench.send('POST', `/datasets/${of}/query${query}`, { sql });

  it('is answered from the table `data`', async () => {
    const answer = await ask('select name, count(*) as "how many" from data group by name order by name');
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      {
        columns: [{ name: 'name' }, { name: 'how many' }],
        rows: [
          ['even', 20],
          ['odd', 20],
        ],
        truncated: false,
      },
    ]);
  });

  it.each([
    ['query_failed', 'select nothing from data'],
    ['query_not_select', 'drop table data'],
    ['query_not_select', "copy data to '/tmp/out.csv'"],
  ])('is refused with %s: %s', async (code, sql) => {
    expect(await refusal(ask(sql))).toEqual([422, code]);
  });

  it('reads no file besides', async () => {
    expect((await refusal(ask("select * from read_csv('/etc/passwd')")))[0]).toBe(422);
  });
});

describe('an export', () => {
  const exported = (format: string): Promise<Response> => bench.call(`/datasets/${id}/export?format=${format}`);

  it('is the typed table in the format asked for, under the dataset’s name', async () => {
    const csv = await exported('csv');
    expect(csv.headers.get('content-disposition')).toContain('t.csv');
    expect((await csv.text()).split(/\r?\n/u).slice(0, 2)).toEqual(['n,name,f', '0,even,0.0']);
    const lines = (await (await exported('jsonl')).text()).trim().split('\n');
    expect(lines).toHaveLength(40);
    expect(JSON.parse(lines[3] ?? '')).toEqual({ n: 3, name: 'odd', f: null });
    const parquet = Buffer.from(await (await exported('parquet')).arrayBuffer());
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
  });

  const pieceOf = (of: string, range: string, more: Record<string, string> = {}): Promise<Response> =>
    bench.call(`/datasets/${of}/export`, { headers: { range, ...more } });
  const kept = async (): Promise<string[]> => (await readdir(join(bench.dataDir, 'exports'))).sort();

  it('is written once for all its pieces, which together are the file', async () => {
    const { dataset_id: of } = await bench.dataset('pieces.csv', TABLE.replace('odd', 'pieces'));
    const before = await kept();
    const [whole, again] = await Promise.all([1, 2].map(() => bench.call(`/datasets/${of}/export`)));
    const bytes = Buffer.from(await whole!.arrayBuffer());
    expect(Buffer.from(await again!.arrayBuffer())).toEqual(bytes);
    const written = await kept();
    expect(written.length).toBe(before.length + 1);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 100) {
      const piece = await pieceOf(of, `bytes=${String(at)}-${String(at + 99)}`);
      expect([piece.status, piece.headers.get('etag')]).toEqual([206, whole!.headers.get('etag')]);
      pieces.push(Buffer.from(await piece.arrayBuffer()));
    }
    expect(Buffer.concat(pieces)).toEqual(bytes);
    expect(await kept()).toEqual(written);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(whole!.headers.get('etag')).toBe(`"${sha256}"`);
    const beyond = await pieceOf(of, `bytes=${String(bytes.length)}-`);
    expect([beyond.status, await codeOf(beyond)]).toEqual([416, 'range_not_satisfiable']);
  });

  it('that broke off goes on where it stopped, also after a restart, and begins anew where the dataset has changed', async () => {
    const { dataset_id: of } = await bench.dataset('broken.csv', TABLE.replace('odd', 'broken'));
    const first = await pieceOf(of, 'bytes=0-49');
    const start = Buffer.from(await first.arrayBuffer());
    const etag = first.headers.get('etag') ?? '';
    await bench.stop();
    await bench.start();
    expect(await kept()).toEqual([]);
    const rest = await pieceOf(of, 'bytes=50-', { 'if-range': etag });
    expect(rest.status).toBe(206);
    const whole = Buffer.from(await (await bench.call(`/datasets/${of}/export`)).arrayBuffer());
    expect(Buffer.concat([start, Buffer.from(await rest.arrayBuffer())])).toEqual(whole);
    await bench.version(of, TABLE.replace('odd', 'changed'));
    const other = await pieceOf(of, 'bytes=50-', { 'if-range': etag });
    expect([other.status, other.headers.get('content-range')]).toEqual([200, null]);
    expect(await other.text()).toContain('changed');
    // The one that it began with can still be asked for by its number.
    const headers = { range: 'bytes=50-', 'if-range': etag };
    expect((await bench.call(`/datasets/${of}/export?version=1`, { headers })).status).toBe(206);
    const held = await bench.call(`/datasets/${of}/export`, { headers: { 'if-match': etag } });
    expect([held.status, await codeOf(held)]).toEqual([412, 'content_changed']);
    for (const path of ['content', 'export?format=parquet']) {
      const answer = await bench.call(`/datasets/${of}/${path}`);
      const found = createHash('sha256')
        .update(Buffer.from(await answer.arrayBuffer()))
        .digest('hex');
      expect(answer.headers.get('etag')).toBe(`"${found}"`);
      const one = { 'if-match': '"another"' };
      expect(await refusal(bench.call(`/datasets/${of}/${path}`, { headers: one }))).toEqual([412, 'content_changed']);
    }
  });

  it('is freed where all that are kept would be too much', async () => {
    const small = await DatasetFixture.open({ keptExportBytes: 600 });
    try {
      const { dataset_id: of } = await small.dataset('s.csv', TABLE);
      const size = async (format: string): Promise<number> =>
        (await (await small.call(`/datasets/${of}/export?format=${format}`)).arrayBuffer()).byteLength;
      expect(await size('csv')).toBeLessThan(600);
      await expect.poll(() => readdir(join(small.dataDir, 'exports'))).toHaveLength(1);
      expect(await size('jsonl')).toBeGreaterThan(600);
      await expect.poll(() => readdir(join(small.dataDir, 'exports'))).toEqual([]);
    } finally {
      await small.close();
    }
  });

  it('507 where there is no room to write it, and the next try begins anew', async () => {
    const { dataset_id: of } = await bench.dataset('full.csv', TABLE.replace('odd', 'full'));
    const full = vi.spyOn(Reader.prototype, 'export').mockRejectedValue(new KargahError('storage_full'));
    expect(await refusal(bench.call(`/datasets/${of}/export`))).toEqual([507, 'storage_full']);
    full.mockRestore();
    expect((await bench.call(`/datasets/${of}/export`)).status).toBe(200);
  });

  it('makes names and cells harmless that a spreadsheet would run', async () => {
    const rows = ['=cmd,n,@sum,plain', '=cmd|calc,-1,+1+1,a', '-x,2,@y,=b', 'plain,3,é,-'];
    const { dataset_id } = await bench.dataset('e.csv', `${rows.join('\n')}\n`);
    const file = Buffer.from(await (await bench.call(`/datasets/${dataset_id}/export`)).arrayBuffer());
    // A number may be negative: it is no text.
    expect(file.toString().split('\n')).toEqual([
      "\ufeff'=cmd,n,'@sum,plain",
      "'=cmd|calc,-1,'+1+1,a",
      "'-x,2,'@y,'=b",
      "plain,3,é,'-",
      '',
    ]);
  });
});

describe('another reading', () => {
  it('is shown before a version is made of it', async () => {
    const answer = await bench.send('POST', `/datasets/${id}/reading`, { header: false });
    expect(answer.status).toBe(200);
    const shown = (await answer.json()) as { columns: unknown[]; rows: unknown[][]; warnings: unknown[] };
    expect(shown.columns).toHaveLength(3);
    // A word among numbers is missing, and said to be.
    expect(shown.rows[0]).toEqual([null, 'name', null]);
    expect(shown.warnings).toContainEqual(expect.objectContaining({ code: 'odd_values', column: 'column_1' }));
  });

  it('of a file that could not be read says why, and what there is to choose from', async () => {
    const look = async (reading: object): Promise<unknown> =>
      (await bench.send('POST', `/datasets/${failed}/reading`, reading)).json();
    expect(await look({})).toMatchObject({
      error: { code: 'ragged_rows', params: { row: 3, found: 3, expected: 2 } },
      rows: [],
      encodings: expect.arrayContaining([{ encoding: 'utf-8', line: 'a,b' }]) as unknown,
    });
    expect(await look({ delimiter: ';' })).toMatchObject({ error: null, columns: [{ name: 'a,b' }] });
    const { dataset_id: picture } = await bench.dataset('p.csv', Buffer.from('89504e470d0a1a0a00000000', 'hex'));
    expect(await refusal(bench.send('POST', `/datasets/${picture}/reading`, {}))).toEqual([422, 'not_tabular']);
  });

  it('corrects a type for good', async () => {
    const reading = { types: { n: { type: 'text' } } };
    expect((await bench.send('POST', `/datasets/${id}/versions`, { reading })).status).toBe(201);
    await bench.until(({ dataset }) => dataset.dataset_id === id && dataset.version === 2);
    expect(await bench.json(`/datasets/${id}/profile`)).toMatchObject({
      columns: [{ name: 'n', type: 'text' }, {}, {}],
    });
    const diff = await bench.json<object>(`/datasets/${id}/diff?from=1&to=2`);
    expect(diff).toMatchObject({
      from: 1,
      to: 2,
      rows: { before: 40, after: 40 },
      columns_retyped: [{ column: 'n', before: 'integer', after: 'text' }],
    });
    expect((await bench.call(`/datasets/${id}/versions/2`, { method: 'DELETE' })).status).toBe(200);
  });
});

it('two versions of different kinds are not compared', async () => {
  const { dataset_id } = await bench.dataset('k.csv', 'a,b\n1,2\n3,4\n7,8\n');
  const zip = new ZipFile();
  for (const name of ['a/1', 'a/2', 'b/1', 'b/2']) zip.addBuffer(PIXEL, `${name}.png`);
  zip.end();
  await bench.upload('k.zip', await buffer(zip.outputStream), 'sara', { dataset_id });
  await bench.until(({ dataset }) => dataset.dataset_id === dataset_id && dataset.version === 2);
  expect(await refusal(bench.call(`/datasets/${dataset_id}/diff?from=1&to=2`))).toEqual([422, 'diff_kinds']);
  const wrong = { sql: 'select 1 from data' };
  expect(await refusal(bench.send('POST', `/datasets/${dataset_id}/query`, wrong))).toEqual([
    422,
    'dataset_wrong_kind',
  ]);
  expect(await refusal(bench.call(`/datasets/${dataset_id}/export`))).toEqual([422, 'dataset_wrong_kind']);
});

describe('what cannot be looked into', () => {
  const asked: [string, (of: string, version?: number) => Promise<Response>][] = [
    ['preview', (of, v) => bench.call(`/datasets/${of}/preview${v ? `?version=${String(v)}` : ''}`)],
    ['profile', (of, v) => bench.call(`/datasets/${of}/profile${v ? `?version=${String(v)}` : ''}`)],
    ['export', (of, v) => bench.call(`/datasets/${of}/export${v ? `?version=${String(v)}` : ''}`)],
    [
      'query',
      (of, v) => bench.send('POST', `/datasets/${of}/query${v ? `?version=${String(v)}` : ''}`, { sql: 'select 1' }),
    ],
    ['diff', (of, v) => bench.call(`/datasets/${of}/diff?from=${String(v ?? 1)}&to=${String(v ?? 1)}`)],
  ];
  it.each(asked)('says why: %s', async (_name, ask) => {
    expect(await refusal(ask(failed))).toEqual([409, 'dataset_failed']);
    expect(await refusal(ask(unread))).toEqual([409, 'dataset_not_ready']);
    expect(await refusal(ask(freed, 1))).toEqual([410, 'dataset_freed']);
    expect(await refusal(ask(freed, 9))).toEqual([404, 'not_found']);
    expect(await refusal(ask('ds_nobodys0'))).toEqual([404, 'not_found']);
  });
});

it('columns are told of while they are measured, to the project whose file it is', () => {
  const told = bench.profiled.filter(({ event }) => event.dataset_id === id && event.version === 1);
  expect(told.map(({ projectId }) => projectId)).toContain('project-sara');
  expect(told.flatMap(({ event }) => event.columns.map(({ name }) => name))).toEqual(['n', 'name', 'f']);
  expect(told.at(-1)?.event).toMatchObject({ rows: 40, done: 3, total: 3 });
});
