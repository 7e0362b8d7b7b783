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

/** What people wrote on cards: a row is added each time, and none changes. */
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
   * Writes the next revision.
   *
   * @param seen the revision that was looked at
   * @throws {KargahError} `card_moved` where there is a newer one; `forbidden`, `not_found` where this person lost their role meanwhile
   */
  async write(
    person: Person,
    version: VersionRow,
    { fields, facts, seen }: { readonly fields: CardFields; readonly facts: CardFacts; readonly seen: number },
  ): Promise<void> {
    const { project_id: projectId } = version;
    await this.db.transaction().execute(async (trx) => {
      await lockProject(trx, projectId);
      await requireStill(trx, person, { projectId, permission: 'model.write' });
      const before = await this.newest(version, trx);
      if ((before?.revision ?? 0) !== seen) throw new KargahError('card_moved');
      const revision = seen + 1;
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
        after: { revision, fields: changedFields(fieldsOf(before), fields), missing: missingOf(fields) },
      });
    });
  }
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
