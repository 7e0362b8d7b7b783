import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authApp, PASSWORD, type AuthApp, type SignedUp } from '../../../test/support/auth.js';
import type { PersonEntry } from './directory.js';

const NEW = 'another quiet lamp';
let app: AuthApp;
/** The administrator: the first account. */
let mina: SignedUp;
let sara: SignedUp;
beforeEach(async () => {
  app = await authApp();
  mina = await app.signUp('mina');
  sara = await app.signUp('sara');
});
afterEach(() => app.close());

const as = (who: SignedUp, method: string, path: string, body?: unknown) =>
  app.call(method, path, { token: who.token, ...(body === undefined ? {} : { body }) });
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];
const me = (token: string) => app.call('GET', '/api/v1/auth/me', { token });
const login = (email: string, password: string) =>
  app.call('POST', '/api/v1/auth/login', { body: { email, password } });
const tokenOf = async (who: SignedUp): Promise<string> => {
  const made = await as(who, 'POST', '/api/v1/auth/tokens', { name: 'notebook' });
  return ((await made.json()) as { token: string }).token;
};
const change = (who: SignedUp, whom: SignedUp, body: object) =>
  as(who, 'PATCH', `/api/v1/people/${whom.user.user_id}`, body);
const list = async (query = ''): Promise<PersonEntry[]> =>
  ((await (await as(mina, 'GET', `/api/v1/people${query}`)).json()) as { items: PersonEntry[] }).items;
const resetToken = async (whom: SignedUp): Promise<string> => {
  const made = await as(mina, 'POST', `/api/v1/people/${whom.user.user_id}/reset-link`);
  expect(made.status).toBe(201);
  return ((await made.json()) as { token: string }).token;
};
const reset = (token: string, password: string) =>
  app.call('POST', '/api/v1/auth/reset', { body: { token, password } });

describe('the list of people', () => {
  it('says of each their role, when they last used it, and what they have open, page by page', async () => {
    await tokenOf(sara);
    expect(await list()).toMatchObject([
      { email: 'mina@example.org', role: 'admin', disabled_at: null, sessions: 1, tokens: 0 },
      { email: 'sara@example.org', role: 'user', disabled_at: null, sessions: 1, tokens: 1 },
    ]);
    expect((await list())[1]!.last_used_at).toBe(new Date(app.clock.now()).toISOString());
    const first = (await (await as(mina, 'GET', '/api/v1/people?limit=1')).json()) as { next_cursor: string };
    expect(await list(`?limit=1&cursor=${first.next_cursor}`)).toMatchObject([{ email: 'sara@example.org' }]);
    expect(await list('?search=SAR')).toMatchObject([{ email: 'sara@example.org' }]);
    expect(await list('?search=%25')).toEqual([]);
  });

  it('is the administrators’ alone, and so is every change', async () => {
    expect(await codeOf(await as(sara, 'GET', '/api/v1/people'))).toEqual([403, 'forbidden']);
    expect(await codeOf(await change(sara, sara, { role: 'admin' }))).toEqual([403, 'forbidden']);
    const path = `/api/v1/people/${mina.user.user_id}`;
    expect((await as(sara, 'POST', `${path}/sign-out`)).status).toBe(403);
    expect((await as(sara, 'POST', `${path}/reset-link`)).status).toBe(403);
  });

  it('is read with a personal token of an administrator, who changes nothing by one', async () => {
    const token = await tokenOf(mina);
    expect((await app.call('GET', '/api/v1/people', { token })).status).toBe(200);
    const path = `/api/v1/people/${sara.user.user_id}`;
    const answer = await app.call('PATCH', path, { token, body: { disabled: true } });
    expect(await codeOf(answer)).toEqual([403, 'session_required']);
  });

  it('has nobody of another id', async () => {
    for (const [method, path] of [
      ['PATCH', '/api/v1/people/nobody'],
      ['POST', '/api/v1/people/nobody/sign-out'],
      ['POST', '/api/v1/people/nobody/reset-link'],
    ] as const)
      expect((await as(mina, method, path, method === 'PATCH' ? { disabled: true } : undefined)).status).toBe(404);
  });
});

