import type { Kysely, Transaction } from 'kysely';
import type { Actor, Ledger } from '../../../ledger/index.js';
import type { Clock } from '../../../lib/clock.js';
import { KargahError } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import { readPage, type Page, type PageQuery } from '../../../lib/pages.js';
import type { Database } from '../../../storage/schema.js';
import { lockProject } from '../../project-lock.js';
import type { ModelCheck, ModelMove } from '../contract.js';
import { whoIs, type RequestStore } from './request-store.js';
import { requireRequester, requireStill } from './roles-store.js';
import type { AliasPlace, MoveRow, Pointed, RequestRow, StageRow } from './rows.js';
import { revisionOf } from './rules-store.js';

/** As far back as one rolls. */
const MOST_EARLIER = 100;

interface NewMove extends AliasPlace {
  readonly kind: ModelMove['kind'];
  readonly to: Pointed | null;
  /** The revision that was looked at: another one means that somebody was quicker. */
  readonly expected: number;
  readonly earlier: readonly Pointed[];
  readonly by: Actor;
  readonly why: string;
  /** The request that is done by it, which must still be in this state. */
  readonly request?: {
    readonly row: RequestRow;
    readonly checks: readonly ModelCheck[];
    readonly reason: string | null;
    /** The rules by which it was checked. */
    readonly rulesRevision: number;
  };
}

/** Where protected aliases point: every move with its ledger row and the word for MLflow in one transaction. */
export class PromotionStore {
  constructor(
    readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly requests: Pick<RequestStore, 'decide'>,
  ) {}

  stage({ projectId, name, alias }: AliasPlace, db: Kysely<Database> = this.db): Promise<StageRow | undefined> {
    return db
      .selectFrom('model_stages')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .where('alias', '=', alias)
      .executeTakeFirst();
  }

  /** Of these models; null: of all in the project. */
  async stages(projectId: string, names: readonly string[] | null): Promise<StageRow[]> {
    if (names?.length === 0) return [];
    const query = this.db.selectFrom('model_stages').selectAll().where('project_id', '=', projectId);
    return (names === null ? query : query.where('name', 'in', names)).execute();
  }

  /**
   * Moves an alias by compare-and-swap.
   *
   * @throws {KargahError} `alias_moved` where somebody was quicker; `request_not_open` where its request is decided already;
   * `rules_moved` where it was checked by other rules than hold now; `requester_may_not`, `forbidden`, `not_found` where who asked
   * for it or who does it lost their role meanwhile
   */
  async move(move: NewMove): Promise<MoveRow> {
    const { projectId, name, alias, kind, to, by, why, request } = move;
    return this.db.transaction().execute(async (trx) => {
      await lockProject(trx, projectId);
      const needed = { projectId, permission: 'model.promote' } as const;
      if (request !== undefined) await requireRequester(trx, request.row, needed);
      if (by.kind === 'user') await requireStill(trx, by, needed);
      if (request !== undefined && (await revisionOf(trx, projectId)) !== request.rulesRevision)
        throw new KargahError('rules_moved');
      const before = await this.stage(move, trx);
      const who = whoIs(by);
      const at = this.now();
      const stage: StageRow = {
        project_id: projectId,
        name,
        alias,
        version: to?.version ?? null,
        identity: to?.identity ?? null,
        revision: before === undefined ? await this.#nextRevision(trx, move) : move.expected + 1,
        earlier_json: JSON.stringify(move.earlier.slice(-MOST_EARLIER)),
        since: at,
        by_id: who.id,
        by_name: who.name,
      };
      if (!(await this.#swap(trx, stage, move.expected))) throw movedMeanwhile(alias, await this.stage(move, trx));
      await this.#show(trx, stage);
      const row: MoveRow = {
        move_id: newId('mmv'),
        project_id: projectId,
        name,
        alias,
        revision: stage.revision,
        kind,
        from_version: before?.version ?? null,
        to_version: to?.version ?? null,
        request_id: request?.row.request_id ?? null,
        why,
        by_id: who.id,
        by_name: who.name,
        at,
      };
      await trx.insertInto('model_moves').values(row).execute();
      await this.tellMlflow(trx, stage);
      if (request !== undefined)
        await this.requests.decide(trx, request.row, 'done', {
          who,
          at,
          reason: request.reason,
          checks: request.checks,
        });
      await this.ledger.record(trx, {
        caller: by,
        action: `model.${kind === 'lost' ? 'demote' : kind === 'adopt' ? 'promote' : kind}`,
        object: { kind: 'model', id: `${name}@${alias}` },
        projectId,
        before: { alias, version: before?.version ?? null },
        after: {
          alias,
          version: to?.version ?? null,
          ...(request === undefined
            ? {}
            : { request_id: request.row.request_id, requested_by: request.row.requested_by }),
        },
        ...(why === '' ? {} : { reason: why }),
      });
      return row;
    });
  }

  /** Of an alias that is protected for the first time, or again. */
  async #nextRevision(trx: Transaction<Database>, { projectId, name, alias }: AliasPlace): Promise<number> {
    const row = await trx
      .selectFrom('model_moves')
      .select((eb) => eb.fn.max('revision').as('last'))
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .where('alias', '=', alias)
      .executeTakeFirst();
    return (row?.last ?? 0) + 1;
  }

  async #swap(trx: Transaction<Database>, stage: StageRow, expected: number): Promise<boolean> {
    if (expected === 0) {
      const made = await trx
        .insertInto('model_stages')
        .values(stage)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return made.numInsertedOrUpdatedRows === 1n;
    }
    const moved = await trx
      .updateTable('model_stages')
      .set(stage)
      .where('project_id', '=', stage.project_id)
      .where('name', '=', stage.name)
      .where('alias', '=', stage.alias)
      .where('revision', '=', expected)
      .executeTakeFirst();
    return moved.numUpdatedRows === 1n;
  }

