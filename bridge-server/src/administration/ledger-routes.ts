import { once } from 'node:events';
import type { Response } from 'express';
import type { Caller } from '../access/caller.js';
import { mayHere } from '../access/policy.js';
import { scopeOf } from '../access/scope.js';
import { exportLedger, listLedger, verifyLedger, type LedgerFilter, type LedgerRow } from '../contract/ledger.js';
import { attachment } from '../http/answers/send-file.js';
import { route, type Route } from '../http/route.js';
import { BAD_CURSOR, decodeCursor, encodeCursor } from '../lib/pages.js';
import { KargahError } from '../lib/errors.js';
import { verdictOn, type LedgerStore, type LedgerView } from '../ledger/index.js';
import { CSV_HEAD, csvLine } from './ledger-csv.js';

export function ledgerRoutes(store: LedgerStore): Route[] {
  return [
    route(listLedger, async ({ caller, query: { limit, cursor, ...filter } }) => {
      const before = cursor === undefined ? null : placeOf(cursor);
      const rows = await store.page(viewOf(caller, filter), limit + 1, before);
      const items = rows.slice(0, limit);
      const next_cursor = rows.length > limit ? encodeCursor(['seq', String(items.at(-1)!.seq)]) : null;
      return { status: 200, json: { items, next_cursor } };
    }),
    route(exportLedger, async ({ caller, query: { format, ...filter }, res, gone }) => {
      const view = viewOf(caller, filter);
      res.setHeader('Content-Disposition', attachment(`kargah-ledger.${format}`));
      res.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8');
      await send(res, (format === 'csv' ? asCsv : asJsonLines)(store.pages(view)), gone);
      return undefined;
    }),
    route(verifyLedger, async () => ({ status: 200, json: await verdictOn(store.pages({ within: null })) })),
  ];
}

/** Admins see the whole ledger, others what happened in projects that they own. */
function viewOf(caller: Caller, filter: LedgerFilter): LedgerView {
  const { projectIds } = scopeOf(caller, 'ledger.read');
  return { ...filter, within: mayHere(caller, 'server.admin') ? null : projectIds };
}

function placeOf(cursor: string): number {
  const [name, seq] = decodeCursor(cursor);
  if (name !== 'seq' || !/^\d{1,15}$/u.test(seq))
    throw new KargahError('validation_failed', {}, { errors: [BAD_CURSOR] });
  return Number(seq);
}

async function* asJsonLines(pages: AsyncIterable<readonly LedgerRow[]>): AsyncGenerator<string> {
  for await (const rows of pages) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

async function* asCsv(pages: AsyncIterable<readonly LedgerRow[]>): AsyncGenerator<string> {
  yield CSV_HEAD;
  for await (const rows of pages) yield rows.map(csvLine).join('');
}

/** Streams at the pace of the client, and ends when the client goes away. */
async function send(res: Response, texts: AsyncIterable<string>, gone: AbortSignal): Promise<void> {
  for await (const text of texts) {
    if (gone.aborted) return;
    if (!res.write(text)) await once(res, 'drain', { signal: gone }).catch(() => undefined);
  }
  res.end();
}
