import { EventEmitter } from 'node:events';
import type { Socket as ServerSocket } from 'socket.io';
import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { person } from '../../test/app.js';
import { ask, collect, event, LiveFixture, progress, running, SESSION_MS, steps } from '../../test/support/live.js';
import { EVENT_PERMISSIONS, EVENTS, type JobLog, type JobUpdate } from '../contract/live.js';
import { PERMISSIONS } from '../contract/permissions.js';
import { GRACE_MS } from './live.js';
import { PERSON_RATE, SOCKET_RATE } from './pace.js';
import { takeRequests, type Viewer } from './viewer.js';

/** How long points wait for others. */
const WINDOW_MS = 20;

let bench: LiveFixture;
beforeEach(async () => {
  bench = await LiveFixture.open();
});
afterEach(() => bench.close());

describe('a socket that asks too fast', () => {
  const unsubscribe = (socket: Socket) => ask(socket, 'unsubscribe_job', { job_id: 'job_1' });
  const many = (socket: Socket, count: number) => Promise.all(Array.from({ length: count }, () => unsubscribe(socket)));

  it('is told so, goes on at the rate it may, and a page that opens every job at once is not meant', async () => {
    const socket = await bench.connected('sara');
    expect((await many(socket, SOCKET_RATE.atOnce)).every(({ ok }) => ok)).toBe(true);
    expect(await unsubscribe(socket)).toEqual({ ok: false, code: 'rate_limited' });
    bench.clock.pass(1_000);
    const later = await many(socket, SOCKET_RATE.perSecond + 1);
    expect(later.filter(({ ok }) => ok)).toHaveLength(SOCKET_RATE.perSecond);
  });
  it('is cut off where it goes on, and others are not', async () => {
    const [fast, other] = [await bench.connected('sara'), await bench.connected('reza')];
    const cut = event(fast, 'disconnect');
    for (let n = 0; n < 2 * SOCKET_RATE.atOnce + 1; n += 1) fast.emit('authenticate', { token: 'sara' });
    await cut;
    expect((await ask(other, 'unsubscribe_job', { job_id: 'job_1' })).ok).toBe(true);
  });
  it('is not helped by opening more of them', async () => {
    const wanted = PERSON_RATE.atOnce / SOCKET_RATE.atOnce + 1;
    const sockets = await Promise.all(Array.from({ length: wanted }, () => bench.connected('sara')));
    const answers = (await Promise.all(sockets.map((socket) => many(socket, SOCKET_RATE.atOnce)))).flat();
    expect(answers.filter(({ ok }) => ok)).toHaveLength(PERSON_RATE.atOnce);
    expect((await ask(await bench.connected('reza'), 'unsubscribe_job', { job_id: 'job_1' })).ok).toBe(true);
  });
  it('is not let in by a token too long to be one, which nobody looks into', async () => {
    const long = 'a'.repeat(4_097);
    bench.callers.set(long, person('sara', { expiresAt: Infinity }));
    const error = (await event(bench.connect(long), 'connect_error')) as Error & { data: unknown };
    expect(error.data).toEqual({ code: 'unauthenticated' });
    const socket = await bench.connected('sara');
    expect(await ask(socket, 'authenticate', { token: long })).toEqual({ ok: false, code: 'unauthenticated' });
  });
});

describe('a socket', () => {
  it('is refused without a good token, and told why', async () => {
    const error = (await event(bench.connect('nobody'), 'connect_error')) as Error & { data: unknown };
    expect(error.data).toEqual({ code: 'unauthenticated' });
  });
  it('is refused with a job’s token', async () => {
    bench.callers.set('job', {
      kind: 'job',
      jobId: 'job_1',
      userId: 'sara',
      projectId: 'p',
      workspace: 'w',
      datasetId: null,
    });
    const error = (await event(bench.connect('job'), 'connect_error')) as Error & { data: unknown };
    expect(error.data).toEqual({ code: 'forbidden' });
  });
  it('is refused from a page of another origin, and taken from a named one', async () => {
    expect(await event(bench.connect('sara', { origin: 'https://evil.example.org' }), 'connect_error')).toBeInstanceOf(
      Error,
    );
    await event(bench.connect('sara', { origin: 'https://lab.example.org' }), 'connect');
  });
});

