import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testBridge, type TestBridge } from '../test/bridge.js';
import { jobRow } from '../test/rows.js';
import { mayAnywhere } from './access/policy.js';
import { endpoints } from './endpoints.js';
import { PERMISSIONS } from './contract/permissions.js';
import { ALLOWED } from './mlflow/gateway/allowed.js';
import { ERRORS, type Problem } from './contract/errors.js';
import { sha256 } from './lib/hash.js';
import { openStorage } from './storage/storage.js';

let bridge: TestBridge;
let sara: string;
let reza: string;
beforeAll(async () => {
  bridge = await testBridge();
  sara = await bridge.register('sara@example.org');
  reza = await bridge.register('reza@example.org');
});
afterAll(() => bridge.close());

const EXAMPLES: Record<string, string> = {
  dataset_id: 'ds_0000000000000000',
  job_id: 'job_0000000000000000',
  upload_id: 'up_0000000000000000',
  session_id: 'nobody',
  token_id: 'tok_0000000000000000',
  source_id: 'no-such-source',
  project_id: 'prj_0000000000000000',
  invitation_id: 'inv_0000000000000000',
  user_id: 'nobody',
};
const filled = (path: string): string => path.replace(/\{(\w+)\}/gu, (_, name: string) => EXAMPLES[name] ?? 'x');
const OPEN = new Set(['root', 'healthz', 'readyz', 'openapi', 'docs', 'signup']);
const SIGN_IN = new Set(['register', 'login', 'lookAtInvitation', 'resetPassword', 'shortRegister', 'shortLogin']);

describe('the live router', () => {
  it('serves every endpoint of the contract', async () => {
    for (const endpoint of endpoints) {
      const answer = await bridge.call(endpoint.method.toUpperCase(), filled(endpoint.path), {
        token: sara,
        headers: { 'X-Kargah-Client': 't' },
      });
      const text = await answer.text();
      const code = answer.headers.get('content-type')?.startsWith('application/problem')
        ? (JSON.parse(text || '{}') as Partial<Problem>).code
        : null;
      expect([endpoint.id, code]).not.toEqual([endpoint.id, 'method_not_allowed']);
      expect([endpoint.id, answer.status]).not.toEqual([endpoint.id, 500]);
      if (!endpoint.path.includes('{'))
        expect([endpoint.id, endpoint.id.startsWith('short') ? null : code]).not.toEqual([endpoint.id, 'not_found']);
    }
  });

  it.each(
    endpoints
      .filter((e) => !OPEN.has(e.id) && !SIGN_IN.has(e.id))
      .map((e) => [e.method.toUpperCase(), e.path, e] as const),
  )('answers %s %s only to those who may', async (method, path, endpoint) => {
    const answer = await bridge.call(method, filled(path));
    expect(answer.status).toBe(endpoint.policy === 'session' ? 403 : 401);
    expect(endpoint.policy).not.toBe('public');
  });

  it('has no open route besides the named ones', () => {
    const of = (policy: string): Set<string> => new Set(endpoints.filter((e) => e.policy === policy).map((e) => e.id));
    expect([of('public'), of('sign_in')]).toEqual([OPEN, SIGN_IN]);
  });

  it('names a permission everywhere but where nobody is known yet', () => {
    const open = ['public', 'sign_in', 'session'];
    for (const { id, policy, permission } of endpoints)
      expect([id, permission]).toEqual([id, open.includes(policy) ? null : expect.toBeOneOf([...PERMISSIONS])]);
    for (const { method, path, permission } of ALLOWED)
      expect([method, path, permission]).toEqual([method, path, expect.toBeOneOf([...PERMISSIONS])]);
    // What is only looked at asks for no more than reading.
    for (const { method, path, permission } of ALLOWED)
      if (method === 'GET') expect([path, permission]).toEqual([path, expect.stringMatching(/\.read$/u)]);
  });

  it('gives a job’s token what its permissions say, and nothing else', async () => {
    const storage = await openStorage({ file: join(bridge.dataDir, 'kargah.db') });
    const [project] = await storage.db.selectFrom('projects').selectAll().execute();
    const { project_id } = project!;
    const token = 'kgj_of_a_running_job';
    const running = { job_id: 'job_running', project_id, state: 'running', token_sha256: sha256(token) };
    await storage.db.insertInto('jobs').values(jobRow(running)).execute();
    onTestFinished(async () => {
      await storage.db.deleteFrom('jobs').where('job_id', '=', running.job_id).execute();
      await storage.close();
    });
    const { job_id: jobId } = running;
    const job = { kind: 'job', jobId, userId: 'u1', projectId: project_id, workspace: 'w', datasetId: null } as const;
    const seen = endpoints.filter(({ permission }) => permission !== null);
    for (const { id, method, path, policy, permission } of seen) {
      const answer = await bridge.call(method.toUpperCase(), filled(path), { token });
      const may = policy === 'user_or_job' && mayAnywhere(job, permission);
      expect([id, answer.status === 403]).toEqual([id, !may]);
      await answer.body?.cancel();
    }
    expect(seen.length).toBeGreaterThan(50);
    for (const row of ALLOWED)
      if (row.reach !== 'people') expect([row.path, mayAnywhere(job, row.permission)]).toEqual([row.path, true]);
  });

  it('gives the metrics to admins only', async () => {
    expect((await bridge.call('GET', '/metrics', { token: reza })).status).toBe(403);
    const text = await (await bridge.call('GET', '/metrics', { token: sara })).text();
    expect(text).toContain('kargah_http_requests_total');
    expect(text).toContain('kargah_live_sockets');
  });
});

