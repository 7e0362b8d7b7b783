import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { lstat, mkdir, open, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Names every file of a version's content. */
export class DatasetFolder {
  readonly original: string;
  readonly table: string;
  readonly images: string;
  readonly preview: string;

  constructor(readonly path: string) {
    this.original = join(path, 'original');
    this.table = join(path, 'data.parquet');
    this.images = join(path, 'images');
    this.preview = join(path, 'preview.json');
  }

  async make(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
  }
  /** Answers whether there was anything to remove. */
  async remove(): Promise<boolean> {
    try {
      await rm(this.path, { recursive: true });
      return true;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return false;
      throw error;
    }
  }
  split(splitId: string): string {
    return join(this.path, 'splits', `${splitId}.parquet`);
  }
}

/** Where uploads and datasets lie in the data folder. */
export class DatasetsRoot {
  readonly uploads: string;
  readonly datasets: string;
  /** Exports, kept for downloads. */
  readonly exports: string;

  constructor(dataDir: string) {
    this.uploads = join(dataDir, 'uploads');
    this.datasets = join(dataDir, 'datasets');
    this.exports = join(dataDir, 'exports');
  }
  async make(): Promise<void> {
    await mkdir(this.uploads, { recursive: true, mode: 0o700 });
    await mkdir(this.datasets, { recursive: true, mode: 0o700 });
  }
  of(contentId: string): DatasetFolder {
    return new DatasetFolder(join(this.datasets, contentId));
  }
  upload(uploadId: string): string {
    return join(this.uploads, uploadId);
  }
}

/** Size in bytes, or null where there is no such file. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Whether the file itself lies here: a registered one only points at another, which may change. */
export async function isOwn(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/**
 * What is in the file that really lies at a path: no link is followed, neither the file nor a folder on the way, and what is no file
 * holds nobody up.
 */
export async function streamOf(path: string): Promise<Readable> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // A folder may have been replaced by a link since the check; an open file cannot be.
    if ((await readlink(`/proc/self/fd/${String(file.fd)}`)) !== path)
      throw Object.assign(new Error(`a link leads to ${path}`), { code: 'ELOOP' });
  } catch (error) {
    await file.close();
    throw error;
  }
  return file.createReadStream();
}

/** Brings a file's bytes, or a folder's names, to the disk. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
