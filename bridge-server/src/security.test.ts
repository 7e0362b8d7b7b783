import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBridge, type TestBridge } from '../test/bridge.js';
import { HUNG_MS } from '../test/hung.js';
import { raw } from '../test/support/mlflow.js';

let bridge: TestBridge;
const workspace = mkdtempSync(join(tmpdir(), 'kargah-workspace-'));
let sara: Signed;
let reza: Signed;
/** Real things of Sara's, by the name that paths give them. */
let things: Record<string, string>;
const logged: string[] = [];
let run: { id: string; experiment: string; workspace: string };

interface Signed {
  readonly token: string;
  readonly cookie: string;
}
interface Job {
  job_id: string;
  state: string;
  mlflow_run_id: string;
  mlflow_experiment_id: string;
}

async function register(email: string): Promise<Signed> {
  const answer = await bridge.signUp(email);
  const [cookie = ''] = answer.headers.getSetCookie();
  return { token: ((await answer.json()) as Signed).token, cookie: cookie.split(';')[0]! };
}
const json = async <T>(method: string, path: string, body?: unknown, token = sara.token): Promise<T> =>
  (await (await bridge.call(method, path, { token, ...(body === undefined ? {} : { body }) })).json()) as T;

async function until<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  for (const began = performance.now(); ;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (performance.now() - began > HUNG_MS) throw new Error(`only ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

beforeAll(async () => {
  bridge = await testBridge({ KARGAH_LOG_LEVEL: 'trace', KARGAH_WORKSPACE_DIR: workspace }, (line) =>
    logged.push(line),
  );
  sara = await register('sara@example.org');
  reza = await register('reza@example.org');
  const dataset = await json<{ dataset_id: string }>('POST', '/api/v1/sources/iris/import');
  await until(
    () => json<{ state: string }>('GET', `/api/v1/datasets/${dataset.dataset_id}`),
    ({ state }) => state === 'ready',
  );
  const { job_id } = await json<Job>('POST', '/api/v1/train', {
    recipe: 'tabular',
    dataset_id: dataset.dataset_id,
    params: { epochs: 1 },
  });
  const job = await until(
    () => json<Job>('GET', `/api/v1/train/jobs/${job_id}`),
    ({ state }) => ['succeeded', 'failed', 'lost'].includes(state),
  );
  expect(job.state).toBe('succeeded');
  const page = await json<{ workspace: string }>('POST', '/api/v1/auth/mlflow-session');
  const [project] = (await json<{ items: { project_id: string }[] }>('GET', '/api/v1/projects')).items as [
    { project_id: string },
  ];
  run = { id: job.mlflow_run_id, experiment: job.mlflow_experiment_id, workspace: page.workspace };
  await letInAndOut(project.project_id);
  await json('POST', `/api/v1/models/price/versions`, { job_id });
  await json('PUT', '/api/v1/models/price/aliases/tried', { version: 1 });
  things = { dataset_id: dataset.dataset_id, job_id };
});
/** Reza was in Sara's project once, and worked there in MLflow: what holds for a stranger holds for whoever has left. */
async function letInAndOut(projectId: string): Promise<void> {
  const path = `/api/v1/projects/${projectId}`;
  const { token } = await json<{ token: string }>('POST', `${path}/invitations`, { role: 'owner' });
  await json('POST', '/api/v1/invitations/accept', { token }, reza.token);
  const asked = {
    token: reza.token,
    headers: { 'X-Kargah-Project': projectId, 'content-type': 'application/json' },
    body: JSON.stringify({ run_id: run.id, key: 'seen', value: 'by reza' }),
  };
  const seen = await raw(`${bridge.url}/mlflow`, 'POST', '/api/2.0/mlflow/runs/set-tag', asked);
  expect([seen.status, seen.text]).toEqual([200, '{}']);
  const { user_id } = await json<{ user_id: string }>('GET', '/api/v1/auth/me', undefined, reza.token);
  const out = await bridge.call('DELETE', `${path}/members/${user_id}`, { token: sara.token });
  expect(out.status).toBe(204);
}
afterAll(async () => {
  await bridge.close();
  rmSync(workspace, { recursive: true });
});

describe('what is Sara’s', () => {
  const there = (path: string) => path.replace(/\{(\w+)\}/gu, (_, name: string) => things[name]!);

  it('is neither trained on, stopped nor asked for by the short forms', async () => {
    const body = { recipe: 'tabular', dataset_id: things['dataset_id'] };
    expect((await bridge.call('POST', '/api/v1/train', { token: reza.token, body })).status).toBe(404);
    const job = { job_id: things['job_id'] };
    expect((await bridge.call('POST', '/api/train/stop', { token: reza.token, body: job })).status).toBe(404);
    const status = await bridge.call('GET', `/api/train/status?job_id=${job.job_id!}`, { token: reza.token });
    expect(status.status).toBe(404);
  });

  it('stands in none of Reza’s lists', async () => {
    for (const list of ['datasets', 'train/jobs', 'models', 'train/models', 'auth/tokens']) {
      const { items } = await json<{ items: unknown[] }>('GET', `/api/v1/${list}`, undefined, reza.token);
      expect([list, items]).toEqual([list, []]);
    }
  });

  it('is still there, and answers its owner', async () => {
    for (const path of ['/api/v1/datasets/{dataset_id}', '/api/v1/train/jobs/{job_id}/model'])
      expect((await bridge.call('GET', there(path), { token: sara.token })).status).toBe(200);
  });
});

describe('inside MLflow, what is Sara’s', () => {
  const mine = (path: string) =>
    path.replace('RUN', run.id).replace('EXP', run.experiment).replace('WS', run.workspace);
  const as = (who: Signed, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    raw(`${bridge.url}/mlflow`, method, path, {
      token: who.token,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const A = '/api/2.0/mlflow';

  it.each([
    `${A}/runs/get?run_id=RUN`,
    `${A}/runs/get?run_id=&run_uuid=RUN`,
    `${A}/metrics/get-history?run_id=RUN&metric_key=train_loss`,
    '/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id=RUN&metric_key=train_loss',
    '/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids=RUN&metric_key=train_loss',
    `${A}/artifacts/list?run_id=RUN`,
    '/get-artifact?run_id=RUN&path=model/MLmodel',
    '/get-artifact?run_uuid=RUN&path=model/MLmodel',
    '/api/2.0/mlflow-artifacts/artifacts?path=workspaces/WS/EXP',
    '/api/2.0/mlflow-artifacts/artifacts?path=workspaces/WS/EXP/RUN/artifacts',
    '/api/2.0/mlflow-artifacts/artifacts?path=EXP/RUN/artifacts',
    '/api/2.0/mlflow-artifacts/artifacts/workspaces/WS/EXP/RUN/artifacts/kargah.json',
    `${A}/experiments/get?experiment_id=EXP`,
    '/api/3.0/mlflow/workspaces/WS',
  ])('is not read by Reza: %s', async (path) => {
    expect((await as(sara, 'GET', mine(path))).status).toBeLessThan(500);
    for (const headers of [{}, { 'x-mlflow-workspace': run.workspace }]) {
      const { status, text } = await as(reza, 'GET', mine(path), undefined, headers);
      const empty = /^\{(?:"(?:files|metrics)": ?\[\])?\s*\}\s*$/u.test(text);
      expect([400, 403, 404].includes(status) || empty ? 'refused' : [status, text]).toBe('refused');
    }
  });

  it('is not among the workspaces that Reza sees', async () => {
    expect((await as(reza, 'GET', '/api/3.0/mlflow/workspaces')).text).not.toContain(run.workspace);
  });

  it('is not brought out through a model version that names its files as a source', async () => {
    const sources = [
      `mlflow-artifacts:/workspaces/${run.workspace}/${run.experiment}/${run.id}/artifacts`,
      `mlflow-artifacts:/workspaces/${run.workspace}`,
      `runs:/${run.id}/model`,
      `file://${bridge.dataDir}`,
      bridge.dataDir,
      `file:///etc`,
      `http://127.0.0.1:1/`,
      `mlflow-artifacts:/../..`,
    ];
    await as(reza, 'POST', `${A}/registered-models/create`, { name: 'spy' });
    const seen: [string, number, number][] = [];
    for (const source of sources) {
      const made = await as(reza, 'POST', `${A}/model-versions/create`, { name: 'spy', source });
      if (made.status !== 200) {
        seen.push([source, made.status, 0]);
        continue;
      }
      const { version } = made.json<{ model_version: { version: string } }>().model_version;
      for (const path of ['secret', 'passwd', 'MLmodel', `${run.experiment}/${run.id}/artifacts/model/MLmodel`]) {
        const got = await as(reza, 'GET', `/model-versions/get-artifact?name=spy&version=${version}&path=${path}`);
        seen.push([`${source} ${path}`, made.status, got.status]);
      }
    }
    expect(seen.filter(([, , got]) => got === 200)).toEqual([]);
  });

  it('is not found in what graphql says', async () => {
    const query = `query { a: mlflowGetRun(input: {runId: "${run.id}"}) { run { info { runName } data { metrics { key } } } }
      b: mlflowSearchRuns(input: {experimentIds: ["${run.experiment}"]}) { runs { info { runName } } }
      c: mlflowListArtifacts(input: {runId: "${run.id}"}) { files { path } } }`;
    const answer = await as(reza, 'POST', '/graphql', { query });
    expect(answer.text).not.toMatch(/train_loss|"path"|iris/u);
  });
});

