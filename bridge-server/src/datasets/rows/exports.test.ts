import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { DatasetFixture, codeOf, PIXEL, PYTHON } from '../../../test/support/datasets.js';

const LIST = 'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep="\\n")';

let bench: DatasetFixture;
let pictures: string;
let table: string;
beforeAll(async () => {
  bench = await DatasetFixture.open();
  const zip = new ZipFile();
  for (const name of ['train/گربه/2', 'train/سگ/1', 'test/گربه/1', '__MACOSX/train/سگ/1'])
    zip.addBuffer(PIXEL, `${name}.png`);
  zip.addBuffer(PIXEL.subarray(0, 40), 'test/سگ/2.png');
  zip.end();
  ({ dataset_id: pictures } = await bench.dataset('حیوان.zip', await buffer(zip.outputStream)));
  ({ dataset_id: table } = await bench.dataset('t.csv', 'a,b\n1,2\n3,4\n'));
});
afterAll(() => bench.close());

describe('an export', () => {
  const exported = (of: string, format: string, range?: string): Promise<Response> =>
    bench.call(`/datasets/${of}/export?format=${format}`, { headers: range === undefined ? {} : { range } });

  it('is a zip of what training reads, in its classes and its order', async () => {
    const answer = await exported(pictures, 'zip');
    expect(answer.headers.get('content-disposition')).toContain(encodeURIComponent('حیوان.zip'));
    const file = join(bench.dataDir, 'got.zip');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    const names = execFileSync(PYTHON, ['-X', 'utf8', '-c', LIST, file], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toEqual(['images/سگ/train_1.png', 'images/گربه/test_1.png', 'images/گربه/train_2.png']);
  });

  it('is written once for all its pieces, and its ETag is of its bytes', async () => {
    const whole = await exported(pictures, 'zip');
    const bytes = Buffer.from(await whole.arrayBuffer());
    const written = await readdir(join(bench.dataDir, 'exports'));
    const pieces = [await exported(pictures, 'zip', 'bytes=0-99'), await exported(pictures, 'zip', 'bytes=100-')];
    expect(pieces.map(({ status }) => status)).toEqual([206, 206]);
    expect(Buffer.concat(await Promise.all(pieces.map(async (one) => Buffer.from(await one.arrayBuffer()))))).toEqual(
      bytes,
    );
    expect(await readdir(join(bench.dataDir, 'exports'))).toEqual(written);
    expect(whole.headers.get('etag')).toBe(`"${createHash('sha256').update(bytes).digest('hex')}"`);
  });

  it('507 where the disk has no room for it, before anything is written', async () => {
    const limits = { reserveBytes: 0 };
    const own = await DatasetFixture.open(limits);
    try {
      const { dataset_id: id } = await own.dataset('t.csv', 'a,b\n1,2\n3,4\n');
      limits.reserveBytes = Number.MAX_SAFE_INTEGER;
      await own.stop();
      await own.start();
      const answer = await own.call(`/datasets/${id}/export?format=csv`);
      expect([answer.status, await codeOf(answer)]).toEqual([507, 'storage_full']);
      expect(await readdir(join(own.dataDir, 'exports'))).toEqual([]);
    } finally {
      await own.close();
    }
  });

  it('of a table is a workbook too, named after the dataset', async () => {
    const answer = await exported(table, 'xlsx');
    expect(answer.headers.get('content-disposition')).toContain('t.xlsx');
    const file = join(bench.dataDir, 'got.xlsx');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    const cells =
      'import sys, python_calamine as c; print(c.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python())';
    const read = execFileSync(PYTHON, ['-X', 'utf8', '-c', cells, file], { encoding: 'utf8' }).trim();
    expect(read).toBe("[['a', 'b'], [1.0, 2.0], [3.0, 4.0]]");
  });

  it.each([
    ['a table', () => table, 'zip'],
    ['pictures', () => pictures, 'parquet'],
    ['pictures', () => pictures, 'xlsx'],
  ])('422 where %s is asked for as the other', async (_name, of, format) => {
    const answer = await exported(of(), format);
    expect([answer.status, await codeOf(answer)]).toEqual([422, 'dataset_wrong_kind']);
  });
});
