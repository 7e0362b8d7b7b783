import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../contract/datasets/datasets.js';
import type { Source } from '../contract/datasets/intake.js';
import type { Caller } from '../access/caller.js';
import { jobRow } from '../../test/rows.js';
import { newId } from '../lib/ids.js';
import { DatasetFixture, codeOf, person } from '../../test/support/datasets.js';

const CSV = 'نام,سن,label\nعلی,31,a\n"م, ""ن""",,b\nمینا,22,a\n';

let bench: DatasetFixture;
beforeAll(async () => {
  bench = await DatasetFixture.open();
});
afterAll(() => bench.close());

const json = async <T>(path: string, as = 'sara'): Promise<T> => (await (await bench.call(path, { as })).json()) as T;
const SARA = person('sara');
const stored = (dataset: Dataset, file = ''): Promise<string> => bench.stored(dataset.dataset_id, file);

describe('a table', () => {
  it('is read into typed columns, with the figures and the first rows of each', async () => {
    const dataset = await bench.dataset('فروش.csv', CSV);
    expect(dataset).toMatchObject({
      rows: 3,
      columns: 3,
      encoding: 'utf-8',
      kind: 'tabular',
      suggested_target: 'label',
    });
    expect(dataset.sha256).toMatch(/^[0-9a-f]{64}$/u);
    const profile = await json<{ columns: object[] }>(`/datasets/${dataset.dataset_id}/profile`);
    expect(profile.columns).toMatchObject([
      { name: 'نام', type: 'text', direction: 'rtl', missing: 0 },
      { name: 'سن', type: 'integer', direction: 'ltr', missing: 1, min: 22, max: 31 },
      {
        name: 'label',
        top: [
          { value: 'a', count: 2 },
          { value: 'b', count: 1 },
        ],
      },
    ]);
    const preview = await json<{ rows: unknown[][]; total_rows: number }>(
      `/datasets/${dataset.dataset_id}/preview?limit=2`,
    );
    expect(preview).toMatchObject({
      total_rows: 3,
      rows: [
        ['علی', 31, 'a'],
        ['م, "ن"', null, 'b'],
      ],
    });
  });

  it('shows any rows of a long table', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `${i},${i % 2}`);
    const dataset = await bench.dataset('long.csv', `x,y\n${lines.join('\n')}\n`);
    const preview = await json<{ rows: unknown[][] }>(`/datasets/${dataset.dataset_id}/preview?offset=20479&limit=3`);
    expect(preview.rows).toEqual([
      [20479, 1],
      [20480, 0],
      [20481, 1],
    ]);
    const beyond = await json<{ rows: unknown[][] }>(`/datasets/${dataset.dataset_id}/preview?offset=99999`);
    expect(beyond.rows).toEqual([]);
  });

  it.each([
    ['a.csv', '\u0089PNG\r\n\u001a\n', 'not_tabular', { format: 'CSV', reason: 'PNG' }],
    ['a.csv', '<!doctype html><p>x</p>', 'not_tabular', { reason: 'HTML' }],
    ['a.csv', 'a,b\n1,2\n3,4,5\n', 'ragged_rows', { row: 3, found: 3, expected: 2 }],
    ['a.csv', 'a,b\n', 'no_rows', {}],
    [
      'a.csv',
      `${Array.from({ length: 10_000 }, (_, i) => `c${i}`).join()}\n1\n`,
      'too_many_columns',
      { columns: 10_000, max: 2000 },
    ],
    ['a.jsonl', '{"a":1}\n{"a":\n', 'invalid_json_line', { line: 2 }],
    ['a.parquet', 'PAR1 and no more', 'damaged_file', {}],
    ['a.zip', 'PK\u0003\u0004 broken', 'damaged_file', {}],
  ] as const)('%s with bad content fails with the reason (%#)', async (filename, content, code, params) => {
    const dataset = await bench.dataset(filename, Buffer.from(content, filename === 'a.csv' ? 'latin1' : 'utf8'));
    expect(dataset).toMatchObject({ state: 'failed', error: { code, params } });
    const refused = await bench.call(`/datasets/${dataset.dataset_id}/preview`);
    expect([refused.status, await codeOf(refused)]).toEqual([409, 'dataset_failed']);
  });

  it('whose reading takes too long fails, and its process is gone', async () => {
    const hasty = await DatasetFixture.open({ readerSeconds: 0.01 });
    try {
      expect(await hasty.dataset('a.csv', CSV)).toMatchObject({ state: 'failed', error: { code: 'reader_limit' } });
    } finally {
      await hasty.close();
    }
  });

  it('whose reading was cut off by a stop is read at the next start', async () => {
    const datasetId = await bench.upload('b.csv', CSV);
    await bench.stop();
    await bench.start();
    expect(await bench.settled(datasetId)).toMatchObject({ state: 'ready', rows: 3 });
  });
});

