import { SessionKeeper } from '../api/session.js';
import type { JobLog, JobUpdate } from '../api/types.js';
import { when } from '../lib/observable.js';
import { session, TestBridge } from '../testing/bridge.js';
import { heard, TestLive } from '../testing/live.js';
import { Live, type Connection } from './client.js';
import { openSocket } from './socket.js';

let server: TestLive;
let bridge: TestBridge;
let keeper: SessionKeeper;
let live: Live;

const connected = (c: Connection): c is Connection => c.state === 'connected';
const update = (seq: number, change: Partial<JobUpdate> = {}): JobUpdate => ({
  job_id: 'job_aaaaaa',
  seq,
  state: 'running',
  progress: { fraction: 0.1, epoch: null, epochs: null, step: null, steps: null, eta_seconds: null },
  metrics: [],
  ...change,
});

beforeEach(async () => {
  server = await TestLive.start();
  bridge = await TestBridge.start(() => session('first'));
  keeper = new SessionKeeper(() => bridge.url);
  live = new Live(() => server.url, keeper, openSocket);
});
afterEach(async () => {
  live.disconnect();
  keeper.dispose();
  await server.stop();
  await bridge.stop();
});

async function signIn() {
  const socket = server.next();
  await keeper.login({ email: 'a@b.co', password: 'x' });
  await when(live.connection, connected);
  return socket;
}

describe('the live connection', () => {
  it('opens at sign-in with the token, and closes at sign-out', async () => {
    const socket = await signIn();
    expect(socket.handshake.auth).toEqual({ token: 'first' });
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    bridge.answer(() => ({ status: 204 }));
    await keeper.logout();
    await closed;
    expect(live.connection.get().state).toBe('idle');
  });

  it('presents a renewed token without reconnecting', async () => {
    const socket = await signIn();
    const told = heard(socket, 'authenticate');
    bridge.answer(() => session('second'));
    await keeper.renew();
    expect((await told).payload).toEqual({ token: 'second' });
  });

  it('tries at once when it is asked to, and takes its jobs up again', async () => {
    await signIn();
    live.subscribeJob('job_aaaaaa', { update: () => undefined, reload: () => Promise.resolve(0) });
    await server.stop();
    await when(live.connection, (c): c is Connection => c.state === 'reconnecting');
    live.retry();
    server = await TestLive.start(Number(new URL(server.url).port));
    const again = server.next();
    live.retry();
    expect((await heard(await again, 'subscribe_job')).payload).toMatchObject({ job_id: 'job_aaaaaa' });
    await when(live.connection, connected);
  });

  it('gives every point once and in order, and names the last one after a gap', async () => {
    const first = await signIn();
    const asked = heard(first, 'subscribe_job');
    const seen: number[] = [];
    const reached = new Promise<void>((resolve) => {
      const take = (u: JobUpdate): void => {
        seen.push(u.seq);
        if (u.seq === 5) {
          resolve();
        }
      };
      live.subscribeJob('job_aaaaaa', { update: take, reload: () => Promise.resolve(0) }, 3);
    });
    const { payload, ack } = await asked;
    expect(payload).toEqual({ job_id: 'job_aaaaaa', after: 3 });
    ack({ ok: true, seq: 4, reload: false });
    const again = server.next();
    first.emit('job_update', update(4));
    first.emit('job_update', update(4));
    first.emit('job_update', update(5));
    await reached;
    first.disconnect(true);
    const second = await again;
    const resumed = await heard(second, 'subscribe_job');
    expect(resumed.payload).toEqual({ job_id: 'job_aaaaaa', after: 5 });
    expect(seen).toEqual([4, 5]);
  });

  it('reads the history again when points are gone, and then goes on from where it ends', async () => {
    const socket = await signIn();
    const asked = heard(socket, 'subscribe_job');
    const seen: number[] = [];
    let give: (seq: number) => void = () => undefined;
    const reloaded = new Promise<void>((resolve) => {
      const listener = {
        update: (u: JobUpdate) => {
          seen.push(u.seq);
          if (u.seq === 12) {
            resolve();
          }
        },
        reload: () => new Promise<number>((settle) => (give = settle)),
      };
      live.subscribeJob('job_aaaaaa', listener, 3);
    });
    const { ack } = await asked;
    ack({ ok: true, seq: 10, reload: true });
    socket.emit('job_update', update(10));
    socket.emit('job_update', update(11));
    // Events keep their order: when this one is seen, both have arrived.
    const marked = new Promise<void>((resolve) => {
      live.subscribeJob('job_mark', { update: () => resolve(), reload: () => Promise.resolve(0) });
    });
    socket.emit('job_update', update(1, { job_id: 'job_mark' }));
    await marked;
    give(10);
    socket.emit('job_update', update(12));
    await reloaded;
    expect(seen).toEqual([11, 12]);
  });

  it('reads the history again when the bridge says that it left something out, until it can be read', async () => {
    const socket = await signIn();
    const asked = heard(socket, 'subscribe_job');
    const seen: number[] = [];
    let reloads = 0;
    const done = new Promise<void>((resolve) => {
      const take = (u: JobUpdate): void => {
        seen.push(u.seq);
        if (u.seq === 31) resolve();
      };
      const reload = (): Promise<number> => {
        reloads += 1;
        if (reloads === 1) return Promise.reject(new Error('away'));
        socket.emit('job_update', update(31));
        return Promise.resolve(30);
      };
      live.subscribeJob('job_aaaaaa', { update: take, reload }, 3);
    });
    (await asked).ack({ ok: true, seq: 3, reload: false });
    for (const seq of [4, 5]) socket.emit('job_update', update(seq));
    socket.emit('job_gap', { job_id: 'job_aaaaaa', seq: 5 });
    socket.emit('job_gap', { job_id: 'job_aaaaaa', seq: 20 });
    socket.emit('job_update', update(21));
    await done;
    expect(reloads).toBe(2);
    expect(seen).toEqual([4, 5, 21, 31]);
  });

  it('says so when a job is refused', async () => {
    const socket = await signIn();
    const asked = heard(socket, 'subscribe_job');
    const refused = new Promise<string>((resolve) => {
      live.subscribeJob('job_x', { update: () => undefined, reload: () => Promise.resolve(0), refused: resolve });
    });
    (await asked).ack({ ok: false, code: 'not_found' });
    expect(await refused).toBe('not_found');
  });

  it('joins log chunks by their bytes, without gaps or repetition', async () => {
    const socket = await signIn();
    const asked = heard(socket, 'subscribe_log');
    let text = '';
    const done = new Promise<void>((resolve) => {
      const chunk = (c: JobLog): void => {
        text += c.text;
        if (text.endsWith('.')) {
          resolve();
        }
      };
      live.subscribeLog('job_aaaaaa', { chunk }, 0);
    });
    (await asked).ack({ ok: true, seq: 0, reload: false });
    const log = (offset: number, next_offset: number, part: string): JobLog => ({
      job_id: 'job_aaaaaa',
      offset,
      next_offset,
      text: part,
    });
    socket.emit('job_log', log(0, 8, 'سلام'));
    socket.emit('job_log', log(0, 8, 'سلام'));
    socket.emit('job_log', log(4, 9, 'ام.'));
    await done;
    expect(text).toBe('سلام.');
  });
});
