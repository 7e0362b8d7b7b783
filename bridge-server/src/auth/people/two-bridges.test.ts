import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Person } from '../../access/caller.js';
import { authApp, type AuthApp, type SignedUp } from '../../../test/support/auth.js';
import { testStorage } from '../../../test/storage.js';
import type { Storage } from '../../storage/storage.js';
import { TRUST_MS } from '../identity.js';

let storage: Storage;
/** Two bridges of one database. */
let here: AuthApp;
let there: AuthApp;
let mina: SignedUp;
let sara: SignedUp;
beforeEach(async () => {
  storage = await testStorage();
  here = await authApp({}, storage);
  there = await authApp({}, storage);
  mina = await here.signUp('mina');
  sara = await here.signUp('sara');
});
afterEach(async () => {
  await here.close();
  await there.close();
  await storage.close();
});

const change = (body: object): Promise<Response> =>
  here.call('PATCH', `/api/v1/people/${sara.user.user_id}`, { token: mina.token, body });
const status = async (path: string, token: string): Promise<number> =>
  (await there.call('GET', path, { token })).status;

it('whoever is disabled at one bridge is cut off at the other: tokens at once, sessions and sockets within moments', async () => {
  const made = await here.call('POST', '/api/v1/auth/tokens', { token: sara.token, body: { name: 'notebook' } });
  const { token: personal } = (await made.json()) as { token: string };
  expect([await status('/api/v1/auth/me', sara.token), await status('/api/v1/auth/me', personal)]).toEqual([200, 200]);
  const viewer = (await there.auth.authenticator.authenticate(sara.token, {})) as Person;
  await there.auth.stillGood(viewer);

  expect((await change({ disabled: true })).status).toBe(200);
  expect(await status('/api/v1/auth/me', personal)).toBe(403);
  there.clock.pass(TRUST_MS + 1);
  expect(await status('/api/v1/auth/me', sara.token)).toBe(401);
  await expect(there.auth.stillGood(viewer)).rejects.toMatchObject({ code: 'token_expired' });
  // An open socket looks once in as long again, so that all of it is within five seconds.
  expect(2 * TRUST_MS).toBeLessThan(5_000);
});

it('whoever is no administrator any more at one bridge is none at the other within moments', async () => {
  await change({ role: 'admin' });
  expect(await status('/api/v1/people', sara.token)).toBe(200);
  await change({ role: 'user' });
  there.clock.pass(TRUST_MS + 1);
  expect([await status('/api/v1/people', sara.token), await status('/api/v1/auth/me', sara.token)]).toEqual([403, 200]);
});
