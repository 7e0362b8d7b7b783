import type { Kysely, Transaction } from 'kysely';
import { KargahError } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import type { Database } from '../storage/schema.js';
import type { Caller } from './caller.js';

/** Makes a project whose owner this person is; within a transaction. */
export async function makeProject(
  trx: Kysely<Database>,
  { name, userId }: { readonly name: string; readonly userId: string },
): Promise<string> {
  const project_id = newId('prj');
  // MLflow takes lower-case letters, digits and hyphens, beginning with a letter.
  const workspace = `w-${project_id.slice('prj_'.length)}`;
  const created_at = new Date().toISOString();
  await trx.insertInto('projects').values({ project_id, name, workspace, workspace_ready: 0, created_at }).execute();
  await trx.insertInto('project_members').values({ project_id, user_id: userId, role: 'owner', created_at }).execute();
  return project_id;
}

/**
 * The caller, in the project that a request names; without a name, in their own. A job is always in its own.
 *
 * @throws {KargahError} `not_found` for a project that the caller does not reach, with the same answer as for one that does not exist
 */
export function inProject<C extends Caller>(caller: C, projectId: string | null): C {
  if (projectId === null || projectId === caller.projectId) return caller;
  const found = caller.kind === 'user' ? caller.memberships.get(projectId) : undefined;
  if (found === undefined) throw new KargahError('not_found');
  return { ...caller, projectId, workspace: found.workspace };
}

/** As {@link inProject}, by the name that MLflow knows the project by. */
export function inWorkspace<C extends Caller>(caller: C, workspace: string): C {
  if (caller.kind === 'job' || workspace === caller.workspace) return caller;
  for (const [projectId, membership] of caller.memberships)
    if (membership.workspace === workspace) return { ...caller, projectId, workspace };
  throw new KargahError('not_found');
}

/** The MLflow workspace of a project. */
export async function workspaceOf(db: Kysely<Database>, projectId: string): Promise<string> {
  const { workspace } = await db
    .selectFrom('projects')
    .select('workspace')
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow();
  return workspace;
}

/** Whether the project is there: not deleted. */
export async function isThere(db: Kysely<Database>, projectId: string): Promise<boolean> {
  const row = await db
    .selectFrom('projects')
    .select('deleted_at')
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row?.deleted_at === null;
}

/**
 * Keeps the project from being deleted until `trx`, which adds something to it, has ended.
 *
 * @throws {KargahError} `not_found` where it is deleted
 */
export async function holdProject(trx: Transaction<Database>, projectId: string): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('projects')
    .set((eb) => ({ project_id: eb.ref('project_id') }))
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new KargahError('not_found');
}

/** Names of projects that are there, for who may know them. */
export async function namesOf(
  db: Kysely<Database>,
  projectIds: readonly string[],
): Promise<{ project_id: string; name: string }[]> {
  if (projectIds.length === 0) return [];
  return db
    .selectFrom('projects')
    .select(['project_id', 'name'])
    .where('project_id', 'in', projectIds)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .orderBy('project_id')
    .execute();
}
