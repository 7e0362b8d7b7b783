import { afterEach, beforeEach, expect, it } from 'vitest';
import { person } from '../../test/app.js';
import { HandClock } from '../../test/clock.js';
import { testStorage } from '../../test/storage.js';
import { duringRequest } from '../lib/request-origin.js';
import type { Storage } from '../storage/storage.js';
import { verdictOn } from './chain.js';
import { Ledger } from './ledger.js';
import { Refusals } from './refusals.js';
import { LedgerStore } from './store.js';

const reza = person('reza', { sessionId: 'ses_1' });
const job = { kind: 'job', jobId: 'job_1', userId: 'sara' } as const;
let storage: Storage;
let clock: HandClock;
let refusals: Refusals;
const warned: object[] = [];
beforeEach(async () => {
  storage = await testStorage();
  clock = new HandClock();
  warned.length = 0;
  refusals = make(new Ledger(clock));
});
afterEach(async () => {
  await refusals.close();
  await storage.close();
});

function make(ledger: Pick<Ledger, 'recordRefusal'>): Refusals {
  return new Refusals({ db: storage.db, ledger, clock, log: { warn: (facts) => void warned.push(facts) } });
}
const ask = (id: string, caller: typeof reza | typeof job = reza): void =>
  refusals.add({ caller, permission: 'job.read', object: { kind: 'job', id }, projectId: 'prj_reza' });
const rows = () => new LedgerStore(storage.db).page({ within: null }, 2_000, null);

it('what was refused is written once a minute, with how often, for each who, what and on which object', async () => {
  duringRequest({ requestId: 'request-1', from: '10.0.0.7' }, () => ask('job_a'));
  duringRequest({ requestId: 'request-2', from: '10.0.0.8' }, () => ask('job_a'));
  ask('job_b');
  ask('job_a', job);
  expect(await rows()).toEqual([]);
  clock.pass(60_000);
  await refusals.write();
  const told = (await rows()).toReversed();
  expect(told.map(({ actor, object, count }) => [actor.id, object.id, count])).toEqual([
    ['reza', 'job_a', 2],
    ['reza', 'job_b', 1],
    ['job_1', 'job_a', 1],
  ]);
  expect(told[0]).toMatchObject({
    actor: { kind: 'user', credential: 'ses_1' },
    action: 'access.refuse',
    object: { kind: 'job' },
    project_id: 'prj_reza',
    reason: 'job.read',
    request_id: 'request-1',
    from: '10.0.0.7',
  });
  expect(told[2]!.on_behalf_of).toBe('sara');
  ask('job_a');
  await refusals.write();
  expect((await rows())[0]).toMatchObject({ object: { id: 'job_a' }, count: 1 });
});

it('more than a thousand different ones of a minute are one row, and the chain holds', async () => {
  for (let n = 0; n < 1_500; n += 1) ask(`job_${String(n)}`);
  await refusals.close();
  const all = await rows();
  expect(all).toHaveLength(1_001);
  expect(all[0]).toMatchObject({ object: { kind: '*', id: '*' }, reason: null, count: 500 });
  expect(await verdictOn(new LedgerStore(storage.db).pages({ within: null }))).toMatchObject({
    rows: 1_001,
    broken: null,
  });
});

it('the row for the rest of a minute is one for each who and project, and names no permission and no kind', async () => {
  for (let n = 0; n < 1_000; n += 1) ask(`job_${String(n)}`);
  for (const [permission, kind, projectId] of [
    ['dataset.read', 'dataset', 'prj_reza'],
    ['job.stop', 'job', 'prj_reza'],
    ['job.stop', 'job', 'prj_team'],
  ] as const)
    refusals.add({ caller: reza, permission, object: { kind, id: 'x' }, projectId });
  ask('job_x', job);
  await refusals.close();
  const rest = (await rows()).filter(({ object }) => object.id === '*').toReversed();
  expect(
    rest.map(({ actor, project_id, object, reason, count }) => [actor.id, project_id, object.kind, reason, count]),
  ).toEqual([
    ['reza', 'prj_reza', '*', null, 2],
    ['reza', 'prj_team', '*', null, 1],
    ['job_1', 'prj_reza', '*', null, 1],
  ]);
});

it('what could not be written is written the next time, with what came meanwhile', async () => {
  const ledger = new Ledger(clock);
  let isAway = true;
  await refusals.close();
  refusals = make({
    recordRefusal: (...told) => (isAway ? Promise.reject(new Error('no disk')) : ledger.recordRefusal(...told)),
  });
  ask('job_a');
  await refusals.write();
  expect([await rows(), warned.length]).toEqual([[], 1]);
  isAway = false;
  ask('job_a');
  await refusals.write();
  expect((await rows()).map(({ count }) => count)).toEqual([2]);
});
