import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authApp, type AuthApp, type SignedUp } from '../../../test/support/auth.js';
import { testStorage } from '../../../test/storage.js';
import type { Storage } from '../../storage/storage.js';
import { HandClock } from '../../../test/clock.js';
import { LOOK_MS, type Seeds } from './key-ring.js';
import { TokenKey } from './keys.js';

const DAY_MS = 86_400_000;
const LIFE_MS = 900_000;

let storage: Storage;
let app: AuthApp;
let mina: SignedUp;
beforeEach(async () => {
  storage = await testStorage();
  app = await authApp({}, storage);
  mina = await app.signUp('mina');
});
afterEach(async () => {
  await app.close();
  await storage.close();
});

const rotate = (token = mina.token): Promise<Response> => app.call('POST', '/api/v1/server/keys/rotate', { token });
const status = async (at: AuthApp, token: string): Promise<number> =>
  (await at.call('GET', '/api/v1/auth/me', { token })).status;
const login = async (at: AuthApp): Promise<string> => {
  const body = { email: 'mina@example.org', password: 'a quiet blue lamp' };
  return ((await (await at.call('POST', '/api/v1/auth/login', { body })).json()) as SignedUp).token;
};
const kidOf = (token: string): string | undefined => decodeProtectedHeader(token).kid;
const rotations = async (): Promise<unknown[]> =>
  (await app.told())
    .filter(({ action }) => action === 'server.rotate_keys')
    .map(({ actor, reason }) => [actor.kind, actor.name, reason]);

describe('keys of tokens', () => {
  it('are replaced without signing anybody out, and the old one ends when all that it signed is over', async () => {
    expect((await rotate()).status).toBe(200);
    expect(await rotations()).toEqual([['user', 'mina', null]]);
    const fresh = await login(app);
    expect(kidOf(fresh)).not.toBe(kidOf(mina.token));
    expect([await status(app, mina.token), await status(app, fresh)]).toEqual([200, 200]);
    // The refresh session goes on, and its next token is by the new key.
    const renewed = await app.call('POST', '/api/v1/auth/refresh', { cookies: mina.cookies });
    expect(kidOf(((await renewed.json()) as SignedUp).token)).toBe(kidOf(fresh));
    app.clock.pass(LIFE_MS);
    expect(await status(app, mina.token)).toBe(401);
  });

  it('are replaced by administrators alone', async () => {
    const reza = await app.signUp('reza');
    expect((await rotate(reza.token)).status).toBe(403);
    expect(await rotations()).toEqual([]);
  });

  it('are the same after a restart, and for another bridge of the database, which finds a new one when it is shown', async () => {
    const other = await authApp({}, storage);
    try {
      await rotate();
      await rotate();
      const fresh = await login(app);
      other.clock.pass(1_000);
      expect([await status(other, fresh), await status(other, mina.token)]).toEqual([200, 200]);
      expect(kidOf(await login(other))).toBe(kidOf(fresh));
      const again = await authApp({}, storage);
      expect(kidOf(await login(again))).toBe(kidOf(fresh));
      await again.close();
    } finally {
      await other.close();
    }
  });

  it('are one where two bridges replace the same one at once', async () => {
    const other = await authApp({}, storage);
    try {
      await Promise.all([app, other].map((at) => at.call('POST', '/api/v1/server/keys/rotate', { token: mina.token })));
      const { length } = await storage.db.selectFrom('token_keys').selectAll().execute();
      expect(await rotations()).toHaveLength(length);
      for (const at of [app, other]) at.clock.pass(1_000);
      expect([await status(app, await login(other)), await status(other, await login(app))]).toEqual([200, 200]);
    } finally {
      await other.close();
    }
  });

  it('of another secret sign nothing here, with the same seeds', async () => {
    await rotate();
    const stranger = await authApp({ secret: 'another secret of this test 0987654321' }, storage);
    const forged = await login(stranger);
    await stranger.close();
    app.clock.pass(1_000);
    expect(await status(app, forged)).toBe(401);
  });

  it('are replaced by age where that is set, as the bridge’s own act', async () => {
    const aged = await authApp({ keyMaxAgeDays: 30 }, storage);
    try {
      const before = kidOf(await login(aged));
      aged.clock.set(aged.clock.now() + 29 * DAY_MS);
      expect(kidOf(await login(aged))).toBe(before);
      aged.clock.set(aged.clock.now() + 2 * DAY_MS);
      aged.clock.pass(LOOK_MS);
      await expect.poll(rotations, { timeout: 240_000 }).toEqual([['server', 'kargah', 'age']]);
      await expect.poll(async () => kidOf(await login(aged)), { timeout: 240_000 }).not.toBe(before);
      aged.clock.pass(LOOK_MS);
      expect(await rotations()).toHaveLength(1);
    } finally {
      await aged.close();
    }
  });
});

it('what somebody signed with a key that leaked ends with it, also where it was shown before and says that it lasts for years', async () => {
  const clock = new HandClock();
  const seeds: ReturnType<Seeds['all']>[number][] = [{ seed: null, replacedAt: null }];
  const key = new TokenKey('a secret of thirty-two characters', 'kargah', 'at+jwt', clock).following(
    { all: () => seeds, lookAgain: () => Promise.resolve() },
    LIFE_MS / 1000,
  );
  const { token } = await key.sign({ sub: 'mina' }, 10 * 365 * 86_400);
  expect(await key.verify(token)).toMatchObject({ sub: 'mina' });
  seeds.splice(0, 1, { seed: null, replacedAt: clock.now() }, { seed: 'another', replacedAt: null });
  expect(await key.verify(token)).toMatchObject({ sub: 'mina' });
  clock.pass(LIFE_MS + DAY_MS);
  await expect(key.verify(token)).rejects.toMatchObject({ code: 'token_expired' });
});