describe('every event', () => {
  it('that a socket takes or sends is named with what it needs', () => {
    expect(Object.keys(EVENT_PERMISSIONS).sort()).toEqual(Object.values(EVENTS).toSorted());
    for (const permission of Object.values(EVENT_PERMISSIONS)) expect([null, ...PERMISSIONS]).toContain(permission);
    const socket = new EventEmitter();
    takeRequests(socket as unknown as ServerSocket, {} as Viewer, {} as Parameters<typeof takeRequests>[2]);
    expect(socket.eventNames().sort()).toEqual([
      'authenticate',
      'subscribe_job',
      'subscribe_log',
      'unsubscribe_job',
      'unsubscribe_log',
    ]);
  });
  it.each(['subscribe_job', 'subscribe_log'])(
    'that opens something is refused to who may not see it: %s',
    async (name) => {
      expect(await ask(await bench.connected('reza'), name, { job_id: 'job_1' })).toEqual({
        ok: false,
        code: 'not_found',
      });
      expect(bench.watched).toBe(0);
    },
  );
});

describe('a job', () => {
  it('is seen by its owner only; another’s answers like none', async () => {
    expect(await ask(await bench.connected('reza'), 'subscribe_job', { job_id: 'job_1' })).toEqual({
      ok: false,
      code: 'not_found',
    });
    expect(await ask(await bench.connected('sara'), 'subscribe_job', { job_id: 'job_2' })).toEqual({
      ok: false,
      code: 'not_found',
    });
  });
  it('sends every point once, in order, with numbers that rise by one', async () => {
    const sara = await bench.connected('sara');
    const { seq } = await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    const got = collect<JobUpdate>(sara, 'job_update', (all) => steps(all).length >= 100);
    for (let i = 0; i < 100; i += 1) {
      bench.live.jobUpdated('job_1', running(i));
      bench.clock.pass(1);
    }
    bench.clock.pass(WINDOW_MS);
    const updates = await got;
    expect(steps(updates)).toEqual([...Array(100).keys()]);
    // The first at once, then twenty milliseconds' worth at a time.
    expect(updates.map((u) => [u.seq - seq, u.metrics.length])).toEqual([
      ...[1, 19, 20, 20, 20, 20].map((points, i) => [i + 1, points]),
    ]);
    expect(updates[0]).toMatchObject({ state: 'running', epoch: 1, step: 10, eta_seconds: 3 });
  });
  it('tells a new state at once, with the points before it', async () => {
    const sara = await bench.connected('sara');
    await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    const got = collect<JobUpdate>(sara, 'job_update', (all) => all.at(-1)?.state === 'succeeded');
    bench.live.jobUpdated('job_1', running(0));
    bench.live.jobUpdated('job_1', running(1));
    bench.live.jobUpdated('job_1', { state: 'succeeded', progress, metrics: [] });
    expect(steps(await got)).toEqual([0, 1]);
  });
  it('gives what was missed to one who comes back', async () => {
    const { seq } = await ask(await bench.connected('sara'), 'subscribe_job', { job_id: 'job_1' });
    bench.live.jobUpdated('job_1', { state: 'starting', progress, metrics: [] });
    bench.live.jobUpdated('job_1', { state: 'running', progress, metrics: [] });
    const back = await bench.connected('sara');
    const got = collect<JobUpdate>(back, 'job_update', (all) => all.length === 2);
    expect(await ask(back, 'subscribe_job', { job_id: 'job_1', after: seq })).toEqual({
      ok: true,
      seq: seq + 2,
      reload: false,
    });
    expect((await got).map((u) => u.state)).toEqual(['starting', 'running']);
  });
  it('says to read the history when too much was missed, or the bridge began anew; numbers never fall', async () => {
    const first = await ask(await bench.connected('sara'), 'subscribe_job', { job_id: 'job_1' });
    for (let i = 0; i < 600; i += 1)
      bench.live.jobUpdated('job_1', { state: i % 2 ? 'running' : 'starting', progress, metrics: [] });
    const late = await bench.connected('sara');
    const { seq, reload } = await ask(late, 'subscribe_job', { job_id: 'job_1', after: first.seq });
    expect([seq, reload]).toEqual([first.seq + 600, true]);
    await bench.close();
    bench.clock.pass(1_000);
    await bench.open();
    const anew = await ask(await bench.connected('sara'), 'subscribe_job', { job_id: 'job_1', after: seq });
    expect(anew.reload).toBe(true);
    expect(anew.seq).toBeGreaterThan(seq);
  });
  it('is no longer heard after leaving', async () => {
    const sara = await bench.connected('sara');
    await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    await ask(sara, 'unsubscribe_job', { job_id: 'job_1' });
    let heard = 0;
    sara.on('job_update', () => (heard += 1));
    bench.live.jobUpdated('job_1', running(1));
    await ask(sara, 'unsubscribe_job', { job_id: 'job_1' });
    expect(heard).toBe(0);
  });
  it('is refused for nonsense', async () => {
    const sara = await bench.connected('sara');
    for (const payload of [null, 7, {}, { job_id: 'job_1', after: -1 }])
      expect(await ask(sara, 'subscribe_job', payload)).toEqual({ ok: false, code: 'validation_failed' });
  });
});

