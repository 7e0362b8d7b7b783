import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** `KARGAH_DATA_DIR`, else where the system keeps what programs store. */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const asked = env['KARGAH_DATA_DIR'];
  if (asked !== undefined && asked !== '') return resolve(asked);
  return resolve(join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'kargah'));
}
