import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventEmitter, once } from 'node:events';
import { pino } from 'pino';
import type { Socket as ServerSocket } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireAccess } from '../access/require-access.js';
import { person } from '../../test/app.js';
import { HandClock } from '../../test/clock.js';
import { HUNG_MS } from '../../test/hung.js';
import { EVENT_PERMISSIONS, EVENTS, type JobGap, type JobLog, type JobUpdate } from '../contract/live.js';
import { TRUST_MS, type Held } from '../access/memberships.js';
import { PERMISSIONS } from '../contract/permissions.js';
import type { MetricPoint } from '../contract/training/metrics.js';
import type { ProjectRole } from '../contract/projects.js';
import type { Progress } from '../contract/training/training.js';
import { KargahError } from '../lib/errors.js';
import type { Authenticator } from '../http/route.js';
import type { Caller } from '../access/caller.js';
import { createLive, GRACE_MS, type Live } from './live.js';
import { takeRequests, type Viewer } from './viewer.js';
import { PERSON_RATE, SOCKET_RATE } from './pace.js';

/** More than a viewer may be behind, beside what the network itself holds. */
const SENT = 2_400;
/** How long points wait for others, and how often slow viewers are looked at; and more than both. */
const WINDOW_MS = 20;
const SOON_MS = 50;
const SESSION_MS = 900_000;
const progress: Progress = { fraction: 0.5, epoch: 1, epochs: 2, step: 10, steps: 20, eta_seconds: 3 };
const point = (step: number): MetricPoint => ({ key: 'loss', value: 1 / (step + 1), step, timestamp: 1000 + step });
const running = (...steps: number[]) => ({ state: 'running' as const, progress, metrics: steps.map(point) });

let clock: HandClock;
let server: Server;
let live: Live;
let callers: Map<string, Caller>;
let logText: string;
let watched: number;
const ended = new Set<string>();
const sockets: Socket[] = [];

beforeEach(async () => {
  clock = new HandClock();
  callers = new Map<string, Caller>([
    ['sara', person('sara', { sessionId: 's1', expiresAt: Infinity })],
    ['reza', person('reza', { expiresAt: Infinity })],
    ['short', person('sara', { expiresAt: clock.now() + SESSION_MS })],
  ]);
  logText = '';
  watched = 0;
  ended.clear();
  others = new Map();
  await open();
});
afterEach(close);

/** What each is a member of now: their own project, and what a test adds. */
let others: Map<string, [projectId: string, role: ProjectRole][]>;
function held(id: string): Held {
  const { projectId, workspace, memberships: own } = person(id);
  const added = (others.get(id) ?? []).map(([at, role]) => [at, { role, workspace: `ws-of-${at}` }] as const);
  return { memberships: new Map([...own, ...added]), home: { projectId, workspace } };
}

async function open(): Promise<void> {
  const authenticator: Authenticator = {
    authenticate: (token) => {
      const caller = callers.get(token);
      return caller ? Promise.resolve(caller) : Promise.reject(new KargahError('unauthenticated'));
    },
  };
  live = createLive({
    authenticator,
    allowedOrigins: ['https://lab.example.org'],
    log: pino({ level: 'silent' }),
    clock,
    memberships: { of: ({ id }) => Promise.resolve(held(id)) },
    stillGood: ({ userId }) =>
      ended.has(userId) ? Promise.reject(new KargahError('account_disabled')) : Promise.resolve(),
    jobs: {
      requireJob: (caller, permission, jobId) => {
        const job =
          jobId === 'job_1' ? ({ kind: 'job', id: jobId, projectId: 'prj_sara', row: undefined } as const) : null;
        requireAccess(caller, permission, job);
        return Promise.resolve();
      },
      watchLog: () => {
        watched += 1;
        return () => (watched -= 1);
      },
      readLog: (_, offset) => {
        const text = logText.slice(offset, offset + Math.max(4, logText.length / 50));
        return Promise.resolve(text === '' ? null : { offset, nextOffset: offset + text.length, text });
      },
    },
  });
  server = createServer();
  live.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}
async function close(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await live.close();
  server.closeAllConnections();
}

