import { createHook } from 'node:async_hooks';
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serve, type Served } from '../../test/app.js';
import { Ledger } from '../ledger/index.js';
import { createMail } from '../mail/index.js';
import { HandClock } from '../../test/clock.js';
import { testStorage } from '../../test/storage.js';
import { deriveKey } from '../config.js';
import type { Storage } from '../storage/storage.js';
import { Memberships } from '../access/memberships.js';
import { createAuth, type Auth } from './index.js';

const PASSWORD = 'a quiet blue lamp';
const SECRET = 'k'.repeat(8) + 'secret-of-this-test-1234567890';
const RENEW = '/api/v1/auth/refresh';

let storage: Storage;
let auth: Auth;
let served: Served;
let folder: string;
let clock: HandClock;
let ended: string[];
let warned: string[];
beforeEach(async () => {
  storage = await testStorage();
  folder = mkdtempSync(join(tmpdir(), 'kargah-attacks-'));
  clock = new HandClock(Date.now());
  [ended, warned] = [[], []];
  auth = await createAuth({
    mail: createMail(null, pino({ level: 'silent' }), clock),
    storage,
    ledger: new Ledger(clock),
    memberships: new Memberships(storage.db, clock),
    config: {
      secret: SECRET,
      sessionDays: 14,
      accessTokenSeconds: 900,
      keyMaxAgeDays: null,
      publicPath: '/',
      signup: 'open',
      dataDir: folder,
      socket: null,
    },
    sessionEnded: (id) => ended.push(id),
    log: pino({}, { write: (line: string) => void warned.push(line) }),
    clock,
  });
  served = await serve({ authenticator: auth.authenticator, routes: auth.routes });
});
afterEach(async () => {
  await served.close();
  await storage.close();
  rmSync(folder, { recursive: true });
});

