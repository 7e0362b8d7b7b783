import type { Kysely } from 'kysely';
import { systemClock, type Clock } from '../lib/clock.js';
import type { Database } from '../storage/schema.js';
import type { Membership } from './caller.js';
import { makeProject } from './projects.js';

export interface Held {
  readonly memberships: ReadonlyMap<string, Membership>;
  /** The project of a request that names none: the person's own first one. */
  readonly home: { readonly projectId: string; readonly workspace: string };
}

/** For how long a person's memberships are cached: a change by another bridge on the same database is seen after that. */
export const TRUST_MS = 2_000;
const MOST_KNOWN = 10_000;

/** Who is what in which project, read at most once in {@link TRUST_MS} for each person. Deleted projects have no members. */
export class Memberships {
  readonly #known = new Map<string, { readonly held: Held; readonly until: number }>();
  /** Rises with every change made here, so that what was read before a change is not cached after it. */
  #changes = 0;

  constructor(
    private readonly db: Kysely<Database>,
    private readonly clock: Clock = systemClock,
  ) {}

  /** The person's memberships; one who has no project gets one. */
  async of(user: { readonly id: string; readonly name: string }): Promise<Held> {
    const known = this.#known.get(user.id);
    if (known !== undefined && known.until > this.clock.elapsed()) return known.held;
    const changes = this.#changes;
    const until = this.clock.elapsed() + TRUST_MS;
    const held = (await this.#read(user.id)) ?? (await this.#begin(user));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    if (changes === this.#changes) this.#known.set(user.id, { held, until });
    return held;
  }

  /** Drops what is cached of these people. */
  forget(userIds: Iterable<string>): void {
    this.#changes += 1;
    for (const userId of userIds) this.#known.delete(userId);
  }

  async #begin(user: { readonly id: string; readonly name: string }): Promise<Held> {
    await this.db.transaction().execute((trx) => makeProject(trx, { name: user.name, userId: user.id }));
    return (await this.#read(user.id))!;
  }

  async #read(userId: string): Promise<Held | null> {
    const rows = await this.db
      .selectFrom('project_members as m')
      .innerJoin('projects as p', 'p.project_id', 'm.project_id')
      .select(['p.project_id as projectId', 'p.workspace', 'm.role'])
      .where('m.user_id', '=', userId)
      .where('p.deleted_at', 'is', null)
      .orderBy('m.created_at')
      .orderBy('m.project_id')
      .execute();
    const memberships = new Map(rows.map(({ projectId, role, workspace }) => [projectId, { role, workspace }]));
    const home = homeOf(memberships);
    return home === null ? null : { memberships, home };
  }
}

/** What of it a token reaches that is bound to one project; all of it for any other. */
export function heldWithin(
  held: Held,
  onlyProject: string | undefined,
): Pick<Held, 'memberships'> & { readonly home: Held['home'] | null } {
  if (onlyProject === undefined) return held;
  const memberships = new Map([...held.memberships].filter(([projectId]) => projectId === onlyProject));
  return { memberships, home: homeOf(memberships) };
}

/** The person's own first project, else the first that they came to; null where there is none. */
export function homeOf(memberships: Held['memberships']): Held['home'] | null {
  const [first, ...others] = memberships;
  if (first === undefined) return null;
  const [projectId, { workspace }] = [first, ...others].find(([, { role }]) => role === 'owner') ?? first;
  return { projectId, workspace };
}
