import type { Job } from '../api/types.js';

/** The exception with which a script ended, and the byte of its log at which that line begins. */
export interface LastLine {
  readonly text: string;
  readonly offset: number | null;
}

/** What a failed script itself said last; null where it said nothing, or an earlier bridge did not look. */
export function lastLineOf({ error }: Pick<Job, 'error'>): LastLine | null {
  const { exception, log_offset: offset } = error?.params ?? {};
  if (typeof exception !== 'string' || exception.trim() === '') return null;
  return { text: exception, offset: typeof offset === 'number' ? offset : null };
}
