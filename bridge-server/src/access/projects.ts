import type { Kysely } from 'kysely';
import { newId } from '../lib/ids.js';
import type { Database } from '../storage/schema.js';

export interface Project {
  readonly projectId: string;
  readonly workspace: string;
}

/** The project that a person works in; made at first sight, so that nobody is ever without one. */
export async function projectOfPerson(db: Kysely<Database>, user: { id: string; name: string }): Promise<Project> {
  const found = await db
    .selectFrom('project_members as m')
    .innerJoin('projects as p', 'p.project_id', 'm.project_id')
    .select(['p.project_id as projectId', 'p.workspace'])
    .where('m.user_id', '=', user.id)
    .where('m.role', '=', 'owner')
    .orderBy('m.created_at')
    .executeTakeFirst();
  if (found !== undefined) return found;
  const projectId = newId('prj');
  // MLflow takes lower-case letters, digits and hyphens, beginning with a letter.
  const workspace = `w-${projectId.slice('prj_'.length)}`;
  const created_at = new Date().toISOString();
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('projects')
      .values({ project_id: projectId, name: user.name, workspace, workspace_ready: 0, created_at })
      .execute();
    await trx
      .insertInto('project_members')
      .values({ project_id: projectId, user_id: user.id, role: 'owner', created_at })
      .execute();
  });
  return { projectId, workspace };
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