describe('the description', () => {
  it('is served as OpenAPI 3.1 and names every endpoint and every error', async () => {
    const document = (await (await bridge.call('GET', '/api/v1/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
      components: { schemas: { ErrorCode: { enum: string[] }; JobUpdate: unknown } };
    };
    expect(document.openapi).toBe('3.1.0');
    for (const endpoint of endpoints) expect(document.paths[endpoint.path]).toHaveProperty(endpoint.method);
    expect(document.components.schemas.ErrorCode.enum).toEqual(Object.keys(ERRORS));
    expect(document.components.schemas).toHaveProperty('JobUpdate');
  });
  it('has a page whose parts all come from here, by relative addresses', async () => {
    const page = await bridge.call('GET', '/docs');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/gu)].map((match) => match[1]!);
    expect(parts).toHaveLength(3);
    for (const part of parts) {
      expect(part).not.toMatch(/^(?:\/|https?:)/u);
      expect((await bridge.call('GET', `/${part}`)).status).toBe(200);
    }
    expect((await bridge.call('GET', '/docs/package.json')).status).toBe(404);
  });
});

it('says what this machine offers', async () => {
  const answer = await bridge.call('GET', '/api/v1/system', { token: sara });
  expect(await answer.json()).toMatchObject({ storage_used_bytes: 0, workspace_dir: null });
});

it('lists the models of a person page by page, newest first, and finds them by name', async () => {
  const { user_id } = (await (await bridge.call('GET', '/api/v1/auth/me', { token: sara })).json()) as {
    user_id: string;
  };
  const storage = await openStorage({ file: join(bridge.dataDir, 'kargah.db') });
  const [project] = await storage.db
    .selectFrom('project_members')
    .select('project_id')
    .where('user_id', '=', user_id)
    .execute();
  const model = { uri: 'models:/m-1', artifact_path: 'model', size_bytes: 7, best_metric: { key: 'acc', value: 0.9 } };
  for (let n = 0; n < 5; n += 1) {
    await storage.db
      .insertInto('jobs')
      .values(
        jobRow({
          job_id: `job_model${String(n)}`,
          project_id: project!.project_id,
          user_id,
          name: n === 1 ? 'my_model' : n === 3 ? 'myXmodel' : `مدل ${String(n)}`,
          search_text: n === 1 ? 'my_model' : n === 3 ? 'myxmodel' : `مدل ${String(n)}`,
          model_json: n === 4 ? null : JSON.stringify(model),
          mlflow_run_id: `run${String(n)}`,
          // Two of one moment: the id decides.
          created_at: `2026-01-0${String(n < 2 ? 1 : n)}T00:00:00.000Z`,
        }),
      )
      .execute();
  }
  // Only models are asked of these rows: as jobs they are not whole.
  onTestFinished(async () => {
    await storage.db.deleteFrom('jobs').where('job_id', 'like', 'job_model%').execute();
    await storage.close();
  });
  type Page = { items: { job_id: string; best_metric: unknown }[]; next_cursor: string | null };
  const page = async (query: string): Promise<Page> =>
    (await (await bridge.call('GET', `/api/v1/train/models?${query}`, { token: sara })).json()) as Page;
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const next: Page = await page(`limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    seen.push(...next.items.map(({ job_id }) => job_id));
    cursor = next.next_cursor;
  }
  expect(seen).toEqual(['job_model3', 'job_model2', 'job_model1', 'job_model0']);
  expect((await page('search=' + encodeURIComponent('مدل ۲'))).items).toMatchObject([
    { job_id: 'job_model2', best_metric: { key: 'acc', value: 0.9 } },
  ]);
  // What LIKE would read as a pattern stands for itself.
  expect((await page('search=my_model')).items).toMatchObject([{ job_id: 'job_model1' }]);
  expect((await page('search=100%25')).items).toEqual([]);
  const others = await bridge.call('GET', '/api/v1/train/models', { token: reza });
  expect(await others.json()).toEqual({ items: [], next_cursor: null });
});

it('answers no models where there are none, and refuses a cursor that is none', async () => {
  expect(await (await bridge.call('GET', '/api/v1/train/models', { token: reza })).json()).toEqual({
    items: [],
    next_cursor: null,
  });
  const wrong = await bridge.call('GET', '/api/v1/train/models?cursor=nonsense', { token: sara });
  expect(wrong.status).toBe(422);
});
