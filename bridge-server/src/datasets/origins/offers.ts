import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, opendir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { KargahError } from '../../errors.js';
import { isErrno, streamOf } from '../folders.js';
import { isKnownFormat, plainName } from '../uploads/names.js';
import type { CatalogueEntry } from './catalogue-file.js';
import { insideOf } from './files.js';
import { isPicture, MAX_PICTURES, picturesIn, zipOf, zippedBytes } from './pictures.js';

/** So many files of one folder are offered. */
const MAX_FILES = 1_000;
/** So many names are looked at to see what a folder holds. */
const LOOKED_AT = 2_000;
const LEVELS = 3;

/** A dataset of the administrator's list that can be taken: a folder of files is as many. */
export interface Offer extends CatalogueEntry {
  readonly from: 'url' | 'file' | 'class folders';
}

/** What lies on this server and is to be copied. */
export interface Lying {
  readonly filename: string;
  readonly sizeBytes: number;
  readonly open: () => Promise<Readable>;
}

/**
 * What an entry offers: an address, a file, each file of a folder, or a folder of class folders of pictures as one.
 *
 * @throws {Error} one line that says why a folder offers nothing
 */
export async function offersOf(entry: CatalogueEntry): Promise<Offer[]> {
  if (entry.path === undefined) return [{ ...entry, from: 'url' }];
  if (!(await isFolder(entry.path))) return [{ ...entry, from: 'file' }];
  const wrong = (field: string, what: string): Error => new Error(`entry ${entry.id}: ${field}: ${what}`);
  if (entry.sha256 !== undefined) throw wrong('sha256', 'is of one file, and path names a folder');
  const names = (await readdir(entry.path)).filter((name) => !name.startsWith('.') && isKnownFormat(name)).sort();
  // A note may lie beside classes; a table says that the folder is one of tables.
  const noTable = names.every((name) => /\.txt$/iu.test(name));
  if (noTable && (await holdsPictures(entry.path))) return [{ ...entry, from: 'class folders' }];
  if (names.length > MAX_FILES) throw wrong('path', `more than ${String(MAX_FILES)} files lie in the folder`);
  const files = (await Promise.all(names.map((name) => offeredOf(entry, name)))).filter((one) => one !== null);
  if (files.length === 0) throw wrong('path', 'neither a dataset file nor a folder of pictures lies in the folder');
  return files;
}

/**
 * The bytes of what is not an address.
 *
 * @throws {KargahError} `file_missing`, `folder_too_full`
 */
export async function lyingAt({ id, path = '', from }: Offer): Promise<Lying> {
  try {
    if (from === 'class folders') {
      const pictures = await picturesIn(path, MAX_PICTURES);
      const filename = `${plainName(basename(path)) || id}.zip`;
      return { filename, sizeBytes: zippedBytes(pictures), open: () => Promise.resolve(zipOf(pictures)) };
    }
    // The administrator may name a link; where it leads now is what is opened, and no other link there.
    const real = await realpath(path);
    const facts = await stat(real);
    if (!facts.isFile()) throw new KargahError('file_missing', { path: id });
    return { filename: plainName(basename(path)), sizeBytes: facts.size, open: () => streamOf(real) };
  } catch (error) {
    throw missing(error, id);
  }
}

/** As `file_missing` what says that there is no such file, or none that may be read. */
export function missing(error: unknown, id: string): unknown {
  return isErrno(error, 'EACCES', 'EISDIR', 'ELOOP', 'ENOENT', 'ENOTDIR')
    ? new KargahError('file_missing', { path: id }, { cause: error })
    : error;
}

/** A file of a folder as an entry of its own; null where it cannot be read, or is a link that leads out. */
async function offeredOf(entry: CatalogueEntry, file: string): Promise<Offer | null> {
  try {
    const { absolute } = await insideOf(entry.path ?? '', file);
    await access(absolute, constants.R_OK);
    const { size } = await stat(absolute);
    const name = plainName(file);
    // Its own for as long as it is called so.
    const id = `${entry.id}.${createHash('sha256').update(file).digest('hex').slice(0, 12)}`;
    return { ...entry, id, name, name_fa: name, path: absolute, size, from: 'file' };
  } catch (error) {
    if (error instanceof KargahError || isErrno(error, 'EACCES', 'ENOENT')) return null;
    throw error;
  }
}

/** Whether pictures lie in folders of this one. */
async function holdsPictures(folder: string): Promise<boolean> {
  const folders = [{ path: folder, level: 0 }];
  let left = LOOKED_AT;
  for (const { path, level } of folders)
    for await (const entry of await opendir(path)) {
      if ((left -= 1) < 0) return false;
      if (entry.isFile() && level > 0 && isPicture(entry.name)) return true;
      if (entry.isDirectory() && level < LEVELS && !entry.name.startsWith('.'))
        folders.push({ path: join(path, entry.name), level: level + 1 });
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
