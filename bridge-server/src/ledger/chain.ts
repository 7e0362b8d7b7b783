import { createHash } from 'node:crypto';
import type { LedgerRow } from '../contract/ledger.js';
import { canonical } from '../lib/canonical.js';

/** The previous hash of the first row. */
export const GENESIS = '0'.repeat(64);

export type Unhashed = Omit<LedgerRow, 'hash'>;

/** SHA-256 of the row's fields as JSON, names sorted, without spaces. `kargah.cli.ledger_file` does the same. */
export function hashOf(row: Unhashed): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(row)))
    .digest('hex');
}

export interface Verdict {
  readonly rows: number;
  readonly head: { readonly seq: number; readonly hash: string } | null;
  readonly broken: { readonly seq: number; readonly why: 'missing' | 'not_linked' | 'changed' } | null;
}

/** Goes through rows in the order of `seq`, and stops at the first that is not as it was written. */
export async function verdictOn(pages: AsyncIterable<readonly LedgerRow[]>): Promise<Verdict> {
  let rows = 0;
  let head: Verdict['head'] = null;
  for await (const page of pages)
    for (const { hash, ...row } of page) {
      const seq: number = (head?.seq ?? 0) + 1;
      if (row.seq !== seq) return { rows, head, broken: { seq, why: 'missing' } };
      if (hash !== hashOf(row)) return { rows, head, broken: { seq, why: 'changed' } };
      if (row.previous_hash !== (head?.hash ?? GENESIS)) return { rows, head, broken: { seq, why: 'not_linked' } };
      rows += 1;
      head = { seq, hash };
    }
  return { rows, head, broken: null };
}
