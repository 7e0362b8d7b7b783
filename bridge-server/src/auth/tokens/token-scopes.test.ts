import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBridge, type TestBridge } from '../../../test/bridge.js';
import { PERMISSIONS, type Permission } from '../../contract/permissions.js';
import { hasScope, scopeFor, SCOPES, type TokenScope } from '../../contract/scopes.js';
import { endpoints } from '../../endpoints.js';

let bridge: TestBridge;
let session: string;
const tokens = new Map<TokenScope, string>();
const make = async (body: object): Promise<Response> =>
  bridge.call('POST', '/api/v1/auth/tokens', { token: session, body: { name: 'script', ...body } });
beforeAll(async () => {
  bridge = await testBridge();
  // The first account: what it may not do, no scope of a token could be missing for.
  session = await bridge.register('mina@example.org');
  for (const scope of SCOPES)
    tokens.set(scope, ((await (await make({ scopes: [scope] })).json()) as { token: string }).token);
});
afterAll(() => bridge.close());

const filled = (path: string): string => path.replace(/\{\w+\}/gu, 'x');
const refusal = async (answer: Response): Promise<unknown> => {
  if (!answer.headers.get('content-type')?.startsWith('application/problem')) {
    await answer.body?.cancel();
    return null;
  }
  const { code, params } = (await answer.json()) as { code: string; params?: { scope?: string } };
  return code === 'scope_missing' ? params?.scope : null;
};

describe('a token with one scope', () => {
  const guarded = endpoints.filter(({ method, permission }) => permission !== null && method !== 'head');

  it.each(SCOPES)('%s is refused at every endpoint that asks for another, by the name of that one', async (scope) => {
    let refused = 0;
    for (const { id, method, path, permission } of guarded) {
      const needed = scopeFor(permission as Permission);
      const expected = needed === null || hasScope([scope], needed) ? null : needed;
      const answer = await bridge.call(method.toUpperCase(), filled(path), { token: tokens.get(scope)! });
      expect([id, expected === null || answer.status === 403]).toEqual([id, true]);
      expect([id, await refusal(answer)]).toEqual([id, expected]);
      if (expected !== null) refused += 1;
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('is refused alike at the gateway of MLflow', async () => {
    const search = await bridge.call('POST', '/mlflow/api/2.0/mlflow/runs/search', {
      token: tokens.get('call')!,
      body: { experiment_ids: ['0'] },
    });
    expect([search.status, (await search.text()).includes('scope_missing')]).toEqual([403, true]);
    const create = await bridge.call('POST', '/mlflow/api/2.0/mlflow/registered-models/create', {
      token: tokens.get('train')!,
      body: { name: 'm' },
    });
    expect([create.status, (await create.text()).includes('scope_missing')]).toEqual([403, true]);
  });

  it('makes and ends no tokens, whatever its scope', async () => {
    for (const token of tokens.values()) {
      const answer = await bridge.call('POST', '/api/v1/auth/tokens', { token, body: { name: 'another' } });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'session_required']);
    }
  });
});

it('asks a scope for everything but one’s own account, and reads with training and models too', () => {
  for (const permission of PERMISSIONS)
    expect([permission, scopeFor(permission)]).toEqual([
      permission,
      permission === 'account.write' ? null : expect.toBeOneOf([...SCOPES]),
    ]);
  expect(scopeFor('ledger.read')).toBe('admin');
  expect(scopeFor('dataset.share')).toBe('admin');
  expect(['train', 'models', 'call', 'admin'].map((scope) => hasScope([scope as TokenScope], 'read'))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it('shows scopes and the address of the last use, keeps what tokens without scopes could, and refuses others', async () => {
  const token = ((await (await make({})).json()) as { token: string }).token;
  expect((await bridge.call('GET', '/api/v1/people', { token })).status).toBe(200);
  const { items } = (await (await bridge.call('GET', '/api/v1/auth/tokens', { token: session })).json()) as {
    items: { scopes: string[] | null; last_used_from: string | null }[];
  };
  expect(items.find(({ scopes }) => scopes === null)!.last_used_from).toContain('127.0.0.1');
  expect(items.filter(({ scopes }) => scopes !== null).map(({ scopes }) => scopes![0])).toEqual(
    expect.arrayContaining([...SCOPES]),
  );
  expect((await make({ scopes: [] })).status).toBe(422);
  expect((await make({ scopes: ['everything'] })).status).toBe(422);
});

describe('a token for one project', () => {
  const project = async (name: string): Promise<string> => {
    const made = await bridge.call('POST', '/api/v1/projects', { token: session, body: { name } });
    return ((await made.json()) as { project_id: string }).project_id;
  };
  it('reaches that project alone, whatever the request names, and administers no server', async () => {
    const [one, other] = [await project('یک'), await project('دو')];
    const token = ((await (await make({ project_id: one })).json()) as { token: string }).token;
    const jobs = (projectId?: string) =>
      bridge.call('GET', '/api/v1/train/jobs', {
        token,
        headers: projectId === undefined ? {} : { 'X-Kargah-Project': projectId },
      });
    expect((await jobs()).status).toBe(200);
    expect((await jobs(one)).status).toBe(200);
    expect((await jobs(other)).status).toBe(404);
    expect((await bridge.call('GET', `/api/v1/projects/${other}`, { token })).status).toBe(404);
    expect((await bridge.call('GET', '/api/v1/people', { token })).status).toBe(403);
  });
  it('is not made for a project that one is no member of', async () => {
    expect((await make({ project_id: 'prj_0000000000000000' })).status).toBe(404);
  });
});
