import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { KargahError } from '../../lib/errors.js';
import { isOwn, placeOf } from '../../lib/places.js';
import type { TrainingSettings } from '../ports.js';

export interface ScriptFile {
  /** As it was named, from the workspace. */
  readonly path: string;
  readonly absolute: string;
  readonly sha256: string;
  /** The folder it runs in. */
  readonly cwd: string;
}

/**
 * A script of the user's, named relative to the folder that Jupyter shows (or by a path within it); a link that leads out of it is
 * outside. It runs in its own folder, unless another one is named.
 *
 * @throws script_outside, script_not_found, file_hidden, cwd_not_found
 */
export async function resolveScript(
  { workspaceDir, dataDir }: Pick<TrainingSettings, 'workspaceDir' | 'dataDir'>,
  script: { readonly path: string; readonly cwd?: string | undefined },
): Promise<ScriptFile> {
  if (workspaceDir === null) throw new KargahError('script_outside');
  const root = await realpath(workspaceDir);
  const named = within(root, workspaceDir, script.path);
  if (named === null) throw new KargahError('script_outside');
  const { absolute } = await placeOf({ root, dataDir }, relative(root, named)).catch((error: unknown) => {
    if (!(error instanceof KargahError)) throw error;
    if (error.code === 'file_outside') throw new KargahError('script_outside', {}, { cause: error });
    if (error.code === 'file_missing')
      throw new KargahError('script_not_found', { path: script.path }, { cause: error });
    throw error;
  });
  const sha256 = createHash('sha256')
    .update(await readFile(absolute))
    .digest('hex');
  const folder = script.cwd === undefined ? dirname(named) : within(root, workspaceDir, script.cwd);
  const cwd = folder === null ? null : await realpath(folder).catch(() => null);
  if (cwd === null || isOutside(root, cwd) || !(await stat(cwd)).isDirectory())
    throw new KargahError('cwd_not_found', { path: script.cwd ?? dirname(script.path) });
  if (await isOwn(dataDir, cwd)) throw new KargahError('file_hidden', { path: script.cwd ?? '' });
  return { path: relative(root, named), absolute, sha256, cwd };
}

/** Null where it leads out of the workspace, or is no path. */
function within(root: string, workspaceDir: string, path: string): string | null {
  if (path.includes('\0')) return null;
  if (!isAbsolute(path)) return isOutside(root, join(root, path)) ? null : join(root, path);
  // The workspace may be named by a link to it.
  const way = [root, workspaceDir].map((folder) => relative(folder, path)).find((one) => !leadsOut(one));
  return way === undefined ? null : join(root, way);
}

function isOutside(root: string, path: string): boolean {
  return leadsOut(relative(root, path));
}

function leadsOut(way: string): boolean {
  return way === '..' || way.startsWith('../') || isAbsolute(way);
}
