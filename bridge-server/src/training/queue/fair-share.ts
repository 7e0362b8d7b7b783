import type { Priority } from '../../contract/training/training.js';
import type { ResourceRequest } from './resources.js';

export interface Waiting {
  readonly job_id: string;
  readonly user_id: string;
  readonly project_id: string;
  readonly priority: Priority;
  readonly claim: ResourceRequest;
}

const RANK: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 };

/**
 * The order in which waiting jobs come to their turn: next comes the person who holds the smallest share of the machine; of equals,
 * the one who was longest not served; then the one whose job is oldest. So a hundred jobs of one person do not keep another's first
 * one waiting. Priorities order one person's own jobs only.
 *
 * @param waiting oldest first
 * @param held share of the machine that each person holds
 * @param served when each person last had a turn, as a rising number
 * @param share of the machine that a job would take
 */
export function fairOrder<W extends Waiting>(
  waiting: readonly W[],
  held: ReadonlyMap<string, number>,
  served: ReadonlyMap<string, number>,
  share: (job: W) => number,
): W[] {
  const age = new Map(waiting.map((job, index) => [job, index]));
  const people = [...Map.groupBy(waiting, (job) => job.user_id)].map(([userId, jobs]) => ({
    // Last first: the next one is taken off the end. Sorting keeps the age of equals.
    jobs: jobs.sort((a, b) => RANK[a.priority] - RANK[b.priority]).reverse(),
    held: held.get(userId) ?? 0,
    served: served.get(userId) ?? 0,
  }));
  const ageOf = ({ jobs }: { jobs: W[] }): number => age.get(jobs.at(-1)!)!;
  let turn = Math.max(0, ...served.values());
  return waiting.map(() => {
    const next = people
      .filter(({ jobs }) => jobs.length > 0)
      .reduce((a, b) => ((b.held - a.held || b.served - a.served || ageOf(b) - ageOf(a)) < 0 ? b : a));
    const job = next.jobs.pop()!;
    next.held += share(job);
    next.served = turn += 1;
    return job;
  });
}