function connect(token: string, headers: Record<string, string> = {}, project_id?: unknown): Socket {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const socket = io(url, {
    transports: ['websocket'],
    auth: { token, project_id },
    forceNew: true,
    reconnection: false,
    extraHeaders: headers,
  });
  sockets.push(socket);
  return socket;
}
async function connected(token: string): Promise<Socket> {
  const socket = connect(token);
  await event(socket, 'connect');
  return socket;
}
const event = (socket: Socket, name: string): Promise<unknown> => new Promise((resolve) => socket.once(name, resolve));
const ask = (
  socket: Socket,
  name: string,
  payload: unknown,
): Promise<{ ok: boolean; seq: number; reload: boolean; code: string }> =>
  socket.timeout(HUNG_MS).emitWithAck(name, payload) as Promise<never>;
/** Collects until `enough`, then answers what came. */
function collect<T>(socket: Socket, name: string, enough: (all: T[]) => boolean): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const all: T[] = [];
    const timer = setTimeout(() => reject(new Error(`only ${JSON.stringify(all)}`)), HUNG_MS);
    socket.on(name, (value: T) => {
      all.push(value);
      if (!enough(all)) return;
      clearTimeout(timer);
      resolve(all);
    });
  });
}
const steps = (updates: JobUpdate[]) => updates.flatMap((u) => u.metrics.map((m) => m.step));

describe('a socket that asks too fast', () => {
  const unsubscribe = (socket: Socket) => ask(socket, 'unsubscribe_job', { job_id: 'job_1' });
  const many = (socket: Socket, count: number) => Promise.all(Array.from({ length: count }, () => unsubscribe(socket)));

  it('is told so, goes on at the rate it may, and a page that opens every job at once is not meant', async () => {
    const socket = await connected('sara');
    expect((await many(socket, SOCKET_RATE.atOnce)).every(({ ok }) => ok)).toBe(true);
    expect(await unsubscribe(socket)).toEqual({ ok: false, code: 'rate_limited' });
    clock.pass(1_000);
    const later = await many(socket, SOCKET_RATE.perSecond + 1);
    expect(later.filter(({ ok }) => ok)).toHaveLength(SOCKET_RATE.perSecond);
  });
  it('is cut off where it goes on, and others are not', async () => {
    const [fast, other] = [await connected('sara'), await connected('reza')];
    const cut = event(fast, 'disconnect');
    for (let n = 0; n < 2 * SOCKET_RATE.atOnce + 1; n += 1) fast.emit('authenticate', { token: 'sara' });
    await cut;
    expect((await ask(other, 'unsubscribe_job', { job_id: 'job_1' })).ok).toBe(true);
  });
  it('is not helped by opening more of them', async () => {
    const wanted = PERSON_RATE.atOnce / SOCKET_RATE.atOnce + 1;
    const sockets = await Promise.all(Array.from({ length: wanted }, () => connected('sara')));
    const answers = (await Promise.all(sockets.map((socket) => many(socket, SOCKET_RATE.atOnce)))).flat();
    expect(answers.filter(({ ok }) => ok)).toHaveLength(PERSON_RATE.atOnce);
    expect((await ask(await connected('reza'), 'unsubscribe_job', { job_id: 'job_1' })).ok).toBe(true);
  });
  it('is not let in by a token too long to be one, which nobody looks into', async () => {
    const long = 'a'.repeat(4_097);
    callers.set(long, person('sara', { expiresAt: Infinity }));
    const error = (await event(connect(long), 'connect_error')) as Error & { data: unknown };
    expect(error.data).toEqual({ code: 'unauthenticated' });
    const socket = await connected('sara');
    expect(await ask(socket, 'authenticate', { token: long })).toEqual({ ok: false, code: 'unauthenticated' });
  });
});

describe('a socket', () => {
  it('is refused without a good token, and told why', async () => {
    const error = (await event(connect('nobody'), 'connect_error')) as Error & { data: unknown };
    expect(error.data).toEqual({ code: 'unauthenticated' });
  });
  it('is refused with a job’s token', async () => {
    callers.set('job', {
      kind: 'job',
      jobId: 'job_1',
      userId: 'sara',
      projectId: 'p',
      workspace: 'w',
      datasetId: null,
    });
    const error = (await event(connect('job'), 'connect_error')) as Error & { data: unknown };
    expect(error.data).toEqual({ code: 'forbidden' });
  });
  it('is refused from a page of another origin, and taken from a named one', async () => {
    expect(await event(connect('sara', { origin: 'https://evil.example.org' }), 'connect_error')).toBeInstanceOf(Error);
    await event(connect('sara', { origin: 'https://lab.example.org' }), 'connect');
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
      expect(await ask(await connected('reza'), name, { job_id: 'job_1' })).toEqual({ ok: false, code: 'not_found' });
      expect(watched).toBe(0);
    },
  );
});

