import { createHash } from 'node:crypto';

/**
 * The number that every process of a job carries as its soft limit of file locks, which Linux hands down to each child and shows in
 * `/proc/<pid>/limits`. It outlasts a cleared environment, another name, session or parent; `kargah/launch/process_tag.py` sets it.
 */
export function processTagOf(jobId: string): bigint {
  return createHash('sha256').update(jobId).digest().readBigUInt64BE() >> 2n;
}
