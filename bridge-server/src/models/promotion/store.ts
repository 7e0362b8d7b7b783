import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { Person } from '../../access/caller.js';
import { ownedBy, type Resource } from '../../access/resource.js';
import { inProjectsOf, type Scope } from '../../access/scope.js';
import type { Actor, Ledger } from '../../ledger/index.js';
import type { Clock } from '../../lib/clock.js';
import { KargahError } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { readPage, type Page, type PageQuery } from '../../lib/pages.js';
import type {
  Database,
  ModelMoveTable,
  ModelRequestTable,
  ModelRulesTable,
  ModelStageTable,
} from '../../storage/schema.js';
import { isPostgres, lockProject } from '../project-lock.js';
import type { ModelCheck, ModelMove, RequestState, Rules } from './contract.js';
import { requireRequester, requireStill } from './roles-store.js';

export type StageRow = Selectable<ModelStageTable>;
export type MoveRow = Selectable<ModelMoveTable>;
export type RequestRow = Selectable<ModelRequestTable>;
/** A version by its number and by which one that is, whoever has the number later. */
export interface Pointed {
  readonly version: number;
  readonly identity: string;
}
/** No check takes as long: it asks MLflow a few dozen times at most, and no answer is waited for longer than half a minute. */
const LONGEST_CHECK_MS = 30 * 60_000;
/** As far back as one rolls. */
const MOST_EARLIER = 100;

/** A protected alias of a model in a project. */
export interface AliasPlace {
  readonly projectId: string;
  readonly name: string;
  readonly alias: string;
}
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

