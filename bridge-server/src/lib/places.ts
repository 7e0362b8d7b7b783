import { realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { KargahError } from './errors.js';

/** A file that somebody named. */
export interface Place {
  /** Where it really lies, links followed. */
  readonly absolute: string;
  /** Below the folder that it was named in. */
  readonly shown: string;
}

/** What may be named: files below `root`, but nothing hidden and nothing of Kargah's own folder, wherever that lies. */
export interface Grounds {
  readonly root: string;
  readonly dataDir: string;
}

/**
 * Where a path of a registered file, a script, a database or the administrator's list really leads. Every door asks here, and again
 * when it opens the file. Folders above `root` may be called what they like; below it a name that begins with a dot is hidden, as in
 * JupyterLab.
 *
 * @throws {KargahError} `file_outside` (also by a link), `file_hidden`, `file_missing`
 */
export async function placeOf({ root: named, dataDir }: Grounds, path: string): Promise<Place> {
  if (path.includes('\0')) throw new KargahError('file_missing', { path: path.replaceAll('\0', '') });
  const root = await realpath(named);
  const wanted = resolve(root, path.replace(/^[/\\]+/u, ''));
  if (!within(root, wanted)) throw new KargahError('file_outside');
  try {
    const absolute = await realpath(wanted);
    if (!within(root, absolute)) throw new KargahError('file_outside');
    const ways = [wanted, absolute].map((one) => relative(root, one));
    if (ways.some(isHidden) || (await isOwn(dataDir, absolute))) throw new KargahError('file_hidden', { path });
    if (!(await stat(absolute)).isFile()) throw new KargahError('file_missing', { path });
    return { absolute, shown: relative(root, absolute) };
  } catch (error) {
    if (isGone(error)) throw new KargahError('file_missing', { path }, { cause: error });
    throw error;
  }
}

/** Whether a real path is Kargah's own folder or lies in it. */
export async function isOwn(dataDir: string, absolute: string): Promise<boolean> {
  return within(await realpath(dataDir), absolute);
}

function isHidden(way: string): boolean {
  return way.split(sep).some((name) => name.startsWith('.'));
}

function within(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG'].includes(String(code));
}
