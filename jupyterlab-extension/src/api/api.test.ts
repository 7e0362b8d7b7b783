import { page, problem, session, TestBridge } from '../testing/bridge.js';
import { Api, data } from './client.js';
import { fetchInPieces, PIECE_BYTES } from './download.js';
import { ApiError } from './errors.js';

let bridge: TestBridge;
let api: Api;

beforeEach(async () => {
  bridge = await TestBridge.start(() => session('first'));
  api = new Api(() => bridge.url);
});
afterEach(async () => {
  api.session.dispose();
  await bridge.stop();
});

describe('the session', () => {
  it('is picked up again after a page reload', async () => {
    await api.session.start();
    expect(api.session.state.get()).toMatchObject({ status: 'signed_in', user: { name: 'سارا' } });
    expect(bridge.requests).toEqual(['POST /api/v1/auth/refresh']);
  });

  it('is signed out when there is no refresh cookie', async () => {
    bridge.answer(() => problem(401, 'session_expired'));
    await api.session.start();
    expect(api.session.state.get()).toEqual({ status: 'signed_out', reason: 'none' });
  });

  it('waits while nobody answers, and asks again', async () => {
    bridge.answer(() => ({ status: 502 }));
    await api.session.start();
    expect(api.session.state.get().status).toBe('unreachable');
    bridge.answer(() => session('later'));
    await api.session.start();
    expect(api.session.state.get().status).toBe('signed_in');
  });

  it('knows why when the answer says it', async () => {
    bridge.answer(() => problem(503, 'bridge_not_built', 'Not built.', 'ساخته نشده است.'));
    await api.session.start();
    expect(api.session.state.get()).toMatchObject({
      status: 'unreachable',
      reason: { detail: 'Not built.', detail_fa: 'ساخته نشده است.' },
    });
  });

  it('refuses a wrong password with its code and both texts', async () => {
    bridge.answer(() => problem(401, 'bad_credentials', 'Wrong email or password.', 'رمز یا ایمیل درست نیست.'));
    const refused = await api.session.login({ email: 'a@b.co', password: 'x' }).catch((reason: unknown) => reason);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ code: 'bad_credentials', status: 401, detail_fa: 'رمز یا ایمیل درست نیست.' });
  });

  it('says that it ended when the refresh session ended', async () => {
    await api.session.login({ email: 'a@b.co', password: 'x' });
    bridge.answer(() => problem(401, 'session_expired'));
    await expect(api.session.renew()).rejects.toMatchObject({ code: 'session_expired' });
    expect(api.session.state.get()).toEqual({ status: 'signed_out', reason: 'expired' });
  });

  it('stays when the bridge is only away', async () => {
    await api.session.login({ email: 'a@b.co', password: 'x' });
    bridge.answer(() => ({ status: 502 }));
    await expect(api.session.renew()).rejects.toMatchObject({ code: 'unreachable' });
    expect(api.session.state.get().status).toBe('signed_in');
  });

  it('shares one renewal between callers', async () => {
    await Promise.all([api.session.accessToken(), api.session.accessToken(), api.session.accessToken()]);
    expect(bridge.requests).toHaveLength(1);
  });
});

describe('a call', () => {
  it('carries the token and our own header', async () => {
    let seen: Record<string, unknown> = {};
    await api.session.login({ email: 'a@b.co', password: 'x' });
    bridge.answer(({ headers }) => {
      seen = headers;
      return page();
    });
    await data(api.http.GET('/api/v1/datasets'));
    expect(seen).toMatchObject({ 'x-kargah-token': 'first', 'x-kargah-client': 'jupyterlab' });
  });

  it('renews an expired token once, without the caller noticing', async () => {
    await api.session.login({ email: 'a@b.co', password: 'x' });
    bridge.answer(({ path, headers }) => {
      if (path.endsWith('/refresh')) {
        return session('second');
      }
      return headers['x-kargah-token'] === 'second' ? page('it') : problem(401, 'token_expired');
    });
    const answer = await data(api.http.GET('/api/v1/train/models'));
    expect(answer.items).toEqual(['it']);
    expect(bridge.requests.slice(1)).toEqual([
      'GET /api/v1/train/models',
      'POST /api/v1/auth/refresh',
      'GET /api/v1/train/models',
    ]);
  });

  it('sends its body again with the renewed token', async () => {
    await api.session.login({ email: 'a@b.co', password: 'x' });
    const bodies: string[] = [];
    bridge.answer(({ path, headers, body }) => {
      if (path.endsWith('/refresh')) {
        return session('second');
      }
      bodies.push(body.toString());
      return headers['x-kargah-token'] === 'second' ? { status: 200, body: {} } : problem(401, 'token_expired');
    });
    await api.http.PATCH('/api/v1/datasets/{dataset_id}', {
      params: { path: { dataset_id: 'ds_aaaaaa' } },
      body: { name: 'نو' },
    });
    expect(bodies).toEqual(['{"name":"نو"}', '{"name":"نو"}']);
  });

  it('is thrown as unreachable when nobody answers', async () => {
    await api.session.login({ email: 'a@b.co', password: 'x' });
    await bridge.stop();
    await expect(api.http.GET('/api/v1/train/models')).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('a download', () => {
  it('comes in pieces small enough for the proxy and is put together', async () => {
    await api.session.login({ email: 'a@b.co', password: 'x' });
    const ranges: string[] = [];
    const total = PIECE_BYTES + 10;
    bridge.answer(({ headers }) => {
      const range = headers.range ?? '';
      ranges.push(range);
      // The sizes are what is under test, not 64 MiB of bytes: each piece answers short, as a server may.
      const first = ranges.length === 1;
      const from = first ? 0 : 2;
      return {
        status: 206,
        body: first ? 0 : 1,
        headers: { 'Content-Range': `bytes ${from}-${from}/${first ? total : 2}` },
      };
    });
    const progress: number[] = [];
    const blob = await fetchInPieces(api, '/api/v1/datasets/ds_aaaaaa/content', (done) => progress.push(done));
    expect(ranges).toEqual([`bytes=0-${PIECE_BYTES - 1}`, `bytes=1-${PIECE_BYTES}`]);
    expect(blob.size).toBe(2);
    expect(progress).toEqual([1, 2]);
  });
});
