import type { Kysely, Selectable } from 'kysely';
import type { Person } from '../../access/caller.js';
import type { Ledger } from '../../ledger/index.js';
import type { Clock } from '../../lib/clock.js';
import { KargahError } from '../../lib/errors.js';
import { readPage, type Page, type PageQuery } from '../../lib/pages.js';
import type { Database, ModelCardTable } from '../../storage/schema.js';
import { requireStill } from '../promotion/records/roles-store.js';
import { lockProject } from '../project-lock.js';
import { identityOf, type VersionRow } from '../registry/store.js';
import { changedFields, missingOf, fieldsOf } from './fields.js';
import type { CardFacts, CardField, CardFields } from './contract.js';

export type CardRow = Selectable<ModelCardTable>;

/** What people wrote on cards: a row is added for each change. What was known then is kept with the newest alone. */
export class CardStore {
  constructor(
    readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** As it was last written; undefined: nobody has. */
  async newest(version: VersionRow, db: Kysely<Database> = this.db): Promise<CardRow | undefined> {
    return of(version, db).orderBy('revision', 'desc').limit(1).executeTakeFirst();
  }

  /** What has to be filled, and is not. */
  async missing(version: VersionRow): Promise<CardField[]> {
    return missingOf(fieldsOf(await this.newest(version)));
  }

  /** Newest first. */
  async revisions(version: VersionRow, page: PageQuery): Promise<Page<CardRow>> {
    return readPage([of(version, this.db)], { by: 'place', then: 'changed_at' }, page);
  }

  async revision(version: VersionRow, revision: number): Promise<CardRow | undefined> {
    return of(version, this.db).where('revision', '=', revision).executeTakeFirst();
  }

  /**
   * Writes the next revision, where anything differs from the one before.
   *
   * @param seen the revision that was looked at
   * @returns whether there is a new one
   * @throws {KargahError} `card_moved` where there is a newer one; `forbidden`, `not_found` where this person lost their role, or the version is gone, meanwhile
   */
  async write(
    person: Person,
    version: VersionRow,
    { fields, facts, seen }: { readonly fields: CardFields; readonly facts: CardFacts; readonly seen: number },
  ): Promise<boolean> {
    const { project_id: projectId } = version;
    return this.db.transaction().execute(async (trx) => {
      await lockProject(trx, projectId);
      await requireStill(trx, person, { projectId, permission: 'model.write' });
      await requireThere(version, trx);
      const before = await this.newest(version, trx);
      if ((before?.revision ?? 0) !== seen) throw new KargahError('card_moved');
      const changed = changedFields(fieldsOf(before), fields);
      if (changed.length === 0) return false;
      const revision = seen + 1;
      await trx
        .updateTable('model_cards')
        .set({ facts_json: NOTHING })
        .where('project_id', '=', projectId)
        .where('version', '=', version.version)
        .where('identity', '=', identityOf(version))
        .where('facts_json', '!=', NOTHING)
        .execute();
      await trx
        .insertInto('model_cards')
        .values({
          project_id: projectId,
          version: version.version,
          identity: identityOf(version),
          revision,
          place: String(revision).padStart(10, '0'),
          fields_json: JSON.stringify(fields),
          facts_json: JSON.stringify(facts),
          changed_by: person.userId,
          changed_name: person.name,
          changed_at: new Date(this.clock.now()).toISOString(),
        })
        .execute();
      await this.ledger.record(trx, {
        caller: person,
        action: 'model.fill_card',
        object: { kind: 'model', id: `${version.name}/${String(version.version)}` },
        projectId,
        before: before === undefined ? null : { revision: seen, missing: missingOf(fieldsOf(before)) },
        after: { revision, fields: changed, missing: missingOf(fields) },
      });
      return true;
    });
  }
}

/** In place of what was known, in a revision that another followed. */
const NOTHING = '{}';

/** @throws {KargahError} `not_found` where it was deleted, or another one has its number, whatever its model is called now */
async function requireThere(version: VersionRow, db: Kysely<Database>): Promise<void> {
  const found = await db
    .selectFrom('model_versions')
    .select('version')
    .where('project_id', '=', version.project_id)
    .where('version', '=', version.version)
    .where('created_at', '=', version.created_at)
    .where('run_id', version.run_id === null ? 'is' : '=', version.run_id)
    .executeTakeFirst();
  if (found === undefined) throw new KargahError('not_found');
}

/** The rows of one version, by whatever name its model goes. */
function of(version: VersionRow, db: Kysely<Database>) {
  return db
    .selectFrom('model_cards')
    .selectAll()
    .where('project_id', '=', version.project_id)
    .where('version', '=', version.version)
    .where('identity', '=', identityOf(version));
}
