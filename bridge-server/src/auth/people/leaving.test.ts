import { afterEach, beforeEach, expect, it } from 'vitest';
import { authApp, PASSWORD, type AuthApp, type SignedUp } from '../../../test/support/auth.js';

let app: AuthApp;
let mina: SignedUp;
let sara: SignedUp;
let reza: SignedUp;
beforeEach(async () => {
  app = await authApp();
  mina = await app.signUp('mina');
  sara = await app.signUp('sara');
  reza = await app.signUp('reza');
});
afterEach(() => app.close());

async function ask(
  who: SignedUp,
  method: string,
  path: string,
  body?: unknown,
): Promise<[number, Record<string, unknown>]> {
  const answer = await app.call(method, path, { token: who.token, ...(body === undefined ? {} : { body }) });
  return [answer.status, (await answer.json()) as Record<string, unknown>];
}
const remove = (whom: SignedUp, query: Record<string, string> = {}) =>
  ask(mina, 'DELETE', `/api/v1/people/${whom.user.user_id}?${new URLSearchParams(query).toString()}`);
const leave = (who: SignedUp, body: object) => ask(who, 'POST', '/api/v1/auth/leave', body);
const members = () =>
  app.storage.db
    .selectFrom('project_members as m')
    .innerJoin('projects as p', 'p.project_id', 'm.project_id')
    .select(['p.name', 'm.user_id', 'm.role'])
    .orderBy('p.name')
    .orderBy('m.role')
    .execute();
const status = async (token: string) => (await app.call('GET', '/api/v1/auth/me', { token })).status;

it('somebody is removed once it is said who gets what nobody else owns, and nothing of theirs is without an owner', async () => {
  const made = await app.call('POST', '/api/v1/auth/tokens', { token: sara.token, body: { name: 'notebook' } });
  const { token } = (await made.json()) as { token: string };
  expect(await remove(sara)).toMatchObject([
    409,
    { code: 'projects_to_hand_over', params: { names: 'sara', count: 1 } },
  ]);
  expect(await remove(sara, { hand_to: 'nobody@example.org' })).toMatchObject([422, { code: 'heir_unknown' }]);
  expect(await remove(sara, { hand_to: 'sara@example.org' })).toMatchObject([422, { code: 'heir_unknown' }]);
  expect(await status(sara.token)).toBe(200);

  expect(await remove(sara, { hand_to: 'reza@example.org' })).toEqual([200, { projects: 1 }]);
  expect([await status(sara.token), await status(token)]).toEqual([401, 401]);
  const rezas = { user_id: reza.user.user_id, role: 'owner' };
  expect(await members()).toEqual([
    { name: 'mina', user_id: mina.user.user_id, role: 'owner' },
    { name: 'reza', ...rezas },
    { name: 'sara', ...rezas },
  ]);
  const rows = (await app.told()).slice(-3);
  expect(
    rows.map(({ action, actor, object, before, after }) => [action, actor.name, object.id, before, after]),
  ).toEqual([
    ['member.remove', 'mina', sara.user.user_id, { role: 'owner' }, null],
    ['member.add', 'mina', reza.user.user_id, null, { role: 'owner' }],
    [
      'person.delete',
      'mina',
      sara.user.user_id,
      { name: 'sara', email: 'sara@example.org', role: 'user' },
      { handed_to: reza.user.user_id, sessions: 1, tokens: 1 },
    ],
  ]);
  expect(await remove(sara, {})).toMatchObject([404, { code: 'not_found' }]);
  // The address is free again.
  expect((await app.signUp('sara')).user.user_id).not.toBe(sara.user.user_id);
});

it('who is to be removed, and who leaves, is told before which projects go to somebody else and what is in the way', async () => {
  const look = (who: SignedUp, whom?: SignedUp) =>
    ask(who, 'GET', whom === undefined ? '/api/v1/auth/leaving' : `/api/v1/people/${whom.user.user_id}/leaving`);
  const { db } = app.storage;
  const [saras] = await db.selectFrom('project_members').selectAll().where('user_id', '=', sara.user.user_id).execute();
  const created_at = new Date().toISOString();
  const project = (project_id: string, name: string, deleted_at: string | null) =>
    db
      .insertInto('projects')
      .values({ project_id, name, workspace: project_id, workspace_ready: 0, created_at, deleted_at })
      .execute();
  const member = (project_id: string, { user }: SignedUp, role: 'owner' | 'viewer') =>
    db.insertInto('project_members').values({ project_id, user_id: user.user_id, role, created_at }).execute();
  await project('prj_gone', 'آزمایش', created_at);
  await member('prj_gone', sara, 'owner');
  await project('prj_both', 'دو مالک', null);
  await member('prj_both', sara, 'owner');
  await member('prj_both', reza, 'owner');
  await member(saras!.project_id, reza, 'viewer');

  const told = {
    last_admin: false,
    sweeps: [],
    hand_over: {
      count: 2,
      items: [
        { project_id: saras!.project_id, name: 'sara', members: 1, deleted_at: null },
        { project_id: 'prj_gone', name: 'آزمایش', members: 0, deleted_at: created_at },
      ],
    },
    stays: 1,
  };
  expect(await look(mina, sara)).toEqual([200, told]);
  expect(await look(sara)).toEqual([200, told]);
  expect(await look(mina)).toMatchObject([200, { last_admin: true, hand_over: { count: 1 } }]);
  expect(await look(reza, sara)).toMatchObject([403, { code: 'forbidden' }]);
  await remove(sara, { hand_to: 'reza@example.org' });
  expect(await look(mina, sara)).toMatchObject([404, { code: 'not_found' }]);
});