describe('a log', () => {
  it('comes from the asked byte on, whole and in order, then as it is written', async () => {
    bench.logText = 'epoch 1\nepoch 2\n';
    const sara = await bench.connected('sara');
    const got = collect<JobLog>(sara, 'job_log', (all) =>
      all
        .map((c) => c.text)
        .join('')
        .endsWith('end'),
    );
    expect(await ask(sara, 'subscribe_log', { job_id: 'job_1', offset: 8 })).toEqual({ ok: true });
    const before = bench.logText.length;
    bench.logText += 'the end';
    bench.live.logAppended('job_1', before, bench.logText.length, 'the end');
    const chunks = await got;
    expect(chunks.map((c) => c.text).join('')).toBe('epoch 2\nthe end');
    chunks.reduce((offset, chunk) => (expect(chunk.offset).toBe(offset), chunk.next_offset), 8);
  });
  it('is followed only while somebody looks', async () => {
    const sara = await bench.connected('sara');
    await ask(sara, 'subscribe_log', { job_id: 'job_1' });
    expect(bench.watched).toBe(1);
    await ask(sara, 'unsubscribe_log', { job_id: 'job_1' });
    expect(bench.watched).toBe(0);
  });
});

describe('the end of a token', () => {
  it('is told, and a fresh token keeps the socket and its rooms', async () => {
    const sara = await bench.connected('short');
    await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    let told = false;
    sara.once('token_expired', () => (told = true));
    bench.clock.pass(SESSION_MS - 1);
    await ask(sara, 'unsubscribe_job', { job_id: 'job_2' });
    expect(told).toBe(false);
    const expired = event(sara, 'token_expired');
    bench.clock.pass(1);
    await expired;
    bench.clock.pass(GRACE_MS - 1);
    expect(await ask(sara, 'authenticate', { token: 'sara' })).toEqual({ ok: true });
    bench.clock.pass(GRACE_MS);
    const got = collect<JobUpdate>(sara, 'job_update', (all) => all.length === 1);
    bench.live.jobUpdated('job_1', running(1));
    expect(steps(await got)).toEqual([1]);
    expect(sara.connected).toBe(true);
  });
  it('ends the socket when no fresh one comes', async () => {
    const sara = await bench.connected('short');
    await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    const gone = event(sara, 'disconnect');
    bench.clock.pass(SESSION_MS + GRACE_MS - 1);
    expect((await ask(sara, 'subscribe_job', { job_id: 'job_1' })).ok).toBe(true);
    bench.clock.pass(1);
    expect(await gone).toBe('io server disconnect');
  });
  it('that is at its end when the socket comes is told as well', async () => {
    bench.callers.set('ended', person('sara', { expiresAt: bench.clock.now() }));
    const sara = bench.connect('ended');
    const expired = event(sara, 'token_expired');
    await event(sara, 'connect');
    bench.clock.pass(0);
    await expired;
  });
  it('ends the socket of a session that was ended, and of one that shows another person’s token', async () => {
    const [ended, taken] = [await bench.connected('sara'), await bench.connected('sara')];
    taken.emit('authenticate', { token: 'reza' });
    await event(taken, 'disconnect');
    const gone = event(ended, 'disconnect');
    bench.live.endSession('s1');
    expect(await gone).toBe('io server disconnect');
  });
});

it('tells changes of lists to their owner only, and MLflow’s state to all', async () => {
  const [sara, reza] = [await bench.connected('sara'), await bench.connected('reza')];
  const heard: string[] = [];
  reza.on('dataset_changed', () => heard.push('reza'));
  const change = event(sara, 'dataset_changed');
  bench.live.datasetChanged('prj_sara', { dataset_id: 'ds_1' } as never);
  expect(await change).toEqual({ dataset: { dataset_id: 'ds_1' }, deleted: false });
  const both = Promise.all([event(sara, 'system_changed'), event(reza, 'system_changed')]);
  bench.live.mlflowChanged('up');
  expect(await both).toEqual([{ mlflow: 'up' }, { mlflow: 'up' }]);
  expect(heard).toEqual([]);
});
