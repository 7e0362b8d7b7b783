import { existsSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ZipFile } from 'yazl';
import type { Dataset } from '../../contract/datasets/datasets.js';
import type { DatasetVersion, Split } from '../../contract/datasets/versions.js';
import { DatasetFolder } from '../content/folders.js';
import { DatasetFixture, codeOf, PIXEL, person } from '../../../test/support/datasets.js';

const MODEL = JSON.stringify({ uri: 'models:/m-1', artifact_path: 'model', size_bytes: 7, best_metric: null });
const SARA = person('sara');

let bench: DatasetFixture;
let made = 0;
/** A table that no other test has, of so many rows. */
const table = (rows = 20): string => {
  made += 1;
  return `a,b,label\n${Array.from({ length: rows }, (_, i) => `${i},${made},${i % 2 ? 'x' : 'y'}`).join('\n')}\n`;
};
beforeAll(async () => {
  bench = await DatasetFixture.open();
});
afterAll(() => bench.close());

const versionsOf = async (id: string): Promise<DatasetVersion[]> =>
  (await bench.json<{ items: DatasetVersion[] }>(`/datasets/${id}/versions`)).items;
const refusal = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, await codeOf(response)];
};

describe('a new version', () => {
  it('becomes the head when it is ready, and leaves the ones before as they were', async () => {
    const first = await bench.dataset('a.csv', table(20));
    expect(first).toMatchObject({ version: 1, versions: 1, pending: null });
    const second = await bench.version(first.dataset_id, table(30));
    expect(second).toMatchObject({ version: 2, versions: 2, rows: 30, name: 'a.csv', filename: 'next.csv' });
    const old = await bench.json<{ total_rows: number }>(`/datasets/${first.dataset_id}/preview?version=1`);
    expect(old.total_rows).toBe(20);
    const profile = await bench.json<{ rows: number }>(`/datasets/${first.dataset_id}/profile?version=1`);
    expect(profile.rows).toBe(20);
    expect(await versionsOf(first.dataset_id)).toMatchObject([
      { version: 2, state: 'ready', rows: 30, origin: { kind: 'upload' }, jobs: 0, models: 0, deleted: false },
      {
        version: 1,
        state: 'ready',
        sha256: first.sha256,
        data_sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
      },
    ]);
    const page = await bench.json<{ items: DatasetVersion[]; next_cursor: string }>(
      `/datasets/${first.dataset_id}/versions?limit=1`,
    );
    expect([page.items[0]?.version, page.next_cursor]).toEqual([2, '2']);
    const rest = await bench.json<{ items: DatasetVersion[] }>(
      `/datasets/${first.dataset_id}/versions?limit=1&cursor=2`,
    );
    expect(rest).toMatchObject({ items: [{ version: 1 }], next_cursor: null });
    expect(await refusal(bench.call(`/datasets/${first.dataset_id}/versions?cursor=x`))).toEqual([
      422,
      'validation_failed',
    ]);
    expect(await bench.json(`/datasets/${first.dataset_id}/versions/2`)).toMatchObject({ version: 2 });
    expect((await bench.call(`/datasets/${first.dataset_id}/versions/3`)).status).toBe(404);
    expect((await bench.call(`/datasets/${first.dataset_id}/preview?version=3`)).status).toBe(404);
  });

  it('has warnings of its own, and the ones before keep theirs', async () => {
    const { dataset_id: id, warnings } = await bench.dataset('a.csv', 'a,b\n1,same\n2,same\n2,same\n');
    expect(warnings.map(({ code }) => code)).toContain('constant_column');
    await bench.version(id, 'a,b\n1,one\n2,two\n');
    const [second, first] = await versionsOf(id);
    expect([first?.warnings, second?.warnings]).toEqual([warnings, []]);
  });

  it('that cannot be read is shown beside the head, which stays', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    const after = await bench.version(id, 'a,b\n1,2\n3,4,5\n');
    expect(after).toMatchObject({
      version: 1,
      state: 'ready',
      versions: 2,
      pending: { version: 2, state: 'failed', error: { code: 'ragged_rows' } },
    });
    const listed = await bench.json<{ items: Dataset[] }>('/datasets');
    expect(listed.items.find((item) => item.dataset_id === id)).toMatchObject({ pending: { version: 2 } });
    expect(await refusal(bench.call(`/datasets/${id}/preview?version=2`))).toEqual([409, 'dataset_failed']);
    expect((await bench.call(`/datasets/${id}/versions/2`, { method: 'DELETE' })).status).toBe(200);
    expect(await bench.json(`/datasets/${id}`)).toMatchObject({ version: 1, versions: 1, pending: null });
  });

  it('of bytes that are here costs nothing: it is ready at once, with the same content', async () => {
    const content = table();
    const { dataset_id: id } = await bench.dataset('a.csv', content);
    await bench.version(id, table());
    const back = await bench.version(id, content);
    expect(back).toMatchObject({ version: 3, rows: 20, state: 'ready' });
    expect(await bench.stored(id, '', 3)).toBe(await bench.stored(id, '', 1));
    // Another dataset of the project, too.
    const other = await bench.dataset('b.csv', content);
    expect(await bench.stored(other.dataset_id)).toBe(await bench.stored(id, '', 1));
    expect(await bench.json(`/datasets/${other.dataset_id}/profile`)).toMatchObject({ dataset_id: other.dataset_id });
    // But not another person's.
    const theirs = await bench.dataset('b.csv', content, 'reza');
    expect(await bench.stored(theirs.dataset_id)).not.toBe(await bench.stored(id, '', 1));
  });

  it('begun at the same moment as another gets a number of its own', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    const begun = await Promise.all([1, 2, 3, 4].map(() => bench.create('n.csv', 5, 'sara', { dataset_id: id })));
    expect(begun.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
    expect((await versionsOf(id)).map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
  });

  it('whose upload is cancelled never was', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    const created = await bench.create('n.csv', 5, 'sara', { dataset_id: id });
    expect(await bench.json(`/datasets/${id}`)).toMatchObject({ pending: { version: 2, state: 'uploading' } });
    const uploadId = created.headers.get('location')?.split('/').at(-1) ?? '';
    await bench.call(`/uploads/${uploadId}`, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } });
    expect(await bench.json(`/datasets/${id}`)).toMatchObject({ version: 1, versions: 1, pending: null });
  });

  it('of the same file read in another way keeps the file once on the disk', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', '1;2\n3;4\n5;6\n');
    const body = { reading: { header: false, delimiter: ';' } };
    const answer = await bench.send('POST', `/datasets/${id}/versions`, body);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ pending: { version: 2 } });
    await bench.until(({ dataset }) => dataset.dataset_id === id && dataset.version === 2);
    expect(await bench.json(`/datasets/${id}/versions/2`)).toMatchObject({
      rows: 3,
      reading: { header: false, delimiter: ';' },
      origin: { kind: 'reread', version: 1 },
    });
    expect(statSync(await bench.stored(id, 'original', 2)).ino).toBe(
      statSync(await bench.stored(id, 'original', 1)).ino,
    );
    // Once more with the same options: nothing is read.
    expect((await bench.send('POST', `/datasets/${id}/versions`, body)).status).toBe(201);
    expect(await bench.stored(id, '', 3)).toBe(await bench.stored(id, '', 2));
    expect(await refusal(bench.send('POST', `/datasets/${id}/versions`, body, 'reza'))).toEqual([404, 'not_found']);
    const unread = (await bench.create('t.csv', 10)).headers.get('kargah-dataset-id') ?? '';
    expect(await refusal(bench.send('POST', `/datasets/${unread}/versions`, body))).toEqual([409, 'dataset_not_ready']);
  });
});

