import { copyFile, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { KargahError } from '../../lib/errors.js';
import { isErrno, type DatasetFolder } from './folders.js';

/** Identity of a registered file of the Jupyter server, as it was when it was registered. */
export const seen = z.object({ size: z.number(), mtimeMs: z.number(), ino: z.number(), dev: z.number() });
export const seenIn = (folder: DatasetFolder): string => join(folder.path, 'registered.json');

/** Copies that identity to a version that shares the original; where there is none, removes a stale one. */
export async function carryFacts(from: DatasetFolder, to: DatasetFolder): Promise<void> {
  try {
    await copyFile(seenIn(from), seenIn(to));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    await rm(seenIn(to), { force: true });
  }
}

/**
 * A registered file must be the one that was read.
 *
 * @throws {KargahError} `file_changed`
 */
export async function requireUnchanged(folder: DatasetFolder): Promise<void> {
  let registered: z.infer<typeof seen>;
  try {
    registered = seen.parse(JSON.parse(await readFile(seenIn(folder), 'utf8')));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  const now = await stat(folder.original).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return null;
    throw error;
  });
  const same =
    now !== null && now.size === registered.size && now.mtimeMs === registered.mtimeMs && now.ino === registered.ino;
  if (!same) throw new KargahError('file_changed');
}
