import { sql, type Kysely, type Transaction } from 'kysely';
import { ownedBy, type Resource } from '../access/resource.js';
import { makeProject } from '../access/projects.js';
import type { Person } from '../access/caller.js';
import type { ProjectRole } from '../contract/projects.js';
import type { Act, Ledger } from '../ledger/index.js';
import { KargahError } from '../lib/errors.js';
import type { Database } from '../storage/schema.js';

export interface ProjectRow {
  readonly project_id: string;
  readonly name: string;
  readonly workspace: string;
  readonly created_at: string;
  readonly members: number;
}
export interface MemberRow {
  readonly user_id: string;
  readonly name: string;
  readonly email: string;
  readonly role: ProjectRole;
  readonly created_at: string;
}
export type After = readonly [at: string, id: string] | undefined;

/** Rows of projects that are not deleted, and of their members. */
export class ProjectStore {
  constructor(
    readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
  ) {}

  async find(projectId: string): Promise<ProjectRow | undefined> {
    return this.#rows().where('p.project_id', '=', projectId).executeTakeFirst();
  }

  /** The project, for `requireAccess`. */
  async resource(projectId: string): Promise<Resource<ProjectRow> | null> {
    const row = await this.find(projectId);
    return row === undefined ? null : ownedBy('project', projectId, row);
  }

  /** Those that the person is a member of, in the order in which they came. */
  async ofPerson(userId: string, limit: number, after: After): Promise<(ProjectRow & { readonly since: string })[]> {
    let query = this.#rows()
      .innerJoin('project_members as me', 'me.project_id', 'p.project_id')
      .select('me.created_at as since')
      .where('me.user_id', '=', userId);
    if (after !== undefined) query = query.where(isAfter('me.created_at', 'p.project_id', after));
    return query.orderBy('me.created_at').orderBy('p.project_id').limit(limit).execute();
  }

  async make(caller: Person, name: string): Promise<string> {
    return this.db.transaction().execute(async (trx) => {
      const projectId = await makeProject(trx, { name, userId: caller.userId });
      const object = { kind: 'project', id: projectId } as const;
      await this.ledger.record(trx, { caller, action: 'project.make', object, projectId, after: { name } });
      return projectId;
    });
  }

  async rename(caller: Person, { project_id: projectId, name: before }: ProjectRow, name: string): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await trx.updateTable('projects').set({ name }).where('project_id', '=', projectId).execute();
      const object = { kind: 'project', id: projectId } as const;
      const act = { caller, action: 'project.change', object, projectId } as const;
      await this.ledger.record(trx, { ...act, before: { name: before }, after: { name } });
    });
  }

  async members(projectId: string, limit: number, after: After): Promise<MemberRow[]> {
    const query = after === undefined ? sql<boolean>`true` : isAfter('m.created_at', 'm.user_id', after);
    const { rows } = await sql<MemberRow>`
      select m.user_id, u.name, u.email, m.role, m.created_at
      from project_members m join "user" u on u.id = m.user_id
      where m.project_id = ${projectId} and ${query}
      order by m.created_at, m.user_id limit ${limit}`.execute(this.db);
    return rows;
  }
  async member(projectId: string, userId: string): Promise<MemberRow | undefined> {
    const { rows } = await sql<MemberRow>`
      select m.user_id, u.name, u.email, m.role, m.created_at
      from project_members m join "user" u on u.id = m.user_id
      where m.project_id = ${projectId} and m.user_id = ${userId}`.execute(this.db);
    return rows[0];
  }
  async memberIds(projectId: string): Promise<string[]> {
    const rows = await this.db
      .selectFrom('project_members')
      .select('user_id')
      .where('project_id', '=', projectId)
      .execute();
    return rows.map((row) => row.user_id);
  }

  /**
   * Changes who is a member, one change after another. `change` sees the result of those before it, and answers the entry of the ledger.
   *
   * @throws {KargahError} `not_found` where the project was deleted meanwhile; `last_owner` where nobody would own it any more.
   */
  async changeMembers(projectId: string, change: (members: MemberChange) => Promise<readonly Act[]>): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      // The project's row is written first: concurrent changes of its members wait here.
      const { numUpdatedRows } = await tx
        .updateTable('projects')
        .set((eb) => ({ revision: eb('revision', '+', 1) }))
        .where('project_id', '=', projectId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new KargahError('not_found');
      const acts = await change(new MemberChange(tx, projectId));
      const owner = await tx
        .selectFrom('project_members')
        .select('user_id')
        .where('project_id', '=', projectId)
        .where('role', '=', 'owner')
        .limit(1)
        .executeTakeFirst();
      if (owner === undefined) throw new KargahError('last_owner');
      for (const act of acts) await this.ledger.record(tx, act);
    });
  }

  #rows() {
    return this.db
      .selectFrom('projects as p')
      .select(['p.project_id', 'p.name', 'p.workspace', 'p.created_at'])
      .select((eb) =>
        eb
          .selectFrom('project_members as c')
          .select((c) => c.fn.countAll<number>().as('n'))
          .whereRef('c.project_id', '=', 'p.project_id')
          .$asScalar()
          .$notNull()
          .as('members'),
      )
      .where('p.deleted_at', 'is', null);
  }
}

/** What a change of members is made of. */
export class MemberChange {
  constructor(
    readonly trx: Transaction<Database>,
    private readonly projectId: string,
  ) {}

  async roleOf(userId: string): Promise<ProjectRole | null> {
    const row = await this.#of(userId);
    return row?.role ?? null;
  }

  /** @throws {KargahError} `conflict` where this person is no owner any more: another owner was quicker. */
  async requireOwner(userId: string): Promise<void> {
    if ((await this.roleOf(userId)) !== 'owner') throw new KargahError('conflict');
  }

  async add(userId: string, role: ProjectRole): Promise<void> {
    const created_at = new Date().toISOString();
    await this.trx
      .insertInto('project_members')
      .values({ project_id: this.projectId, user_id: userId, role, created_at })
      .execute();
  }
  async give(userId: string, role: ProjectRole): Promise<void> {
    await this.trx
      .updateTable('project_members')
      .set({ role })
      .where('project_id', '=', this.projectId)
      .where('user_id', '=', userId)
      .execute();
  }
  async remove(userId: string): Promise<void> {
    await this.trx
      .deleteFrom('project_members')
      .where('project_id', '=', this.projectId)
      .where('user_id', '=', userId)
      .execute();
  }

  #of(userId: string) {
    return this.trx
      .selectFrom('project_members')
      .select('role')
      .where('project_id', '=', this.projectId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
  }
}

function isAfter(at: string, id: string, [atValue, idValue]: NonNullable<After>) {
  return sql<boolean>`(${sql.ref(at)} > ${atValue} or (${sql.ref(at)} = ${atValue} and ${sql.ref(id)} > ${idValue}))`;
}
