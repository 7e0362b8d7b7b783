import type { Dataset, Job, Sweep } from '../api/types.js';
import type { UploadItem } from '../store/uploads.js';
import { isActive } from '../api/states.js';

export const JOB_FILTERS = ['active', 'succeeded', 'failed', 'stopped'] as const;
export type JobFilter = (typeof JOB_FILTERS)[number];

function filterOf(job: Pick<Job, 'state'> | Pick<Sweep, 'state'>): JobFilter {
  if (isActive(job.state)) {
    return 'active';
  }
  return job.state === 'succeeded' ? 'succeeded' : job.state === 'stopped' ? 'stopped' : 'failed';
}

export function passes(job: Pick<Job, 'state'> | Pick<Sweep, 'state'>, filters: ReadonlySet<JobFilter>): boolean {
  return filters.size === 0 || filters.has(filterOf(job));
}

/** Whether the row of an upload stands for this dataset still. */
export function isOnItsWay(dataset: Dataset, uploads: readonly UploadItem[]): boolean {
  return uploads.some(({ datasetId, name }) =>
    // Its event may come before the answer that tells which dataset an upload becomes.
    datasetId === null ? dataset.state === 'uploading' && dataset.filename === name : dataset.dataset_id === datasetId,
  );
}

/** Whether a dataset has every one of these tags. */
export function hasTags(dataset: Dataset, tags: ReadonlySet<string>): boolean {
  return [...tags].every((tag) => dataset.tags.includes(tag));
}

/** With it where it was not, without it where it was. */
export function toggled<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}
