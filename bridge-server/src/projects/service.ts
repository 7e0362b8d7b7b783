import type { Person } from '../access/caller.js';
import { homeOf, type Memberships } from '../access/memberships.js';
import { ROLES } from '../access/policy.js';
import { requireAccess } from '../access/require-access.js';
import type { Member, Project, ProjectRole } from '../contract/projects.js';
import type { Permission } from '../contract/permissions.js';
import type { Act } from '../ledger/index.js';
import { KargahError } from '../lib/errors.js';
import { decodeCursor, encodeCursor } from '../lib/pages.js';
import type { MemberChange, MemberRow, ProjectRow, ProjectStore } from './store.js';

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}
interface Page<T> {
  readonly items: T[];
  readonly next_cursor: string | null;
}

interface ProjectDeps {
  readonly store: ProjectStore;
  readonly memberships: Memberships;
  /** Tells those who are connected that they may see other things than they could. */
  readonly told: (userIds: readonly string[]) => Promise<void>;
}

/** Projects and who is in them. */
export class ProjectService {
  constructor(private readonly deps: ProjectDeps) {}

  async list(caller: Person, { limit, cursor }: PageQuery): Promise<Page<Project>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await this.deps.store.ofPerson(caller.userId, limit + 1, after);
    // A token may reach fewer projects than its owner.
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    return {
      items: rows.filter((row) => caller.memberships.has(row.project_id)).map((row) => shownTo(caller, row)),
      next_cursor: last ? encodeCursor([last.since, last.project_id]) : null,
    };
  }

  async create(caller: Person, name: string): Promise<Project> {
    const projectId = await this.deps.store.make(caller, name);
    await this.changed([caller.userId]);
    return this.shown(caller, projectId);
  }

  async get(caller: Person, projectId: string): Promise<Project> {
    return shownTo(caller, await this.require(caller, 'project.read', projectId));
  }

  async rename(caller: Person, projectId: string, name: string): Promise<Project> {
    const row = await this.require(caller, 'project.manage', projectId);
    await this.deps.store.rename(caller, row, name);
    await this.changed(await this.deps.store.memberIds(projectId));
    return shownTo(caller, { ...row, name });
  }

  async members(caller: Person, projectId: string, { limit, cursor }: PageQuery): Promise<Page<Member>> {
    await this.require(caller, 'project.read', projectId);
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await this.deps.store.members(projectId, limit + 1, after);
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    return { items: rows.map(memberOf), next_cursor: last ? encodeCursor([last.created_at, last.user_id]) : null };
  }

  async giveRole(caller: Person, projectId: string, userId: string, role: ProjectRole): Promise<Member> {
    await this.require(caller, 'project.manage', projectId);
    await this.change(projectId, userId, async (members) => {
      await members.requireOwner(caller.userId);
      const before = await roleOfMember(members, userId);
      await members.give(userId, role);
      return [
        { ...actOn(caller, projectId, userId), action: 'member.change', before: { role: before }, after: { role } },
      ];
    });
    return memberOf((await this.deps.store.member(projectId, userId))!);
  }

  async remove(caller: Person, projectId: string, userId: string): Promise<void> {
    await this.require(caller, 'project.manage', projectId);
    await this.change(projectId, userId, async (members) => {
      await members.requireOwner(caller.userId);
      const role = await roleOfMember(members, userId);
      await members.remove(userId);
      return [{ ...actOn(caller, projectId, userId), action: 'member.remove', before: { role } }];
    });
  }

  async leave(caller: Person, projectId: string): Promise<void> {
    await this.require(caller, 'project.read', projectId);
    await this.change(projectId, caller.userId, async (members) => {
      const role = await members.roleOf(caller.userId);
      if (role === null) throw new KargahError('conflict');
      await members.remove(caller.userId);
      return [{ ...actOn(caller, projectId, caller.userId), action: 'member.leave', before: { role } }];
    });
  }

  /** @throws {KargahError} `not_found`, `forbidden` */
  async require(caller: Person, permission: Permission, projectId: string): Promise<ProjectRow> {
    return requireAccess(caller, permission, await this.deps.store.resource(projectId));
  }

  /** The project as somebody sees it whose membership has just begun. */
  async shown(caller: Person, projectId: string): Promise<Project> {
    const { memberships } = await this.deps.memberships.of({ id: caller.userId, name: caller.name });
    return this.get({ ...caller, memberships }, projectId);
  }

  /** After a change of these people's memberships: drops what is cached of them and sends them the event. */
  async changed(userIds: readonly string[]): Promise<void> {
    this.deps.memberships.forget(userIds);
    await this.deps.told(userIds);
  }

  private async change(
    projectId: string,
    userId: string,
    change: (members: MemberChange) => Promise<readonly Act[]>,
  ): Promise<void> {
    await this.deps.store.changeMembers(projectId, change);
    await this.changed([userId]);
  }
}

async function roleOfMember(members: MemberChange, userId: string): Promise<ProjectRole> {
  const role = await members.roleOf(userId);
  if (role === null) throw new KargahError('not_found');
  return role;
}

/** The fields of a ledger entry about a member that every act shares. */
export function actOn(caller: Person, projectId: string, userId: string) {
  return { caller, object: { kind: 'member', id: userId }, projectId } as const;
}

function shownTo(caller: Person, row: ProjectRow): Project {
  const { role } = caller.memberships.get(row.project_id)!;
  return {
    project_id: row.project_id,
    name: row.name,
    role,
    permissions: [...ROLES[role]],
    is_default: row.workspace === homeOf(caller.memberships)?.workspace,
    members: row.members,
    workspace: row.workspace,
    created_at: row.created_at,
  };
}

function memberOf({ user_id, name, email, role, created_at: since }: MemberRow): Member {
  return { user_id, name, email, role, since };
}