describe('whoever is disabled', () => {
  it('is cut off at once: session, renewal, personal token, sockets of both; and is told so when signing in', async () => {
    const token = await tokenOf(sara);
    expect((await me(sara.token)).status).toBe(200);
    expect((await me(token)).status).toBe(200);
    expect((await (await change(mina, sara, { disabled: true })).json()) as PersonEntry).toMatchObject({
      disabled_at: expect.any(String),
      sessions: 0,
    });
    expect((await me(sara.token)).status).toBe(401);
    expect((await app.call('POST', '/api/v1/auth/refresh', { cookies: sara.cookies })).status).toBe(401);
    expect(await codeOf(await me(token))).toEqual([403, 'account_disabled']);
    expect(app.ended).toHaveLength(2);
    expect(await codeOf(await login('sara@example.org', PASSWORD))).toEqual([403, 'account_disabled']);
    expect(await codeOf(await login('sara@example.org', NEW))).toEqual([401, 'bad_credentials']);
  });

  it('comes back with their tokens once enabled, and signs in anew', async () => {
    const token = await tokenOf(sara);
    await change(mina, sara, { disabled: true });
    await change(mina, sara, { disabled: false });
    expect((await me(token)).status).toBe(200);
    expect((await me(sara.token)).status).toBe(401);
    expect((await login('sara@example.org', PASSWORD)).status).toBe(200);
  });
});

