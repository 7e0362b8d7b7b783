import { createHook } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importSPKI, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { HandClock } from '../../test/clock.js';
import { Ledger } from '../ledger/index.js';
import { createMail } from '../mail/index.js';
import { serve, type Served } from '../../test/app.js';
import { jobRow } from '../../test/rows.js';
import { testStorage } from '../../test/storage.js';
import { endpoint } from '../contract/endpoint.js';
import { route } from '../http/route.js';
import type { Storage } from '../storage/storage.js';
import { sha256 } from '../lib/hash.js';
import { Memberships } from '../access/memberships.js';
import { createAuth, type Auth } from './index.js';

const PASSWORD = 'a quiet blue lamp';
const who = endpoint({
  id: 'who', method: 'get', path: '/who', tag: 't', policy: 'user_or_job', permission: 'job.read', summary: '', responses: { 200: { mediaType: 'application/json', description: '' } }, errors: [],
}); // prettier-ignore

let storage: Storage;
let auth: Auth;
let served: Served;
let folder: string;
let ended: string[];
let clock: HandClock;
beforeEach(async () => {
  storage = await testStorage();
  folder = mkdtempSync(join(tmpdir(), 'kargah-auth-'));
  ended = [];
  clock = new HandClock(Date.now());
  auth = await createAuth({
    mail: createMail(null, pino({ level: 'silent' }), clock),
    storage,
    ledger: new Ledger(clock),
    memberships: new Memberships(storage.db, clock),
    config: {
      secret: 'k'.repeat(8) + 'secret-of-this-test-1234567890',
      sessionDays: 14,
      accessTokenSeconds: 900,
      keyMaxAgeDays: null,
      publicPath: '/user/x/kargah/',
      signup: 'open',
      dataDir: folder,
      socket: null,
    },
    sessionEnded: (id) => ended.push(id),
    log: pino({ level: 'silent' }),
    clock,
  });
  served = await serve({
    authenticator: auth.authenticator,
    routes: [...auth.routes, route(who, ({ caller, res }) => Promise.resolve(void res.json(caller)))],
  });
});
afterEach(async () => {
  await served.close();
  await storage.close();
  rmSync(folder, { recursive: true });
});

interface Signed {
  token: string;
  expires_at: string;
  user: { user_id: string; role: string; name: string; email: string };
}
const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(served.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const as = (token: string) => ({ 'X-Kargah-Token': token });
async function register(email = 'sara@example.org', password = PASSWORD) {
  const answer = await call('POST', '/api/v1/auth/register', {
    email,
    password,
    signup_code: auth.signUpCode() ?? undefined,
  });
  expect(answer.status).toBe(201);
  const cookie = answer.headers.getSetCookie()[0]!;
  return { ...((await answer.json()) as Signed), cookie: cookie.split(';')[0]!, setCookie: cookie };
}
const code = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];
const sessionOf = async (token: string): Promise<string> => {
  const answer = await call('GET', '/api/v1/auth/sessions', undefined, as(token));
  return ((await answer.json()) as { items: { session_id: string }[] }).items[0]!.session_id;
};
const withCookie = (cookie: string) => ({ headers: { cookie }, socket: new Socket() });
const client = { 'X-Kargah-Client': 'test' };

describe('registering', () => {
  it('signs in, makes the first account admin and the second not, each with a project of its own', async () => {
    const [first, second] = [await register(), await register('ali@example.org')];
    expect([first.user.role, second.user.role]).toEqual(['admin', 'user']);
    expect(first.user.name).toBe('sara');
    const [a, b] = await Promise.all(
      [first, second].map(
        async ({ token }) =>
          (await call('GET', '/who', undefined, as(token))).json() as Promise<{ projectId: string; workspace: string }>,
      ),
    );
    expect(a!.projectId).toMatch(/^prj_/u);
    expect(a!.workspace).toMatch(/^[a-z][a-z0-9-]+$/u);
    expect(a!.workspace).not.toBe(b!.workspace);
  });
  it('makes exactly one admin of two people who register at once', async () => {
    const both = await Promise.all([register(), register('ali@example.org')]);
    expect(both.map((p) => p.user.role).sort()).toEqual(['admin', 'user']);
  });
  it('refuses a taken e-mail in any spelling, a short password and a guessable one', async () => {
    await register();
    const attempt = (email: string, password: string) => call('POST', '/api/v1/auth/register', { email, password });
    expect(await code(await attempt('SARA@example.org', PASSWORD))).toEqual([409, 'email_taken']);
    expect(await code(await attempt('b@example.org', 'short'))).toEqual([422, 'weak_password']);
    for (const easy of ['password1234', '123456789012', 'qwertyuiop12', 'aaaaaaaaaaaaaa', 'kargah123456'])
      expect(await code(await attempt('b@example.org', easy))).toEqual([422, 'common_password']);
    expect(await code(await attempt('not an e-mail', PASSWORD))).toEqual([422, 'validation_failed']);
  });
  it('takes a Persian sentence, in whichever form the keyboard writes it', async () => {
    await register('p@example.org', 'چراغ آبی آرام é');
    expect(
      (await call('POST', '/api/auth/login', { email: 'p@example.org', password: 'چراغ آبی آرام e\u0301' })).status,
    ).toBe(200);
  });
  it('wants JSON, so that no form of another page can do it', async () => {
    const form = await fetch(`${served.url}/api/v1/auth/register`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'a@b.co' }),
    });
    expect(await code(form)).toEqual([415, 'unsupported_media_type']);
  });
});