describe('a job', () => {
  it('is seen by its owner only; another’s answers like none', async () => {
    expect(await ask(await connected('reza'), 'subscribe_job', { job_id: 'job_1' })).toEqual({
      ok: false,
      code: 'not_found',
    });
    expect(await ask(await connected('sara'), 'subscribe_job', { job_id: 'job_2' })).toEqual({
      ok: false,
      code: 'not_found',
    });
  });
  it('sends every point once, in order, with numbers that rise by one', async () => {
    const sara = await connected('sara');
    const { seq } = await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    const got = collect<JobUpdate>(sara, 'job_update', (all) => steps(all).length >= 100);
    for (let i = 0; i < 100; i += 1) {
      live.jobUpdated('job_1', running(i));
      clock.pass(1);
    }
    clock.pass(WINDOW_MS);
    const updates = await got;
    expect(steps(updates)).toEqual([...Array(100).keys()]);
    // The first at once, then twenty milliseconds' worth at a time.
    expect(updates.map((u) => [u.seq - seq, u.metrics.length])).toEqual([
      ...[1, 19, 20, 20, 20, 20].map((points, i) => [i + 1, points]),
    ]);
    expect(updates[0]).toMatchObject({ state: 'running', epoch: 1, step: 10, eta_seconds: 3 });
  });
  it('tells a new state at once, with the points before it', async () => {
    const sara = await connected('sara');
    await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    const got = collect<JobUpdate>(sara, 'job_update', (all) => all.at(-1)?.state === 'succeeded');
    live.jobUpdated('job_1', running(0));
    live.jobUpdated('job_1', running(1));
    live.jobUpdated('job_1', { state: 'succeeded', progress, metrics: [] });
    expect(steps(await got)).toEqual([0, 1]);
  });
  it('gives what was missed to one who comes back', async () => {
    const { seq } = await ask(await connected('sara'), 'subscribe_job', { job_id: 'job_1' });
    live.jobUpdated('job_1', { state: 'starting', progress, metrics: [] });
    live.jobUpdated('job_1', { state: 'running', progress, metrics: [] });
    const back = await connected('sara');
    const got = collect<JobUpdate>(back, 'job_update', (all) => all.length === 2);
    expect(await ask(back, 'subscribe_job', { job_id: 'job_1', after: seq })).toEqual({
      ok: true,
      seq: seq + 2,
      reload: false,
    });
    expect((await got).map((u) => u.state)).toEqual(['starting', 'running']);
  });
  it('says to read the history when too much was missed, or the bridge began anew; numbers never fall', async () => {
    const first = await ask(await connected('sara'), 'subscribe_job', { job_id: 'job_1' });
    for (let i = 0; i < 600; i += 1)
      live.jobUpdated('job_1', { state: i % 2 ? 'running' : 'starting', progress, metrics: [] });
    const late = await connected('sara');
    const { seq, reload } = await ask(late, 'subscribe_job', { job_id: 'job_1', after: first.seq });
    expect([seq, reload]).toEqual([first.seq + 600, true]);
    await close();
    clock.pass(1_000);
    await open();
    const anew = await ask(await connected('sara'), 'subscribe_job', { job_id: 'job_1', after: seq });
    expect(anew.reload).toBe(true);
    expect(anew.seq).toBeGreaterThan(seq);
  });
  it('is no longer heard after leaving', async () => {
    const sara = await connected('sara');
    await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    await ask(sara, 'unsubscribe_job', { job_id: 'job_1' });
    let heard = 0;
    sara.on('job_update', () => (heard += 1));
    live.jobUpdated('job_1', running(1));
    await ask(sara, 'unsubscribe_job', { job_id: 'job_1' });
    expect(heard).toBe(0);
  });
  it('is refused for nonsense', async () => {
    const sara = await connected('sara');
    for (const payload of [null, 7, {}, { job_id: 'job_1', after: -1 }])
      expect(await ask(sara, 'subscribe_job', payload)).toEqual({ ok: false, code: 'validation_failed' });
  });
});

