import { sql, type Transaction } from 'kysely';
import type { Person } from '../../access/caller.js';
import type { User } from '../../contract/auth.js';
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

/** A sweep begins its jobs as whoever began it. */
export async function requireNoSweeps(trx: Transaction<Database>, userId: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select name from sweeps where user_id = ${userId} and state in (${sql.join(ACTIVE)}) limit 1`.execute(trx);
  if (rows[0] !== undefined) throw new KargahError('sweeps_to_stop', { name: rows[0].name });
}