describe('the list', () => {
  it('goes page by page, newest first, each once', async () => {
    for (const name of ['p1.csv', 'p2.csv', 'p3.csv']) await bench.upload(name, CSV, 'reza');
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: Dataset[]; next_cursor: string | null } = await json(`/datasets?limit=2${at}`, 'reza');
      names.push(...page.items.map((item) => item.name));
      cursor = page.next_cursor;
    }
    expect(names).toEqual(['p3.csv', 'p2.csv', 'p1.csv']);
    const refused = await bench.call('/datasets?cursor=nonsense');
    expect([refused.status, await codeOf(refused)]).toEqual([422, 'validation_failed']);
  });

  it.each(['كتاب\u200cها', 'کتابها', 'کتاب‌ها ۱۴۰۵', 'ها 1405', 'KITAB'])(
    'finds «%s» whatever letters and digits it is typed in',
    async (search) => {
      const found = await json<{ items: Dataset[] }>(`/datasets?search=${encodeURIComponent(search)}`);
      if (found.items.length === 0) await bench.upload('کتاب‌ها ۱۴۰۵ kitab.csv', CSV);
      const again = await json<{ items: Dataset[] }>(`/datasets?search=${encodeURIComponent(search)}`);
      expect(again.items.map((item) => item.name)).toContain('کتاب‌ها ۱۴۰۵ kitab.csv');
    },
  );

  it('takes % and _ in a search as they are', async () => {
    expect((await json<{ items: Dataset[] }>('/datasets?search=%25_%25')).items).toEqual([]);
  });
});

describe('someone else’s dataset', () => {
  it('is not found by any route', async () => {
    const { dataset_id: id } = await bench.dataset('mine.csv', CSV);
    const statuses = await Promise.all(
      [
        bench.call(`/datasets/${id}`, { as: 'reza' }),
        bench.call(`/datasets/${id}/preview`, { as: 'reza' }),
        bench.call(`/datasets/${id}/profile`, { as: 'reza' }),
        bench.call(`/datasets/${id}/content`, { as: 'reza' }),
        bench.call(`/datasets/${id}`, { method: 'DELETE', as: 'reza' }),
        bench.call(`/datasets/${id}`, {
          method: 'PATCH',
          as: 'reza',
          headers: { 'content-type': 'application/json' },
          body: '{"name":"x"}',
        }),
      ].map(async (answer) => (await answer).status),
    );
    expect(statuses).toEqual([404, 404, 404, 404, 404, 404]);
    expect((await json<{ items: Dataset[] }>('/datasets?search=mine', 'reza')).items).toEqual([]);
  });

  it('is reached by a job’s token only where it is that job’s own', async () => {
    const own = await bench.dataset('own.csv', CSV);
    const other = await bench.dataset('other.csv', CSV);
    const job: Caller = {
      kind: 'job',
      jobId: newId('job'),
      userId: 'sara',
      projectId: 'project-sara',
      workspace: 'w',
      datasetId: own.dataset_id,
    };
    bench.jobs.set('kgj_1', job);
    expect((await bench.call(`/datasets/${own.dataset_id}/content`, { as: 'kgj_1' })).status).toBe(200);
    expect((await bench.call(`/datasets/${other.dataset_id}`, { as: 'kgj_1' })).status).toBe(404);
    expect((await bench.call(`/datasets`, { as: 'kgj_1' })).status).toBe(403);
  });
});