describe('a log', () => {
  it('comes from the asked byte on, whole and in order, then as it is written', async () => {
    logText = 'epoch 1\nepoch 2\n';
    const sara = await connected('sara');
    const got = collect<JobLog>(sara, 'job_log', (all) =>
      all
        .map((c) => c.text)
        .join('')
        .endsWith('end'),
    );
    expect(await ask(sara, 'subscribe_log', { job_id: 'job_1', offset: 8 })).toEqual({ ok: true });
    const before = logText.length;
    logText += 'the end';
    live.logAppended('job_1', before, logText.length, 'the end');
    const chunks = await got;
    expect(chunks.map((c) => c.text).join('')).toBe('epoch 2\nthe end');
    chunks.reduce((offset, chunk) => (expect(chunk.offset).toBe(offset), chunk.next_offset), 8);
  });
  it('is followed only while somebody looks', async () => {
    const sara = await connected('sara');
    await ask(sara, 'subscribe_log', { job_id: 'job_1' });
    expect(watched).toBe(1);
    await ask(sara, 'unsubscribe_log', { job_id: 'job_1' });
    expect(watched).toBe(0);
  });
});

it('sends a log’s new text to all who follow it, and reads it on for one who stood still', async () => {
  const [slow, sara] = [await connected('sara'), await connected('sara')];
  for (const socket of [slow, sara]) await ask(socket, 'subscribe_log', { job_id: 'job_1' });
  const whole = (all: JobLog[]): boolean => all.at(-1)?.next_offset === 400 * 8_000;
  const [got, late] = [collect<JobLog>(sara, 'job_log', whole), collect<JobLog>(slow, 'job_log', whole)];
  const wire = standingStill(slow);
  for (let i = 0; i < 400; i += 1) {
    const text = String(i % 10).repeat(8_000);
    const offset = logText.length;
    logText += text;
    live.logAppended('job_1', offset, logText.length, text);
    await turn();
  }
  expect((await got).map(({ text }) => text).join('')).toBe(logText);
  wire.resume();
  expect((await late).map(({ text }) => text).join('')).toBe(logText);
});

describe('the end of a token', () => {
  it('is told, and a fresh token keeps the socket and its rooms', async () => {
    const sara = await connected('short');
    await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    let told = false;
    sara.once('token_expired', () => (told = true));
    clock.pass(SESSION_MS - 1);
    await ask(sara, 'unsubscribe_job', { job_id: 'job_2' });
    expect(told).toBe(false);
    const expired = event(sara, 'token_expired');
    clock.pass(1);
    await expired;
    clock.pass(GRACE_MS - 1);
    expect(await ask(sara, 'authenticate', { token: 'sara' })).toEqual({ ok: true });
    clock.pass(GRACE_MS);
    const got = collect<JobUpdate>(sara, 'job_update', (all) => all.length === 1);
    live.jobUpdated('job_1', running(1));
    expect(steps(await got)).toEqual([1]);
    expect(sara.connected).toBe(true);
  });
  it('ends the socket when no fresh one comes', async () => {
    const sara = await connected('short');
    await ask(sara, 'subscribe_job', { job_id: 'job_1' });
    const gone = event(sara, 'disconnect');
    clock.pass(SESSION_MS + GRACE_MS - 1);
    expect((await ask(sara, 'subscribe_job', { job_id: 'job_1' })).ok).toBe(true);
    clock.pass(1);
    expect(await gone).toBe('io server disconnect');
  });
  it('that is at its end when the socket comes is told as well', async () => {
    callers.set('ended', person('sara', { expiresAt: clock.now() }));
    const sara = connect('ended');
    const expired = event(sara, 'token_expired');
    await event(sara, 'connect');
    clock.pass(0);
    await expired;
  });
  it('ends the socket of a session that was ended, and of one that shows another person’s token', async () => {
    const [ended, taken] = [await connected('sara'), await connected('sara')];
    taken.emit('authenticate', { token: 'reza' });
    await event(taken, 'disconnect');
    const gone = event(ended, 'disconnect');
    live.endSession('s1');
    expect(await gone).toBe('io server disconnect');
  });
});

it('tells changes of lists to their owner only, and MLflow’s state to all', async () => {
  const [sara, reza] = [await connected('sara'), await connected('reza')];
  const heard: string[] = [];
  reza.on('dataset_changed', () => heard.push('reza'));
  const change = event(sara, 'dataset_changed');
  live.datasetChanged('prj_sara', { dataset_id: 'ds_1' } as never);
  expect(await change).toEqual({ dataset: { dataset_id: 'ds_1' }, deleted: false });
  const both = Promise.all([event(sara, 'system_changed'), event(reza, 'system_changed')]);
  live.mlflowChanged('up');
  expect(await both).toEqual([{ mlflow: 'up' }, { mlflow: 'up' }]);
  expect(heard).toEqual([]);
});

