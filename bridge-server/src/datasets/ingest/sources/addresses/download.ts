import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { KargahError } from '../../../../lib/errors.js';
import { isErrno, sync, type DatasetFolder } from '../../../content/folders.js';
import { bytesText } from '../../../content/quota.js';

export interface SavedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Writes a stream to a folder's `original`, hashed on the way, on the disk before it has its name; the stream is let go, however it ends.
 *
 * @param check is told how many bytes have come, and throws as soon as they are too many for whoever they are for
 * @throws {KargahError} `file_too_large` as soon as it is, whatever length was announced; `empty_file`; `storage_full`
 */
export async function saveStream(
  stream: Readable,
  folder: DatasetFolder,
  limitBytes: number,
  check: (bytes: number) => void,
): Promise<SavedFile> {
  // An error before the first read is reported by that read.
  stream.on('error', () => undefined);
  try {
    await folder.make();
    const part = `${folder.original}.part`;
    const saved = await pour(stream, part, limitBytes, check);
    await rename(part, folder.original);
    await sync(folder.path);
    return saved;
  } catch (error) {
    if (isErrno(error, 'ENOSPC', 'EDQUOT')) throw new KargahError('storage_full', {}, { cause: error });
    throw error;
  } finally {
    stream.destroy();
  }
}

async function pour(
  stream: Readable,
  into: string,
  limitBytes: number,
  check: (bytes: number) => void,
): Promise<SavedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(into, 'w', 0o600);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limitBytes) throw new KargahError('file_too_large', { limit: bytesText(limitBytes) });
      check(bytes);
      hash.update(chunk);
      await file.write(chunk);
    }
    if (bytes === 0) throw new KargahError('empty_file');
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}
