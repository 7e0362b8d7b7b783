import { afterEach, beforeEach, expect, it } from 'vitest';
import { knownCallers, person, serve, type Served } from '../../test/app.js';
import { HandClock } from '../../test/clock.js';
import { testStorage } from '../../test/storage.js';
import type { LedgerRow } from '../contract/ledger.js';
import { GENESIS, hashOf } from '../ledger/chain.js';
import { Ledger, LedgerStore } from '../ledger/index.js';
import type { Storage } from '../storage/storage.js';
import { ledgerRoutes } from './ledger-routes.js';

const NOON = Date.parse('2026-11-28T12:00:00.000Z');
const sara = person('sara');
const reza = person('reza');
const mina = person('mina', { role: 'admin' });
const job = {
  kind: 'job',
  jobId: 'job_1',
  userId: 'sara',
  projectId: 'prj_sara',
  workspace: 'w',
  datasetId: null,
} as const;
let storage: Storage;
let clock: HandClock;
let served: Served;
beforeEach(async () => {
  storage = await testStorage();
  clock = new HandClock(NOON);
  served = await serve({
    routes: ledgerRoutes(new LedgerStore(storage.db)),
    authenticator: knownCallers(sara, reza, mina, job),
  });
  const ledger = new Ledger(clock);
  // Five acts of Sara's and her job's in her project, a minute apart, and two of Reza's.
  for (const [who, n] of [
    [sara, 1],
    [reza, 2],
    [sara, 3],
    [job, 4],
    [sara, 5],
    [reza, 6],
    [sara, 7],
  ] as const) {
    await storage.db.transaction().execute((trx) =>
      ledger.record(trx, {
        caller: who,
        action: n === 7 ? 'dataset.share' : 'dataset.delete',
        object: { kind: 'dataset', id: `ds_${String(n)}` },
        projectId: `prj_${who.userId}`,
        before: { name: n === 5 ? '=HYPERLINK("x"),"گل"' : `گل ${String(n)}` },
      }),
    );
    clock.pass(60_000);
  }
});
afterEach(async () => {
  await served.close();
  await storage.close();
});

const get = (path: string, who: string): Promise<Response> =>
  fetch(`${served.url}/api/v1/ledger${path}`, { headers: { 'X-Kargah-Token': `token-of-${who}` } });
const seqs = async (path: string, who: string): Promise<number[]> =>
  ((await (await get(path, who)).json()) as { items: LedgerRow[] }).items.map(({ seq }) => seq);

it('shows admins all rows, and an owner those of their project', async () => {
  expect(await seqs('', 'mina')).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(await seqs('', 'sara')).toEqual([7, 5, 4, 3, 1]);
  expect(await seqs('', 'reza')).toEqual([6, 2]);
  expect(await seqs('?project_id=prj_sara', 'reza')).toEqual([]);
  expect((await get('', 'job_1')).status).toBe(403);
});

it('finds by person, their jobs among them, by action, object, project and time', async () => {
  expect(await seqs('?actor=sara', 'mina')).toEqual([7, 5, 4, 3, 1]);
  expect(await seqs('?actor=job_1', 'mina')).toEqual([4]);
  expect(await seqs('?action=dataset.share', 'mina')).toEqual([7]);
  expect(await seqs('?object=dataset/ds_3', 'mina')).toEqual([3]);
  expect(await seqs('?project_id=prj_reza', 'mina')).toEqual([6, 2]);
  expect(await seqs('?since=2026-11-28T12:02:00Z&until=2026-11-28T12:04:00.000Z', 'mina')).toEqual([4, 3]);
});

it.each(['?action=dataset.paint', '?object=dataset', '?since=yesterday', '?cursor=nonsense', '?limit=0'])(
  'refuses %s with 422',
  async (query) => {
    expect((await get(query, 'mina')).status).toBe(422);
  },
);

it('answers page by page, and nothing twice where rows are added meanwhile', async () => {
  const first = (await (await get('?limit=3', 'mina')).json()) as { items: LedgerRow[]; next_cursor: string };
  await storage.db.transaction().execute((trx) =>
    new Ledger(clock).record(trx, {
      caller: sara,
      action: 'dataset.delete',
      object: { kind: 'dataset', id: 'ds_8' },
      projectId: 'prj_sara',
    }),
  );
  expect(first.items.map(({ seq }) => seq)).toEqual([7, 6, 5]);
  expect(await seqs(`?limit=3&cursor=${first.next_cursor}`, 'mina')).toEqual([4, 3, 2]);
  const last = (await (await get('?limit=8', 'mina')).json()) as { next_cursor: string | null };
  expect(last.next_cursor).toBeNull();
});

it('exports JSON Lines, oldest first, of which every hash can be computed again', async () => {
  const answer = await get('/export', 'mina');
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toContain('kargah-ledger.jsonl');
  const rows = (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LedgerRow);
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  let previous = GENESIS;
  for (const { hash, ...row } of rows) {
    expect([row.previous_hash, hashOf(row)]).toEqual([previous, hash]);
    previous = hash;
  }
  const own = (await (await get('/export?action=dataset.delete', 'sara')).text()).trimEnd().split('\n');
  expect(own.map((line) => (JSON.parse(line) as LedgerRow).seq)).toEqual([1, 3, 4, 5]);
});

it('exports CSV that a spreadsheet opens in Persian and runs nothing of', async () => {
  const answer = await get('/export?format=csv&object=dataset/ds_5', 'mina');
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  const [head, line] = bytes.toString('utf8').slice(1).split('\r\n');
  expect(head).toMatch(/^seq,at,actor_kind,.*,previous_hash,hash$/u);
  expect(line).toContain('"{""name"":""=HYPERLINK(\\""x\\""),\\""گل\\""""}"');
});

it('says whether the chain holds, to admins', async () => {
  const head = {
    seq: 7,
    hash: ((await (await get('?limit=1', 'mina')).json()) as { items: LedgerRow[] }).items[0]!.hash,
  };
  expect(await (await get('/verify', 'mina')).json()).toEqual({ rows: 7, head, broken: null });
  expect((await get('/verify', 'sara')).status).toBe(403);
});
