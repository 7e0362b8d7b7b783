import { sql, type Kysely } from 'kysely';
import { readPage, type PageQuery } from '../lib/pages.js';
import type { Database } from '../storage/schema.js';

/** The people and projects of a server, as its administrators know them. */
export class SubjectStore {
  constructor(private readonly db: Kysely<Database>) {}

  async isPerson(userId: string): Promise<boolean> {
    const { rows } = await sql`select id from "user" where id = ${userId}`.execute(this.db);
    return rows.length > 0;
  }

  async isProject(projectId: string): Promise<boolean> {
    const query = this.db.selectFrom('projects').select('project_id').where('project_id', '=', projectId);
    return (await query.where('deleted_at', 'is', null).executeTakeFirst()) !== undefined;
  }

  /** Newest first; what is in them is their members' to see. */
  async projects(page: PageQuery) {
    const all = this.db
      .selectFrom('projects')
      .select(['project_id', 'name', 'created_at'])
      .where('deleted_at', 'is', null);
    const { rows, next_cursor } = await readPage([all], { by: 'created_at', then: 'project_id' }, page);
    const members = await this.#members(rows.map((row) => row.project_id));
    const items = rows.map(({ project_id, name }) => {
      const inIt = members.get(project_id) ?? [];
      const owners = inIt.filter(({ role }) => role === 'owner').map((member) => member.name);
      return { project_id, name, owners, members: inIt.length };
    });
    return { items, next_cursor };
  }

  async #members(projectIds: readonly string[]) {
    if (projectIds.length === 0) return new Map<string, { role: string; name: string }[]>();
    const { rows } = await sql<{ project_id: string; role: string; name: string }>`
      select m.project_id, m.role, u.name from project_members m join "user" u on u.id = m.user_id
      where m.project_id in (${sql.join([...projectIds])}) order by m.created_at, m.user_id`.execute(this.db);
    return Map.groupBy(rows, (row) => row.project_id);
  }
}
