import type { Sweep } from '../api/types.js';

/** Jobs of it that have ended, however they did. */
export function doneOf({ counts }: Sweep): number {
  return counts.succeeded + counts.failed + counts.pruned + counts.stopped;
}
