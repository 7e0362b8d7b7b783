import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatasetFixture, codeOf } from '../../test/support/datasets.js';
import { Ledger } from './ingest/uploads/ledger.js';

const TUS = { 'tus-resumable': '1.0.0' };
const CSV = 'name,age,label\nعلی,31,a\nرضا,40,b\nمینا,22,a\n';

let bench: DatasetFixture;
beforeAll(async () => {
  bench = await DatasetFixture.open({ maxUploadBytes: 4 * 2 ** 20 });
});
afterAll(() => bench.close());

async function begin(
  content: string | Uint8Array,
  filename = 'a.csv',
): Promise<{ uploadId: string; datasetId: string }> {
  const created = await bench.create(filename, Buffer.byteLength(content));
  expect(created.status).toBe(201);
  return {
    uploadId: created.headers.get('location')?.split('/').at(-1) ?? '',
    datasetId: created.headers.get('kargah-dataset-id') ?? '',
  };
}
const head = (uploadId: string, as = 'sara') =>
  bench.call(`/uploads/${uploadId}`, { method: 'HEAD', headers: TUS, as });

describe('an upload', () => {
  it('made in chunks by tus-js-client becomes a dataset with the bytes as they were', async () => {
    const content = Buffer.from(`x,label\n${Array.from({ length: 60_000 }, (_, i) => `${i},${i % 3}`).join('\n')}\n`);
    const progress: number[] = [];
    await new Promise<void>((resolve, reject) => {
      new Upload(content, {
        endpoint: `${bench.url}/api/v1/uploads`,
        headers: { authorization: 'Bearer sara' },
        metadata: { filename: 'نظرهای خرید.csv' },
        uploadSize: content.length,
        chunkSize: 200_000,
        onChunkComplete: (_size, accepted) => progress.push(accepted),
        onSuccess: () => resolve(),
        onError: reject,
      }).start();
    });
    expect(progress.length).toBeGreaterThan(2);
    const named = await bench.until((c) => c.dataset.filename === 'نظرهای خرید.csv');
    const dataset = await bench.settled(named.dataset_id);
    expect(dataset).toMatchObject({
      state: 'ready',
      rows: 60_000,
      columns: 2,
      suggested_target: 'label',
      format: 'csv',
    });
    expect(await readFile(await bench.stored(dataset.dataset_id, 'original'))).toEqual(content);
  });

  it('shows its dataset in the list from its first request, and again when its state changes', async () => {
    // Nobody has sent it before: what is known already is not read again.
    const own = `${CSV}سارا,9,b\n`;
    const { uploadId, datasetId } = await begin(own);
    const listed = (await (await bench.call('/datasets')).json()) as { items: { dataset_id: string; state: string }[] };
    expect(listed.items[0]).toMatchObject({ dataset_id: datasetId, state: 'uploading' });
    expect((await bench.patch(uploadId, 0, own)).status).toBe(204);
    await bench.settled(datasetId);
    const states = bench.changes.filter((c) => c.dataset.dataset_id === datasetId).map((c) => c.dataset.state);
    expect(states).toEqual(['uploading', 'profiling', 'ready']);
  });

  it('answers an address relative to the request, so that any prefix before the bridge stays', async () => {
    const created = await bench.create('a.csv', 10);
    expect(created.headers.get('location')).toMatch(/^uploads\/up_[0-9a-z]+$/u);
    expect(new URL(created.headers.get('location') ?? '', 'http://lab/user/x/kargah/api/v1/uploads').pathname).toMatch(
      /^\/user\/x\/kargah\/api\/v1\/uploads\/up_/u,
    );
  });

  it('goes on at the right offset after the bridge was restarted', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    const bytes = Buffer.from(CSV);
    await bench.patch(uploadId, 0, bytes.subarray(0, 20));
    await bench.stop();
    await bench.start();
    expect((await head(uploadId)).headers.get('upload-offset')).toBe('20');
    expect((await bench.patch(uploadId, 20, bytes.subarray(20))).status).toBe(204);
    expect(await bench.settled(datasetId)).toMatchObject({ state: 'ready', rows: 3 });
  });

  it('keeps what arrived when the connection breaks in the middle of a chunk', async () => {
    const { uploadId } = await begin('x'.repeat(3_000_000));
    const abort = new AbortController();
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(2_000_000).fill(120)) });
    const init = {
      method: 'PATCH',
      headers: { ...TUS, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      body,
      duplex: 'half',
      signal: abort.signal,
    };
    const sending = bench.call(`/uploads/${uploadId}`, init);
    await expect.poll(() => statSync(join(bench.dataDir, 'uploads', uploadId)).size).toBeGreaterThan(0);
    abort.abort();
    await expect(sending).rejects.toThrow();
    await expect.poll(async () => (await head(uploadId)).status).toBe(200);
    const offset = Number((await head(uploadId)).headers.get('upload-offset'));
    expect(offset).toBeGreaterThan(0);
    expect((await bench.patch(uploadId, offset, 'x'.repeat(3_000_000 - offset))).status).toBe(204);
  });

  it('that was complete when the bridge was killed is read at the next start', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    await bench.stop();
    const file = join(bench.dataDir, 'uploads', uploadId);
    await writeFile(file, CSV);
    const ledger = await Ledger.open(`${file}.ledger`, 1);
    const sha256 = createHash('sha256').update(CSV).digest('hex');
    await ledger.write({ offset: Buffer.byteLength(CSV), sha256 });
    await ledger.close();
    await bench.start();
    expect(await bench.settled(datasetId)).toMatchObject({ state: 'ready', sha256 });
    expect(readdirSync(join(bench.dataDir, 'uploads')).filter((name) => name.startsWith(uploadId))).toEqual([]);
  });

  it('still answers its whole length once it is finished, so that a lost answer costs nothing', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    await bench.patch(uploadId, 0, CSV);
    const answer = await head(uploadId);
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([200, String(Buffer.byteLength(CSV))]);
    expect(answer.headers.get('kargah-dataset-id')).toBe(datasetId);
  });

  it('of a file that the project has already says at its end in which dataset, and never what others have', async () => {
    const content = `${CSV}twice,1,a\n`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const first = await bench.upload('first.csv', content);
    await bench.settled(first);
    const again = await begin(content, 'again.csv');
    const done = await bench.patch(again.uploadId, 0, content);
    expect(done.headers.get('kargah-same-dataset-id')).toBe(first);
    expect((await head(again.uploadId)).headers.get('kargah-same-dataset-id')).toBe(first);
    const other = await bench.create('other.csv', Buffer.byteLength(content), 'reza');
    const otherId = other.headers.get('location')?.split('/').at(-1) ?? '';
    const alone = await bench.patch(otherId, 0, content, 'reza');
    expect([alone.status, alone.headers.get('kargah-same-dataset-id')]).toEqual([204, null]);

    const held = async (query: string, as = 'sara'): Promise<string[]> => {
      const answer = await bench.call(`/datasets?${query}`, { as });
      return ((await answer.json()) as { items: { name: string }[] }).items.map(({ name }) => name);
    };
    expect(await held(`sha256=${sha256}`)).toEqual(['again.csv', 'first.csv']);
    expect(await held(`sha256=${sha256}`, 'reza')).toEqual(['other.csv']);
    expect(await held(`sha256=${sha256}`, 'mina')).toEqual([]);
    expect(await held(`size_bytes=${String(Buffer.byteLength(content))}`)).toEqual(['again.csv', 'first.csv']);
    expect(await held('size_bytes=1')).toEqual([]);
    await bench.call(`/datasets/${again.datasetId}`, { method: 'DELETE' });
    expect(await held(`sha256=${sha256}`)).toEqual(['first.csv']);
    expect((await bench.call('/datasets?sha256=ABC')).status).toBe(422);
  });

  it('that is cancelled leaves neither a row nor a byte', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    await bench.patch(uploadId, 0, CSV.slice(0, 5));
    expect((await bench.call(`/uploads/${uploadId}`, { method: 'DELETE', headers: TUS })).status).toBe(204);
    expect((await head(uploadId)).status).toBe(404);
    expect((await bench.call(`/datasets/${datasetId}`)).status).toBe(404);
    expect(readdirSync(join(bench.dataDir, 'uploads')).filter((name) => name.startsWith(uploadId))).toEqual([]);
    expect(bench.changesOf(datasetId).at(-1)).toMatchObject({ deleted: true });
  });

  it('that is cancelled by another tab in the middle of a chunk leaves nothing either', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(CSV).subarray(0, 10)) });
    const sending = bench.patch(uploadId, 0, endless).then(
      (answer) => answer.status,
      () => 'cut off',
    );
    await expect.poll(async () => (await head(uploadId)).status).toBe(423);
    expect((await bench.call(`/uploads/${uploadId}`, { method: 'DELETE', headers: TUS })).status).toBe(204);
    expect(await sending).not.toBe(204);
    expect((await bench.call(`/datasets/${datasetId}`)).status).toBe(404);
    expect(readdirSync(join(bench.dataDir, 'uploads')).filter((name) => name.startsWith(uploadId))).toEqual([]);
  });

  it('that has been finished can no longer be cancelled', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    await bench.patch(uploadId, 0, CSV);
    expect((await bench.call(`/uploads/${uploadId}`, { method: 'DELETE', headers: TUS })).status).toBe(404);
    expect((await bench.call(`/datasets/${datasetId}`)).status).toBe(200);
  });

  it('ends when its dataset is deleted', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    expect((await bench.call(`/datasets/${datasetId}`, { method: 'DELETE' })).status).toBe(204);
    expect((await head(uploadId)).status).toBe(404);
    expect(readdirSync(join(bench.dataDir, 'uploads')).filter((name) => name.startsWith(uploadId))).toEqual([]);
  });
});