  /** Among the aliases that lists show. */
  async #show(trx: Transaction<Database>, { project_id, name, alias, version }: StageRow): Promise<void> {
    await trx
      .deleteFrom('model_aliases')
      .where('project_id', '=', project_id)
      .where('name', '=', name)
      .where('alias', '=', alias)
      .execute();
    if (version !== null) await trx.insertInto('model_aliases').values({ project_id, name, alias, version }).execute();
  }

  /** MLflow is to follow this stage; an earlier word about it is replaced. */
  async tellMlflow(db: Kysely<Database>, { project_id, name, alias, revision }: StageRow): Promise<void> {
    await db
      .insertInto('model_outbox')
      .values({ project_id, name, alias, revision })
      .onConflict((conflict) => conflict.columns(['project_id', 'name', 'alias']).doUpdateSet({ revision }))
      .execute();
  }

  /** What MLflow has not followed yet, with where it points now and in which workspace. */
  untold() {
    return this.db
      .selectFrom('model_outbox as o')
      .innerJoin('model_stages as s', (join) =>
        join.onRef('s.project_id', '=', 'o.project_id').onRef('s.name', '=', 'o.name').onRef('s.alias', '=', 'o.alias'),
      )
      .innerJoin('projects as p', 'p.project_id', 'o.project_id')
      .select(['s.project_id', 's.name', 's.alias', 's.version', 's.revision', 'p.workspace'])
      .execute();
  }

  /** MLflow has followed up to this revision, or cannot. */
  async told({ projectId, name, alias }: AliasPlace, revision: number): Promise<void> {
    await this.db
      .deleteFrom('model_outbox')
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .where('alias', '=', alias)
      .where('revision', '<=', revision)
      .execute();
  }

  async moves(projectId: string, name: string, alias: string | undefined, page: PageQuery): Promise<Page<MoveRow>> {
    let query = this.db
      .selectFrom('model_moves')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name);
    if (alias !== undefined) query = query.where('alias', '=', alias);
    return readPage([query], { by: 'at', then: 'move_id' }, page);
  }

  /** The move of each alias that held at a moment: by the order of the moves, which a clock that is set back does not change. */
  async held(projectId: string, name: string, alias: string | undefined, at: string): Promise<MoveRow[]> {
    let query = this.db
      .selectFrom('model_moves as m')
      .selectAll('m')
      .where('m.project_id', '=', projectId)
      .where('m.name', '=', name)
      .where('m.revision', '=', (eb) =>
        eb
          .selectFrom('model_moves as e')
          .select(({ fn }) => fn.max('e.revision').as('newest'))
          .whereRef('e.project_id', '=', 'm.project_id')
          .whereRef('e.name', '=', 'm.name')
          .whereRef('e.alias', '=', 'm.alias')
          .where('e.at', '<=', at),
      );
    if (alias !== undefined) query = query.where('m.alias', '=', alias);
    return query.orderBy('m.alias').execute();
  }

  now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

export function movedMeanwhile(alias: string, stage: StageRow | undefined): KargahError {
  const now = stage?.version ?? null;
  return new KargahError('alias_moved', { alias, now: now === null ? '–' : now, by: stage?.by_name ?? '–' });
}