describe('a download', () => {
  it('is the file as it came, under its own name, and nothing a browser would show', async () => {
    const { dataset_id: id } = await bench.dataset('گزارش.csv', CSV);
    const answer = await bench.call(`/datasets/${id}/content`);
    expect(await answer.text()).toBe(CSV);
    expect(answer.headers.get('content-disposition')).toContain(`filename*=UTF-8''${encodeURIComponent('گزارش.csv')}`);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('takes a range, and refuses one outside the file', async () => {
    const { dataset_id: id } = await bench.dataset('r.csv', CSV);
    const size = Buffer.byteLength(CSV);
    const part = await bench.call(`/datasets/${id}/content`, { headers: { range: 'bytes=4-9' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-9/${size}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(Buffer.from(CSV).subarray(4, 10));
    const refused = await bench.call(`/datasets/${id}/content`, { headers: { range: `bytes=${size}-` } });
    expect([refused.status, refused.headers.get('content-range')]).toEqual([416, `bytes */${size}`]);
    expect(await codeOf(refused)).toBe('range_not_satisfiable');
  });

  it('of a dataset that is still uploading is refused', async () => {
    const created = await bench.create('u.csv', 10);
    const refused = await bench.call(`/datasets/${created.headers.get('kargah-dataset-id') ?? ''}/content`);
    expect([refused.status, await codeOf(refused)]).toEqual([409, 'dataset_not_ready']);
  });
});

describe('a dataset', () => {
  it('is renamed in every tab', async () => {
    const { dataset_id: id } = await bench.dataset('old.csv', CSV);
    const renamed = await bench.call(`/datasets/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'نام تازه' }),
    });
    expect(await renamed.json()).toMatchObject({ name: 'نام تازه', filename: 'old.csv' });
    expect(bench.changesOf(id).at(-1)?.dataset.name).toBe('نام تازه');
    expect((await json<{ items: Dataset[] }>(`/datasets?search=${encodeURIComponent('نام تازه')}`)).items).toHaveLength(
      1,
    );
  });

  it('that is deleted is gone with its bytes', async () => {
    const dataset = await bench.dataset('gone.csv', `${CSV}x,1,c\n`);
    const folder = await stored(dataset);
    expect((await bench.call(`/datasets/${dataset.dataset_id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await bench.call(`/datasets/${dataset.dataset_id}`)).status).toBe(404);
    expect(existsSync(folder)).toBe(false);
    expect(bench.changesOf(dataset.dataset_id).at(-1)).toMatchObject({ deleted: true });
  });

  it('that is deleted while a job needs it keeps its bytes until the job has ended', async () => {
    const dataset = await bench.dataset('needed.csv', `${CSV}x,2,c\n`);
    const table = await stored(dataset, 'data.parquet');
    const { versionId } = await bench.datasets.service.forTraining(SARA, { datasetId: dataset.dataset_id });
    const job = jobRow({
      job_id: newId('job'),
      project_id: 'project-sara',
      state: 'queued',
      dataset_version_id: versionId,
    });
    await bench.db.insertInto('jobs').values(job).execute();
    const answer = await bench.call(`/datasets/${dataset.dataset_id}`, { method: 'DELETE' });
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { kept: [{ version: 1, jobs: [{ job_id: job.job_id, name: 'a job', has_model: false }] }] },
    ]);
    expect((await bench.call(`/datasets/${dataset.dataset_id}`)).status).toBe(404);
    expect(existsSync(table)).toBe(true);
    await bench.db.updateTable('jobs').set({ state: 'failed' }).where('job_id', '=', job.job_id).execute();
    await bench.datasets.service.release(dataset.dataset_id);
    expect(existsSync(table)).toBe(false);
  });

  it('that is deleted while it is read leaves nothing behind', async () => {
    const datasetId = await bench.upload('quick.csv', `${CSV}x,3,c\n`);
    const folder = await bench.stored(datasetId);
    expect((await bench.call(`/datasets/${datasetId}`, { method: 'DELETE' })).status).toBe(204);
    expect(existsSync(folder)).toBe(false);
  });

  it('is handed to training by the path of its data', async () => {
    const dataset = await bench.dataset('t.csv', CSV);
    const service = bench.datasets.service;
    const ready = await service.forTraining(SARA, { datasetId: dataset.dataset_id });
    expect(ready).toMatchObject({
      kind: 'tabular',
      path: await stored(dataset, 'data.parquet'),
      suggestedTarget: 'label',
    });
    expect((await readFile(ready.path)).subarray(0, 4).toString()).toBe('PAR1');
    await expect(service.forTraining(person('reza'), { datasetId: dataset.dataset_id })).rejects.toMatchObject({
      code: 'not_found',
    });
    const failed = await bench.dataset('t.csv', 'a,b\n');
    await expect(service.forTraining(SARA, { datasetId: failed.dataset_id })).rejects.toMatchObject({
      code: 'dataset_failed',
    });
    const unread = (await bench.create('t.csv', 10)).headers.get('kargah-dataset-id') ?? '';
    await expect(service.forTraining(SARA, { datasetId: unread })).rejects.toMatchObject({
      code: 'dataset_not_ready',
    });
  });
});

describe('the catalogue', () => {
  it('lists the datasets of scikit-learn and those in Persian, and makes one a dataset of mine', async () => {
    const { items } = await json<{ items: Source[] }>('/sources');
    expect(items.map((item) => item.source_id)).toEqual([
      'digits',
      'iris',
      'wine',
      'breast_cancer',
      'diabetes',
      'persian_homes',
      'persian_reviews',
    ]);
    const imported = await bench.call('/sources/iris/import', { method: 'POST' });
    expect(imported.status).toBe(201);
    const begun = (await imported.json()) as Dataset;
    expect(begun).toMatchObject({ state: 'profiling', source_id: 'iris' });
    expect(await bench.settled(begun.dataset_id)).toMatchObject({
      state: 'ready',
      rows: 150,
      columns: 5,
      suggested_target: 'species',
    });
  });

  it('knows no other', async () => {
    expect((await bench.call('/sources/mnist/import', { method: 'POST' })).status).toBe(404);
  });
});