describe('an upload is refused with', () => {
  it('404 when it is someone else’s', async () => {
    const { uploadId } = await begin(CSV);
    expect((await head(uploadId, 'reza')).status).toBe(404);
    const patched = await bench.patch(uploadId, 0, CSV, 'reza');
    expect([patched.status, await codeOf(patched)]).toEqual([404, 'not_found']);
    expect((await bench.call(`/uploads/${uploadId}`, { method: 'DELETE', headers: TUS, as: 'reza' })).status).toBe(404);
  });

  it('409 at a wrong offset, and goes on at the right one', async () => {
    const { uploadId } = await begin(CSV);
    const wrong = await bench.patch(uploadId, 7, CSV);
    expect([wrong.status, await codeOf(wrong)]).toEqual([409, 'upload_offset_mismatch']);
    expect((await bench.patch(uploadId, 0, CSV)).status).toBe(204);
  });

  it('423 while another request sends it', async () => {
    const { uploadId } = await begin(CSV);
    const bytes = Buffer.from(CSV);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = new ReadableStream({
      async start(controller) {
        controller.enqueue(bytes.subarray(0, 10));
        await held;
        controller.enqueue(bytes.subarray(10));
        controller.close();
      },
    });
    const first = bench.patch(uploadId, 0, slow);
    await expect.poll(async () => (await head(uploadId)).status).toBe(423);
    const second = await bench.patch(uploadId, 0, CSV);
    expect([second.status, await codeOf(second)]).toEqual([423, 'upload_locked']);
    release();
    expect((await first).status).toBe(204);
  });

  it('410 once it has expired, and its bytes are freed at the next start', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    await bench.db
      .updateTable('uploads')
      .set({ expires_at: new Date(Date.now() - 1000).toISOString() })
      .where('upload_id', '=', uploadId)
      .execute();
    const late = await bench.patch(uploadId, 0, CSV);
    expect([late.status, await codeOf(late)]).toEqual([410, 'upload_gone']);
    await bench.stop();
    await bench.start();
    expect((await head(uploadId)).status).toBe(410);
    expect((await bench.call(`/datasets/${datasetId}`)).status).toBe(404);
    expect(readdirSync(join(bench.dataDir, 'uploads')).filter((name) => name.startsWith(uploadId))).toEqual([]);
  });

  it('413 when it is larger than allowed, with the limit in words', async () => {
    const refused = await bench.create('a.csv', 4 * 2 ** 20 + 1);
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ code: 'file_too_large', params: { limit: '4 MB' } });
  });

  it('415 before its first byte when the name promises something else', async () => {
    const refused = await bench.create('عکس.exe', 10);
    expect([refused.status, await codeOf(refused)]).toEqual([415, 'unsupported_format']);
  });

  it('422 when the file is empty', async () => {
    const refused = await bench.create('a.csv', 0);
    expect([refused.status, await codeOf(refused)]).toEqual([422, 'empty_file']);
  });

  it('400 when it is not tus', async () => {
    const refused = await bench.call('/uploads', { method: 'POST' });
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'upload_protocol']);
    const unnamed = await bench.call('/uploads', { method: 'POST', headers: { ...TUS, 'upload-length': '5' } });
    expect([unnamed.status, await codeOf(unnamed)]).toEqual([400, 'upload_protocol']);
    expect((await bench.create('a.csv', '-1')).status).toBe(400);
  });

  it('412 for another version of tus, with the one that is spoken here', async () => {
    const { uploadId } = await begin(CSV);
    for (const [method, path] of [
      ['POST', '/uploads'],
      ['HEAD', `/uploads/${uploadId}`],
      ['PATCH', `/uploads/${uploadId}`],
      ['DELETE', `/uploads/${uploadId}`],
    ] as const) {
      const refused = await bench.call(path, { method, headers: { 'tus-resumable': '0.2.2' } });
      const said = [refused.status, refused.headers.get('tus-version'), refused.headers.get('tus-resumable')];
      expect([method, ...said]).toEqual([method, 412, '1.0.0', '1.0.0']);
    }
    expect((await head(uploadId)).headers.get('upload-offset')).toBe('0');
  });

  it('400 for metadata that is no list of different keys, each with a value in base64', async () => {
    const name = Buffer.from('a.csv').toString('base64');
    for (const metadata of [
      '',
      `filename ${name}!`,
      `filename ${name} more`,
      `filename ${name},filename ${name}`,
      `فایل ${name}`,
      `filename ${name},,`,
    ]) {
      // As bytes: a header in Node may hold only Latin letters.
      const headers = { ...TUS, 'upload-length': '5', 'upload-metadata': Buffer.from(metadata).toString('latin1') };
      const refused = await bench.call('/uploads', { method: 'POST', headers });
      expect([metadata, refused.status, await codeOf(refused)]).toEqual([metadata, 400, 'upload_protocol']);
    }
  });

  it('400 for an offset that is no number, and for a piece that is not sent as one', async () => {
    const { uploadId } = await begin(CSV);
    const piece = { ...TUS, 'content-type': 'application/offset+octet-stream' };
    for (const headers of [
      piece,
      { ...piece, 'upload-offset': '-1' },
      { ...piece, 'upload-offset': '0x0' },
      { ...piece, 'upload-offset': '0', 'content-type': 'text/csv' },
    ]) {
      const refused = await bench.call(`/uploads/${uploadId}`, { method: 'PATCH', headers, body: CSV });
      expect([headers, refused.status, await codeOf(refused)]).toEqual([headers, 400, 'upload_protocol']);
    }
    expect((await head(uploadId)).headers.get('upload-offset')).toBe('0');
  });

  it('409 or 423 for all but one of the requests that send the same piece at once', async () => {
    const { uploadId, datasetId } = await begin(CSV);
    const bytes = Buffer.from(CSV);
    const half = bytes.subarray(0, 20);
    const statuses = await Promise.all(
      Array.from({ length: 6 }, async () => (await bench.patch(uploadId, 0, half)).status),
    );
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.filter((status) => status !== 204).every((status) => status === 409 || status === 423)).toBe(true);
    expect((await bench.patch(uploadId, 20, bytes.subarray(20))).status).toBe(204);
    const settled = await bench.settled(datasetId);
    expect(settled.sha256).toBe(createHash('sha256').update(CSV).digest('hex'));
  });

  it('413 when a chunk runs over the announced length', async () => {
    const { uploadId } = await begin(CSV);
    expect((await bench.patch(uploadId, 0, CSV + CSV)).status).toBe(413);
  });

  it('507 when the disk says that it is full', async () => {
    const { uploadId } = await begin(CSV);
    const file = join(bench.dataDir, 'uploads', uploadId);
    rmSync(file);
    // A device that is always full, where it exists; every write to it fails with ENOSPC.
    symlinkSync('/dev/full', file);
    const refused = await bench.patch(uploadId, 0, CSV);
    expect([refused.status, await codeOf(refused)]).toEqual([507, 'storage_full']);
  });

  it('507 before its first byte when it would not fit on the disk', async () => {
    const small = await DatasetFixture.open({ reserveBytes: Number.MAX_SAFE_INTEGER });
    try {
      const refused = await small.create('a.csv', 10);
      expect([refused.status, await codeOf(refused)]).toEqual([507, 'storage_full']);
    } finally {
      await small.close();
    }
  });

  it('401 without a token', async () => {
    expect((await fetch(`${bench.url}/api/v1/uploads`, { method: 'POST', headers: TUS })).status).toBe(401);
  });
});

it('OPTIONS tells what the server can', async () => {
  const answer = await bench.call('/uploads', { method: 'OPTIONS' });
  expect(answer.status).toBe(204);
  expect(answer.headers.get('tus-version')).toBe('1.0.0');
  expect(answer.headers.get('tus-extension')).toContain('creation');
  expect(answer.headers.get('tus-max-size')).toBe(String(4 * 2 ** 20));
});
