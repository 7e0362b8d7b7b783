import { Api } from '../api/client.js';
import { Live } from '../live/client.js';
import { openSocket } from '../live/socket.js';
import { dataset, job, page, problem, session, TestBridge } from '../testing/bridge.js';
import { heard, TestLive } from '../testing/live.js';
import { when } from '../lib/observable.js';
import type { ListState } from './list.js';
import { sparksOf } from '../jobs/list/sparks.js';
import { BUILT_IN } from '../plugins/builtIn.js';
import { KargahStore } from './store.js';

let bridge: TestBridge;
let server: TestLive;
let api: Api;
let live: Live;
let store: KargahStore;
let jobs: unknown[];

beforeEach(async () => {
  jobs = [job()];
  server = await TestLive.start();
  bridge = await TestBridge.start(({ path }) => {
    if (path.includes('/auth/')) {
      return session('t');
    }
    return path.startsWith('/api/v1/train/jobs')
      ? page(...jobs)
      : path.startsWith('/api/v1/datasets')
        ? page(dataset())
        : path.startsWith('/api/v1/train/models')
          ? page()
          : problem(404, 'not_found');
  });
  api = new Api(() => bridge.url);
  live = new Live(() => server.url, api.session, openSocket);
  store = new KargahStore(api, live);
  BUILT_IN.forEach(({ lists = [] }) => lists.forEach((list) => list.addTo(store)));
});
afterEach(async () => {
  live.disconnect();
  api.session.dispose();
  await server.stop();
  await bridge.stop();
});

const ready = <T>(state: ListState<T>): state is ListState<T> => state.status === 'ready';

async function signIn() {
  const socket = server.next();
  await api.session.login({ email: 'a@b.co', password: 'x' });
  await Promise.all([
    when(store.list('jobs'), ready),
    when(store.list('datasets'), ready),
    when(store.list('models'), ready),
  ]);
  return socket;
}
const until = (test: () => boolean): Promise<unknown> =>
  when(store.list('jobs'), (_state): _state is typeof _state => test());

