import type { Job, JobUpdate, MetricPoint } from '../api/types.js';
import { isActive } from './states.js';

/**
 * What a live update changes of a job. The end of a job is taken from the job itself, which comes with its cause and its model:
 * an update that says so first would show an end without them, and one that comes late would bring an ended job back to life.
 */
export function applyUpdate(job: Job, update: JobUpdate): Job {
  const metrics = update.metrics.length === 0 ? job.metrics : { ...job.metrics, ...lastValues(update.metrics) };
  if (!isActive(job.state)) return { ...job, metrics };
  const state = isActive(update.state) ? update.state : job.state;
  return { ...job, state, progress: update.progress, message: update.message ?? job.message, metrics };
}

function lastValues(points: readonly MetricPoint[]): Job['metrics'] {
  return Object.fromEntries(points.map(({ key, value }) => [key, value]));
}
