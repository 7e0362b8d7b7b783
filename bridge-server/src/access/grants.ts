import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Permission } from '../contract/permissions.js';
import type { Database } from '../storage/schema.js';
import type { Caller } from './caller.js';

/** Whom something is granted to: a person, whoever is in a project, or everybody on this server. */
export type Grantee =
  { readonly kind: 'person' | 'project'; readonly id: string } | { readonly kind: 'everyone'; readonly id: '' };

interface Granted {
  readonly kind: 'dataset';
  readonly id: string;
}

/** Whom a caller stands for, where something may be granted to them. */
export interface Holder {
  readonly userId: string;
  readonly projectIds: readonly string[];
}
export function holderOf(caller: Caller): Holder {
  return { userId: caller.userId, projectIds: caller.kind === 'user' ? [...caller.memberships.keys()] : [] };
}

/** Whether a row of `grants` is to this holder; of an object's grants, or of all. */
export function isTo({ userId, projectIds }: Holder, table = 'g'): RawBuilder<boolean> {
  const kind = sql.ref(`${table}.grantee_kind`);
  const id = sql.ref(`${table}.grantee_id`);
  const projects =
    projectIds.length === 0 ? sql`` : sql` or (${kind} = 'project' and ${id} in (${sql.join(projectIds)}))`;
  return sql<boolean>`(${kind} = 'everyone' or (${kind} = 'person' and ${id} = ${userId})${projects})`;
}

export async function isGranted(
  db: Kysely<Database>,
  holder: Holder,
  { kind, id }: Granted,
  permission: Permission,
): Promise<boolean> {
  const found = await db
    .selectFrom('grants as g')
    .select('g.object_id')
    .where('g.object_kind', '=', kind)
    .where('g.object_id', '=', id)
    .where('g.permission', '=', permission)
    .where(isTo(holder))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** Whom something is granted to, in the order in which they came. */
export async function granteesOf(db: Kysely<Database>, { kind, id }: Granted): Promise<Grantee[]> {
  const rows = await db
    .selectFrom('grants')
    .select(['grantee_kind', 'grantee_id'])
    .where('object_kind', '=', kind)
    .where('object_id', '=', id)
    .orderBy('created_at')
    .orderBy('grantee_id')
    .execute();
  return rows.map((row) => ({ kind: row.grantee_kind, id: row.grantee_id }) as Grantee);
}

/** The people named among them, and the members of projects that are there. */
export async function peopleAmong(db: Kysely<Database>, grantees: readonly Grantee[]): Promise<string[]> {
  const idsOf = (wanted: Grantee['kind']): string[] =>
    grantees.flatMap(({ kind, id }) => (kind === wanted ? [id] : []));
  const projectIds = idsOf('project');
  if (projectIds.length === 0) return idsOf('person');
  const members = await db
    .selectFrom('project_members as m')
    .innerJoin('projects as p', 'p.project_id', 'm.project_id')
    .select('m.user_id')
    .where('m.project_id', 'in', projectIds)
    .where('p.deleted_at', 'is', null)
    .execute();
  return [...new Set([...idsOf('person'), ...members.map((row) => row.user_id)])];
}

/** Grants this to these and to nobody else; who had it keeps the day on which they came. Within a transaction. */
export async function grantOnly(
  trx: Kysely<Database>,
  { kind, id }: Granted,
  { to, permission, by }: { readonly to: readonly Grantee[]; readonly permission: Permission; readonly by: string },
): Promise<void> {
  const created_at = new Date().toISOString();
  const held = await trx
    .selectFrom('grants')
    .select(['grantee_kind', 'grantee_id', 'created_at', 'granted_by'])
    .where('object_kind', '=', kind)
    .where('object_id', '=', id)
    .where('permission', '=', permission)
    .execute();
  await forgetGrants(trx, { kind, id });
  if (to.length === 0) return;
  const before = (of: Grantee) => held.find((row) => row.grantee_kind === of.kind && row.grantee_id === of.id);
  const rows = to.map((grantee) => ({
    object_kind: kind,
    object_id: id,
    grantee_kind: grantee.kind,
    grantee_id: grantee.id,
    permission,
    granted_by: before(grantee)?.granted_by ?? by,
    created_at: before(grantee)?.created_at ?? created_at,
  }));
  await trx.insertInto('grants').values(rows).execute();
}

/** With the object go its grants. Within a transaction. */
export async function forgetGrants(trx: Kysely<Database>, { kind, id }: Granted): Promise<void> {
  await trx.deleteFrom('grants').where('object_kind', '=', kind).where('object_id', '=', id).execute();
}

/** These projects without the one that the object lies in, each once: its members have it already. */
export function otherProjects(object: { readonly project_id: string }, projectIds: readonly string[]): string[] {
  return [...new Set(projectIds)].filter((id) => id !== object.project_id);
}
