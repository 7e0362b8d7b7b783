import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API, makeRun, trackingApi, upTestMlflow } from '../../../test/support/mlflow-runs.js';
import { raw, type TestMlflow } from '../../../test/support/mlflow.js';
import { writerIn } from '../../access/workspace-user.js';
import type { RunRef } from '../port.js';

let world: TestMlflow;
let sara: string;
let reza: string;
let run: RunRef;
const { post, get } = trackingApi(() => world);
const newRun = (jobId: string): Promise<RunRef> => makeRun(world, jobId);

beforeAll(async () => {
  world = await upTestMlflow();
  sara = world.tokenOf(world.people.sara);
  reza = world.tokenOf(world.people.reza);
  run = await newRun('job_aaaaaa');
});
afterAll(async () => world.close());

describe('what belongs to somebody else', () => {
  test('is neither read nor changed nor listed', async () => {
    await world.mlflow.port.ensureWorkspace('p-reza', writerIn('p-reza'));
    const id = run.runId;
    expect([403, 404]).toContain((await get(reza, `/runs/get?run_id=${id}`)).status);
    expect([403, 404]).toContain((await get(reza, `/metrics/get-history?run_id=${id}&metric_key=loss`)).status);
    expect([403, 404]).toContain((await get(reza, `/artifacts/list?run_id=${id}`)).status);
    expect([403, 404]).toContain((await get(reza, `/experiments/get?experiment_id=${run.experimentId}`)).status);
    const metric = { run_id: id, key: 'x', value: 1, timestamp: 1, step: 1 };
    expect([403, 404]).toContain((await post(reza, '/runs/log-metric', metric)).status);
    expect([403, 404]).toContain((await post(reza, '/runs/delete', { run_id: id })).status);
    const found = await post(reza, '/runs/search', { experiment_ids: [run.experimentId] });
    expect(found.text).not.toContain(id);
    const graphql = await raw(world.url, 'POST', '/graphql', {
      token: reza,
      body: JSON.stringify({ query: `query { mlflowGetRun(input: {runId: "${id}"}) { run { info { runName } } } }` }),
    });
    expect(graphql.text).not.toContain('نخستین');
    const models = await post(sara, '/registered-models/create', { name: 'مدل سارا' });
    expect(models.status).toBe(200);
    expect((await get(reza, '/registered-models/search')).text).not.toContain('sara');
    expect([403, 404]).toContain(
      (await get(reza, `/registered-models/get?name=${encodeURIComponent('مدل سارا')}`)).status,
    );
  });

  test('is not reached by naming another workspace', async () => {
    const answer = await raw(world.url, 'GET', `${API}/runs/get?run_id=${run.runId}`, {
      token: reza,
      headers: { 'x-mlflow-workspace': 'p-sara' },
    });
    expect([403, 404]).toContain(answer.status);
  });

  test('has files that are neither read nor written', async () => {
    const path = `/api/2.0/mlflow-artifacts/artifacts/workspaces/p-sara/${run.experimentId}/${run.runId}/artifacts/a.txt`;
    expect((await raw(world.url, 'PUT', path, { token: sara, body: 'private' })).status).toBe(200);
    expect((await raw(world.url, 'GET', path, { token: sara })).text).toBe('private');
    const foreign = await raw(world.url, 'GET', path, { token: reza });
    expect([403, 404]).toContain(foreign.status);
    expect([403, 404]).toContain((await raw(world.url, 'PUT', path, { token: reza, body: 'mine' })).status);
    expect((await raw(world.url, 'GET', path, { token: sara })).text).toBe('private');
  });
});

describe('files', () => {
  test('of 20 MB stream up and down and are listed', async () => {
    const path = `/api/2.0/mlflow-artifacts/artifacts/workspaces/p-sara/${run.experimentId}/${run.runId}/artifacts/big/b.bin`;
    const bytes = Buffer.alloc(20_000_000, 'kargah');
    expect((await raw(world.url, 'PUT', path, { token: sara, body: bytes })).status).toBe(200);
    const { port } = world.mlflow;
    expect(await port.listArtifacts('p-sara', run.runId, 'big')).toEqual([
      { path: 'big/b.bin', isDir: false, sizeBytes: bytes.length },
    ]);
    const { body } = await port.openArtifact('p-sara', run.runId, 'big/b.bin');
    let size = 0;
    for await (const chunk of body) size += chunk.length;
    expect(size).toBe(bytes.length);
  });

  test('that are pages get no origin of ours', async () => {
    const path = `/api/2.0/mlflow-artifacts/artifacts/workspaces/p-sara/${run.experimentId}/${run.runId}/artifacts/x.html`;
    await raw(world.url, 'PUT', path, { token: sara, body: '<script>1</script>' });
    const page = await raw(world.url, 'GET', `/get-artifact?path=x.html&run_id=${run.runId}`, { token: sara });
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain('sandbox');
  });
});

