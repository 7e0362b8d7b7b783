import type { Kysely, Transaction } from 'kysely';
import type { Person } from '../../../access/caller.js';
import { ownedBy, type Resource } from '../../../access/resource.js';
import { inProjectsOf, type Scope } from '../../../access/scope.js';
import type { Actor, Ledger } from '../../../ledger/index.js';
import type { Clock } from '../../../lib/clock.js';
import { KargahError } from '../../../lib/errors.js';
import { readPage, type Page, type PageQuery } from '../../../lib/pages.js';
import type { Database } from '../../../storage/schema.js';
import { isPostgres, lockProject } from '../../project-lock.js';
import type { ModelCheck, RequestState } from '../contract.js';
import { othersWhoMay, requireStill } from './roles-store.js';
import type { AliasPlace, RequestRow } from './rows.js';

/** A request whose checks a bridge runs, or ran when it ended. */
export type Checking = Pick<RequestRow, 'request_id' | 'check_beat'>;

/** What was asked for, and how each of it was decided. */
export class RequestStore {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins to check a request.
   *
   * @throws {KargahError} `request_open` where somebody asked for the same at the same moment
   */
  async insert(row: RequestRow, person: Person): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      const { project_id: projectId, name, alias, version } = row;
      await lockProject(trx, projectId);
      if ((await this.open({ projectId, name, alias }, version, trx)) !== undefined)
        throw new KargahError('request_open', { version });
      await trx.insertInto('model_requests').values(row).execute();
      await this.#record(trx, person, { action: 'model.request', why: row.why }, row);
    });
  }

  async get(requestId: string): Promise<Resource<RequestRow> | null> {
    const row = await this.db
      .selectFrom('model_requests')
      .selectAll()
      .where('request_id', '=', requestId)
      .executeTakeFirst();
    return row === undefined ? null : ownedBy('model', requestId, row);
  }

  async open(
    { projectId, name, alias }: AliasPlace,
    version: number,
    db: Kysely<Database> = this.db,
  ): Promise<RequestRow | undefined> {
    return db
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

  async list(
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
      await this.decide(trx, row, state, { who: whoIs(person), at: this.now(), reason });
      const action = state === 'refused' ? 'model.refuse' : 'model.withdraw';
      await this.#record(trx, person, { action, why: reason ?? '' }, row);
    });
  }

  /** Whether other bridges may work on the same database. */
  get isShared(): boolean {
    return isPostgres(this.db);
  }

  /** Raises the beat of a request whose checks run. */
  async beat(requestId: string): Promise<void> {
    await this.db
      .updateTable('model_requests')
      .set((eb) => ({ check_beat: eb('check_beat', '+', 1) }))
      .where('request_id', '=', requestId)
      .where('state', '=', 'checking')
      .execute();
  }

  async checking(): Promise<Checking[]> {
    return this.db
      .selectFrom('model_requests')
      .select(['request_id', 'check_beat'])
      .where('state', '=', 'checking')
      .execute();
  }

  /** Ends a request whose checks no bridge runs any more, unless its beat was raised meanwhile. */
  async interrupt({ request_id: id, check_beat: beat }: Checking, check: ModelCheck): Promise<void> {
    await this.db
      .updateTable('model_requests')
      .set({ state: 'failed', checks_json: JSON.stringify([check]) })
      .where('request_id', '=', id)
      .where('state', '=', 'checking')
      .where('check_beat', '=', beat)
      .execute();
  }

  /** @throws {KargahError} `request_not_open` */
  async decide(
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

  #record(
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

  /** How many people of a project besides this one may promote. */
  othersWhoMay(projectId: string, userId: string): Promise<number> {
    return othersWhoMay(this.db, projectId, userId);
  }

  now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

export function whoIs(by: Actor): { readonly id: string; readonly name: string } {
  if (by.kind === 'user') return { id: by.userId, name: by.name };
  return by.kind === 'job' ? { id: by.jobId, name: by.jobId } : { id: 'kargah', name: 'kargah' };
}
