import { afterAll, beforeAll, expect, it } from 'vitest';
import { testBridge, type TestBridge } from '../../test/bridge.js';
import type { LedgerRow } from '../contract/ledger.js';
import type { Limits, LimitsInUse } from '../contract/server/limits.js';

const WITHOUT_MLFLOW = { KARGAH_MLFLOW_URL: 'http://127.0.0.1:1', KARGAH_LAUNCHER: 'local-cold' };
const NONE: Limits = { jobs: null, cpus: null, gpus: null, bytes: null };

let bridge: TestBridge;
const who: Record<string, { token: string; id: string; project: string }> = {};
beforeAll(async () => {
  bridge = await testBridge({ ...WITHOUT_MLFLOW, KARGAH_MAX_JOBS_PER_USER: '3', KARGAH_QUOTA_GB: '1' });
  for (const name of ['mina', 'reza']) {
    const made = (await (await bridge.signUp(`${name}@example.org`)).json()) as {
      token: string;
      user: { user_id: string };
    };
    const projects = await bridge.call('GET', '/api/v1/projects', { token: made.token });
    const [first] = ((await projects.json()) as { items: { project_id: string }[] }).items;
    who[name] = { token: made.token, id: made.user.user_id, project: first!.project_id };
  }
});
afterAll(() => bridge.close());

async function ask<T>(name: string, method: string, path: string, body?: unknown): Promise<[number, T]> {
  const answer = await bridge.call(method, `/api/v1${path}`, {
    token: who[name]!.token,
    ...(body === undefined ? {} : { body }),
  });
  return [answer.status, (await answer.json()) as T];
}
const ofReza = (): string => `/people/${who['reza']!.id}/limits`;
const ofHisProject = (): string => `/server/projects/${who['reza']!.project}/limits`;

it('everybody sees what they and their project may use, and what they use', async () => {
  const idle = { jobs: 0, cpus: 0, gpus: 0, bytes: 0 };
  const usual = { ...NONE, jobs: 3, bytes: 2 ** 30 };
  expect(await ask('reza', 'GET', '/limits')).toEqual([
    200,
    { person: { limits: usual, own: NONE, use: idle }, project: { limits: NONE, own: NONE, use: idle } },
  ]);
});

it('an administrator sets them, which the ledger tells once, and nobody else does', async () => {
  for (const path of [ofReza(), ofHisProject()]) {
    expect(await ask('reza', 'GET', path)).toMatchObject([403, { code: 'forbidden' }]);
    expect(await ask('reza', 'PUT', path, NONE)).toMatchObject([403, { code: 'forbidden' }]);
  }
  for (const path of ['/people/nobody/limits', '/server/projects/prj_nothing/limits'])
    expect(await ask('mina', 'PUT', path, NONE)).toMatchObject([404, { code: 'not_found' }]);
  const wanted = { ...NONE, cpus: 1, bytes: 10 };
  const [, set] = await ask<LimitsInUse>('mina', 'PUT', ofReza(), wanted);
  expect([set.own, set.limits]).toEqual([wanted, { ...wanted, jobs: 3 }]);
  await ask('mina', 'PUT', ofReza(), wanted);
  await ask('mina', 'PUT', ofHisProject(), { ...NONE, gpus: 0 });
  const [, { items }] = await ask<{ items: LedgerRow[] }>('mina', 'GET', '/ledger?limit=2');
  expect(items.map(({ action, object, before, after }) => [action, object.id, before, after])).toEqual([
    ['project.limit', who['reza']!.project, { limits: [] }, { limits: ['gpus=0'] }],
    ['person.limit', who['reza']!.id, { limits: [] }, { limits: ['cpus=1', 'bytes=10'] }],
  ]);
  expect(await ask('mina', 'PUT', ofReza(), { ...NONE, jobs: -1 })).toMatchObject([422, { code: 'validation_failed' }]);
});

it('what is beyond is refused with the limit, its use and who can change it; without a limit it comes', async () => {
  const bring = (): Promise<[number, { code: string; detail: string; params: object }]> =>
    ask('reza', 'POST', '/sources/iris/import');
  await ask('mina', 'PUT', ofReza(), { ...NONE, bytes: 10 });
  expect(await bring()).toMatchObject([413, { code: 'quota_exceeded', params: { used: '0 B', limit: '10 B' } }]);
  await ask('mina', 'PUT', ofReza(), NONE);
  await ask('mina', 'PUT', ofHisProject(), { ...NONE, bytes: 10 });
  const [status, refused] = await bring();
  expect([status, refused.code]).toEqual([413, 'project_quota_exceeded']);
  expect(refused.detail).toContain('administrator');
  await ask('mina', 'PUT', ofHisProject(), NONE);
  expect((await bring())[0]).toBe(201);
  const [, { person, project }] = await ask<{ person: LimitsInUse; project: LimitsInUse }>('reza', 'GET', '/limits');
  expect(person.use.bytes).toBeGreaterThan(10);
  expect(project.use.bytes).toBe(person.use.bytes);
});

it('an administrator lists projects by name and owners, page by page', async () => {
  const all: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const path: string = `/server/projects?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const [, found] = await ask<{ items: object[]; next_cursor: string | null }>('mina', 'GET', path);
    all.push(...found.items);
    cursor = found.next_cursor;
  }
  expect(all).toEqual([
    { project_id: who['reza']!.project, name: 'reza', owners: ['reza'], members: 1 },
    { project_id: who['mina']!.project, name: 'mina', owners: ['mina'], members: 1 },
  ]);
  expect(await ask('reza', 'GET', '/server/projects')).toMatchObject([403, { code: 'forbidden' }]);
});
