import { sql, type Kysely } from 'kysely';
import type { z } from 'zod';
import type { personEntry } from '../../contract/people.js';
import type { Clock } from '../../lib/clock.js';
import { contains } from '../../lib/search/like.js';
import type { Database } from '../../storage/schema.js';

export type PersonEntry = z.infer<typeof personEntry>;

interface Row {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly disabled_at: string | null;
  /** SQLite answers a text. */
  readonly created_at: string | Date;
  readonly session_used: string | null;
  readonly device_used: string | null;
  readonly token_used: string | null;
  readonly sessions: number;
  readonly tokens: number;
}

/** Everybody with an account, and how they use it. */
export class Directory {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly clock: Clock,
  ) {}

  /** By e-mail, from behind `after`. */
  async page(limit: number, after: string | null, search: string | null): Promise<PersonEntry[]> {
    const found =
      search === null
        ? sql`1 = 1`
        : sql`(${contains('u.email', search.toLowerCase())} or ${contains('u.name', search)})`;
    return this.#rows(sql`${found} and ${after === null ? sql`1 = 1` : sql`u.email > ${after}`}`, limit);
  }

  async person(userId: string): Promise<PersonEntry | null> {
    return (await this.#rows(sql`u.id = ${userId}`, 1))[0] ?? null;
  }

  async #rows(where: ReturnType<typeof sql>, limit: number): Promise<PersonEntry[]> {
    const now = new Date(this.clock.now()).toISOString();
    const { rows } = await sql<Row>`
      select u.id as user_id, u.email, u.name, u.role, u."disabledAt" as disabled_at, u."createdAt" as created_at,
        (select max(s.rotated_at) from sessions s where s.user_id = u.id) as session_used,
        (select max(d.last_used_at) from devices d where d.user_id = u.id) as device_used,
        (select max(t.last_used_at) from api_tokens t where t.user_id = u.id) as token_used,
        (select count(*) from sessions s where s.user_id = u.id and s.expires_at > ${now}) as sessions,
        (select count(*) from api_tokens t where t.user_id = u.id and (t.expires_at is null or t.expires_at > ${now})) as tokens
      from "user" u where ${where} order by u.email limit ${limit}`.execute(this.db);
    return rows.map(({ session_used, device_used, token_used, ...row }) => ({
      ...row,
      role: row.role === 'admin' ? 'admin' : 'user',
      created_at: new Date(row.created_at).toISOString(),
      last_used_at:
        [session_used, device_used, token_used]
          .filter((at) => at !== null)
          .sort()
          .at(-1) ?? null,
    }));
  }
}