describe('a request to the gateway', () => {
  const signed = async (): Promise<string> => {
    const answer = await bridge.call('POST', '/api/v1/auth/mlflow-session', { token: sara.token });
    return answer.headers.getSetCookie()[0]!.split(';')[0]!;
  };
  const send = (method: string, path: string, headers: Record<string, string>, body?: string) =>
    raw(`${bridge.url}/mlflow`, method, path, { headers, ...(body === undefined ? {} : { body }) });

  it.each([
    '/api/2.0/mlflow/users%2flist',
    '/api/2.0/mlflow/%75sers/list',
    '/api/2.0/mlflow/runs/get/%2e%2e/%2e%2e/users/list',
    '/api/2.0/mlflow/runs/get/..;/users/list',
    '/api/2.0/mlflow/runs;x=1/get',
    '/api/2.0/mlflow/runs/get.',
    '/api/2.0/mlflow/runs/get%20',
    '/api/2.0/mlflow/RUNS/get',
    '/api/2.0/mlflow/runs//get',
    '//mlflow/api/2.0/mlflow/users/list',
    '/static-files/%252e%252e/%252e%252e/etc/passwd',
    '/static-files/%c0%ae%c0%ae/x',
    '/api/2.0/mlflow-artifacts/artifacts/%2e%2e/mlflow.db',
    '/api/2.0/mlflow-artifacts/artifacts/a/../../mlflow.db',
    '/api/2.0/mlflow-artifacts/artifacts/a%5c..%5cb',
  ])('by a crooked path is closed: %s', async (path) => {
    const answer = await send('GET', path, { authorization: `Bearer ${sara.token}` });
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([404, 'mlflow_closed']);
  });

  it('is not made another one by a header that names a method, an address or a workspace', async () => {
    const headers = {
      authorization: `Bearer ${reza.token}`,
      'x-http-method-override': 'DELETE',
      'x-original-url': '/api/2.0/mlflow/users/list',
      'x-rewrite-url': '/api/2.0/mlflow/users/list',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-user': 'kargah',
      'x-mlflow-workspace': run.workspace,
    };
    const answer = await send('GET', '/api/2.0/mlflow/users/current', headers);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('"kargah"');
  });

  it('with two lengths, or huge headers, is refused by the parser; a huge body by us', async () => {
    const { port } = new URL(bridge.url);
    const answer = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
        let got = '';
        socket.on('data', (chunk) => (got += String(chunk)));
        socket.on('close', () => resolve(got.split('\r\n')[0]!));
        socket.on('error', reject);
      });
    const head = `POST /mlflow/api/2.0/mlflow/runs/set-tag HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${sara.token}\r\n`;
    expect(await answer(`${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toContain('400');
    expect(await answer(`${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`)).toContain('400');
    expect(await answer(`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`)).toContain('431');
    const large = {
      authorization: `Bearer ${sara.token}`,
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    };
    expect((await send('POST', '/api/2.0/mlflow/runs/set-tag', large, 'x'.repeat(17 * 2 ** 20))).status).toBe(413);
  });

  it('to become a websocket is ended without an answer', async () => {
    const { port } = new URL(bridge.url);
    const got = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(
          `GET /mlflow/version HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${sara.token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
        ),
      );
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('close', () => resolve(text));
    });
    expect(got).toBe('');
  });

  it('with the page’s cookie changes nothing unless it can only come from the page', async () => {
    const cookie = await signed();
    const set = JSON.stringify({ run_id: run.id, key: 'forged', value: 'x' });
    const post = (headers: Record<string, string>) =>
      send('POST', '/ajax-api/2.0/mlflow/runs/set-tag', { cookie, ...headers }, set);
    const forms = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'text/plain; application/json',
    ];
    for (const type of forms) expect([type, (await post({ 'content-type': type })).status]).toEqual([type, 403]);
    for (const site of ['same-site', 'cross-site', 'none'])
      expect((await post({ 'content-type': 'application/json', 'sec-fetch-site': site })).status).toBe(403);
    expect((await post({ 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await post({ 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
  });

  it('with the page’s cookie is refused once the session that opened the page has ended', async () => {
    const answer = await bridge.call('POST', '/api/v1/auth/login', {
      body: { email: 'sara@example.org', password: 'a quiet blue lamp' },
    });
    const again = (await answer.json()) as Signed;
    const session = answer.headers.getSetCookie()[0]!.split(';')[0]!;
    const page = await bridge.call('POST', '/api/v1/auth/mlflow-session', { token: again.token });
    const cookie = page.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await send('GET', '/version', { cookie })).status).toBe(200);
    const out = await bridge.call('POST', '/api/v1/auth/logout', {
      headers: { cookie: session, 'X-Kargah-Client': 't' },
    });
    expect(out.headers.getSetCookie().map((text) => text.split('=')[0])).toContain(cookie.split('=')[0]);
    expect((await send('GET', '/version', { cookie })).status).toBe(401);
    expect((await bridge.call('GET', '/api/v1/auth/me', { token: again.token })).status).toBe(401);
  });
});

describe('a file', () => {
  const tus = (metadata: string) =>
    bridge.call('POST', '/api/v1/uploads', {
      token: sara.token,
      headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '10', 'Upload-Metadata': metadata },
    });

  it.each([
    ['../../../etc/passwd.csv', 'passwd.csv'],
    ['..\\..\\boot.csv', 'boot.csv'],
    ['\u202efdp.exe\u202c.csv', 'fdp.exe.csv'],
    ['a\u0000b\r\nSet-Cookie: x.csv', 'abSet-Cookie: x.csv'],
    ['"><script>.csv', '"><script>.csv'],
  ])('named %j is called %j, and lies nowhere else', async (given, expected) => {
    const made = await tus(`filename ${Buffer.from(given).toString('base64')}`);
    expect(made.status).toBe(201);
    const id = made.headers.get('kargah-dataset-id')!;
    expect(await json('GET', `/api/v1/datasets/${id}`)).toMatchObject({ filename: expected, name: expected });
    expect(await (await bridge.call('DELETE', `/api/v1/datasets/${id}`, { token: sara.token })).text()).toBe('');
  });

  it.each([
    ['http://example.org/a.csv', 'url_invalid'],
    ['https://localhost/a.csv', 'url_private'],
    ['https://169.254.169.254/latest/meta-data.csv', 'url_private'],
  ])('at %s is not fetched', async (url, code) => {
    const refused = await bridge.call('POST', '/api/v1/datasets/import/url', { token: sara.token, body: { url } });
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([422, code]);
  });

  it('is given in ranges that lie within it, and as a whole for nonsense', async () => {
    const path = `/api/v1/datasets/${things['dataset_id']!}/content`;
    const ask = async (range: string) =>
      (await bridge.call('GET', path, { token: sara.token, headers: { range } })).status;
    expect(await ask('bytes=0-9')).toBe(206);
    expect(await ask('bytes=99999999-')).toBe(416);
    for (const range of [`bytes=${Array(2_000).fill('0-1').join(',')}`, 'bytes=9-1', 'lines=0-1', 'bytes=-'])
      expect([200, 206, 416]).toContain(await ask(range));
  });
});

it('writes no secret to any log', async () => {
  // What the others asked counts as well; this much is there in any order.
  await bridge.call('POST', '/api/v1/auth/login', {
    body: { email: 'sara@example.org', password: 'a quiet blue lamp' },
  });
  await bridge.call('GET', '/api/v1/train/jobs', { token: reza.token });
  const texts = [readFileSync(join(bridge.dataDir, 'mlflow/log.txt'), 'utf8'), logged.join('')];
  expect(texts[1]).toContain('/api/v1/auth/login');
  for (const text of texts)
    for (const secret of [
      sara.token,
      reza.token,
      sara.cookie.split('=')[1]!,
      'a quiet blue lamp',
      'kgj_',
      'kgp_',
      'Bearer ',
    ])
      expect(text.includes(secret)).toBe(false);
});
