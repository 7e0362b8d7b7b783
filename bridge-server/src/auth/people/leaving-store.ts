import { sql, type Kysely, type Transaction } from 'kysely';
import type { Person } from '../../access/caller.js';
import type { User } from '../../contract/auth.js';
import { MOST_TOLD, type WhatLeaves } from '../../contract/people.js';
import type { Act } from '../../ledger/index.js';
import { KargahError } from '../../lib/errors.js';
import type { Database } from '../../storage/schema.js';

const ACTIVE = ['running', 'stopping'];
/** So many projects are named to whoever must say who gets them. */
const MOST_NAMED = 5;

/** Takes the person out of every project; those that nobody else owns are the heir's. */
export async function leaveProjects(
  trx: Transaction<Database>,
  caller: Person,
  { user_id: userId }: User,
  heir: User | null,
): Promise<{ acts: readonly Act[]; handed: number }> {
  const mine = await trx
    .selectFrom('project_members as m')
    .innerJoin('projects as p', 'p.project_id', 'm.project_id')
    .select(['m.project_id', 'm.role', 'p.name'])
    .where('m.user_id', '=', userId)
    .orderBy('m.project_id')
    .execute();
  // The projects' rows are written first: concurrent changes of their members wait here.
  for (const { project_id } of mine)
    await trx
      .updateTable('projects')
      .set((eb) => ({ revision: eb('revision', '+', 1) }))
      .where('project_id', '=', project_id)
      .execute();
  const acts: Act[] = [];
  const orphans: { project_id: string; name: string }[] = [];
  for (const { project_id: projectId, role, name } of mine) {
    await trx.deleteFrom('project_members').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
    const action = caller.userId === userId ? 'member.leave' : 'member.remove';
    acts.push({ caller, action, object: { kind: 'member', id: userId }, projectId, before: { role } });
    const owner = await trx
      .selectFrom('project_members')
      .select('user_id')
      .where('project_id', '=', projectId)
      .where('role', '=', 'owner')
      .limit(1)
      .executeTakeFirst();
    if (owner === undefined) orphans.push({ project_id: projectId, name });
  }
  if (orphans.length > 0 && heir === null) {
    const names = orphans.slice(0, MOST_NAMED).map(({ name }) => name);
    throw new KargahError('projects_to_hand_over', {
      names: names.join(', ') + (orphans.length > MOST_NAMED ? ', …' : ''),
      count: orphans.length,
    });
  }
  for (const { project_id: projectId } of orphans) acts.push(await own(trx, caller, projectId, heir!));
  return { acts, handed: orphans.length };
}

/** Makes somebody the owner of a project, whether they are in it or not. */
async function own(trx: Transaction<Database>, caller: Person, projectId: string, { user_id }: User): Promise<Act> {
  const member = await trx
    .selectFrom('project_members')
    .select('role')
    .where('project_id', '=', projectId)
    .where('user_id', '=', user_id)
    .executeTakeFirst();
  const act = { caller, object: { kind: 'member', id: user_id }, projectId, after: { role: 'owner' } } as const;
  if (member === undefined) {
    const created_at = new Date().toISOString();
    await trx
      .insertInto('project_members')
      .values({ project_id: projectId, user_id, role: 'owner', created_at })
      .execute();
    return { ...act, action: 'member.add' };
  }
  await trx
    .updateTable('project_members')
    .set({ role: 'owner' })
    .where('project_id', '=', projectId)
    .where('user_id', '=', user_id)
    .execute();
  return { ...act, action: 'member.change', before: { role: member.role } };
}

/** The person's projects: those that nobody else owns, and how many stay with other owners. */
export async function projectsOf(
  db: Kysely<Database>,
  userId: string,
): Promise<Pick<WhatLeaves, 'hand_over' | 'stays'>> {
  const rows = await db
    .selectFrom('project_members as m')
    .innerJoin('projects as p', 'p.project_id', 'm.project_id')
    .select((eb) => [
      'p.project_id',
      'p.name',
      'p.deleted_at',
      eb
        .selectFrom('project_members as other')
        .select(sql<number>`count(*)`.as('count'))
        .whereRef('other.project_id', '=', 'm.project_id')
        .where('other.user_id', '!=', userId)
        .as('members'),
      eb
        .selectFrom('project_members as other')
        .select(sql<number>`count(*)`.as('count'))
        .whereRef('other.project_id', '=', 'm.project_id')
        .where('other.user_id', '!=', userId)
        .where('other.role', '=', 'owner')
        .as('owners'),
    ])
    .where('m.user_id', '=', userId)
    .orderBy('p.name')
    .orderBy('p.project_id')
    .execute();
  const alone = rows.filter(({ owners }) => Number(owners) === 0);
  const items = alone.slice(0, MOST_TOLD).map(({ project_id, name, deleted_at, members }) => ({
    project_id,
    name,
    members: Number(members),
    deleted_at,
  }));
  return { hand_over: { count: alone.length, items }, stays: rows.length - alone.length };
}

/** A sweep begins its jobs as whoever began it: the first few that still do. */
export async function sweepsOf(db: Kysely<Database>, userId: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from sweeps where user_id = ${userId} and state in (${sql.join(ACTIVE)})
    order by name limit ${MOST_NAMED}`.execute(db);
  return rows.map(({ name }) => name);
}

export async function requireNoSweeps(trx: Transaction<Database>, userId: string): Promise<void> {
  const [name] = await sweepsOf(trx, userId);
  if (name !== undefined) throw new KargahError('sweeps_to_stop', { name });
}
