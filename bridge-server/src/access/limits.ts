import type { Kysely, Transaction } from 'kysely';
import type { Limits } from '../contract/server/limits.js';
import type { Database } from '../storage/schema.js';

/** Whose limits: a person's, or a project's. */
export interface Subject {
  readonly kind: 'person' | 'project';
  readonly id: string;
}

export const NO_LIMITS: Limits = { jobs: null, cpus: null, gpus: null, bytes: null };
const keyOf = ({ kind, id }: Subject): string => `${kind}/${id}`;

/** How much people and projects may use: what administrators set, over what counts for everybody. */
export class LimitStore {
  constructor(private readonly db: Kysely<Database>) {}

  /** What an administrator set of this one. */
  async own(subject: Subject, db: Kysely<Database> = this.db): Promise<Limits> {
    const row = await db.selectFrom('limits').selectAll().where('subject', '=', keyOf(subject)).executeTakeFirst();
    if (row === undefined) return NO_LIMITS;
    const { jobs, cpus, gpus, bytes } = row;
    return { jobs, cpus, gpus, bytes };
  }

  async set(trx: Transaction<Database>, subject: Subject, limits: Limits): Promise<void> {
    if (Object.values(limits).every((limit) => limit === null)) {
      await trx.deleteFrom('limits').where('subject', '=', keyOf(subject)).execute();
      return;
    }
    const set = { ...limits, changed_at: new Date().toISOString() };
    await trx
      .insertInto('limits')
      .values({ subject: keyOf(subject), ...set })
      .onConflict((both) => both.column('subject').doUpdateSet(set))
      .execute();
  }

  /** Of everybody and every project that has limits of jobs, cores or GPUs of its own; nothing for the others. */
  async ofRunning(): Promise<(subject: Subject) => Omit<Limits, 'bytes'>> {
    const rows = await this.db
      .selectFrom('limits')
      .select(['subject', 'jobs', 'cpus', 'gpus'])
      .where((eb) => eb.or([eb('jobs', 'is not', null), eb('cpus', 'is not', null), eb('gpus', 'is not', null)]))
      .execute();
    const found = new Map(rows.map((row) => [row.subject, row]));
    return (subject) => found.get(keyOf(subject)) ?? NO_LIMITS;
  }
}