describe('signing in', () => {
  it('answers alike for a wrong password and an unknown e-mail', async () => {
    await register();
    const wrong = await call('POST', '/api/v1/auth/login', { email: 'sara@example.org', password: 'wrong' });
    const unknown = await call('POST', '/api/v1/auth/login', { email: 'nobody@example.org', password: 'wrong' });
    const plain = async (answer: Response) => ({ ...((await answer.json()) as object), request_id: '' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await plain(wrong)).toEqual(await plain(unknown));
  });
  it('slows down after ten wrong passwords, for that e-mail only', async () => {
    await register();
    for (let i = 0; i < 10; i += 1)
      await call('POST', '/api/v1/auth/login', { email: 'x@example.org', password: 'wrong' });
    const answer = await call('POST', '/api/v1/auth/login', { email: 'X@example.org', password: 'wrong' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await code(answer)).toEqual([429, 'rate_limited']);
    expect((await call('POST', '/api/v1/auth/login', { email: 'sara@example.org', password: PASSWORD })).status).toBe(
      200,
    );
  });
});

describe('a session', () => {
  it('lives in a cookie that scripts and other sites cannot use, below the bridge’s own path', async () => {
    const { setCookie } = await register();
    expect(setCookie).toMatch(/; Path=\/user\/x\/kargah\/;/u);
    expect(setCookie).toMatch(/HttpOnly/u);
    expect(setCookie).toMatch(/SameSite=Strict/u);
  });
  it('gives fresh access tokens until it ends', async () => {
    const { cookie, token } = await register();
    const answer = await call('POST', '/api/v1/auth/refresh', undefined, { ...client, cookie });
    const fresh = (await answer.json()) as Signed;
    expect(fresh.user.email).toBe('sara@example.org');
    expect((await call('GET', '/api/v1/auth/me', undefined, as(fresh.token))).status).toBe(200);
    expect((await call('POST', '/api/v1/auth/logout', undefined, { ...client, cookie })).status).toBe(204);
    expect(await code(await call('POST', '/api/v1/auth/refresh', undefined, { ...client, cookie }))).toEqual([
      401,
      'session_expired',
    ]);
    expect(await code(await call('GET', '/api/v1/auth/me', undefined, as(token)))).toEqual([401, 'token_expired']);
    expect(ended).toHaveLength(1);
  });
  it('is refused without its cookie', async () => {
    expect(await code(await call('POST', '/api/v1/auth/refresh', undefined, client))).toEqual([401, 'session_expired']);
  });
  it('is listed without its secret, and can be ended by its owner only', async () => {
    const [sara, ali] = [await register(), await register('ali@example.org')];
    const list = await call('GET', '/api/v1/auth/sessions', undefined, { ...as(sara.token), cookie: sara.cookie });
    const { items } = (await list.json()) as { items: { session_id: string; current: boolean }[] };
    expect(items).toMatchObject([{ current: true }]);
    expect(JSON.stringify(items)).not.toContain(sara.cookie.split('=')[1]);
    const path = `/api/v1/auth/sessions/${items[0]!.session_id}`;
    expect(await code(await call('DELETE', path, undefined, as(ali.token)))).toEqual([404, 'not_found']);
    expect((await call('DELETE', path, undefined, as(sara.token))).status).toBe(204);
    expect(await code(await call('GET', '/who', undefined, as(sara.token)))).toEqual([401, 'token_expired']);
  });
});

describe('a token', () => {
  it('ends when its time is over', async () => {
    const { token } = await register();
    clock.pass(901_000);
    expect(await code(await call('GET', '/who', undefined, as(token)))).toEqual([401, 'token_expired']);
  });
  it('of another key or another purpose is refused', async () => {
    const { token } = await register();
    const opened = await call('POST', '/api/v1/auth/mlflow-session', undefined, as(token));
    const mlflow = opened.headers.getSetCookie()[0]!.split(';')[0]!.split('=')[1]!;
    for (const wrong of [mlflow, `${token.slice(0, -4)}AAAA`, 'x.y.z', 'kgp_unknown', 'kgj_unknown'])
      expect(await code(await call('GET', '/who', undefined, as(wrong)))).toEqual([401, 'unauthenticated']);
  });
  it('of a person is shown once, works, is told when used, and can be revoked', async () => {
    const { token } = await register();
    const made = (await (await call('POST', '/api/v1/auth/tokens', { name: 'notebook' }, as(token))).json()) as {
      token: string;
      token_id: string;
    };
    expect(made.token).toMatch(/^kgp_/u);
    expect((await call('GET', '/who', undefined, as(made.token))).status).toBe(200);
    const list = await (await call('GET', '/api/v1/auth/tokens', undefined, as(token))).text();
    expect(list).not.toContain(made.token);
    expect((JSON.parse(list) as { items: { last_used_at: string | null }[] }).items[0]!.last_used_at).not.toBeNull();
    const stored = JSON.stringify(await storage.db.selectFrom('api_tokens').selectAll().execute());
    expect(stored).not.toContain(made.token);
    expect((await call('DELETE', `/api/v1/auth/tokens/${made.token_id}`, undefined, as(token))).status).toBe(204);
    expect(await code(await call('GET', '/who', undefined, as(made.token)))).toEqual([401, 'unauthenticated']);
    // Sockets that it opened end with it.
    expect(ended).toContain(made.token_id);
    expect(await code(await call('DELETE', `/api/v1/auth/tokens/${made.token_id}`, undefined, as(token)))).toEqual([
      404,
      'not_found',
    ]);
  });
  it('of a job is good until the job has ended, and only where jobs may go', async () => {
    const { token, user } = await register();
    const { projectId } = (await auth.authenticator.authenticate(token, {})) as { projectId: string };
    await storage.db
      .insertInto('jobs')
      .values(
        jobRow({
          job_id: 'job_abc123',
          project_id: projectId,
          user_id: user.user_id,
          state: 'running',
          token_sha256: sha256('kgj_x'),
        }),
      )
      .execute();
    expect(await (await call('GET', '/who', undefined, as('kgj_x'))).json()).toMatchObject({
      kind: 'job',
      jobId: 'job_abc123',
      projectId,
    });
    expect(await code(await call('GET', '/api/v1/auth/me', undefined, as('kgj_x')))).toEqual([403, 'forbidden']);
    await storage.db.updateTable('jobs').set({ state: 'stopped' }).execute();
    expect(await code(await call('GET', '/who', undefined, as('kgj_x')))).toEqual([401, 'token_expired']);
  });
});

describe('a wrong sign-in', () => {
  it('costs one hash whether the e-mail is known or not, so that time tells nothing', async () => {
    await register();
    let hashes = 0;
    const watch = createHook({ init: (_id, type) => void (hashes += type === 'SCRYPTREQUEST' ? 1 : 0) }).enable();
    for (const email of ['sara@example.org', 'nobody@example.org']) {
      hashes = 0;
      await call('POST', '/api/v1/auth/login', { email, password: 'not the one at all' });
      expect([email, hashes]).toEqual([email, 1]);
    }
    watch.disable();
  });
});

describe('MLflow', () => {
  it('is shown a token of one minute that its plugin can verify', async () => {
    const { token } = await register();
    const caller = await auth.authenticator.authenticate(token, {});
    const minted = await auth.mlflow.mint(caller);
    const key = await importSPKI(auth.mlflow.publicKeyPem, 'EdDSA');
    const { payload } = await jwtVerify(minted, key, { audience: 'mlflow', issuer: 'kargah' });
    expect(payload).toMatchObject({ sub: `${caller.workspace}.editor`, role: 'user' });
    expect(payload.exp! - payload.iat!).toBe(60);
  });
  it('opens in a frame through a cookie of its own that reaches nothing else', async () => {
    const { token, user } = await register();
    const answer = await call('POST', '/api/v1/auth/mlflow-session', undefined, as(token));
    expect(await answer.json()).toMatchObject({ path: '/user/x/kargah/mlflow/' });
    const cookie = answer.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(/Max-Age=900; Path=\/user\/x\/kargah\/mlflow\/; .*HttpOnly; SameSite=Strict/u);
    expect(await auth.mlflow.callerOfCookie(withCookie(cookie.split(';')[0]!))).toMatchObject({ userId: user.user_id });
    expect(await auth.mlflow.callerOfCookie(withCookie('other=1'))).toBeNull();
    await call('DELETE', `/api/v1/auth/sessions/${await sessionOf(token)}`, undefined, as(token));
    await expect(auth.mlflow.callerOfCookie(withCookie(cookie.split(';')[0]!))).rejects.toMatchObject({
      code: 'token_expired',
    });
    const asToken = cookie.split(';')[0]!.split('=')[1]!;
    expect(await code(await call('GET', '/who', undefined, as(asToken)))).toEqual([401, 'unauthenticated']);
  });
});