describe('the page of MLflow', () => {
  test('loads with the page cookie alone, its files by relative addresses', async () => {
    const page = await raw(world.url, 'GET', '/', { headers: { cookie: 'page=sara' } });
    expect(page.status).toBe(200);
    const script = /src="(static-files\/[^"]+\.js)"/u.exec(page.text)?.[1];
    expect(script).toBeDefined();
    const file = await raw(world.url, 'GET', `/${script!}`, { headers: { cookie: 'page=sara' } });
    expect(file.status).toBe(200);
    expect(file.headers['set-cookie']).toBeUndefined();
  });

  test('without its slash leads to the folder by a relative address', async () => {
    const answer = await raw(world.url, 'GET', '', { headers: { cookie: 'page=sara' } });
    expect([answer.status, answer.headers.location]).toEqual([308, 'mlflow/']);
  });

  test('is read with the cookie by itself and by links to it, and by no other page that fetches or embeds it', async () => {
    const ask = async (headers: Record<string, string>) =>
      (
        await raw(world.url, 'GET', `${API}/runs/get?run_id=${run.runId}`, {
          headers: { cookie: 'page=sara', ...headers },
        })
      ).status;
    for (const site of ['same-site', 'cross-site', 'none'])
      for (const [mode, status] of [
        ['navigate', 200],
        ['no-cors', 403],
        ['cors', 403],
        ['websocket', 403],
      ] as const)
        expect([site, mode, await ask({ 'sec-fetch-site': site, 'sec-fetch-mode': mode })]).toEqual([
          site,
          mode,
          status,
        ]);
    expect(await ask({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' })).toBe(200);
    // Browsers say nothing of it at addresses that they do not trust, where the cookie's SameSite alone decides.
    expect(await ask({})).toBe(200);
    // A token is sent on purpose, whoever sends it.
    const given = { token: sara, headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' } };
    expect((await raw(world.url, 'GET', `${API}/runs/get?run_id=${run.runId}`, given)).status).toBe(200);
  });

  test('takes no change that another site sends with the cookie', async () => {
    const answer = await raw(world.url, 'POST', `/ajax-api/2.0/mlflow/runs/delete`, {
      headers: { cookie: 'page=sara', 'sec-fetch-site': 'same-site' },
      body: JSON.stringify({ run_id: run.runId }),
    });
    expect(answer.status).toBe(403);
  });

  test('is closed without a token', async () => {
    expect((await raw(world.url, 'GET', '/')).status).toBe(401);
    expect((await raw(world.url, 'GET', '/', { token: 'wrong' })).status).toBe(401);
  });
});

describe('closed parts', () => {
  const CLOSED: [string, string][] = [
    ['POST', '/ajax-api/3.0/mlflow/assistant/message'],
    ['GET', '/ajax-api/3.0/mlflow/gateway/secrets/list'],
    ['POST', '/api/3.0/mlflow/gateway/endpoints/create'],
    ['POST', '/ajax-api/2.0/mlflow/gateway-proxy'],
    ['GET', '/ajax-api/3.0/mlflow/jobs/1'],
    ['GET', '/api/2.0/mlflow/webhooks'],
    ['GET', '/api/2.0/mlflow/users/list'],
    ['POST', '/api/2.0/mlflow/users/create'],
    ['PATCH', '/api/2.0/mlflow/users/update-admin'],
    ['POST', '/api/3.0/mlflow/workspaces'],
    ['DELETE', '/api/3.0/mlflow/workspaces/p-sara'],
    ['POST', '/api/3.0/mlflow/roles/assign'],
    ['GET', '/signup'],
    ['OPTIONS', '/api/2.0/mlflow/runs/get'],
    ['GET', '/health'],
    ['GET', '/static-files/../../etc/passwd'],
    ['GET', '/static-files/%2e%2e/x'],
    ['GET', '/static-files/a%2fb'],
    ['GET', '/static-files/a%252fb'],
    ['GET', '/static-files/a%00'],
    ['GET', '/static-files/a\\b'],
    ['GET', '//api/2.0/mlflow/runs/get'],
    ['GET', '/api//2.0/mlflow/runs/get'],
    ['GET', '/api/2.0/mlflow/runs/get/'],
    ['GET', '/api/2.0/mlflow/%FF'],
    ['GET', '/API/2.0/mlflow/runs/get'],
  ];
  test.each(CLOSED)('%s %s', async (method, path) => {
    const answer = await raw(world.url, method, path, { token: sara });
    expect(answer.status).toBe(404);
    expect(answer.json<{ code: string }>().code).toBe('mlflow_closed');
  });

  test('an experiment that writes its files elsewhere is refused', async () => {
    for (const field of ['artifact_location', 'artifactLocation'])
      expect((await post(sara, '/experiments/create', { name: 'x', [field]: 'file:///tmp/x' })).status).toBe(404);
    expect((await post(sara, '/experiments/create', { name: 'آزمایش' })).status).toBe(200);
  });

  test('a body that could be read in two ways is refused', async () => {
    const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
      raw(world.url, 'POST', `${API}/runs/set-tag`, { token: sara, body, headers });
    const honest = JSON.stringify({ run_id: run.runId, key: 'a', value: 'b' });
    expect((await send(honest)).status).toBe(200);
    expect((await send(JSON.stringify(honest))).status).toBe(400);
    expect((await send(Buffer.from(honest, 'utf16le'))).status).toBe(400);
    expect((await send('{')).status).toBe(400);
    expect((await send(honest, { 'content-encoding': 'gzip' })).status).toBe(415);
    // Without a length it is refused where the limit is passed, and the little that follows is still read.
    const chunked = { 'transfer-encoding': 'chunked' };
    expect((await send(`"${'x'.repeat(17 * 2 ** 20)}"`, chunked)).status).toBe(413);
  });
});