describe('a deleted version', () => {
  it('gives way to the newest of the others, and its bytes are freed', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table(20));
    await bench.version(id, table(30));
    const folder = await bench.stored(id, '', 2);
    const answer = await bench.call(`/datasets/${id}/versions/2`, { method: 'DELETE' });
    expect([answer.status, await answer.json()]).toMatchObject([200, { version: 2, deleted: true, freed: true }]);
    expect(existsSync(folder)).toBe(false);
    expect(await bench.json(`/datasets/${id}`)).toMatchObject({ version: 1, versions: 1, rows: 20 });
    expect(await refusal(bench.call(`/datasets/${id}/preview?version=2`))).toEqual([410, 'dataset_freed']);
    expect(await refusal(bench.call(`/datasets/${id}/content?version=2`))).toEqual([410, 'dataset_freed']);
    const again = { version: 2, reading: {} };
    expect(await refusal(bench.send('POST', `/datasets/${id}/versions`, again))).toEqual([410, 'dataset_freed']);
    expect(await refusal(bench.call(`/datasets/${id}/versions/2`, { method: 'DELETE' }))).toEqual([404, 'not_found']);
    expect(await refusal(bench.call(`/datasets/${id}/versions/1`, { method: 'DELETE' }))).toEqual([
      409,
      'last_version',
    ]);
    expect(await bench.version(id, table(25))).toMatchObject({ version: 3 });
  });

  it('keeps its bytes while another version or a model needs them', async () => {
    const content = table();
    const { dataset_id: id } = await bench.dataset('a.csv', content);
    await bench.version(id, table());
    await bench.version(id, content);
    const shared = await bench.stored(id, '', 1);
    await bench.call(`/datasets/${id}/versions/1`, { method: 'DELETE' });
    expect(existsSync(shared)).toBe(true);
    const jobId = await bench.job(id, 2, { model_json: MODEL });
    const answer = await bench.call(`/datasets/${id}/versions/2`, { method: 'DELETE' });
    expect(await answer.json()).toMatchObject({ deleted: true, freed: false, jobs: 1, models: 1 });
    expect((await bench.call(`/datasets/${id}/preview?version=2`)).status).toBe(200);
    await bench.db.deleteFrom('jobs').where('job_id', '=', jobId).execute();
    await bench.datasets.service.release(id);
    expect(await bench.json(`/datasets/${id}/versions/2`)).toMatchObject({ freed: true });
  });
});

