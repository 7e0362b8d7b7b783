import type { Kysely } from 'kysely';
import type { LedgerFilter, LedgerRow } from '../contract/ledger.js';
import type { Database } from '../storage/schema.js';
import { rowOf } from './rows.js';

const PAGE = 1_000;

export interface LedgerView extends Partial<LedgerFilter> {
  /** Of these projects only; null for the whole ledger. */
  readonly within: readonly string[] | null;
}

/** Reads the ledger. */
export class LedgerStore {
  constructor(private readonly db: Kysely<Database>) {}

  /** Newest first. */
  async page(view: LedgerView, limit: number, before: number | null): Promise<LedgerRow[]> {
    let query = this.#rows(view);
    if (before !== null) query = query.where('seq', '<', before);
    return (await query.orderBy('seq', 'desc').limit(limit).execute()).map(rowOf);
  }

  /** The whole ledger, oldest first, a thousand rows at a time, with rows that are written meanwhile. */
  async *pages(view: LedgerView): AsyncGenerator<readonly LedgerRow[]> {
    let last = -1;
    for (;;) {
      const rows = await this.#rows(view).where('seq', '>', last).orderBy('seq').limit(PAGE).execute();
      if (rows.length > 0) yield rows.map(rowOf);
      if (rows.length < PAGE) return;
      last = rows.at(-1)!.seq;
    }
  }

  #rows({ within, actor, action, object, project_id, since, until }: LedgerView) {
    let query = this.db.selectFrom('ledger').selectAll();
    if (within !== null) query = query.where('project_id', 'in', [...within, '']);
    if (project_id !== undefined) query = query.where('project_id', '=', project_id);
    if (actor !== undefined)
      query = query.where((is) => is.or([is('actor_id', '=', actor), is('on_behalf_of', '=', actor)]));
    if (action !== undefined) query = query.where('action', '=', action);
    if (object !== undefined) {
      const [, kind = '', id = ''] = /^(\w+)\/(.+)$/su.exec(object) ?? [];
      query = query.where('object_kind', '=', kind).where('object_id', '=', id);
    }
    if (since !== undefined) query = query.where('at', '>=', moment(since));
    if (until !== undefined) query = query.where('at', '<', moment(until));
    return query;
  }
}

/** A time in the format of the rows, in which texts sort as times do. */
function moment(text: string): string {
  return new Date(text).toISOString();
}