/** Where protected aliases point, and what was asked for: every move with its ledger row and the word for MLflow in one transaction. */
export class PromotionStore {
  constructor(
    readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  rules(projectId: string): Promise<Selectable<ModelRulesTable> | undefined> {
    return this.db.selectFrom('model_rules').selectAll().where('project_id', '=', projectId).executeTakeFirst();
  }

  /** @throws {KargahError} `rules_moved` */
  async setRules(person: Person, projectId: string, rules: Rules, revision: number): Promise<void> {
    const row = {
      project_id: projectId,
      rules_json: JSON.stringify(rules),
      revision: revision + 1,
      changed_by: person.userId,
      changed_name: person.name,
      changed_at: this.now(),
    };
    await this.db.transaction().execute(async (trx) => {
      await lockProject(trx, projectId);
      await requireStill(trx, person, { projectId, permission: 'project.manage' });
      const before = await trx
        .selectFrom('model_rules')
        .selectAll()
        .where('project_id', '=', projectId)
        .executeTakeFirst();
      const written =
        revision === 0
          ? (
              await trx
                .insertInto('model_rules')
                .values(row)
                .onConflict((conflict) => conflict.doNothing())
                .executeTakeFirst()
            ).numInsertedOrUpdatedRows
          : (
              await trx
                .updateTable('model_rules')
                .set(row)
                .where('project_id', '=', projectId)
                .where('revision', '=', revision)
                .executeTakeFirst()
            ).numUpdatedRows;
      if (written !== 1n) throw new KargahError('rules_moved');
      // What is protected no longer is MLflow's alone; its history stays.
      for (const table of ['model_stages', 'model_outbox'] as const)
        await trx
          .deleteFrom(table)
          .where('project_id', '=', projectId)
          .where('alias', 'not in', ['', ...Object.keys(rules)])
          .execute();
      await this.ledger.record(trx, {
        caller: person,
        action: 'model.set_rules',
        object: { kind: 'model', id: '*' },
        projectId,
        before: before === undefined ? null : { rules: before.rules_json },
        after: { rules: row.rules_json },
      });
    });
  }

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
        await this.#decide(trx, request.row, 'done', { who, at, reason: request.reason, checks: request.checks });
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

  async insertRequest(row: Insertable<ModelRequestTable>, person: Person): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await trx.insertInto('model_requests').values(row).execute();
      await this.#recordRequest(trx, person, { action: 'model.request', why: row.why }, row as RequestRow);
    });
  }

  async request(requestId: string): Promise<Resource<RequestRow> | null> {
    const row = await this.db
      .selectFrom('model_requests')
      .selectAll()
      .where('request_id', '=', requestId)
      .executeTakeFirst();
    return row === undefined ? null : ownedBy('model', requestId, row);
  }

  async openRequest({ projectId, name, alias }: AliasPlace, version: number): Promise<RequestRow | undefined> {
    return this.db
      .selectFrom('model_requests')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .where('alias', '=', alias)
      .where('version', '=', version)
      .where('state', 'in', ['checking', 'waiting'])
      .limit(1)
      .executeTakeFirst();
  }

  async requests(
    scope: Scope,
    filter: PageQuery & {
      readonly name?: string | undefined;
      readonly state?: RequestState | undefined;
      readonly notBy?: string | undefined;
    },
  ): Promise<Page<RequestRow>> {
    let query = this.db.selectFrom('model_requests').selectAll().where(inProjectsOf(scope));
    if (filter.name !== undefined) query = query.where('name', '=', filter.name);
    if (filter.state !== undefined) query = query.where('state', '=', filter.state);
    if (filter.notBy !== undefined) query = query.where('requested_by', '!=', filter.notBy);
    return readPage([query], { by: 'requested_at', then: 'request_id' }, filter);
  }

  async saveChecks(requestId: string, state: RequestState, checks: readonly ModelCheck[]): Promise<void> {
    await this.db
      .updateTable('model_requests')
      .set({ state, checks_json: JSON.stringify(checks) })
      .where('request_id', '=', requestId)
      .where('state', 'in', ['checking', 'waiting'])
      .execute();
  }

  /** @throws {KargahError} `request_not_open`; `forbidden`, `not_found` where this person lost their role meanwhile */
  async close(person: Person, row: RequestRow, state: 'refused' | 'withdrawn', reason: string | null): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await lockProject(trx, row.project_id);
      await requireStill(trx, person, { projectId: row.project_id, permission: 'model.promote' });
      await this.#decide(trx, row, state, { who: whoIs(person), at: this.now(), reason });
      const action = state === 'refused' ? 'model.refuse' : 'model.withdraw';
      await this.#recordRequest(trx, person, { action, why: reason ?? '' }, row);
    });
  }

  /**
   * Ends requests whose checks a bridge that ended had begun. `all`: when this bridge starts, where it has the database alone (SQLite);
   * of those that share one, another may be checking what is younger than any check takes.
   */
  async interrupt(check: ModelCheck, { all }: { readonly all: boolean }): Promise<void> {
    let query = this.db
      .updateTable('model_requests')
      .set({ state: 'failed', checks_json: JSON.stringify([check]) })
      .where('state', '=', 'checking');
    if (!all || isPostgres(this.db)) {
      const before = new Date(this.clock.now() - LONGEST_CHECK_MS).toISOString();
      query = query.where('requested_at', '<', before);
    }
    await query.execute();
  }

  /** How many people of a project besides this one may promote. */
  async othersWhoMay(projectId: string, userId: string): Promise<number> {
    const { n } = await this.db
      .selectFrom('project_members')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('project_id', '=', projectId)
      .where('user_id', '!=', userId)
      .where('role', 'in', ['owner', 'editor'])
      .executeTakeFirstOrThrow();
    return n;
  }

  async #decide(
    trx: Transaction<Database>,
    { request_id: id }: RequestRow,
    state: RequestState,
    decision: {
      readonly who: { readonly id: string; readonly name: string };
      readonly at: string;
      readonly reason: string | null;
      readonly checks?: readonly ModelCheck[];
    },
  ): Promise<void> {
    const { numUpdatedRows } = await trx
      .updateTable('model_requests')
      .set({
        state,
        decided_by: decision.who.id,
        decided_name: decision.who.name,
        decided_at: decision.at,
        reason: decision.reason,
        ...(decision.checks === undefined ? {} : { checks_json: JSON.stringify(decision.checks) }),
      })
      .where('request_id', '=', id)
      .where('state', 'in', ['checking', 'waiting'])
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) {
      const now = await trx
        .selectFrom('model_requests')
        .select('state')
        .where('request_id', '=', id)
        .executeTakeFirst();
      throw new KargahError('request_not_open', { state: now?.state ?? 'done' });
    }
  }

  #recordRequest(
    trx: Transaction<Database>,
    person: Person,
    act: { readonly action: 'model.request' | 'model.refuse' | 'model.withdraw'; readonly why: string },
    row: RequestRow,
  ): Promise<void> {
    return this.ledger.record(trx, {
      caller: person,
      action: act.action,
      object: { kind: 'model', id: `${row.name}/${String(row.version)}` },
      projectId: row.project_id,
      after: { alias: row.alias, request_id: row.request_id, requested_by: row.requested_by },
      ...(act.why === '' ? {} : { reason: act.why }),
    });
  }

  now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

async function revisionOf(trx: Transaction<Database>, projectId: string): Promise<number> {
  const row = await trx
    .selectFrom('model_rules')
    .select('revision')
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row?.revision ?? 0;
}

export function movedMeanwhile(alias: string, stage: StageRow | undefined): KargahError {
  const now = stage?.version ?? null;
  return new KargahError('alias_moved', { alias, now: now === null ? '–' : now, by: stage?.by_name ?? '–' });
}

function whoIs(by: Actor): { readonly id: string; readonly name: string } {
  if (by.kind === 'user') return { id: by.userId, name: by.name };
  return by.kind === 'job' ? { id: by.jobId, name: by.jobId } : { id: 'kargah', name: 'kargah' };
}
