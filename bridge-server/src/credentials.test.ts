import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBridge, type TestBridge } from '../test/bridge.js';
import { raw } from '../test/support/mlflow.js';

// How a request shows whose it is, and what it cannot be made to pass for.

let bridge: TestBridge;
let sara: { readonly token: string; readonly cookie: string };

beforeAll(async () => {
  // Nothing here gets as far as MLflow.
  bridge = await testBridge({ KARGAH_MLFLOW_URL: 'http://127.0.0.1:9' });
  const answer = await bridge.signUp('sara@example.org');
  const [cookie = ''] = answer.headers.getSetCookie();
  const { token } = (await answer.json()) as { token: string };
  sara = { token, cookie: cookie.split(';')[0]! };
});
afterAll(() => bridge.close());

describe('a token', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('that is forged is refused: no algorithm, another algorithm, other claims, cut off', async () => {
    const [head = '', body = '', signature = ''] = sara.token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const forged = [
      `${part({ alg: 'none', typ: 'JWT' })}.${body}.`,
      `${part({ alg: 'none' })}.${body}.${signature}`,
      `${part({ alg: 'HS256', typ: 'JWT' })}.${body}.${signature}`,
      `${head}.${part({ ...claims, sub: 'somebody' })}.${signature}`,
      `${head}.${part({ ...claims, exp: 9_999_999_999 })}.${signature}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      'kgj_',
      'kgp_',
      'kgj_undefined',
      `kgp_${'A'.repeat(43)}`,
    ];
    for (const token of forged) expect((await bridge.call('GET', '/api/v1/auth/me', { token })).status).toBe(401);
  });

  it('of the MLflow page and the session’s own are none for the API, nor the API’s for them', async () => {
    const page = await bridge.call('POST', '/api/v1/auth/mlflow-session', { token: sara.token });
    const [name, value] = page.headers.getSetCookie()[0]!.split(';')[0]!.split('=') as [string, string];
    expect((await bridge.call('GET', '/api/v1/auth/me', { token: value })).status).toBe(401);
    expect((await bridge.call('GET', '/api/v1/auth/me', { token: sara.cookie.split('=')[1]! })).status).toBe(401);
    const cookie = `${name}=${sara.token}`;
    expect((await raw(`${bridge.url}/mlflow`, 'GET', '/version', { headers: { cookie } })).status).toBe(401);
  });

  it('travels in no address', async () => {
    for (const path of [`/api/v1/auth/me?token=${sara.token}`, `/api/v1/auth/me?access_token=${sara.token}`])
      expect((await bridge.call('GET', path)).status).toBe(401);
  });
});

describe('a page of somebody else’s', () => {
  it('signs nobody in or out and renews nothing: forms are not JSON, and cannot send our header', async () => {
    for (const path of ['/api/v1/auth/login', '/api/v1/auth/register', '/api/auth/login', '/api/auth/register']) {
      const answer = await fetch(bridge.url + path, {
        method: 'POST',
        headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
        body: JSON.stringify({ email: 'sara@example.org', password: 'a quiet blue lamp' }),
      });
      expect([path, answer.status, answer.headers.getSetCookie()]).toEqual([path, 415, []]);
    }
    for (const path of ['refresh', 'logout'])
      expect((await bridge.call('POST', `/api/v1/auth/${path}`, { headers: { cookie: sara.cookie } })).status).toBe(
        403,
      );
  });

  it('does nothing with the session’s cookie alone', async () => {
    for (const [method, path] of [
      ['GET', 'auth/me'],
      ['DELETE', 'datasets/ds_0000000000000000'],
      ['POST', 'train'],
    ] as const)
      expect((await bridge.call(method, `/api/v1/${path}`, { headers: { cookie: sara.cookie } })).status).toBe(401);
  });

  it('is not let in by a name of its own that leads to this machine', async () => {
    const ask = (host: string) => raw(bridge.url, 'GET', 'healthz', { headers: { host } });
    for (const host of [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
    ])
      expect([host, (await ask(host)).status]).toEqual([host, 421]);
    for (const host of ['localhost', 'localhost:1', '127.0.0.1', '[::1]:80'])
      expect([host, (await ask(host)).status]).toEqual([host, 200]);
    const socket = await raw(bridge.url, 'GET', 'socket.io/?EIO=4&transport=polling', {
      headers: { host: 'evil.example', origin: 'http://evil.example' },
    });
    expect([socket.status, (JSON.parse(socket.text) as { code: string }).code]).toEqual([421, 'wrong_host']);
  });

  it('gets no permission to read or to send', async () => {
    const answer = await bridge.call('OPTIONS', '/api/v1/auth/refresh', {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