describe('a role', () => {
  it('counts from the next request on', async () => {
    await change(mina, sara, { role: 'admin' });
    expect((await as(sara, 'GET', '/api/v1/people')).status).toBe(200);
    await change(mina, sara, { role: 'user' });
    expect((await as(sara, 'GET', '/api/v1/people')).status).toBe(403);
  });

  it('of the last administrator stays, and they are not disabled', async () => {
    expect(await codeOf(await change(mina, mina, { role: 'user' }))).toEqual([409, 'last_admin']);
    expect(await codeOf(await change(mina, mina, { disabled: true }))).toEqual([409, 'last_admin']);
    await change(mina, sara, { role: 'admin' });
    await change(mina, sara, { disabled: true });
    expect(await codeOf(await change(mina, mina, { role: 'user' }))).toEqual([409, 'last_admin']);
  });

  it('is left to one of two administrators who take each other’s at once', async () => {
    await change(mina, sara, { role: 'admin' });
    const both = await Promise.all([change(mina, sara, { role: 'user' }), change(sara, mina, { role: 'user' })]);
    const left = [mina, sara].map((who) => as(who, 'GET', '/api/v1/people').then(({ status }) => status));
    expect((await Promise.all(left)).sort()).toEqual([200, 403]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

it('signs somebody out everywhere, of their tokens too where that is asked', async () => {
  const token = await tokenOf(sara);
  const path = `/api/v1/people/${sara.user.user_id}/sign-out`;
  expect(await (await as(mina, 'POST', path)).json()).toEqual({ sessions: 1, tokens: 0 });
  expect([(await me(sara.token)).status, (await me(token)).status]).toEqual([401, 200]);
  expect(await (await as(mina, 'POST', path, { tokens: true })).json()).toEqual({ sessions: 0, tokens: 1 });
  expect((await me(token)).status).toBe(401);
});

describe('a reset link', () => {
  it('sets a new password once, ends every session and begins one', async () => {
    const token = await resetToken(sara);
    const answer = await reset(token, NEW);
    expect(answer.status).toBe(200);
    expect((await me(((await answer.json()) as { token: string }).token)).status).toBe(200);
    expect((await me(sara.token)).status).toBe(401);
    expect((await login('sara@example.org', PASSWORD)).status).toBe(401);
    expect((await login('sara@example.org', NEW)).status).toBe(200);
    expect(await codeOf(await reset(token, PASSWORD))).toEqual([410, 'reset_link_over']);
  });

  it('is good for a day, and gone after it also where the clock is set back', async () => {
    const token = await resetToken(sara);
    const before = app.clock.now();
    app.clock.pass(24 * 3_600_000);
    expect(await codeOf(await reset(token, NEW))).toEqual([410, 'reset_link_over']);
    app.clock.set(before);
    expect(await codeOf(await reset(token, NEW))).toEqual([410, 'reset_link_over']);
  });

  it('ends where a newer one is made, and says the same of one that never was', async () => {
    const older = await resetToken(sara);
    await resetToken(sara);
    expect(await codeOf(await reset(older, NEW))).toEqual([410, 'reset_link_over']);
    expect(await codeOf(await reset('kgr_nothing', NEW))).toEqual([410, 'reset_link_over']);
  });

  it('stays good where the password is refused, and opens no account that is disabled', async () => {
    const token = await resetToken(sara);
    expect(await codeOf(await reset(token, 'short'))).toEqual([422, 'weak_password']);
    await change(mina, sara, { disabled: true });
    expect(await codeOf(await reset(token, NEW))).toEqual([403, 'account_disabled']);
    await change(mina, sara, { disabled: false });
    expect((await reset(token, NEW)).status).toBe(200);
  });

  it('is used by one of two who use it at once', async () => {
    const token = await resetToken(sara);
    const both = await Promise.all([reset(token, NEW), reset(token, 'a third quiet lamp')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
  });
});

describe('one’s own password and e-mail', () => {
  it('change with the present password, and the other sessions end', async () => {
    const other = ((await (await login('sara@example.org', PASSWORD)).json()) as { token: string }).token;
    const body = { current_password: PASSWORD, password: NEW };
    expect((await as(sara, 'POST', '/api/v1/auth/password', body)).status).toBe(204);
    expect([(await me(sara.token)).status, (await me(other)).status]).toEqual([200, 401]);
    expect((await login('sara@example.org', PASSWORD)).status).toBe(401);
    const moved = { current_password: NEW, email: 'Sara@New.example.org' };
    expect(await (await as(sara, 'POST', '/api/v1/auth/email', moved)).json()).toMatchObject({
      email: 'sara@new.example.org',
    });
    expect((await login('sara@new.example.org', NEW)).status).toBe(200);
    expect((await login('sara@example.org', NEW)).status).toBe(401);
  });

  it('do not change by a wrong password, to an address that has an account, or by a personal token', async () => {
    const wrong = { current_password: NEW, password: NEW };
    expect(await codeOf(await as(sara, 'POST', '/api/v1/auth/password', wrong))).toEqual([422, 'wrong_password']);
    const taken = { current_password: PASSWORD, email: 'MINA@example.org' };
    expect(await codeOf(await as(sara, 'POST', '/api/v1/auth/email', taken))).toEqual([409, 'email_taken']);
    const weak = { current_password: PASSWORD, password: 'password123' };
    expect((await as(sara, 'POST', '/api/v1/auth/password', weak)).status).toBe(422);
    const token = await tokenOf(sara);
    const answer = await app.call('POST', '/api/v1/auth/password', { token, body: wrong });
    expect(await codeOf(answer)).toEqual([403, 'session_required']);
    expect((await login('sara@example.org', PASSWORD)).status).toBe(200);
  });

  it('are not found out by trying: after ten wrong passwords one waits', async () => {
    const wrong = { current_password: NEW, password: NEW };
    for (let n = 0; n < 10; n += 1) expect((await as(sara, 'POST', '/api/v1/auth/password', wrong)).status).toBe(422);
    expect(await codeOf(await as(sara, 'POST', '/api/v1/auth/password', wrong))).toEqual([429, 'rate_limited']);
  });
});

it('writes all of it down, and no password or link', async () => {
  const before = (await app.told()).length;
  await change(mina, sara, { role: 'admin', disabled: true });
  await change(mina, sara, { disabled: true });
  await change(mina, sara, { disabled: false });
  await as(mina, 'POST', `/api/v1/people/${sara.user.user_id}/sign-out`);
  const token = await resetToken(sara);
  await reset(token, NEW);
  const rows = (await app.told()).slice(before);
  const [sarasId, minasId] = [sara.user.user_id, mina.user.user_id];
  expect(
    rows.map(({ action, actor, object, before: was, after, reason }) => [
      action,
      actor.id,
      object.id,
      was,
      after,
      reason,
    ]),
  ).toEqual([
    ['person.change', minasId, sarasId, { role: 'user', disabled: false }, { role: 'admin', disabled: true }, null],
    ['person.change', minasId, sarasId, { role: 'admin', disabled: true }, { role: 'admin', disabled: false }, null],
    ['person.sign_out', minasId, sarasId, null, { sessions: 0, tokens: 0 }, null],
    ['person.reset', minasId, sarasId, null, { expires_at: expect.any(String) as string }, null],
    ['person.change_password', sarasId, sarasId, null, { sessions: 0 }, 'reset'],
    ['person.sign_in', sarasId, sarasId, null, { new_device: true }, null],
  ]);
  for (const secret of [token, NEW, PASSWORD]) expect(JSON.stringify(rows)).not.toContain(secret);
});
