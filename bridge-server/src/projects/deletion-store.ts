import { sql, type Kysely, type Transaction } from 'kysely';
import { ownedBy, type Resource } from '../access/resource.js';
import type { Person } from '../access/caller.js';
import type { ProjectContents, ProjectRole } from '../contract/projects.js';
import type { Ledger } from '../ledger/index.js';
import { KargahError } from '../lib/errors.js';
import { readPage, type Page, type PageQuery } from '../lib/pages.js';
import type { Database } from '../storage/schema.js';
import { TERMINAL } from '../training/index.js';

export interface DeletedRow {
  readonly project_id: string;
  readonly name: string;
  readonly workspace: string;
  readonly deleted_at: string;
  readonly deleted_by: string | null;
}
export type Counted = Omit<ProjectContents, 'kept_days'>;

/** Rows that go by themselves: jobs by training, datasets and their versions by datasets, which may have to keep some. */
const GO_OTHERWISE: readonly string[] = ['jobs', 'datasets', 'dataset_versions', 'ledger', 'projects'];

/** Projects that are deleted, and what is in those that are to be. */
export class DeletionStore {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
  ) {}

  async contents(projectId: string, db: Kysely<Database> = this.db): Promise<Counted> {
    const { rows } = await sql<Record<keyof Counted, number | string>>`select
      (select count(*) from datasets where project_id = ${projectId} and deleted_at is null) as datasets,
      (select count(*) from datasets
        where project_id = ${projectId} and deleted_at is null and shared <> 'nobody') as shared_datasets,
      (select coalesce(sum(bytes), 0) from (select max(size_bytes + derived_bytes) as bytes from dataset_versions
        where project_id = ${projectId} and freed_at is null group by content_id) as kept) as dataset_bytes,
      (select count(*) from jobs
        where project_id = ${projectId} and state not in (${sql.join(TERMINAL)})) as jobs_running,
      (select count(*) from jobs
        where project_id = ${projectId} and deleted_at is null and state in (${sql.join(TERMINAL)})) as jobs_ended,
      (select count(*) from jobs
        where project_id = ${projectId} and deleted_at is null and model_json is not null) as models,
      (select count(*) from sweeps where project_id = ${projectId}) as sweeps,
      (select count(*) from connections where project_id = ${projectId}) as connections,
      (select count(*) from project_members where project_id = ${projectId}) as members`.execute(db);
    // PostgreSQL counts in 64 bits, which its driver gives as text.
    return Object.fromEntries(Object.entries(rows[0]!).map(([name, n]) => [name, Number(n)])) as unknown as Counted;
  }

  /**
   * Deletes the project: nobody sees it any more, it begins no job and no sweep, and its sweeps are to stop.
   *
   * @throws {KargahError} `project_name_differs`, `project_is_first`; `conflict` where the caller is no owner any more; `not_found` where
   *   somebody else deleted it.
   */
  async delete(caller: Person, projectId: string, name: string, deleted_at: string): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('projects')
        .set((eb) => ({ deleted_at, deleted_by: caller.userId, revision: eb('revision', '+', 1) }))
        .where('project_id', '=', projectId)
        .where('deleted_at', 'is', null)
        .returning('name')
        .executeTakeFirst();
      if (row === undefined) throw new KargahError('not_found');
      if (row.name.normalize('NFC') !== name.normalize('NFC').trim())
        throw new KargahError('project_name_differs', { name: row.name });
      if ((await roleIn(trx, projectId, caller.userId)) !== 'owner') throw new KargahError('conflict');
      if (await isSomeonesFirst(trx, projectId)) throw new KargahError('project_is_first');
      const { datasets, dataset_bytes, jobs_running, jobs_ended, sweeps, members } = await this.contents(
        projectId,
        trx,
      );
      await trx
        .updateTable('sweeps')
        .set({ state: 'stopping' })
        .where('project_id', '=', projectId)
        .where('state', '=', 'running')
        .execute();
      await this.ledger.record(trx, {
        caller,
        action: 'project.delete',
        object: { kind: 'project', id: projectId },
        projectId,
        before: {
          name: row.name,
          deleted: false,
          datasets,
          bytes: dataset_bytes,
          jobs: jobs_running + jobs_ended,
          sweeps,
          members,
        },
        after: { deleted: true },
      });
    });
  }

  /** A deleted project that can be restored, for `requireAccess`, and what the person is in it. */
  async resource(
    projectId: string,
    userId: string,
  ): Promise<{ readonly project: Resource<DeletedRow>; readonly role: ProjectRole | null } | null> {
    const row = await this.#restorable().where('p.project_id', '=', projectId).executeTakeFirst();
    if (row === undefined) return null;
    return { project: ownedBy('project', projectId, shown(row)), role: await roleIn(this.db, projectId, userId) };
  }

  /** Those that the person may restore, the latest first. */
  async ofOwner(userId: string, page: PageQuery): Promise<Page<DeletedRow>> {
    const mine = this.#restorable()
      .innerJoin('project_members as me', 'me.project_id', 'p.project_id')
      .where('me.user_id', '=', userId)
      .where('me.role', '=', 'owner');
    const found = await readPage([mine], { by: 'deleted_at', then: 'project_id', table: 'p' }, page);
    return { ...found, rows: found.rows.map(shown) };
  }

  /** @throws {KargahError} `not_found` where it is purged, or restored, meanwhile. */
  async restore(caller: Person, { project_id: projectId, name }: DeletedRow): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('projects')
        .set((eb) => ({ deleted_at: null, deleted_by: null, revision: eb('revision', '+', 1) }))
        .where('project_id', '=', projectId)
        .where('deleted_at', 'is not', null)
        .where('purging_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new KargahError('not_found');
      await this.ledger.record(trx, {
        caller,
        action: 'project.restore',
        object: { kind: 'project', id: projectId },
        projectId,
        before: { deleted: true },
        after: { deleted: false, name },
      });
    });
  }

  async countActiveJobs(projectId: string): Promise<number> {
    const { n } = await this.db
      .selectFrom('jobs')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('project_id', '=', projectId)
      .where('state', 'not in', TERMINAL)
      .executeTakeFirstOrThrow();
    return n;
  }

  async memberIds(projectId: string): Promise<string[]> {
    const rows = await this.db
      .selectFrom('project_members')
      .select('user_id')
      .where('project_id', '=', projectId)
      .execute();
    return rows.map((row) => row.user_id);
  }

  async namesOf(userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (userIds.length === 0) return new Map();
    const { rows } = await sql<{ id: string; name: string }>`
      select id, name from "user" where id in (${sql.join(userIds)})`.execute(this.db);
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** Deleted projects of which something still runs. */
  async withActiveJobs(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('projects as p')
      .innerJoin('jobs as j', 'j.project_id', 'p.project_id')
      .select('p.project_id')
      .distinct()
      .where('p.deleted_at', 'is not', null)
      .where('j.state', 'not in', TERMINAL)
      .execute();
    return rows.map((row) => row.project_id);
  }

  /** Marks what was deleted before then as being purged; answers these projects and those that an earlier bridge had begun to purge. */
  async due(before: string, now: string): Promise<{ projectId: string; workspace: string; name: string }[]> {
    await this.db
      .updateTable('projects')
      .set({ purging_at: now })
      .where('deleted_at', '<=', before)
      .where('purging_at', 'is', null)
      .execute();
    return this.db
      .selectFrom('projects')
      .select(['project_id as projectId', 'workspace', 'name'])
      .where('purging_at', 'is not', null)
      .orderBy('purging_at')
      .execute();
  }

  /** The last step of a purge: deletes the row from which an interrupted purge is resumed. */
  async forget(projectId: string, { name, workspace }: { readonly name: string; readonly workspace: string }) {
    const tables = await this.#tablesOfProjects();
    await this.db.transaction().execute(async (trx) => {
      for (const table of tables)
        await sql`delete from ${sql.table(table)} where project_id = ${projectId}`.execute(trx);
      await trx
        .deleteFrom('grants')
        .where('grantee_kind', '=', 'project')
        .where('grantee_id', '=', projectId)
        .execute();
      await trx.deleteFrom('deleted_runs').where('workspace', '=', workspace).execute();
      const { numDeletedRows } = await trx
        .deleteFrom('projects')
        .where('project_id', '=', projectId)
        .where('purging_at', 'is not', null)
        .executeTakeFirst();
      // Another bridge on the same database was quicker and has sent the event.
      if (numDeletedRows === 0n) return;
      await this.ledger.record(trx, {
        caller: { kind: 'server' },
        action: 'project.purge',
        object: { kind: 'project', id: projectId },
        projectId,
        before: { name, deleted: true },
        after: null,
      });
    });
  }

  /** All tables with rows of a project, those of features among them. */
  async #tablesOfProjects(): Promise<string[]> {
    const tables = await this.db.introspection.getTables();
    // PostgreSQL lists tables of other schemas too, which are not Kargah's.
    const ours = tables.find(({ name }) => name === 'projects')?.schema;
    return tables
      .filter(
        ({ name, schema, isView, columns }) =>
          !isView && schema === ours && columns.some((c) => c.name === 'project_id') && !GO_OTHERWISE.includes(name),
      )
      .map(({ name }) => name);
  }

  #restorable() {
    return this.db
      .selectFrom('projects as p')
      .select(['p.project_id', 'p.name', 'p.workspace', 'p.deleted_at', 'p.deleted_by'])
      .where('p.deleted_at', 'is not', null)
      .where('p.purging_at', 'is', null);
  }
}

function shown(row: Omit<DeletedRow, 'deleted_at'> & { readonly deleted_at: string | null }): DeletedRow {
  return { ...row, deleted_at: row.deleted_at! };
}

async function roleIn(db: Kysely<Database>, projectId: string, userId: string): Promise<ProjectRole | null> {
  const row = await db
    .selectFrom('project_members')
    .select('role')
    .where('project_id', '=', projectId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.role ?? null;
}

/** Whether it is the first project of one of its owners: requests that name no project mean that one, so it cannot be deleted. */
async function isSomeonesFirst(trx: Transaction<Database>, projectId: string): Promise<boolean> {
  const { rows } = await sql`
    select m.user_id from project_members m
    where m.project_id = ${projectId} and m.role = 'owner' and not exists (
      select 1 from project_members e join projects p on p.project_id = e.project_id and p.deleted_at is null
      where e.user_id = m.user_id and e.role = 'owner' and e.project_id <> m.project_id
        and (e.created_at < m.created_at or (e.created_at = m.created_at and e.project_id < m.project_id)))
    limit 1`.execute(trx);
  return rows.length > 0;
}
