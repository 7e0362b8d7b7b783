import type { Job, JobUpdate } from '../api/types.js';
import { isActive } from '../api/states.js';

/**
 * Applies a live update to a job. The end of a job is read from the job itself, which comes with its cause and its model:
 * an update that arrives before it would show an end without them, and a late one would make an ended job active again.
 */
export function applyUpdate(job: Job, update: JobUpdate): Job {
  // Written into the same table: a job may have thousands of metrics, and copying all of them many times a second for a few
  // new ones would be slow. The job is a new object, by which React sees the change.
  for (const { key, value } of update.metrics) job.metrics[key] = value;
  if (!isActive(job.state)) return { ...job };
  const state = isActive(update.state) ? update.state : job.state;
  return { ...job, state, progress: update.progress, message: update.message ?? job.message };
}
