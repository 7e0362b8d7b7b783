import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { appendFile, open, readdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Checksum } from './checksum.js';
import { UploadFiles } from './files.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const BYTES = randomBytes(3_000_000);

let folder: string;
let files: UploadFiles;
let id = '';
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kargah-upload-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  id = `up_${String((count += 1))}`;
  files = new UploadFiles(folder);
  await files.create(id, { size: BYTES.length, sha256: null });
});

const send = (bytes: Uint8Array | Readable, checksum: Checksum | null = null): Promise<number> => {
  const body = bytes instanceof Readable ? bytes : Readable.from([Buffer.from(bytes)]);
  return files.write(id, { body, checksum, onChunk: () => undefined });
};
/** What a bridge that is started again makes of the folder. */
const restarted = (): UploadFiles => (files = new UploadFiles(folder));
const path = (suffix = ''): string => join(folder, `${id}${suffix}`);

describe('an unfinished upload', () => {
  it('is hashed as it comes, in pieces and over restarts', async () => {
    expect(await send(BYTES.subarray(0, 1_000_000))).toBe(1_000_000);
    expect(await send(BYTES.subarray(1_000_000, 1_000_001))).toBe(1_000_001);
    restarted();
    expect(await files.offsetOf(id)).toBe(1_000_001);
    expect(await send(BYTES.subarray(1_000_001))).toBe(BYTES.length);
    expect(await files.proofOf(id)).toEqual({ sha256: sha256(BYTES), announced: null });
    expect(readFileSync(path()).equals(BYTES)).toBe(true);
  });

  it('gives the memory of what it wrote back at once, and touches no other’s', async () => {
    const [own, shared] = [Buffer.from(BYTES.subarray(0, 500_000)), Buffer.from(BYTES.subarray(500_000))];
    expect(await send(Readable.from([own, shared.subarray(0, 2_000_000)]))).toBe(2_500_000);
    expect([own.byteLength, shared.byteLength]).toEqual([0, 2_500_000]);
    await send(shared.subarray(2_000_000));
    expect((await files.proofOf(id)).sha256).toBe(sha256(BYTES));
  });

  it('does not count bytes that were written and never acknowledged', async () => {
    await send(BYTES.subarray(0, 500_000));
    // As a power cut leaves it: the file has its length, and zeros where the bytes did not come to the disk.
    await truncate(path(), 900_000);
    restarted();
    expect(await files.offsetOf(id)).toBe(500_000);
    expect(statSync(path()).size).toBe(500_000);
    await send(BYTES.subarray(500_000));
    expect((await files.proofOf(id)).sha256).toBe(sha256(BYTES));
  });

  it('goes back to the point before where the ledger came to the disk ahead of the bytes', async () => {
    await send(BYTES.subarray(0, 400_000));
    await send(BYTES.subarray(400_000, 800_000));
    const file = await open(path(), 'r+');
    await file.write(Buffer.alloc(1000), 0, 1000, 700_000);
    await file.close();
    restarted();
    expect(await files.offsetOf(id)).toBe(400_000);
    await send(BYTES.subarray(400_000));
    expect((await files.proofOf(id)).sha256).toBe(sha256(BYTES));
  });

  it('goes back to the point before where the last one was torn', async () => {
    await send(BYTES.subarray(0, 400_000));
    await send(BYTES.subarray(400_000, 800_000));
    // Two points were written since the first: the newest one lies at the first place.
    const file = await open(path('.ledger'), 'r+');
    await file.write(Buffer.from('{"offset":80'.padEnd(100, '\0')), 0, 100, 256);
    await file.close();
    restarted();
    expect(await files.offsetOf(id)).toBe(400_000);
  });

  it('begins again where its bytes are damaged from the start', async () => {
    await send(BYTES.subarray(0, 400_000));
    await writeFile(path(), Buffer.alloc(400_000));
    restarted();
    expect(await files.offsetOf(id)).toBe(0);
    await send(BYTES);
    expect((await files.proofOf(id)).sha256).toBe(sha256(BYTES));
  });

  it('keeps what arrived before the connection broke', async () => {
    async function* broken() {
      yield BYTES.subarray(0, 1_500_000);
      await Promise.resolve();
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    await expect(send(Readable.from(broken()))).rejects.toThrow('upload_protocol');
    expect(await files.offsetOf(id)).toBe(1_500_000);
    await send(BYTES.subarray(1_500_000));
    expect((await files.proofOf(id)).sha256).toBe(sha256(BYTES));
  });

  it('keeps nothing of a piece that broke off before its checksum could be compared', async () => {
    async function* broken() {
      yield BYTES.subarray(0, 1_500_000);
      await Promise.resolve();
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    const checksum = { algorithm: 'sha256', digest: randomBytes(32) } as const;
    await expect(send(Readable.from(broken()), checksum)).rejects.toThrow('upload_protocol');
    expect([await files.offsetOf(id), statSync(path()).size]).toEqual([0, 0]);
  });

  it('keeps nothing of a piece that runs over what was announced', async () => {
    await send(BYTES.subarray(0, 100));
    async function* endless() {
      yield BYTES;
      yield BYTES;
      await Promise.resolve();
    }
    await expect(send(Readable.from(endless()))).rejects.toThrow('file_too_large');
    expect(await files.offsetOf(id)).toBe(100);
    await send(BYTES.subarray(100));
    expect((await files.proofOf(id)).sha256).toBe(sha256(BYTES));
  });

  it('that an older bridge began goes on where its file ends', async () => {
    rmSync(path('.ledger'));
    await appendFile(path(), BYTES.subarray(0, 1234));
    await writeFile(path('.json'), JSON.stringify({ id, size: BYTES.length, offset: 0 }));
    restarted();
    expect(await files.offsetOf(id)).toBe(1234);
    await send(BYTES.subarray(1234));
    expect((await files.proofOf(id)).sha256).toBe(sha256(BYTES));
    await files.remove(id);
    expect((await readdir(folder)).filter((name) => name.startsWith(`${id}.`) || name === id)).toEqual([]);
  });

  it('still tells its hash after its bytes were moved on and the bridge was killed', async () => {
    await send(BYTES);
    rmSync(path());
    expect((await restarted().proofOf(id)).sha256).toBe(sha256(BYTES));
  });
});
