import { expect, it } from 'vitest';
import { LEDGER, type LedgerKind } from '../../contract/ledger.js';
import { ALLOWED } from '../gateway/allowed.js';
import { TOLD } from './told.js';

it('of every row of the gateway that changes anything it is decided whether the ledger tells of it', () => {
  const changing = ALLOWED.filter(({ permission }) => !permission.endsWith('.read'));
  const decided = changing.map(({ method, path }) => `${method} ${path.replace(/^\/(?:ajax-)?api\/[23]\.0/u, '')}`);
  expect(new Set(Object.keys(TOLD))).toEqual(new Set(decided));
});

it('what the gateway tells is what the ledger can tell', () => {
  const acts = new Set(
    Object.entries(LEDGER).flatMap(([kind, { acts: of }]) => of.map((act: string) => `${kind as LedgerKind}.${act}`)),
  );
  expect(Object.values(TOLD).filter((action) => action !== null && !acts.has(action))).toEqual([]);
});