describe('the lists', () => {
  it('are read once at sign-in and emptied at sign-out', async () => {
    await signIn();
    expect(
      store
        .list('jobs')
        .get()
        .items.map((one) => one.name),
    ).toEqual(['mlp-digits-07']);
    expect(bridge.requests.filter((request) => request.includes('/jobs'))).toHaveLength(1);
    bridge.answer(() => ({ status: 204 }));
    await api.session.logout();
    expect(store.list('jobs').get().items).toEqual([]);
  });

  it('take new, changed and deleted things from live events, without asking again', async () => {
    const socket = await signIn();
    const asked = bridge.requests.filter((request) => request.includes('/jobs')).length;
    socket.emit('job_changed', { job: job({ job_id: 'job_bbbbbb', name: 'نو' }), deleted: false });
    await until(() => store.list('jobs').get().items.length === 2);
    expect(store.list('jobs').get().items[0]?.name).toBe('نو');
    socket.emit('job_changed', { job: job({ name: 'دیگر' }), deleted: false });
    await until(() =>
      store
        .list('jobs')
        .get()
        .items.some((one) => one.name === 'دیگر'),
    );
    socket.emit('job_changed', { job: job({ job_id: 'job_bbbbbb' }), deleted: true });
    await until(() => store.list('jobs').get().items.length === 1);
    expect(bridge.requests.filter((request) => request.includes('/jobs'))).toHaveLength(asked);
  });

  it('follow a running job point by point', async () => {
    // It is asked for as soon as the jobs are known, before the other lists are.
    const subscribed = server.next().then((one) => heard(one, 'subscribe_job'));
    const socket = await signIn();
    const { ack } = await subscribed;
    ack({ ok: true, seq: 0, reload: false });
    const progress = { fraction: 0.8, epoch: 8, epochs: 10, step: 80, steps: 100, eta_seconds: 20 };
    const metrics = [{ key: 'loss', value: 0.5, step: 80, timestamp: 1 }];
    socket.emit('job_update', { job_id: 'job_aaaaaa', seq: 1, state: 'running', progress, metrics });
    await until(() => store.list('jobs').get().items[0]?.progress.fraction === 0.8);
    expect(store.list('jobs').get().items[0]?.metrics).toEqual({ loss: 0.5 });
    expect(sparksOf(store).get()['job_aaaaaa']).toEqual([0.5]);
  });

  it('tell once that a job has ended', async () => {
    const socket = await signIn();
    const ended: string[] = [];
    const told = new Promise<void>((resolve) => {
      store.onEnded('jobs', (one) => {
        ended.push(one.state);
        resolve();
      });
    });
    socket.emit('job_changed', { job: job({ state: 'stopping' }), deleted: false });
    socket.emit('job_changed', { job: job({ state: 'stopped' }), deleted: false });
    socket.emit('job_changed', { job: job({ state: 'stopped' }), deleted: false });
    await told;
    await until(() => store.list('jobs').get().items[0]?.state === 'stopped');
    expect(ended).toEqual(['stopped']);
  });

  it('tell once of an end whose update comes before its event, with its cause', async () => {
    const subscribed = server.next().then((one) => heard(one, 'subscribe_job'));
    const socket = await signIn();
    (await subscribed).ack({ ok: true, seq: 0, reload: false });
    const ended: (string | undefined)[] = [];
    store.onEnded('jobs', (one) => ended.push(one.error?.code));
    const error = { code: 'script_failed' as const, detail: 'It failed.', detail_fa: 'نشد.' };
    const update = { job_id: 'job_aaaaaa', seq: 1, state: 'failed', progress: job().progress, metrics: [] };
    // As the bridge sends them: to the job's watchers first, then to its owner, and points that were under way after both.
    socket.emit('job_update', update);
    socket.emit('job_changed', { job: job({ state: 'failed', error }), deleted: false });
    socket.emit('job_update', { ...update, seq: 2, state: 'running' });
    socket.emit('job_changed', { job: job({ job_id: 'job_mark', name: 'after' }), deleted: false });
    await until(() => store.list('jobs').get().items.length === 2);
    expect(ended).toEqual(['script_failed']);
    expect(
      store
        .list('jobs')
        .get()
        .items.find((one) => one.job_id === 'job_aaaaaa')?.state,
    ).toBe('failed');
  });

  it('tell of a job that ended while the connection was gone', async () => {
    const socket = await signIn();
    const told = new Promise<string>((resolve) => store.onEnded('jobs', (one) => resolve(one.state)));
    jobs = [job({ state: 'lost' })];
    socket.disconnect(true);
    expect(await told).toBe('lost');
  });

  it('say nothing of jobs that had ended before they were first seen, and of those that are deleted', async () => {
    jobs = [job({ state: 'failed' })];
    const socket = await signIn();
    const ended: string[] = [];
    store.onEnded('jobs', (one) => ended.push(one.job_id));
    socket.emit('job_changed', { job: job({ job_id: 'job_bbbbbb', state: 'running' }), deleted: false });
    socket.emit('job_changed', { job: job({ job_id: 'job_bbbbbb', state: 'stopped' }), deleted: true });
    socket.emit('job_changed', { job: job({ job_id: 'job_mark' }), deleted: false });
    await until(() =>
      store
        .list('jobs')
        .get()
        .items.some((one) => one.job_id === 'job_mark'),
    );
    expect(ended).toEqual([]);
  });

  it('that nobody answered for are read when the network is back', async () => {
    // As a proxy answers whose server is away.
    bridge.answer(({ path }) => (path.includes('/auth/') ? session('t') : { status: 502 }));
    await api.session.login({ email: 'a@b.co', password: 'x' });
    await when(store.list('jobs'), (state): state is typeof state => state.error?.code === 'unreachable');
    bridge.answer(({ path }) => (path.startsWith('/api/v1/train/jobs') ? page(job()) : page()));
    window.dispatchEvent(new Event('online'));
    await when(store.list('jobs'), ready);
    expect(store.list('jobs').get().items).toHaveLength(1);
  });

  it('are read again after a gap in the connection', async () => {
    const socket = await signIn();
    const again = server.next();
    jobs = [job(), job({ job_id: 'job_cccccc', name: 'در این میان' })];
    socket.disconnect(true);
    await again;
    await until(() => store.list('jobs').get().items.length === 2);
    expect(store.list('jobs').get().items[1]?.name).toBe('در این میان');
  });

  it('say what went wrong when they could not be read', async () => {
    bridge.answer(({ path }) => (path.includes('/auth/') ? session('t') : problem(500, 'internal')));
    await api.session.login({ email: 'a@b.co', password: 'x' });
    const failed = await when(store.list('jobs'), (state): state is typeof state => state.status === 'failed');
    expect(failed.error?.code).toBe('internal');
  });
});
