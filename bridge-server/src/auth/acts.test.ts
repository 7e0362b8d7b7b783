import { afterEach, beforeEach, expect, it } from 'vitest';
import { authApp, type AuthApp } from '../../test/support/auth.js';

let app: AuthApp;
beforeEach(async () => {
  app = await authApp();
});
afterEach(() => app.close());

const acts = async (): Promise<unknown[]> =>
  (await app.told()).map(({ action, actor, object, before, after, reason }) => [
    action,
    actor.id,
    object.id,
    before,
    after,
    reason,
  ]);

it('writes down who made an account, came with a new browser, made and revoked a token, and ended a session', async () => {
  const { token, user, cookies } = await app.signUp('sara');
  const body = { name: 'نوت‌بوک', expires_in_days: 7 };
  const made = await app.call('POST', '/api/v1/auth/tokens', { token, body });
  const { token_id, expires_at } = (await made.json()) as { token_id: string; expires_at: string };
  await app.call('DELETE', `/api/v1/auth/tokens/${token_id}`, { token });
  expect((await app.call('DELETE', `/api/v1/auth/tokens/${token_id}`, { token })).status).toBe(404);
  await app.call('POST', '/api/v1/auth/logout', { cookies });
  const named = { name: 'نوت‌بوک', expires_at };
  const id = user.user_id;
  const [, , , , end] = await app.told();
  expect(await acts()).toEqual([
    ['person.register', id, id, null, { name: 'sara', email: 'sara@example.org', role: 'admin' }, null],
    ['person.sign_in', id, id, null, { new_device: true }, null],
    ['token.make', id, token_id, null, { ...named, scopes: null, project_id: null }, null],
    ['token.revoke', id, token_id, named, null, null],
    ['session.end', id, end!.object.id, { user_id: id }, null, 'logout'],
  ]);
  for (const { request_id, from } of await app.told())
    expect([request_id, from]).toEqual([expect.any(String), expect.stringContaining('127.0.0.1')]);
});

it('does not write down a sign-in from a browser that is known', async () => {
  const { cookies, user } = await app.signUp('sara');
  const before = (await app.told()).length;
  const body = { email: user.email, password: 'a quiet blue lamp' };
  expect((await app.call('POST', '/api/v1/auth/login', { body, cookies })).status).toBe(200);
  expect(await app.told()).toHaveLength(before);
  expect((await app.call('POST', '/api/v1/auth/login', { body })).status).toBe(200);
  expect((await app.told()).at(-1)).toMatchObject({ action: 'person.sign_in', after: { new_device: true } });
});

it('names the bridge itself where it ends a session whose refresh token was used a second time', async () => {
  const { cookies, user } = await app.signUp('sara');
  const refresh = () => app.call('POST', '/api/v1/auth/refresh', { cookies });
  expect((await refresh()).status).toBe(200);
  app.clock.pass(60_000);
  expect((await refresh()).status).toBe(401);
  expect((await app.told()).at(-1)).toMatchObject({
    actor: { kind: 'server' },
    action: 'session.end',
    before: { user_id: user.user_id },
    reason: 'reused',
  });
});

it('makes no account without its row, nor a row without its account', async () => {
  await app.signUp('sara');
  const told = (await app.told()).length;
  const body = { email: 'sara@example.org', password: 'another quiet lamp' };
  expect((await app.call('POST', '/api/v1/auth/register', { body })).status).toBe(409);
  expect(await app.told()).toHaveLength(told);
});
