import type { Job, Model, Sweep } from '../../api/types.js';
import type { ListState } from '../../store/list.js';

export type Entry =
  | { readonly kind: 'job'; readonly at: string; readonly id: string; readonly job: Job }
  | { readonly kind: 'sweep'; readonly at: string; readonly id: string; readonly sweep: Sweep };

/** The models of a sweep's jobs stand behind the best of them. */
export function worthShowing(
  models: readonly Model[],
  jobs: readonly Job[],
  sweeps: readonly Sweep[],
): readonly Model[] {
  const best = new Map(sweeps.map((sweep) => [sweep.sweep_id, sweep.best?.job_id]));
  const others = new Set(
    jobs
      .filter(({ job_id, sweep_id }) => sweep_id !== null && best.has(sweep_id) && best.get(sweep_id) !== job_id)
      .map(({ job_id }) => job_id),
  );
  return models.filter(({ job_id }) => !others.has(job_id));
}

/**
 * Jobs and sweeps as one list, newest first. The jobs of a sweep stand behind its row; those of a sweep that is not known stand for
 * themselves. A sweep that is older than what has been read of the jobs waits for its page.
 */
export function jobEntries(jobs: ListState<Job>, sweeps: ListState<Sweep>): readonly Entry[] {
  const known = new Set(sweeps.items.map((sweep) => sweep.sweep_id));
  const oldest = jobs.nextCursor === null ? '' : (jobs.items.at(-1)?.created_at ?? '');
  const entries: Entry[] = [
    ...jobs.items
      .filter((job) => job.sweep_id === null || !known.has(job.sweep_id))
      .map((job) => ({ kind: 'job', at: job.created_at, id: job.job_id, job }) as const),
    ...sweeps.items
      .filter((sweep) => sweep.created_at >= oldest)
      .map((sweep) => ({ kind: 'sweep', at: sweep.created_at, id: sweep.sweep_id, sweep }) as const),
  ];
  // Stable: jobs of one moment keep the order in which the bridge gave them.
  return entries.sort((a, b) => b.at.localeCompare(a.at));
}