it('whoever leaves by themselves says their password, and is gone', async () => {
  expect(await leave(reza, { current_password: 'not this one at all', hand_to: 'sara@example.org' })).toMatchObject([
    422,
    { code: 'wrong_password' },
  ]);
  const wish = { current_password: PASSWORD, hand_to: 'sara@example.org' };
  expect(await leave(reza, wish)).toEqual([200, { projects: 1 }]);
  expect(await status(reza.token)).toBe(401);
  const body = { email: 'reza@example.org', password: PASSWORD };
  expect((await app.call('POST', '/api/v1/auth/login', { body })).status).toBe(401);
  expect((await app.told()).at(-1)).toMatchObject({ action: 'person.leave', actor: { name: 'reza' } });
});

it('the last administrator does neither, and of two who remove each other at once one stays', async () => {
  const heir = { hand_to: 'sara@example.org' };
  expect(await leave(mina, { current_password: PASSWORD, ...heir })).toMatchObject([409, { code: 'last_admin' }]);
  expect(await remove(mina, heir)).toMatchObject([409, { code: 'last_admin' }]);
  await ask(mina, 'PATCH', `/api/v1/people/${reza.user.user_id}`, { role: 'admin' });
  const both = await Promise.all([
    remove(reza, heir),
    ask(reza, 'DELETE', `/api/v1/people/${mina.user.user_id}`, heir),
  ]);
  expect(both.filter(([answered]) => answered === 200)).toHaveLength(1);
});

it('somebody is not removed while a sweep of theirs begins jobs as them', async () => {
  const { db } = app.storage;
  const row = {
    sweep_id: 'swp_1',
    project_id: 'prj_1',
    user_id: sara.user.user_id,
    owner_name: 'sara',
    name: 'جست‌وجو',
  };
  const empty = {
    recipe: 'tabular',
    dataset_id: 'ds_1',
    dataset_name: 'd',
    params_json: '{}',
    space_json: '{}',
    method: 'tpe',
    pruner: 'none',
    metric_key: '',
    metric_mode: '',
    trials: 1,
    parallel: 1,
    seed: 0,
    created_at: new Date().toISOString(),
    dataset_version_id: null,
    dataset_version: null,
    split_id: null,
    resources_json: null,
    best_json: null,
    error_json: null,
    mlflow_run_id: null,
    mlflow_experiment_id: null,
    mlflow_end_pending: null,
    ended_at: null,
  };
  await db
    .insertInto('sweeps')
    .values({ ...row, ...empty, state: 'running' })
    .execute();
  expect(await ask(sara, 'GET', '/api/v1/auth/leaving')).toMatchObject([200, { sweeps: ['جست‌وجو'] }]);
  expect(await remove(sara, { hand_to: 'reza@example.org' })).toMatchObject([
    409,
    { code: 'sweeps_to_stop', params: { name: 'جست‌وجو' } },
  ]);
  await db.updateTable('sweeps').set({ state: 'stopped' }).execute();
  expect((await remove(sara, { hand_to: 'reza@example.org' }))[0]).toBe(200);
});

it('is for administrators, and for oneself with a session', async () => {
  expect(await ask(sara, 'DELETE', `/api/v1/people/${reza.user.user_id}`, {})).toMatchObject([
    403,
    { code: 'forbidden' },
  ]);
});

it('of two people who leave at once, each as the heir of the other, one stays', async () => {
  const heirs = [
    [sara, reza],
    [reza, sara],
  ] as const;
  const left = await Promise.all(
    heirs.map(([who, heir]) => leave(who, { current_password: PASSWORD, hand_to: heir.user.email })),
  );
  expect(left.map(([code]) => code).toSorted()).toEqual([200, 422]);
  expect(left.find(([code]) => code === 422)).toMatchObject([422, { code: 'heir_unknown' }]);
  const stays = left[0]?.[0] === 422 ? sara : reza;
  const owners = (await members()).filter(({ role }) => role === 'owner').map(({ user_id }) => user_id);
  expect(new Set(owners)).toEqual(new Set([mina.user.user_id, stays.user.user_id]));
});

it('somebody whom two administrators remove at once is removed once', async () => {
  const both = await Promise.all([1, 2].map(() => remove(sara, { hand_to: 'reza@example.org' })));
  expect(both.map(([code]) => code).toSorted()).toEqual([200, 404]);
  expect((await app.told()).filter(({ action }) => action === 'person.delete')).toHaveLength(1);
});

it('what one leaves behind is told to who signed in with a password, to no token, which may be of one project', async () => {
  const made = await app.call('POST', '/api/v1/auth/tokens', { token: sara.token, body: { name: 'notebook' } });
  const { token } = (await made.json()) as { token: string };
  const answer = await app.call('GET', '/api/v1/auth/leaving', { token });
  expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'session_required' }]);
  expect((await ask(sara, 'GET', '/api/v1/auth/leaving'))[0]).toBe(200);
});