/** What a page does whose network stands still: nothing is read any more, until it is. */
function standingStill(socket: Socket): { resume(): void; destroy(): void } {
  const wire = (socket.io.engine as unknown as { transport: { ws: { _socket: Wire } } }).transport.ws._socket;
  wire.pause();
  return wire;
}
interface Wire {
  pause(): void;
  resume(): void;
  destroy(): void;
}
/** The server writes between two messages. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('leaves out what a viewer that takes nothing cannot keep, tells it of the gap, and goes on from there', async () => {
  const [slow, sara] = [await connected('sara'), await connected('sara')];
  for (const socket of [slow, sara]) await ask(socket, 'subscribe_job', { job_id: 'job_1' });
  const wire = standingStill(slow);
  const viewers = live.viewers();
  const heard: number[] = [];
  slow.on('job_update', ({ seq }: JobUpdate) => heard.push(seq));
  const gap = new Promise<JobGap>((resolve) => slow.once('job_gap', resolve));
  let taken = 0;
  sara.on('job_update', () => (taken += 1));
  const got = collect<JobUpdate>(sara, 'job_update', (all) => all.length === SENT);
  const message = 'x'.repeat(10_000);
  for (let i = 0; i < SENT; i += 1) {
    live.jobUpdated('job_1', { state: i % 2 ? 'running' : 'starting', progress, metrics: [], message });
    // The other one is to keep up, however slow the machine.
    while (taken < i - 20) await turn();
  }
  const last = (await got).at(-1)!.seq;
  expect(live.viewers()).toBe(viewers);
  wire.resume();
  expect(await clock.passUntil(gap, SOON_MS)).toEqual({ job_id: 'job_1', seq: last });
  expect(heard.length).toBeLessThan(SENT);
  heard.slice(1).forEach((seq, n) => expect(seq).toBe(heard[n]! + 1));
  const next = event(slow, 'job_update') as Promise<JobUpdate>;
  live.jobUpdated('job_1', running(7));
  expect((await clock.passUntil(next, SOON_MS)).seq).toBe(last + 1);
});

it('tells no gap to a viewer that looks away meanwhile', async () => {
  const slow = await connected('sara');
  await ask(slow, 'subscribe_job', { job_id: 'job_1' });
  const wire = standingStill(slow);
  slow.emit('unsubscribe_job', { job_id: 'job_1' });
  const message = 'x'.repeat(100_000);
  for (let i = 0; i < 200; i += 1) {
    live.jobUpdated('job_1', { state: i % 2 ? 'running' : 'starting', progress, metrics: [], message });
    await turn();
  }
  let gaps = 0;
  slow.on('job_gap', () => (gaps += 1));
  wire.resume();
  // All that was sent before is taken when this is answered.
  await ask(slow, 'unsubscribe_job', { job_id: 'job_1' });
  clock.pass(SOON_MS);
  await ask(slow, 'unsubscribe_job', { job_id: 'job_1' });
  expect(gaps).toBe(0);
});

it('cuts off a viewer that takes nothing of what cannot be left out', async () => {
  const slow = await connected('sara');
  const wire = standingStill(slow);
  const name = 'x'.repeat(100_000);
  for (let i = 0; i < 1_000 && live.viewers() > 0; i += 1) {
    live.datasetChanged('prj_sara', { dataset_id: 'ds_1', name } as never);
    await turn();
  }
  expect(live.viewers()).toBe(0);
  wire.destroy();
});

it('gives a hundred viewers every point, in messages of many points', async () => {
  const all = await Promise.all(Array.from({ length: 100 }, () => connected('sara')));
  await Promise.all(all.map((socket) => ask(socket, 'subscribe_job', { job_id: 'job_1' })));
  const got = Promise.all(
    all.map((socket) => collect<JobUpdate>(socket, 'job_update', (updates) => steps(updates).length >= 500)),
  );
  for (let i = 0; i < 500; i += 1) {
    live.jobUpdated('job_1', running(i));
    if (i % 50 === 49) clock.pass(WINDOW_MS);
  }
  for (const updates of await got) {
    expect(steps(updates)).toEqual([...Array(500).keys()]);
    expect(updates.map(({ metrics }) => metrics.length)).toEqual([1, 49, 50, 50, 50, 50, 50, 50, 50, 50, 50]);
  }
});

it('lets one of many viewers go without the others noticing', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => connected('sara')));
  await Promise.all(all.map((socket) => ask(socket, 'subscribe_job', { job_id: 'job_1' })));
  all[0]!.disconnect();
  const got = Promise.all(all.slice(1).map((socket) => once(socket as never, 'job_update')));
  live.jobUpdated('job_1', running(1));
  expect(await got).toHaveLength(4);
});

describe('a member of another’s project', () => {
  /** Reza, looking at Sara's project as its viewer. */
  async function looking(): Promise<Socket> {
    others.set('reza', [['prj_sara', 'viewer']]);
    callers.set('reza', { ...person('reza', { expiresAt: Infinity }), memberships: held('reza').memberships });
    const socket = connect('reza', {}, 'prj_sara');
    await event(socket, 'connect');
    return socket;
  }
  const leave = (): Promise<void> => {
    others.set('reza', []);
    return live.membershipsChanged(['reza']);
  };

  it('is told of what happens in the project that they look at, and of no other', async () => {
    const [viewer, owner] = [await looking(), await connected('sara')];
    const heard: unknown[] = [];
    viewer.on('job_changed', (said: { job: { job_id: string } }) => heard.push(said.job.job_id));
    const ownHears = event(owner, 'job_changed');
    live.jobChanged('prj_reza', { job_id: 'job_of_reza' } as never);
    live.jobChanged('prj_sara', { job_id: 'job_1' } as never);
    await ownHears;
    await ask(viewer, 'subscribe_job', { job_id: 'job_1' });
    expect(heard).toEqual(['job_1']);
  });

  it('watches its jobs, and sees nothing more of it once they have left', async () => {
    const viewer = await looking();
    expect(await ask(viewer, 'subscribe_job', { job_id: 'job_1' })).toMatchObject({ ok: true });
    expect(await ask(viewer, 'subscribe_log', { job_id: 'job_1' })).toMatchObject({ ok: true });
    expect(watched).toBe(1);
    const heard: string[] = [];
    viewer.onAny((name: string) => heard.push(name));
    await leave();
    live.jobUpdated('job_1', running(1));
    live.jobChanged('prj_sara', { job_id: 'job_1' } as never);
    live.datasetChanged('prj_sara', { dataset_id: 'ds_1' } as never);
    live.logAppended('job_1', 0, 2, 'no');
    // What is answered after all of it came after all of it.
    expect(await ask(viewer, 'subscribe_job', { job_id: 'job_1' })).toEqual({ ok: false, code: 'not_found' });
    expect([heard, watched]).toEqual([['projects_changed'], 0]);
  });

  it('is cut off within moments where another bridge took them out', async () => {
    const viewer = await looking();
    const told = event(viewer, 'projects_changed');
    others.set('reza', []);
    clock.pass(TRUST_MS);
    await told;
    expect(await ask(viewer, 'subscribe_job', { job_id: 'job_1' })).toEqual({ ok: false, code: 'not_found' });
  });

  it('is cut off within moments where another bridge ended their session or disabled them, and nobody else is', async () => {
    const [viewer, other] = [await looking(), await connected('sara')];
    const cut = event(viewer, 'disconnect');
    ended.add('reza');
    clock.pass(TRUST_MS);
    expect(await cut).toBe('io server disconnect');
    expect(await ask(other, 'unsubscribe_job', { job_id: 'job_1' })).toMatchObject({ ok: true });
  });

  it('hears of a dataset that is shared with all once, as a member', async () => {
    const viewer = await looking();
    const heard: unknown[] = [];
    viewer.on('dataset_changed', ({ dataset }) => heard.push(dataset));
    live.datasetChanged('prj_sara', { as: 'member' } as never);
    live.datasetChangedForOthers('prj_sara', 'everyone', { as: 'other' } as never, false);
    live.datasetChangedForOthers('prj_sara', ['reza'], { as: 'other' } as never, false);
    await ask(viewer, 'unsubscribe_job', { job_id: 'job_1' });
    expect(heard).toEqual([{ as: 'member' }]);
  });

  it('is refused a project that they are not in, as one that is not there', async () => {
    for (const project of ['prj_sara', 'prj_nobody', 7])
      expect(await event(connect('reza', {}, project), 'connect_error')).toMatchObject({ data: { code: 'not_found' } });
  });
});
