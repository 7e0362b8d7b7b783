import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { HandClock } from '../../test/clock.js';
import { ROOT } from '../../test/bridge.js';
import { testStorage } from '../../test/storage.js';
import { LEDGER, type LedgerKind, type LedgerRow } from '../contract/ledger.js';
import { KargahError } from '../lib/errors.js';
import { duringRequest } from '../lib/request-origin.js';
import type { Storage } from '../storage/storage.js';
import type { Act, Facts } from './act.js';
import { GENESIS, hashOf, verdictOn } from './chain.js';
import { Ledger } from './ledger.js';
import { OutsideActs } from './outside.js';
import { LedgerStore } from './store.js';

const NOON = Date.parse('2026-11-28T12:00:00.000Z');
const sara = { kind: 'user', userId: 'u_sara', name: 'سارا', sessionId: 'ses_1' } as const;
let storage: Storage;
let clock: HandClock;
let ledger: Ledger;
let store: LedgerStore;
beforeEach(async () => {
  storage = await testStorage();
  clock = new HandClock(NOON);
  ledger = new Ledger(clock);
  store = new LedgerStore(storage.db);
});
afterEach(() => storage.close());

const record = (act: Act): Promise<void> => storage.db.transaction().execute((trx) => ledger.record(trx, act));
const made = (id: string, name = 'نوت‌بوک'): Act => ({
  caller: sara,
  action: 'token.make',
  object: { kind: 'token', id },
  projectId: 'prj_1',
  after: { name, expires_at: null },
});
const all = { within: null } as const;
const verdict = () => verdictOn(store.pages(all));
/** As somebody does who has the file and is not held by what the database refuses. */
const behind = async (change: ReturnType<typeof sql>): Promise<void> => {
  for (const act of ['update', 'delete']) await sql.raw(`drop trigger if exists ledger_no_${act}`).execute(storage.db);
  await change.execute(storage.db);
};

describe('a row', () => {
  it('says who did what to which object, before and after, when, from where and in which request', async () => {
    const act: Act = {
      caller: sara,
      action: 'member.change',
      object: { kind: 'member', id: 'prj_1/u_reza' },
      projectId: 'prj_1',
      before: { role: 'viewer' },
      after: { role: 'editor' },
      reason: 'یک همکار تازه',
    };
    await duringRequest({ requestId: 'request-1', from: '10.0.0.7' }, () => record(act));
    const [row] = await store.page(all, 10, null);
    expect(row).toEqual({
      seq: 1,
      at: '2026-11-28T12:00:00.000Z',
      actor: { kind: 'user', id: 'u_sara', name: 'سارا', credential: 'ses_1' },
      on_behalf_of: null,
      action: 'member.change',
      object: { kind: 'member', id: 'prj_1/u_reza' },
      project_id: 'prj_1',
      before: { role: 'viewer' },
      after: { role: 'editor' },
      reason: 'یک همکار تازه',
      count: 1,
      request_id: 'request-1',
      from: '10.0.0.7',
      previous_hash: GENESIS,
      hash: row!.hash,
    });
    const { hash, ...rest } = row!;
    expect(hash).toBe(hashOf(rest));
  });

  it('of a job names whose job it is, and one of the bridge itself belongs to no request', async () => {
    await duringRequest({ requestId: 'request-1', from: '10.0.0.7' }, async () => {
      await record({ ...made('tok_1'), caller: { kind: 'job', jobId: 'job_1', userId: 'u_sara' } });
      await record({ ...made('tok_2'), caller: { kind: 'server' } });
    });
    const [ofServer, ofJob] = await store.page(all, 10, null);
    expect(ofJob).toMatchObject({
      actor: { kind: 'job', id: 'job_1' },
      on_behalf_of: 'u_sara',
      request_id: 'request-1',
    });
    expect(ofServer).toMatchObject({ actor: { kind: 'server' }, on_behalf_of: null, request_id: null, from: null });
  });

  it('is not there when the transaction of the act is taken back', async () => {
    const act = storage.db.transaction().execute(async (trx) => {
      await ledger.record(trx, made('tok_1'));
      throw new Error('the act failed');
    });
    await expect(act).rejects.toThrow('the act failed');
    expect(await verdict()).toEqual({ rows: 0, head: null, broken: null });
  });
});

