import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, lstat, opendir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { KargahError } from '../../../lib/errors.js';
import { isErrno, streamOf } from '../../content/folders.js';
import { isKnownFormat, plainName } from '../uploads/names.js';
import type { CatalogueEntry } from './catalogue-file.js';
import { isOwn, placeOf } from '../../../lib/places.js';
import { isPicture, MAX_PICTURES, picturesIn, zipOf, zippedBytes } from './pictures.js';

/** So many files of one folder are offered. */
const MAX_FILES = 1_000;
/** So many names are looked at to see whether a folder holds pictures. */
const LOOKED_AT = 2_000;
const LEVELS = 3;

/** A dataset of the administrator's list that can be taken: a folder of files is as many. */
export interface Offer extends CatalogueEntry {
  readonly from: 'url' | 'file' | 'file of a folder' | 'class folders';
}

/** What lies on this server and is to be copied. */
export interface LocatedFile {
  readonly filename: string;
  readonly sizeBytes: number;
  readonly open: () => Promise<Readable>;
}

/**
 * What an entry offers: an address, a file, each file of a folder, or a folder of class folders of pictures as one.
 *
 * @throws {Error} one line that says why a folder offers nothing
 */
export async function offersOf(entry: CatalogueEntry, dataDir: string): Promise<Offer[]> {
  if (entry.path === undefined) return [{ ...entry, from: 'url' }];
  if (!(await isFolder(entry.path))) return [{ ...entry, from: 'file' }];
  const real = await realpath(entry.path);
  if (await isOwn(dataDir, real)) throw new Error(`entry ${entry.id}: path: is Kargah’s own folder`);
  const own = await realpath(dataDir);
  const wrong = (field: string, what: string): Error => new Error(`entry ${entry.id}: ${field}: ${what}`);
  if (entry.sha256 !== undefined) throw wrong('sha256', 'is of one file, and path names a folder');
  const names = (await readdir(entry.path)).filter((name) => !name.startsWith('.') && isKnownFormat(name)).sort();
  // A note may lie beside classes; a table says that the folder is one of tables.
  const noTable = names.every((name) => /\.txt$/iu.test(name));
  const left = { names: LOOKED_AT };
  if (noTable && (await holdsPictures(real, own, left))) return [{ ...entry, from: 'class folders' }];
  if (names.length > MAX_FILES) throw wrong('path', `more than ${String(MAX_FILES)} files lie in the folder`);
  const files = (await Promise.all(names.map((name) => offeredOf(entry, dataDir, name)))).filter((one) => one !== null);
  if (files.length === 0 && left.names < 0)
    throw wrong(
      'path',
      `no dataset file lies in the folder, and no picture is among the first ${String(LOOKED_AT)} names below it`,
    );
  if (files.length === 0) throw wrong('path', 'neither a dataset file nor a folder of pictures lies in the folder');
  return files;
}

/**
 * The bytes of what is not an address.
 *
 * @throws {KargahError} `file_missing`, `folder_too_full`
 */
export async function locate({ id, path = '', from }: Offer, dataDir: string): Promise<LocatedFile> {
  const isMissing = (error: unknown): never => {
    throw missing(error, id);
  };
  try {
    // The administrator may name a link; where it leads now is what is opened, and no other link there. Where a file of a folder leads
    // was looked at when it was offered.
    const real = from === 'file of a folder' ? path : await realpath(path);
    // Kargah's own data folder is never offered, whatever the list names.
    if (await isOwn(dataDir, await realpath(real))) throw new KargahError('file_missing', { path: id });
    if (from === 'class folders') {
      const pictures = await picturesIn(real, MAX_PICTURES, await realpath(dataDir));
      const filename = `${plainName(basename(path)) || id}.zip`;
      return { filename, sizeBytes: zippedBytes(pictures), open: () => Promise.resolve(zipOf(pictures)) };
    }
    const facts = await lstat(real);
    if (!facts.isFile()) throw new KargahError('file_missing', { path: id });
    return { filename: plainName(basename(path)), sizeBytes: facts.size, open: () => streamOf(real).catch(isMissing) };
  } catch (error) {
    return isMissing(error);
  }
}

/** As `file_missing` what says that there is no such file, or none that may be read. */
export function missing(error: unknown, id: string): unknown {
  return isErrno(error, 'EACCES', 'EISDIR', 'ELOOP', 'ENOENT', 'ENOTDIR')
    ? new KargahError('file_missing', { path: id }, { cause: error })
    : error;
}

/** A file of a folder as an entry of its own; null where it cannot be read, or is a link that leads out. */
async function offeredOf(entry: CatalogueEntry, dataDir: string, file: string): Promise<Offer | null> {
  try {
    const { absolute } = await placeOf({ root: entry.path ?? '', dataDir }, file);
    await access(absolute, constants.R_OK);
    const { size } = await stat(absolute);
    const name = plainName(file);
    // Its id, which stays while its name does.
    const id = `${entry.id}.${createHash('sha256').update(file).digest('hex').slice(0, 12)}`;
    return { ...entry, id, name, name_fa: name, path: absolute, size, from: 'file of a folder' };
  } catch (error) {
    if (error instanceof KargahError || isErrno(error, 'EACCES', 'ENOENT')) return null;
    throw error;
  }
}

/**
 * Whether pictures lie in folders of this one. Each is looked through to its end before the next, so that however many classes there
 * are, the first tells.
 */
async function holdsPictures(folder: string, own: string, left: { names: number }, level = 0): Promise<boolean> {
  if (folder === own) return false;
  for await (const entry of await opendir(folder)) {
    if ((left.names -= 1) < 0) return false;
    if (entry.isFile() && level > 0 && isPicture(entry.name)) return true;
    const deeper = entry.isDirectory() && level < LEVELS && !entry.name.startsWith('.');
    if (deeper && (await holdsPictures(join(folder, entry.name), own, left, level + 1))) return true;
  }
  return false;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return false;
    throw error;
  }
}
