import type { Job, JobUpdate } from '../api/types.js';
import { isActive } from '../api/states.js';

/**
 * What a live update changes of a job. The end of a job is taken from the job itself, which comes with its cause and its model:
 * an update that says so first would show an end without them, and one that comes late would bring an ended job back to life.
 */
export function applyUpdate(job: Job, update: JobUpdate): Job {
  // Into the same table, since a job may have thousands of metrics and hears of a few of them many times a second: copying all
  // of them each time is what such a page would spend its time on. The job is another one, which is what tells its readers.
  for (const { key, value } of update.metrics) job.metrics[key] = value;
  if (!isActive(job.state)) return { ...job };
  const state = isActive(update.state) ? update.state : job.state;
  return { ...job, state, progress: update.progress, message: update.message ?? job.message };
}
