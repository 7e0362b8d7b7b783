import type { LedgerRow } from '../contract/ledger.js';

const COLUMNS: readonly (readonly [string, (row: LedgerRow) => string | number | null])[] = [
  ['seq', (row) => row.seq],
  ['at', (row) => row.at],
  ['actor_kind', (row) => row.actor.kind],
  ['actor_id', (row) => row.actor.id],
  ['actor_name', (row) => row.actor.name],
  ['credential', (row) => row.actor.credential],
  ['on_behalf_of', (row) => row.on_behalf_of],
  ['action', (row) => row.action],
  ['object_kind', (row) => row.object.kind],
  ['object_id', (row) => row.object.id],
  ['project_id', (row) => row.project_id],
  ['before', (row) => json(row.before)],
  ['after', (row) => json(row.after)],
  ['reason', (row) => row.reason],
  ['count', (row) => row.count],
  ['request_id', (row) => row.request_id],
  ['from', (row) => row.from],
  ['previous_hash', (row) => row.previous_hash],
  ['hash', (row) => row.hash],
];

/** With the mark that makes spreadsheets read it as UTF-8. */
export const CSV_HEAD = `\ufeff${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One row, as RFC 4180 has it. */
export function csvLine(row: LedgerRow): string {
  return `${COLUMNS.map(([, value]) => cell(value(row))).join(',')}\r\n`;
}

function cell(value: string | number | null): string {
  if (typeof value !== 'string') return String(value ?? '');
  // A spreadsheet would run what somebody gave as a name.
  const text = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function json(facts: LedgerRow['before']): string | null {
  return facts === null ? null : JSON.stringify(facts);
}
