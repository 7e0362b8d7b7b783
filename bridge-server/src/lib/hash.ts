import { createHash } from 'node:crypto';

/** What is kept of a token: long and random, so that a plain hash is enough. */
export function sha256(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
