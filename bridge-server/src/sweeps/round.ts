import { KargahError } from '../lib/errors.js';
import type { Person } from '../access/caller.js';
import type { SweepDeps } from './deps.js';
import { historyOf } from './history.js';
import type { Reports } from './reports.js';
import type { Sampler } from './sampler.js';
import { gridOf, settingOf, type Setting } from './space.js';
import type { SweepJob, SweepRow } from './store.js';
import type { SweepStore } from './store.js';
import { givenTo, paramsOf, resourcesOf } from '../training/index.js';
import { metricOf, spaceOf, standingOf } from './view.js';

export const isActive = (job: SweepJob): boolean => ['waiting', 'running'].includes(standingOf(job));

/** What one look at a running sweep leads to: jobs given up, jobs begun. */
export class Round {
  constructor(
    private readonly deps: Pick<SweepDeps, 'training' | 'memberships'>,
    private readonly store: SweepStore,
    private readonly sampler: Sampler,
    private readonly reports: Reports,
  ) {}

  /** Stops the running jobs that do worse than earlier jobs did after as many epochs. */
  async giveUp(row: SweepRow, workspace: string, jobs: readonly SweepJob[]): Promise<void> {
    if (row.pruner === 'none' || !jobs.some((job) => job.state === 'running')) return;
    for (const index of await this.sampler.doomed(historyOf(row, jobs, this.reports))) {
      const job = jobs[index];
      if (job?.state !== 'running') continue;
      await this.store.markPruned(job.job_id);
      await stopped(this.deps.training.requestStop(await ownerOf(this.deps, row, workspace), job.job_id));
    }
  }

  /**
   * Begins as many jobs as may run at once. Answers whether any further setting is left to be tried.
   *
   * @throws every error of the contract's `train`
   */
  async begin(row: SweepRow, workspace: string, jobs: readonly SweepJob[]): Promise<boolean> {
    const left = row.trials - jobs.length;
    const room = Math.min(left, row.parallel - jobs.filter(isActive).length);
    if (room <= 0) return left > 0;
    const settings = await this.#settings(row, jobs, room);
    const resources = resourcesOf(row);
    const metric = metricOf(row);
    const owner = await ownerOf(this.deps, row, workspace);
    for (const [index, setting] of settings.entries()) {
      const job = await this.deps.training.submit(
        owner,
        {
          name: `${row.name} #${String(jobs.length + index + 1)}`.slice(-200),
          recipe: row.recipe,
          dataset_id: row.dataset_id,
          params: { ...paramsOf(row), ...setting },
          ...(resources === null ? {} : { resources }),
        },
        { sweep: row.sweep_id, given: givenTo(row) },
      );
      if (metric !== null) this.reports.follow(job.job_id, metric.key);
    }
    return settings.length > 0;
  }

  async #settings(row: SweepRow, jobs: readonly SweepJob[], count: number): Promise<Setting[]> {
    if (row.method !== 'grid') return this.sampler.propose(historyOf(row, jobs, this.reports), count);
    const space = spaceOf(row);
    const tried = new Set(jobs.map((job) => JSON.stringify(settingOf(space, paramsOf(job)))));
    return gridOf(space)
      .filter((setting) => !tried.has(JSON.stringify(setting)))
      .slice(0, count);
  }
}

/** The owner of the sweep as the caller of the requests that it makes. */
export async function ownerOf(
  { memberships }: Pick<SweepDeps, 'memberships'>,
  row: SweepRow,
  workspace: string,
): Promise<Person> {
  const held = await memberships.of({ id: row.user_id, name: row.owner_name });
  return {
    kind: 'user',
    userId: row.user_id,
    name: row.owner_name,
    email: '',
    role: 'user',
    projectId: row.project_id,
    workspace,
    // A sweep goes on to its end with the rights that it was started with, even when the person's role changes.
    memberships: new Map([...held.memberships, [row.project_id, { role: 'editor', workspace }]]),
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
}

/** A job that has ended meanwhile need not be stopped. */
export async function stopped(stop: Promise<unknown>): Promise<void> {
  try {
    await stop;
  } catch (error) {
    if (!(error instanceof KargahError && ['job_not_active', 'not_found'].includes(error.code))) throw error;
  }
}