interface Signed {
  readonly token: string;
  readonly session: string;
  readonly device: string;
}
const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(served.url + path, {
    method,
    headers: {
      'x-kargah-client': 't',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const said = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code];
const cookieOf = (answer: Response, purpose: string): string =>
  answer.headers
    .getSetCookie()
    .find((cookie) => cookie.includes(`kargah_${purpose}_`))
    ?.split(';')[0] ?? '';
async function register(email = 'sara@example.org'): Promise<Signed> {
  const answer = await call('POST', '/api/v1/auth/register', {
    email,
    password: PASSWORD,
    signup_code: auth.signUpCode() ?? undefined,
  });
  expect(answer.status).toBe(201);
  const { token } = (await answer.json()) as { token: string };
  return { token, session: cookieOf(answer, 'session'), device: cookieOf(answer, 'device') };
}
const renew = (cookie: string) => call('POST', RENEW, undefined, { cookie });
const login = (email: string, password: string, cookie = '') =>
  call('POST', '/api/v1/auth/login', { email, password }, cookie === '' ? {} : { cookie });
const me = (token: string) => call('GET', '/api/v1/auth/me', undefined, { 'x-kargah-token': token });

describe('a refresh token', () => {
  it('is replaced when it is used, and kept only as a SHA-256', async () => {
    const { session } = await register();
    const first = await renew(session);
    const next = cookieOf(first, 'session');
    expect([first.status, next === session]).toEqual([200, false]);
    expect((await renew(next)).status).toBe(200);
    const rows = JSON.stringify(await storage.db.selectFrom('sessions').selectAll().execute());
    for (const cookie of [session, next]) expect(rows).not.toContain(cookie.split('.').at(-1));
    const tables = await storage.db.introspection.getTables();
    expect(tables.map(({ name }) => name)).not.toContain('session');
  });

  it('works in two tabs that use it at once, and for ten seconds more', async () => {
    const { session } = await register();
    const both = await Promise.all([renew(session), renew(session)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    // Whichever answer came last, the browser has the one token that counts.
    expect(cookieOf(both[0], 'session')).toBe(cookieOf(both[1], 'session'));
    clock.pass(9_000);
    expect((await renew(session)).status).toBe(200);
    expect((await renew(cookieOf(both[0], 'session'))).status).toBe(200);
  });

  it('that is used again later ends the session for everybody who has it', async () => {
    const { session, token } = await register();
    const next = cookieOf(await renew(session), 'session');
    const newest = cookieOf(await renew(next), 'session');
    clock.pass(11_000);
    expect(await said(await renew(session))).toEqual([401, 'session_expired']);
    expect(await said(await renew(newest))).toEqual([401, 'session_expired']);
    expect(await said(await me(token))).toEqual([401, 'token_expired']);
    expect(ended).toHaveLength(1);
    expect(warned.join('')).toContain('used a second time');
    expect(warned.join('')).not.toContain(session.split('.').at(-1));
  });

  it('that is invented for somebody’s session ends nothing', async () => {
    const { session } = await register();
    const [head, generation] = session.split('.') as [string, string];
    for (const forged of [
      `${head}.${generation}.${'A'.repeat(43)}`,
      `${head}.9.${'A'.repeat(43)}`,
      `${head}.${generation}.x`,
      `${head}.-1.${'A'.repeat(43)}`,
    ])
      expect(await said(await renew(forged))).toEqual([401, 'session_expired']);
    expect((await renew(session)).status).toBe(200);
  });

  it('outlives a clock that is set back', async () => {
    const { session } = await register();
    const next = cookieOf(await renew(session), 'session');
    clock.set(clock.now() - 3_600_000);
    expect((await renew(next)).status).toBe(200);
  });

  it('ends when nobody used it for the days of a session', async () => {
    const { session } = await register();
    clock.pass(14 * 86_400_000);
    expect(await said(await renew(session))).toEqual([401, 'session_expired']);
  });
});

describe('a personal token', () => {
  it('makes no tokens, and ends neither tokens nor sessions', async () => {
    const { token } = await register();
    const answer = await call('POST', '/api/v1/auth/tokens', { name: 'mine' }, { 'x-kargah-token': token });
    const made = (await answer.json()) as { token: string; token_id: string };
    const personal = { 'x-kargah-token': made.token };
    const list = await call('GET', '/api/v1/auth/sessions', undefined, personal);
    const { items } = (await list.json()) as { items: { session_id: string }[] };
    const refused = [403, 'session_required'];
    expect(await said(await call('POST', '/api/v1/auth/tokens', { name: 'more' }, personal))).toEqual(refused);
    for (const path of [`tokens/${made.token_id}`, `sessions/${items[0]!.session_id}`])
      expect([path, ...(await said(await call('DELETE', `/api/v1/auth/${path}`, undefined, personal)))]).toEqual([
        path,
        ...refused,
      ]);
    expect((await me(token)).status).toBe(200);
  });
});

describe('an access token', () => {
  it('signed with the right key passes only as we write it', async () => {
    const { token } = await register();
    const der = Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      deriveKey(SECRET, 'jwt:kargah'),
    ]);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    const kid = createHash('sha256').update(spki).digest('base64url').slice(0, 16);
    const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
    const sign = (header: object, changes: object = {}) =>
      new SignJWT({ ...payload, ...changes }).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(key);
    expect((await me(await sign({ typ: 'at+jwt', kid }))).status).toBe(200);
    for (const header of [{ typ: 'JWT', kid }, { kid }, { typ: 'at+jwt' }, { typ: 'at+jwt', kid: 'other' }])
      expect(await said(await me(await sign(header)))).toEqual([401, 'unauthenticated']);
    // The session is known by now; the person must be its own all the same.
    const other = await sign({ typ: 'at+jwt', kid }, { sub: 'somebody-else' });
    expect(await said(await me(other))).toEqual([401, 'unauthenticated']);
    const odd = await sign({ typ: 'at+jwt', kid }, { sid: { a: 1 } });
    expect(await said(await me(odd))).toEqual([401, 'unauthenticated']);
  });

  it('is refused with its signature in another spelling', async () => {
    const { token } = await register();
    const last = token.at(-1)!;
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = letters[letters.indexOf(last) ^ 1]!;
    for (const spelled of [`${token}=`, `${token}==`, token.slice(0, -1) + twin])
      expect(await said(await me(spelled))).toEqual([401, 'unauthenticated']);
    expect((await me(token)).status).toBe(200);
  });
});

describe('somebody who tries passwords', () => {
  it('slows down no browser that the person signed in with before, and no other one for long', async () => {
    const { device } = await register();
    for (let i = 0; i < 10; i += 1) await login('sara@example.org', 'wrong');
    expect(await said(await login('sara@example.org', PASSWORD))).toEqual([429, 'rate_limited']);
    expect((await login('sara@example.org', PASSWORD, device)).status).toBe(200);
    const told = await login('sara@example.org', PASSWORD);
    const seconds = Number(told.headers.get('retry-after'));
    expect([told.status, seconds <= 10]).toEqual([429, true]);
    clock.pass(seconds * 1000);
    expect((await login('sara@example.org', PASSWORD)).status).toBe(200);
  });

  it('is not let on by a cookie of their own, or an invented one', async () => {
    await register();
    const reza = await register('reza@example.org');
    for (let i = 0; i < 10; i += 1) await login('sara@example.org', 'wrong', reza.device);
    for (const cookie of [reza.device, reza.device.replace(/=.*/u, `=${'A'.repeat(43)}`)])
      expect(await said(await login('sara@example.org', 'wrong', cookie))).toEqual([429, 'rate_limited']);
  });

  it('is counted at home too', async () => {
    const { device } = await register();
    for (let i = 0; i < 10; i += 1) await login('sara@example.org', 'wrong', device);
    expect(await said(await login('sara@example.org', 'wrong', device))).toEqual([429, 'rate_limited']);
  });

  it('is counted by address over all e-mails', async () => {
    const { device } = await register();
    const seen: number[] = [];
    for (let i = 0; i < 60; i += 1) seen.push((await login(`nobody${String(i)}@example.org`, 'wrong')).status);
    expect([seen.slice(0, 50), seen.slice(50)]).toEqual([Array(50).fill(401), Array(10).fill(429)]);
    expect((await login('sara@example.org', PASSWORD, device)).status).toBe(200);
  });

  it('has two passwords hashed at once, a few waiting, and is told to come again beyond', async () => {
    await register();
    let [now, most] = [0, 0];
    const hashing = new Set<number>();
    const hook = createHook({
      init: (id, type) => {
        if (type !== 'SCRYPTREQUEST') return;
        hashing.add(id);
        most = Math.max(most, (now += 1));
      },
      before: (id) => {
        if (hashing.delete(id)) now -= 1;
      },
    }).enable();
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => login(`nobody${String(i)}@example.org`, 'wrong')),
    );
    hook.disable();
    expect(most).toBe(2);
    const refused = all.filter(({ status }) => status === 429);
    expect(all.filter(({ status }) => status === 401).length + refused.length).toBe(40);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map((answer) => answer.headers.get('retry-after')))).toEqual(new Set(['1']));
  });
});

it('does not close sign-up to others by making many accounts', async () => {
  await register();
  const make = (i: number) =>
    call('POST', '/api/v1/auth/register', { email: `x${String(i)}@example.org`, password: 'short' });
  for (let i = 0; i < 110; i += 1) await make(i);
  const told = await make(0);
  expect(told.status).toBe(429);
  clock.pass(Number(told.headers.get('retry-after')) * 1000);
  await register('mina@example.org');
});

it('refuses a password that grows beyond what can be hashed, with a sentence and not with a fault', async () => {
  await register();
  // One letter of this kind becomes eighteen.
  const password = 'ﷺ'.repeat(300);
  const answer = await call('POST', '/api/v1/auth/register', { email: 'reza@example.org', password });
  expect(await said(answer)).toEqual([422, 'password_too_long']);
  expect(await said(await login('sara@example.org', password))).toEqual([401, 'bad_credentials']);
});
