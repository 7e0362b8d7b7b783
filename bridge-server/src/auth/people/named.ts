import { sql, type Kysely } from 'kysely';
import type { Database } from '../../storage/schema.js';

export interface PersonEntry {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
}

/** Who has an account on this server, for those who name each other by email. */
export class People {
  constructor(private readonly db: Kysely<Database>) {}

  /** Those of these emails (lower case) that somebody has. */
  byEmail(emails: readonly string[]): Promise<PersonEntry[]> {
    return this.#where(sql`lower(email)`, emails);
  }
  byId(userIds: readonly string[]): Promise<PersonEntry[]> {
    return this.#where(sql`id`, userIds);
  }

  async #where(column: ReturnType<typeof sql>, values: readonly string[]): Promise<PersonEntry[]> {
    if (values.length === 0) return [];
    const { rows } = await sql<PersonEntry>`
      select id as "userId", email, name from "user" where ${column} in (${sql.join(values)}) order by email`.execute(
      this.db,
    );
    return rows;
  }
}