describe('no secret', () => {
  it('is a fact of anything: no name of one is among the facts', () => {
    for (const { facts } of Object.values(LEDGER))
      for (const fact of facts)
        expect(fact).not.toMatch(/pass|secret|hash|sha(?:1|256)|sealed|url|cookie|^token$|^key$/u);
    expectTypeOf<Extract<keyof Facts<LedgerKind>, 'password' | 'token' | 'sealed_url' | 'sha256'>>().toBeNever();
  });

  it('gets into a row by a field that the ledger does not keep, nor as a name that somebody gave', async () => {
    const token = `kgp_${'x'.repeat(43)}`;
    const jwt = `eyJhbGciOiJFZERTQSJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;
    // @ts-expect-error a password is no fact of a person
    const typed: Facts<'person'> = { name: 'سارا', password: 'a quiet blue lamp' };
    const after = { ...typed, sealed_url: 'postgres://u:p@host/db' } as Facts<'person'>;
    await record({
      caller: { ...sara, name: `me ${token}` },
      action: 'person.change',
      object: { kind: 'person', id: 'u_sara' },
      projectId: null,
      before: { name: `old ${token}` },
      after,
      reason: `because ${jwt}`,
    });
    const [row] = await store.page(all, 1, null);
    expect(row).toMatchObject({ before: { name: 'old [token]' }, after: { name: 'سارا' }, reason: 'because [token]' });
    const whole = JSON.stringify(await storage.db.selectFrom('ledger').selectAll().execute());
    for (const secret of [token, jwt, 'a quiet blue lamp', 'postgres://']) expect(whole).not.toContain(secret);
  });
});

describe('the chain', () => {
  it('holds with a clock that was set back, in names that are cut in half, and with what no column can hold', async () => {
    await record(made('tok_1', 'نام\0 با نیمهٔ \ud83d'));
    clock.set(NOON - 3_600_000);
    await record(made('tok_2', 'ی'.repeat(5_000)));
    await record(made('tok_3', `${'x'.repeat(399)}😀`));
    expect(await verdict()).toMatchObject({ rows: 3, broken: null });
    expect((await store.page(all, 10, null)).map(({ seq, at }) => [seq, at.slice(11, 16)])).toEqual([
      [3, '11:00'],
      [2, '11:00'],
      [1, '12:00'],
    ]);
  });

  it.each([
    ['changed', 2, sql`update ledger set after_json = '{"name":"another"}' where seq = 2`],
    ['changed', 2, sql`update ledger set actor_id = 'u_reza' where seq = 2`],
    ['missing', 2, sql`delete from ledger where seq = 2`],
    ['missing', 1, sql`delete from ledger where seq = 1`],
    ['changed', 3, sql`update ledger set after_json = '{' where seq = 3`],
  ] as const)('names the first row that is %s', async (why, seq, change) => {
    for (const id of ['tok_1', 'tok_2', 'tok_3', 'tok_4']) await record(made(id));
    expect(await verdict()).toMatchObject({ rows: 4, broken: null });
    await behind(change);
    expect((await verdict()).broken).toEqual({ seq, why });
  });

  it('tells a row that was written anew with a hash of its own', async () => {
    for (const id of ['tok_1', 'tok_2', 'tok_3']) await record(made(id));
    const { hash, ...row } = (await store.page(all, 1, 3))[0]!;
    const forged = { ...row, actor: { ...row.actor, id: 'u_reza' } };
    await behind(sql`update ledger set actor_id = 'u_reza', hash = ${hashOf(forged)} where seq = 2`);
    expect(hashOf(forged)).not.toBe(hash);
    expect((await verdict()).broken).toEqual({ seq: 3, why: 'not_linked' });
  });

  it('is guarded by the database itself', async () => {
    await record(made('tok_1'));
    for (const change of [sql`update ledger set reason = 'x'`, sql`delete from ledger`])
      await expect(change.execute(storage.db)).rejects.toThrow('rows of the ledger are only added');
  });

  it('stays one when many write at once', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => record(made(`tok_${String(n)}`))));
    expect(await verdict()).toMatchObject({ rows: 50, head: { seq: 50 }, broken: null });
  });

  it('is taken alike by Python, which holds the same example', async () => {
    const lines = readFileSync(join(ROOT, 'trainer/tests/ledger-example.jsonl'), 'utf8').trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as LedgerRow);
    const pages = async function* (): AsyncGenerator<LedgerRow[]> {
      yield await Promise.resolve(rows);
    };
    expect(await verdictOn(pages())).toMatchObject({ rows: 5, head: { seq: 5 }, broken: null });
  });
});

describe('of what another server does', () => {
  const gone: Act = {
    caller: sara,
    action: 'run.delete',
    object: { kind: 'run', id: 'r1' },
    projectId: 'prj_1',
  };
  const failed: unknown[] = [];
  const outside = (alone = true): OutsideActs =>
    new OutsideActs({ db: storage.db, ledger, clock, log: { error: (what) => void failed.push(what) }, alone });
  const rows = async (): Promise<unknown[]> =>
    (await store.page(all, 10, null)).map(({ action, actor, reason, from }) => [action, actor.id, reason, from]);
  const kept = () => storage.db.selectFrom('outside_acts').selectAll().execute();

  it('the act is told when it was done, and not when it was refused', async () => {
    const acts = outside();
    expect(
      await acts.during(
        gone,
        () => Promise.resolve(409),
        () => 'refused',
      ),
    ).toBe(409);
    const refused = acts.during(gone, () => Promise.reject(new KargahError('not_found')));
    await expect(refused).rejects.toMatchObject({ code: 'not_found' });
    expect(await rows()).toEqual([]);
    await duringRequest({ requestId: 'request-1', from: '10.0.0.7' }, () =>
      acts.during(gone, () => Promise.resolve(200)),
    );
    expect(await rows()).toEqual([['run.delete', 'u_sara', null, '10.0.0.7']]);
    expect([await kept(), failed]).toEqual([[], []]);
  });

  it('an act of which no answer came is told with just that as the reason', async () => {
    const cut = outside().during(gone, () => Promise.reject(new KargahError('mlflow_unavailable')));
    await expect(cut).rejects.toMatchObject({ code: 'mlflow_unavailable' });
    expect(await rows()).toEqual([['run.delete', 'u_sara', 'outcome_unknown', null]]);
  });

  it('an act in the midst of which the bridge was killed is told by the next one, once, with who did it and from where', async () => {
    const [asked, ended] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const killed = duringRequest({ requestId: 'request-1', from: '10.0.0.7' }, () =>
      outside().during(gone, async () => {
        asked.resolve(undefined);
        await ended.promise;
      }),
    );
    await asked.promise;
    // Another bridge of the database leaves alone what may still be going on.
    const beside = outside(false);
    await beside.start();
    beside.stop();
    expect(await rows()).toEqual([]);
    const next = outside();
    await next.start();
    next.stop();
    const told = [['run.delete', 'u_sara', 'outcome_unknown', '10.0.0.7']];
    expect(await rows()).toEqual(told);
    ended.resolve(undefined);
    await killed;
    expect(await rows()).toEqual(told);
    expect(await verdict()).toMatchObject({ broken: null });
  });
});
