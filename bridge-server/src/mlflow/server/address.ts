import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where MLflow listens. */
export type MlflowAddress =
  { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'url'; readonly url: string };

/** Linux keeps at most 107 bytes of a socket's path. */
const MAX_SOCKET_PATH = 107;

/** The socket of our own MLflow, in a folder that only we may enter; elsewhere where the data folder's path is too long. */
export function socketPathOf(root: string): string {
  const near = join(root, 'run');
  const path = join(near, 'mlflow.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) {
    privateFolder(near);
    return path;
  }
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const far = join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `kargah-${name}`);
  privateFolder(far);
  return join(far, 'mlflow.sock');
}

function privateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  // In a shared temporary folder somebody else could have made it first, or put a link there.
  if (!found.isDirectory() || found.uid !== process.getuid?.()) throw new Error(`${folder} belongs to somebody else`);
  chmodSync(folder, 0o700);
}
