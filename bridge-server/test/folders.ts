import { rmSync } from 'node:fs';

/**
 * Deletes a folder that processes were started in. One that was killed or told to leave may still write there for a moment, and a
 * folder that gets a new file while it is emptied is not empty: then it is emptied again.
 */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
}
