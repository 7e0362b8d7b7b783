import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../contract/datasets/datasets.js';
import { DatasetFixture, codeOf, PYTHON } from '../../../../test/support/datasets.js';

const TUS = { 'tus-resumable': '1.0.0' };
const PIECE = { ...TUS, 'content-type': 'application/offset+octet-stream' };
// Nobody reads what only looks like Parquet: it is refused at once, and kept.
const BYTES = Buffer.from('not really Parquet\n'.repeat(200));

const hash = (algorithm: 'sha1' | 'sha256', bytes: Uint8Array) => createHash(algorithm).update(bytes);
const checksum = (algorithm: 'sha1' | 'sha256', bytes: Uint8Array): string =>
  `${algorithm} ${hash(algorithm, bytes).digest('base64')}`;
const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes).digest('hex');
const idOf = (created: Response): string => created.headers.get('location')?.split('/').at(-1) ?? '';

function create(
  bench: DatasetFixture,
  metadata: Record<string, string>,
  size: number,
  more: { readonly headers?: Record<string, string>; readonly body?: Uint8Array; readonly as?: string } = {},
): Promise<Response> {
  const told = Object.entries({ filename: 'a.parquet', ...metadata }).map(
    ([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`,
  );
  const headers = { ...TUS, 'upload-length': String(size), 'upload-metadata': told.join(','), ...more.headers };
  const init = { method: 'POST', headers, body: more.body ?? null, as: more.as ?? 'sara' };
  return bench.call('/uploads', init as unknown as RequestInit);
}
function patch(bench: DatasetFixture, id: string, offset: number, body: Uint8Array, more: Record<string, string> = {}) {
  const headers = { ...PIECE, 'upload-offset': String(offset), ...more };
  return bench.call(`/uploads/${id}`, { method: 'PATCH', headers, body } as unknown as RequestInit);
}
const offsetOf = async (bench: DatasetFixture, id: string): Promise<number> =>
  Number((await bench.call(`/uploads/${id}`, { method: 'HEAD', headers: TUS })).headers.get('upload-offset'));
const datasetOf = async (bench: DatasetFixture, id: string | null): Promise<Dataset> =>
  (await (await bench.call(`/datasets/${id ?? ''}`)).json()) as Dataset;
const filesOf = (bench: DatasetFixture, id: string): string[] =>
  readdirSync(join(bench.dataDir, 'uploads')).filter((name) => name.startsWith(id));

describe('an upload', () => {
  let bench: DatasetFixture;
  beforeAll(async () => {
    bench = await DatasetFixture.open({ maxUploadBytes: 2 ** 20 });
  });
  afterAll(() => bench.close());

  it('takes a piece whose checksum is right, by sha1 and by sha256', async () => {
    const created = await create(bench, {}, BYTES.length);
    const half = BYTES.length / 2;
    const [first, second] = [BYTES.subarray(0, half), BYTES.subarray(half)];
    const id = idOf(created);
    expect((await patch(bench, id, 0, first, { 'upload-checksum': checksum('sha1', first) })).status).toBe(204);
    expect((await patch(bench, id, half, second, { 'upload-checksum': checksum('sha256', second) })).status).toBe(204);
    const dataset = await bench.settled(created.headers.get('kargah-dataset-id') ?? '');
    expect(dataset.sha256).toBe(sha256(BYTES));
  });

  it('460 for a piece that arrived changed: nothing of it stays, and it can be sent again', async () => {
    const id = idOf(await create(bench, {}, BYTES.length));
    await patch(bench, id, 0, BYTES.subarray(0, 100));
    const piece = BYTES.subarray(100, 1000);
    const bad = Buffer.from(piece);
    bad.writeUInt8(bad.readUInt8(5) ^ 1, 5);
    const refused = await patch(bench, id, 100, bad, { 'upload-checksum': checksum('sha256', piece) });
    expect(refused.status).toBe(460);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/u);
    expect(await refused.json()).toMatchObject({ code: 'upload_checksum_mismatch', status: 460 });
    expect([await offsetOf(bench, id), statSync(join(bench.dataDir, 'uploads', id)).size]).toEqual([100, 100]);
    expect((await patch(bench, id, 100, piece, { 'upload-checksum': checksum('sha256', piece) })).status).toBe(204);
  });

  it('400 for a checksum that cannot be compared', async () => {
    const id = idOf(await create(bench, {}, BYTES.length));
    for (const wrong of ['md5 1B2M2Y8AsgTpgAmY7PhCfg==', 'sha256', 'sha256 kurz', 'sha1 AAAA BBBB']) {
      const refused = await patch(bench, id, 0, BYTES, { 'upload-checksum': wrong });
      expect([wrong, refused.status, await codeOf(refused)]).toEqual([wrong, 400, 'upload_protocol']);
    }
    const options = await bench.call('/uploads', { method: 'OPTIONS' });
    expect(options.headers.get('tus-checksum-algorithm')).toBe('sha1,sha256');
    for (const extension of ['creation', 'creation-with-upload', 'checksum', 'expiration', 'termination'])
      expect(options.headers.get('tus-extension')?.split(',')).toContain(extension);
  });

  it('may come whole with its first request, and is compared then too', async () => {
    const whole = { headers: { ...PIECE, 'upload-checksum': checksum('sha256', BYTES) }, body: BYTES };
    const created = await create(bench, {}, BYTES.length, whole);
    expect([created.status, created.headers.get('upload-offset')]).toEqual([201, String(BYTES.length)]);
    expect((await bench.settled(created.headers.get('kargah-dataset-id') ?? '')).sha256).toBe(sha256(BYTES));
    const changed = { ...whole, body: Buffer.from(BYTES).fill(0, 0, 1) };
    const refused = await create(bench, { filename: 'changed.parquet' }, BYTES.length, changed);
    expect(refused.status).toBe(460);
    const list = (await (await bench.call('/datasets')).json()) as { items: Dataset[] };
    expect(list.items.map((dataset) => dataset.filename)).not.toContain('changed.parquet');
  });

  it('of bytes that the project has already need not be sent', async () => {
    const content = Buffer.from('a,label\n1,x\n2,y\n4,sent once\n');
    const told = { filename: 'first.csv', sha256: sha256(content) };
    const first = await create(bench, told, content.length);
    expect(first.headers.get('upload-offset')).not.toBe(String(content.length));
    expect((await patch(bench, idOf(first), 0, content)).status).toBe(204);
    await bench.settled(first.headers.get('kargah-dataset-id') ?? '');
    const again = await create(bench, { ...told, filename: 'again.csv' }, content.length);
    expect([again.status, again.headers.get('upload-offset')]).toEqual([201, String(content.length)]);
    const dataset = await bench.settled(again.headers.get('kargah-dataset-id') ?? '');
    expect(dataset).toMatchObject({ filename: 'again.csv', sha256: sha256(content), size_bytes: content.length });
    expect([await offsetOf(bench, idOf(again)), filesOf(bench, idOf(again))]).toEqual([content.length, []]);
    // Another project's bytes are not known here, not even by their hash.
    const other = await create(bench, told, content.length, { as: 'reza' });
    expect([other.status, other.headers.get('upload-offset')]).not.toEqual([201, String(content.length)]);
  });

  it('of bytes that are here already is over at once for tus-js-client, too', async () => {
    const content = Buffer.from('a,label\n1,x\n2,y\n3,here\n');
    await bench.settled(await bench.upload('here.csv', content));
    const accepted: number[] = [];
    await new Promise<void>((resolve, reject) => {
      new Upload(content, {
        endpoint: `${bench.url}/api/v1/uploads`,
        headers: { authorization: 'Bearer sara' },
        metadata: { filename: 'by-hash.csv', sha256: sha256(content) },
        retryDelays: [0, 10],
        onChunkComplete: (size) => accepted.push(size),
        onSuccess: () => resolve(),
        onError: reject,
      }).start();
    });
    expect(accepted).toEqual([]);
    const dataset = await bench.until((change) => change.dataset.filename === 'by-hash.csv');
    expect((await bench.settled(dataset.dataset_id)).sha256).toBe(sha256(content));
  });

  it('may be the next version of a dataset, and of nobody else’s', async () => {
    const first = await bench.upload('v1.csv', 'a,label\n1,x\n2,y\n');
    await bench.settled(first);
    const content = Buffer.from('a,label\n1,x\n2,y\n3,z\n');
    const next = await create(bench, { filename: 'v2.csv', dataset_id: first }, content.length);
    expect([next.status, next.headers.get('kargah-dataset-id')]).toEqual([201, first]);
    expect((await patch(bench, idOf(next), 0, content)).status).toBe(204);
    await expect.poll(async () => (await datasetOf(bench, first)).versions).toBe(2);
    const theirs = await create(bench, { dataset_id: first }, 10, { as: 'reza' });
    expect([theirs.status, await codeOf(theirs)]).toEqual([404, 'not_found']);
  });

  it('460 for another file than was announced, of which nothing stays', async () => {
    const created = await create(bench, { sha256: sha256(Buffer.from('something else')) }, BYTES.length);
    const refused = await patch(bench, idOf(created), 0, BYTES);
    expect([refused.status, await codeOf(refused)]).toEqual([460, 'upload_checksum_mismatch']);
    const datasetId = created.headers.get('kargah-dataset-id') ?? '';
    expect((await bench.call(`/datasets/${datasetId}`)).status).toBe(404);
    expect((await bench.call(`/uploads/${idOf(created)}`, { method: 'HEAD', headers: TUS })).status).toBe(404);
    expect(filesOf(bench, idOf(created))).toEqual([]);
  });

  it('400 for what it says of itself in a form that nothing reads', async () => {
    for (const metadata of [{ sha256: 'abc' }, { dataset_id: '../x' }, { reading: '{' }, { reading: '[1]' }]) {
      const refused = await create(bench, metadata, 10);
      expect([metadata, refused.status, await codeOf(refused)]).toEqual([metadata, 400, 'upload_protocol']);
    }
  });

  it('400 for a name of which nothing is left, and 415 for one that only looks like a table’s', async () => {
    const nothing = await create(bench, { filename: '\u0000\u202e' }, 10);
    expect([nothing.status, await codeOf(nothing)]).toEqual([400, 'upload_protocol']);
    const turned = await create(bench, { filename: 'report\u202evsc.exe' }, 10);
    expect([turned.status, await codeOf(turned)]).toEqual([415, 'unsupported_format']);
    const created = await create(bench, { filename: '../../x\u0000\u202e.csv', name: 'a\u0000b' }, 10);
    const dataset = await datasetOf(bench, created.headers.get('kargah-dataset-id'));
    expect([dataset.filename, dataset.name]).toEqual(['x.csv', 'ab']);
  });

  it('413 for more bytes than announced though no length was sent with them, and none of them stays', async () => {
    const created = await create(bench, {}, 1000);
    const id = idOf(created);
    await patch(bench, id, 0, BYTES.subarray(0, 10));
    const status = await new Promise((resolve, reject) => {
      const headers = { ...PIECE, 'upload-offset': '10', authorization: 'Bearer sara' };
      const sending = request(`${bench.url}/api/v1/uploads/${id}`, { method: 'PATCH', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
        sending.destroy();
      });
      sending.on('error', reject);
      sending.write(BYTES.subarray(0, 900));
      sending.end(BYTES.subarray(0, 200));
    });
    expect(status).toBe(413);
    expect(await offsetOf(bench, id)).toBe(10);
  });

  it('with fewer bytes than announced stays unfinished, and is freed when nobody sends the rest', async () => {
    const created = await create(bench, {}, 5000);
    const id = idOf(created);
    expect((await patch(bench, id, 0, BYTES.subarray(0, 1000))).status).toBe(204);
    expect(await offsetOf(bench, id)).toBe(1000);
    const datasetId = created.headers.get('kargah-dataset-id');
    expect(await datasetOf(bench, datasetId)).toMatchObject({ state: 'uploading' });
    await bench.db
      .updateTable('uploads')
      .set({ expires_at: new Date(Date.now() - 1000).toISOString() })
      .where('upload_id', '=', id)
      .execute();
    await bench.stop();
    await bench.start();
    const late = await patch(bench, id, 1000, BYTES.subarray(0, 4000));
    expect([late.status, await codeOf(late)]).toEqual([410, 'upload_gone']);
    expect((await bench.call(`/datasets/${datasetId ?? ''}`)).status).toBe(404);
    expect(filesOf(bench, id)).toEqual([]);
  });
});

it('413 before its first byte when it would go over the quota, with what is used and allowed; also for two at once', async () => {
  const bench = await DatasetFixture.open({ quotaBytes: 10_000 });
  try {
    const first = await create(bench, {}, BYTES.length);
    expect(first.status).toBe(201);
    const refused = await create(bench, { filename: 'b.parquet' }, 7000);
    expect(refused.status).toBe(413);
    const params = { used: '3.7 KB', limit: '9.8 KB' };
    expect(await refused.json()).toMatchObject({ code: 'quota_exceeded', params });
    const two = await Promise.all(['c.parquet', 'd.parquet'].map((filename) => create(bench, { filename }, 4000)));
    expect(two.map(({ status }) => status).sort()).toEqual([201, 413]);
    expect((await create(bench, {}, 7000, { as: 'reza' })).status).toBe(201);
    // An upload that is given up makes room.
    for (const created of [first, ...two])
      await bench.call(`/uploads/${idOf(created)}`, { method: 'DELETE', headers: TUS });
    expect((await create(bench, {}, 7000)).status).toBe(201);
  } finally {
    await bench.close();
  }
});

it('507 before the first byte where what other uploads still have to send leaves no room on the disk', async () => {
  const bench = await DatasetFixture.open({ maxUploadBytes: Number.MAX_SAFE_INTEGER });
  try {
    const { bavail, bsize } = await statfs(bench.dataDir);
    const most = Math.floor(bavail * bsize * 0.6);
    const first = await create(bench, {}, most);
    expect(first.status).toBe(201);
    const second = await create(bench, {}, most);
    expect([second.status, await codeOf(second)]).toEqual([507, 'storage_full']);
    await bench.call(`/uploads/${idOf(first)}`, { method: 'DELETE', headers: TUS });
    expect((await create(bench, {}, most)).status).toBe(201);
  } finally {
    await bench.close();
  }
});

it('room that was promised and not used is nobody’s loss but the announcer’s, and for ten minutes only', async () => {
  const bench = await DatasetFixture.open({ maxUploadBytes: Number.MAX_SAFE_INTEGER });
  try {
    const { bavail, bsize } = await statfs(bench.dataDir);
    const part = (share: number): number => Math.floor(bavail * bsize * share);
    const first = await create(bench, {}, part(0.9));
    expect(first.status).toBe(201);
    expect((await create(bench, {}, part(0.5))).status).toBe(507);
    expect((await create(bench, {}, part(0.5), { as: 'reza' })).status).toBe(201);
    const age = (id: string): Promise<unknown> =>
      bench.db
        .updateTable('uploads')
        .set({ created_at: new Date(Date.now() - 11 * 60_000).toISOString() })
        .where('upload_id', '=', id)
        .execute();
    await age(idOf(first));
    const second = await create(bench, {}, part(0.5));
    expect(second.status).toBe(201);
    // The lapsed one is still to be had, and counts again once its bytes come; one that has some is kept room for however old it is.
    expect((await patch(bench, idOf(first), 0, BYTES.subarray(0, 10))).status).toBe(204);
    await bench.call(`/uploads/${idOf(second)}`, { method: 'DELETE', headers: TUS });
    await age(idOf(first));
    expect((await create(bench, {}, part(0.5))).status).toBe(507);
  } finally {
    await bench.close();
  }
});

// What stands in for a disk that fills up needs no leave: a limit on this process's files, which Linux lets another process set.
describe.runIf(process.platform === 'linux')('where a file can grow no more', () => {
  let bench: DatasetFixture;
  /** Unheard, the signal that comes with the error ends the process. */
  const heard = (): void => undefined;
  beforeAll(async () => {
    process.on('SIGXFSZ', heard);
    bench = await DatasetFixture.open({ reserveBytes: 0 });
  });
  afterAll(async () => {
    limitFiles('hard');
    process.off('SIGXFSZ', heard);
    await bench.close();
  });

  it('507 in the middle of a piece: its offset stays, and it goes on when there is room again', async () => {
    const bytes = Buffer.alloc(1_500_000, 'kargah ');
    const id = idOf(await create(bench, {}, bytes.length));
    expect((await patch(bench, id, 0, bytes.subarray(0, 200_000))).status).toBe(204);
    limitFiles('1_000_000');
    const refused = await patch(bench, id, 200_000, bytes.subarray(200_000));
    limitFiles('hard');
    expect([refused.status, await codeOf(refused)]).toEqual([507, 'storage_full']);
    expect(await offsetOf(bench, id)).toBe(200_000);
    const done = await patch(bench, id, 200_000, bytes.subarray(200_000));
    expect(done.status).toBe(204);
    expect((await bench.settled(done.headers.get('kargah-dataset-id') ?? '')).sha256).toBe(sha256(bytes));
  });
});

/** Lets no file that this process writes grow beyond so many bytes; `hard`: as far as it was allowed to at first. */
function limitFiles(bytes: string): void {
  const set = [
    'import resource as r',
    `pid, kind = ${String(process.pid)}, r.RLIMIT_FSIZE`,
    'hard = r.prlimit(pid, kind)[1]',
    `r.prlimit(pid, kind, (${bytes}, hard))`,
  ];
  execFileSync(PYTHON, ['-c', set.join('\n')]);
}

// The disk itself, where there is leave to make a small one.
describe.skipIf(process.getuid?.() !== 0)('on a disk that is full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kargah-small-disk-'));
  let mounted = false;
  let bench: DatasetFixture;
  beforeAll(async () => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
      mounted = true;
    } catch {
      // A container that may not mount: files that can grow no more stand in for it.
      return;
    }
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    bench = await DatasetFixture.open({ reserveBytes: 0 });
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  afterAll(async () => {
    if (mounted) {
      await bench.close();
      execFileSync('umount', ['-l', folder]);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('507 in the middle of a piece: its offset stays, and it goes on when there is room again', async ({ skip }) => {
    skip(!mounted, 'nothing can be mounted here');
    const bytes = Buffer.alloc(1_500_000, 'kargah ');
    const id = idOf(await create(bench, {}, bytes.length));
    expect((await patch(bench, id, 0, bytes.subarray(0, 200_000))).status).toBe(204);
    // Someone else fills the disk after there was room for it.
    execFileSync('mount', ['-o', 'remount,size=1m', folder]);
    const refused = await patch(bench, id, 200_000, bytes.subarray(200_000));
    expect([refused.status, await codeOf(refused)]).toEqual([507, 'storage_full']);
    expect(await offsetOf(bench, id)).toBe(200_000);
    const another = await create(bench, {}, 1_000_000);
    expect([another.status, await codeOf(another)]).toEqual([507, 'storage_full']);
    execFileSync('mount', ['-o', 'remount,size=4m', folder]);
    const done = await patch(bench, id, 200_000, bytes.subarray(200_000));
    expect(done.status).toBe(204);
    expect((await bench.settled(done.headers.get('kargah-dataset-id') ?? '')).sha256).toBe(sha256(bytes));
  });
});
