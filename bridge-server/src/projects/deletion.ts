import type { Person } from '../access/caller.js';
import { requireAccess } from '../access/require-access.js';
import type { DeletedProject, Project, ProjectContents } from '../contract/projects.js';
import type { Clock } from '../lib/clock.js';
import type { PageQuery } from '../lib/pages.js';
import type { DeletedRow, DeletionStore } from './deletion-store.js';
import type { ProjectService } from './service.js';

export const DAY_MS = 86_400_000;

interface DeletionDeps {
  readonly store: DeletionStore;
  readonly projects: ProjectService;
  readonly clock: Clock;
  readonly keptDays: number;
  /** The project is gone, or back: whoever shows or runs something of it does what follows. */
  readonly gone: (projectId: string) => Promise<void>;
  readonly back: (projectId: string) => Promise<void>;
}

/** Takes a project away from everybody, and gives it back as long as it is kept. */
export class Deletion {
  constructor(private readonly deps: DeletionDeps) {}

  async contents(caller: Person, projectId: string): Promise<ProjectContents> {
    await this.deps.projects.require(caller, 'project.manage', projectId);
    return { ...(await this.deps.store.contents(projectId)), kept_days: this.deps.keptDays };
  }

  async delete(caller: Person, projectId: string, name: string): Promise<DeletedProject> {
    const { store, projects, clock } = this.deps;
    const { name: its } = await projects.require(caller, 'project.manage', projectId);
    const row = {
      project_id: projectId,
      name: its,
      deleted_at: new Date(clock.now()).toISOString(),
      deleted_by: caller.userId,
    };
    await store.delete(caller, projectId, name, row.deleted_at);
    await projects.changed(await store.memberIds(projectId));
    await this.deps.gone(projectId);
    return (await this.#shown([row]))[0]!;
  }

  async list(caller: Person, page: PageQuery): Promise<{ items: DeletedProject[]; next_cursor: string | null }> {
    // A token of one project reaches that one alone, and only while it is not deleted.
    if (caller.onlyProject !== undefined) return { items: [], next_cursor: null };
    const { rows, next_cursor } = await this.deps.store.ofOwner(caller.userId, page);
    return { items: await this.#shown(rows), next_cursor };
  }

  /** @throws {KargahError} `not_found`; `forbidden` for a member who is no owner. */
  async restore(caller: Person, projectId: string): Promise<Project> {
    const { store, projects } = this.deps;
    const found = caller.onlyProject === undefined ? await store.resource(projectId, caller.userId) : null;
    // Memberships leave out deleted projects; this check adds the role that the person had.
    const asMember =
      found?.role === undefined || found.role === null
        ? caller
        : {
            ...caller,
            memberships: new Map([[projectId, { role: found.role, workspace: found.project.row.workspace }]]),
          };
    const row = requireAccess(asMember, 'project.manage', found?.project);
    await store.restore(caller, row);
    await projects.changed(await store.memberIds(projectId));
    await this.deps.back(projectId);
    return projects.shown(caller, projectId);
  }

  async #shown(rows: readonly Omit<DeletedRow, 'workspace'>[]): Promise<DeletedProject[]> {
    const { store, keptDays } = this.deps;
    const names = await store.namesOf(rows.flatMap(({ deleted_by: by }) => by ?? []));
    return Promise.all(
      rows.map(async ({ project_id, name, deleted_at, deleted_by: by }) => ({
        project_id,
        name,
        deleted_at,
        deleted_by: by === null ? null : { user_id: by, name: names.get(by) ?? '' },
        purged_after: new Date(Date.parse(deleted_at) + keptDays * DAY_MS).toISOString(),
        jobs_stopping: await store.countActiveJobs(project_id),
      })),
    );
  }
}
