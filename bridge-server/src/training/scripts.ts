import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { KargahError } from '../errors.js';

export interface ScriptFile {
  readonly absolute: string;
  readonly sha256: string;
}

/**
 * A script of the user's, named relative to the folder that Jupyter shows; a link that leads out of it is outside.
 *
 * @throws script_outside, script_not_found
 */
export async function resolveScript(workspaceDir: string | null, path: string): Promise<ScriptFile> {
  if (workspaceDir === null) throw new KargahError('script_outside');
  const root = await realpath(workspaceDir);
  const named = join(root, path);
  if (isOutside(root, named) || path.includes('\0')) throw new KargahError('script_outside');
  const absolute = await realpath(named).catch(() => null);
  if (absolute === null) throw new KargahError('script_not_found', { path });
  if (isOutside(root, absolute)) throw new KargahError('script_outside');
  if (!(await stat(absolute)).isFile()) throw new KargahError('script_not_found', { path });
  const sha256 = createHash('sha256')
    .update(await readFile(absolute))
    .digest('hex');
  return { absolute, sha256 };
}

function isOutside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '..' || way.startsWith('../') || isAbsolute(way);
}