describe('a deleted dataset', () => {
  it('says what it keeps and for which jobs, and lets it be learned from again', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    await bench.version(id, table());
    const jobId = await bench.job(id, 1, { model_json: MODEL, name: 'forest' });
    const { versionId } = await bench.datasets.service.forTraining(SARA, { datasetId: id, version: 1 });
    const answer = await bench.call(`/datasets/${id}`, { method: 'DELETE' });
    const left = (await answer.json()) as { freed_bytes: number };
    expect([answer.status, left]).toMatchObject([
      200,
      { dataset_id: id, kept: [{ version: 1, jobs: [{ job_id: jobId, name: 'forest', has_model: true }] }] },
    ]);
    expect(left.freed_bytes).toBeGreaterThan(0);
    await expect(bench.datasets.service.forTraining(SARA, { datasetId: id })).rejects.toMatchObject({
      code: 'not_found',
    });
    const again = await bench.datasets.service.again(SARA, { versionId, splitId: null });
    expect(again).toMatchObject({ version: 1, versionId });
    expect(existsSync(again.path)).toBe(true);
    await bench.db.deleteFrom('jobs').where('job_id', '=', jobId).execute();
    await bench.datasets.service.release(id);
    expect(existsSync(again.path)).toBe(false);
    await expect(bench.datasets.service.again(SARA, { versionId, splitId: null })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is kept for a job whose model MLflow has not told yet', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    const folder = await bench.stored(id);
    await bench.job(id, 1, { state: 'succeeded', mlflow_end_pending: 'FINISHED' });
    expect((await bench.call(`/datasets/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect(existsSync(folder)).toBe(true);
  });

  it('is refused to a job that is written down in the same moment, or kept for it', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    const { service } = bench.datasets;
    const { versionId, path } = await service.forTraining(SARA, { datasetId: id });
    const begin = bench.db.transaction().execute(async (tx) => {
      await service.hold(tx, versionId);
    });
    const [begun] = await Promise.allSettled([begin, bench.call(`/datasets/${id}`, { method: 'DELETE' })]);
    expect(begun.status === 'fulfilled' || !existsSync(path)).toBe(true);
    await expect(bench.db.transaction().execute((tx) => service.hold(tx, versionId))).rejects.toMatchObject({
      code: 'dataset_freed',
    });
  });

  it('whose bytes were being freed when the bridge was killed is gone at its next start', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    const folder = await bench.stored(id);
    const killed = vi.spyOn(DatasetFolder.prototype, 'remove').mockImplementation(async function (this: DatasetFolder) {
      await rm(this.table);
      throw new Error('killed here');
    });
    expect((await bench.call(`/datasets/${id}`, { method: 'DELETE' })).status).toBe(500);
    killed.mockRestore();
    expect(existsSync(folder)).toBe(true);
    const orphan = join(bench.dataDir, 'datasets', 'dv_nobodys0');
    await mkdir(orphan);
    await writeFile(join(orphan, 'original'), 'x');
    await bench.stop();
    await bench.start();
    expect([existsSync(folder), existsSync(orphan)]).toEqual([false, false]);
    const left = await bench.db.selectFrom('datasets').select('dataset_id').where('dataset_id', '=', id).execute();
    expect(left).toEqual([]);
  });
});

describe('a split', () => {
  it('is the same for the same request, and the newest default is the one a job takes', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table(100));
    const path = `/datasets/${id}/versions/1/splits`;
    const asked = { method: 'stratified', column: 'label', train: 0.7, validation: 0.2, test: 0.1, seed: 3 };
    const answers = await Promise.all([bench.send('POST', path, asked), bench.send('POST', path, asked)]);
    expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
    const [one, two] = (await Promise.all(answers.map((answer) => answer.json()))) as [Split, Split];
    expect(two.split_id).toBe(one.split_id);
    expect(one).toMatchObject({ version: 1, rows: { train: 70, validation: 20, test: 10 }, is_default: true });
    const given = await bench.datasets.service.forTraining(SARA, { datasetId: id });
    expect(given.split).toMatchObject({ splitId: one.split_id, sha256: one.sha256 });
    expect(existsSync(given.split?.path ?? '')).toBe(true);
    const other = (await (await bench.send('POST', path, { seed: 4, make_default: false })).json()) as Split;
    expect(other).toMatchObject({ method: 'ratio', is_default: false });
    const named = await bench.datasets.service.forTraining(SARA, { datasetId: id, splitId: other.split_id });
    expect(named.split?.splitId).toBe(other.split_id);
    expect((await versionsOf(id))[0]?.splits.map(({ is_default }) => is_default)).toEqual([true, false]);
    // The exact one again, for a job that is done once more.
    const again = await bench.datasets.service.again(SARA, { versionId: given.versionId, splitId: other.split_id });
    expect(again.split).toEqual(named.split);
  });

  it.each([
    ['split_shares', { train: 0.5 }],
    ['split_shares', { train: 0, validation: 0.5, test: 0.5 }],
    ['split_column_required', { method: 'group' }],
    ['column_unknown', { method: 'stratified', column: 'nothing' }],
    ['split_too_few', { method: 'group', column: 'b' }],
    ['split_not_given', { method: 'given' }],
  ])('is refused with %s (%#)', async (code, asked) => {
    const { dataset_id: id } = await bench.dataset('a.csv', table(20));
    expect(await refusal(bench.send('POST', `/datasets/${id}/versions/1/splits`, asked))).toEqual([422, code]);
  });

  it('of images goes by their classes, not by a column that they do not have', async () => {
    const zip = new ZipFile();
    for (const name of ['a', 'b']) for (let at = 0; at < 10; at += 1) zip.addBuffer(PIXEL, `${name}/${String(at)}.png`);
    zip.end();
    const { dataset_id: id, kind } = await bench.dataset('i.zip', await buffer(zip.outputStream));
    expect(kind).toBe('images');
    const ask = (asked: object): Promise<Response> => bench.send('POST', `/datasets/${id}/versions/1/splits`, asked);
    for (const method of ['group', 'time', 'stratified'])
      expect(await refusal(ask({ method, column: 'a' }))).toEqual([422, 'column_unknown']);
    for (const method of ['group', 'time'])
      expect(await refusal(ask({ method }))).toEqual([422, 'split_column_required']);
    expect((await versionsOf(id))[0]?.splits).toEqual([]);
    const answer = await ask({ method: 'stratified' });
    expect([answer.status, await answer.json()]).toMatchObject([201, { rows: { train: 16, validation: 2, test: 2 } }]);
  });

  it('that the folders of a file make is there with the version, also where its bytes were known, and is found again', async () => {
    const zip = new ZipFile();
    for (const [part, count] of [
      ['train', 3],
      ['test', 2],
    ] as const)
      for (const name of ['a', 'b'])
        for (let at = 0; at < count; at += 1) zip.addBuffer(PIXEL, `${part}/${name}/${String(at)}.png`);
    zip.end();
    const bytes = await buffer(zip.outputStream);
    const { dataset_id: id } = await bench.dataset('i.zip', bytes);
    const [split] = (await versionsOf(id))[0]?.splits ?? [];
    expect(split).toMatchObject({
      method: 'given',
      train: 0.6,
      rows: { train: 6, validation: 0, test: 4 },
      is_default: true,
    });
    const { dataset_id: twin } = await bench.dataset('i.zip', bytes);
    expect((await versionsOf(twin))[0]?.splits).toMatchObject([{ method: 'given', sha256: split?.sha256 }]);
    const path = `/datasets/${id}/versions/1/splits`;
    await bench.send('POST', path, { method: 'ratio' });
    const again = (await (await bench.send('POST', path, { method: 'given' })).json()) as Split;
    expect(again).toMatchObject({ split_id: split?.split_id, is_default: true });
  });

  it('of what is not there, not ready or freed is refused', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    await bench.version(id, table());
    await bench.call(`/datasets/${id}/versions/1`, { method: 'DELETE' });
    const at = (number: number): Promise<[number, string]> =>
      refusal(bench.send('POST', `/datasets/${id}/versions/${String(number)}/splits`, {}));
    expect(await at(1)).toEqual([410, 'dataset_freed']);
    expect(await at(9)).toEqual([404, 'not_found']);
    await bench.create('n.csv', 5, 'sara', { dataset_id: id });
    expect(await at(3)).toEqual([409, 'dataset_not_ready']);
    const { service } = bench.datasets;
    const wrong = { datasetId: id, splitId: 'spl_none00' };
    await expect(service.forTraining(SARA, wrong)).rejects.toMatchObject({ code: 'split_unknown' });
    const missing = { datasetId: id, version: 77 };
    await expect(service.forTraining(SARA, missing)).rejects.toMatchObject({ code: 'version_unknown' });
    const freed = { datasetId: id, version: 1 };
    await expect(service.forTraining(SARA, freed)).rejects.toMatchObject({ code: 'dataset_freed' });
  });
});

describe('lineage', () => {
  it('shows my jobs of a dataset by version, newest first, with their models', async () => {
    const { dataset_id: id } = await bench.dataset('a.csv', table());
    await bench.version(id, table());
    const model = JSON.stringify({ ...JSON.parse(MODEL), best_metric: { key: 'acc', value: 0.9 } });
    const first = await bench.job(id, 1, { model_json: model, created_at: '2026-01-01T00:00:00.000Z' });
    const second = await bench.job(id, 2, { created_at: '2026-01-02T00:00:00.000Z', state: 'failed' });
    await bench.job(id, 2, { project_id: 'project-reza' });
    type Page = { jobs: { job_id: string }[]; next_cursor: string | null };
    const page = await bench.json<Page>(`/datasets/${id}/lineage?limit=1`);
    expect(page.jobs).toMatchObject([{ job_id: second, version: 2, has_model: false, metric: null, state: 'failed' }]);
    const rest = await bench.json<Page>(`/datasets/${id}/lineage?limit=1&cursor=${page.next_cursor ?? ''}`);
    expect(rest).toMatchObject({
      jobs: [{ job_id: first, version: 1, has_model: true, metric: { key: 'acc', value: 0.9 } }],
      next_cursor: null,
    });
    expect((await bench.json<Page>(`/datasets/${id}/lineage?version=1`)).jobs).toHaveLength(1);
    expect((await bench.call(`/datasets/${id}/lineage`, { as: 'reza' })).status).toBe(404);
  });
});
