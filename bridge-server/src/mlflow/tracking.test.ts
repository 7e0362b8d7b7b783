import { writerIn } from '../access/workspace-user.js';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HUNG_MS } from '../../test/hung.js';
import type { MetricPoint } from '../contract/training/metrics.js';
import { startTestMlflow, raw, type TestMlflow } from '../../test/support/mlflow.js';
import type { RunRef } from './port.js';

let world: TestMlflow;
let sara: string;
let reza: string;
let run: RunRef;
const REPOSITORY = resolve(import.meta.dirname, '../../..');
const PYTHON = join(REPOSITORY, '.venv/bin/python');
const API = '/api/2.0/mlflow';

beforeAll(async () => {
  world = await startTestMlflow();
  sara = world.tokenOf(world.people.sara);
  reza = world.tokenOf(world.people.reza);
  await world.mlflow.port.whenUp(AbortSignal.timeout(HUNG_MS));
  run = await newRun('job_aaaaaa');
});
afterAll(async () => world.close());

async function newRun(jobId: string, person: 'sara' | 'reza' = 'sara'): Promise<RunRef> {
  const { workspace, userId } = world.people[person];
  const { port } = world.mlflow;
  await port.ensureWorkspace(workspace, writerIn(workspace));
  const ref = await port.createRun({
    workspace,
    userId,
    jobId,
    name: 'نخستین آموزش',
    params: { epochs: 3, model: { hidden: [64, 32], نام: 'الف' }, empty: null },
    tags: { 'kargah.code_version': '1' },
    dataset: {
      name: 'digits',
      digest: 'a'.repeat(64),
      sourceUri: 'kargah:datasets/ds_1/versions/2',
      rows: 1797,
      tags: { 'kargah.version': '2', 'kargah.split_id': 'spl_1' },
    },
  });
  world.jobOfRun.set(ref.runId, jobId);
  return ref;
}

const post = (token: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  raw(world.url, 'POST', API + path, { token, body: JSON.stringify(body), headers });
const get = (token: string, path: string) => raw(world.url, 'GET', API + path, { token });

describe('the run of a job', () => {
  test('is made once for a job, with its parameters, its tags and the version and split of its data set', async () => {
    expect(await newRun('job_aaaaaa')).toEqual(run);
    const answer = await get(sara, `/runs/get?run_id=${run.runId}`);
    const { data, inputs } = answer.json<{
      run: {
        data: { params: { key: string; value: string }[]; tags: { key: string; value: string }[] };
        inputs: {
          dataset_inputs: {
            tags: { key: string; value: string }[];
            dataset: { name: string; digest: string; source: string; profile: string };
          }[];
        };
      };
    }>().run;
    expect(Object.fromEntries(data.params.map(({ key, value }) => [key, value]))).toEqual({
      epochs: '3',
      'model.hidden': '[64,32]',
      'model.نام': 'الف',
      empty: 'null',
    });
    expect(data.tags).toContainEqual({ key: 'kargah.job_id', value: 'job_aaaaaa' });
    expect(data.tags).toContainEqual({ key: 'mlflow.user', value: 'sara' });
    const [input] = inputs.dataset_inputs;
    expect(inputs.dataset_inputs).toHaveLength(1);
    expect(input?.dataset).toMatchObject({
      name: 'digits',
      digest: 'a'.repeat(36),
      source: '{"uri":"kargah:datasets/ds_1/versions/2"}',
      profile: '{"num_rows":1797}',
    });
    expect(Object.fromEntries(input?.tags.map(({ key, value }) => [key, value]) ?? [])).toEqual({
      'mlflow.data.context': 'training',
      'kargah.version': '2',
      'kargah.split_id': 'spl_1',
    });
  });

  test('may be one of several that begin at once with the same new data set', async () => {
    const { port } = world.mlflow;
    const { workspace } = world.people.sara;
    const runs = await Promise.all(['job_same01', 'job_same02', 'job_same03'].map((jobId) => newRun(jobId)));
    const dataset = { name: 'new', digest: 'b'.repeat(36), sourceUri: 'kargah:datasets/ds_2', rows: 1 };
    await Promise.all(runs.map(({ runId }) => port.describeRun({ workspace, runId, params: {}, dataset })));
    for (const { runId } of runs) expect((await get(sara, `/runs/get?run_id=${runId}`)).text).toContain('"new"');
  });

  test('ends with the state it was given and can be deleted twice', async () => {
    const { runId } = await newRun('job_bbbbbb');
    const { port } = world.mlflow;
    await port.tagRun('p-sara', runId, { 'kargah.best_of_sweep': 'sw_1', 'mlflow.note.content': 'ی' });
    await port.endRun('p-sara', runId, 'KILLED');
    expect((await get(sara, `/runs/get?run_id=${runId}`)).text).toContain('kargah.best_of_sweep');
    expect((await get(sara, `/runs/get?run_id=${runId}`)).text).toContain('"KILLED"');
    await port.deleteRun('p-sara', runId);
    await port.deleteRun('p-sara', runId);
  });

  test('that does not exist answers not found', async () => {
    await expect(world.mlflow.port.metricHistory('p-sara', 'f'.repeat(32))).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('parameters', () => {
  test('of a job are told once MLflow has taken them, alone or beside points', async () => {
    const { runId } = await newRun('job_params');
    const token = world.jobToken(world.people.sara, 'job_params');
    const before = world.loggedParams.length;
    const metrics = [{ key: 'loss', value: 1, timestamp: 1, step: 0 }];
    const params = [{ key: 'max_epochs', value: '4' }];
    expect((await post(token, '/runs/log-batch', { run_id: runId, metrics, params })).status).toBe(200);
    expect((await post(token, '/runs/log-parameter', { run_id: runId, key: 'lr', value: '0.1' })).status).toBe(200);
    const refused = await post(token, '/runs/log-parameter', { run_id: runId, key: 'lr', value: '0.2' });
    expect(refused.status).toBe(400);
    expect(world.loggedParams.slice(before)).toEqual([
      { jobId: 'job_params', params: { max_epochs: '4' } },
      { jobId: 'job_params', params: { lr: '0.1' } },
    ]);
  });
});

describe('points', () => {
  test('reach the listener in order, whatever their values, and MLflow keeps all of them', async () => {
    const { runId } = await newRun('job_cccccc');
    const token = world.jobToken(world.people.sara, 'job_cccccc');
    const before = world.logged.length;
    const values: (number | string)[] = [0.5, 'NaN', 'Infinity', '-Infinity', 0.25, 1e-9];
    const progress = { fraction: 0.5, epoch: 3, message: 'x', unknown: 1 };
    await Promise.all(
      values.map((value, step) =>
        post(
          token,
          '/runs/log-batch',
          { run_id: runId, metrics: [{ key: 'loss', value, timestamp: String(1000 + step), step: String(step) }] },
          { 'x-kargah-progress': JSON.stringify(progress) },
        ),
      ),
    );
    const single = await post(token, '/runs/log-metric', {
      run_id: runId,
      key: 'acc',
      value: 0.9,
      timestamp: 5,
      step: 9,
    });
    expect(single.status).toBe(200);
    const mine = world.logged.slice(before);
    expect(mine.map(({ jobId }) => jobId)).toEqual(Array(7).fill('job_cccccc'));
    // Sent at once over connections of their own: the order is the one in which they came in.
    expect(mine.slice(0, 6).flatMap(({ points }) => points)).toHaveLength(6);
    expect(mine[6]?.points).toEqual([{ key: 'acc', value: 0.9, timestamp: 5, step: 9 }]);
    expect(mine[0]?.progress).toEqual({ fraction: 0.5, epoch: 3, message: 'x' });
    const history = await world.mlflow.port.metricHistory('p-sara', runId, 'loss');
    const byStep = history.toSorted((a, b) => Number(a.step) - Number(b.step)).map(({ value }) => value);
    expect(byStep[0]).toBe(0.5);
    expect(byStep[1]).toBe('NaN');
    expect(byStep[4]).toBe(0.25);
    expect(history).toHaveLength(6);
    expect(await world.mlflow.port.metricHistory('p-sara', runId)).toHaveLength(7);
  });

  test('that MLflow refuses are told to nobody', async () => {
    const before = world.logged.length;
    const answer = await post(sara, '/runs/log-batch', {
      run_id: run.runId,
      metrics: [{ key: 'x', value: 'no number' }],
    });
    expect(answer.status).toBe(400);
    expect(world.logged).toHaveLength(before);
  });

  test('of one program arrive in the order in which it sent them', async () => {
    const before = world.logged.length;
    for (let step = 0; step < 10; step += 1)
      await post(sara, '/runs/log-metric', { run_id: run.runId, key: 'order', value: step, timestamp: 1, step });
    const steps = world.logged.slice(before).flatMap(({ points }) => points.map(({ step }) => step));
    expect(steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

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

describe("a job's token", () => {
  test('writes to its own run only', async () => {
    const other = await newRun('job_dddddd');
    const token = world.jobToken(world.people.sara, 'job_aaaaaa');
    const metric = { key: 'x', value: 1, timestamp: 1, step: 1 };
    expect((await post(token, '/runs/log-metric', { run_id: run.runId, ...metric })).status).toBe(200);
    expect((await get(token, `/runs/get?run_id=${run.runId}`)).status).toBe(200);
    for (const body of [
      { run_id: other.runId, ...metric },
      { runId: other.runId, ...metric },
      { run_id: run.runId, run_uuid: other.runId, ...metric },
    ])
      expect((await post(token, '/runs/log-metric', body)).status).toBe(403);
    expect((await post(token, '/runs/log-metric', metric)).status).toBe(400);
    expect((await post(token, '/runs/update', { run_id: other.runId, status: 'FAILED' })).status).toBe(403);
    expect((await post(token, '/runs/delete', { run_id: run.runId })).status).toBe(403);
    const model = { experiment_id: run.experimentId, source_run_id: other.runId };
    expect((await post(token, '/logged-models', model)).status).toBe(403);
    const file = (runId: string) =>
      raw(
        world.url,
        'PUT',
        `/api/2.0/mlflow-artifacts/artifacts/workspaces/p-sara/${run.experimentId}/${runId}/artifacts/f`,
        { token, body: 'x' },
      );
    expect((await file(run.runId)).status).toBe(200);
    expect((await file(other.runId)).status).toBe(403);
    expect((await raw(world.url, 'GET', '/', { token })).status).toBe(403);
  });

  test('makes runs below its own one, at any depth, writes to them, and to no other', async () => {
    const other = await newRun('job_gggggg');
    const token = world.jobToken(world.people.sara, 'job_aaaaaa');
    const below = (parent: string, tags: object[] = [], experiment_id = run.experimentId) =>
      post(token, '/runs/create', { experiment_id, tags: [{ key: 'mlflow.parentRunId', value: parent }, ...tags] });
    const idOf = (answer: Awaited<ReturnType<typeof below>>): string =>
      answer.json<{ run: { info: { run_id: string } } }>().run.info.run_id;
    const child = idOf(await below(run.runId));
    const grandchild = idOf(await below(child));
    const metric = { key: 'x', value: 1, timestamp: 1, step: 1 };
    for (const runId of [child, grandchild]) {
      expect((await post(token, '/runs/log-metric', { run_id: runId, ...metric })).status).toBe(200);
      expect((await post(token, '/runs/update', { run_id: runId, status: 'FINISHED' })).status).toBe(200);
    }
    const stranger = world.jobToken(world.people.sara, 'job_gggggg');
    expect((await post(stranger, '/runs/log-metric', { run_id: child, ...metric })).status).toBe(403);
    // Saying so does not make another job's run one's own.
    await post(stranger, '/runs/set-tag', { run_id: other.runId, key: 'mlflow.parentRunId', value: run.runId });
    expect((await post(token, '/runs/log-metric', { run_id: other.runId, ...metric })).status).toBe(403);
    const made = await post(sara, '/experiments/create', { name: 'of the person, not of the job' });
    const { experiment_id: elsewhere } = made.json<{ experiment_id: string }>();
    // No experiment is the job's own.
    expect((await below(run.runId, [], '0')).json()).toMatchObject({
      run: { info: { experiment_id: run.experimentId } },
    });
    const twice = [{ key: 'mlflow.parentRunId', value: other.runId }];
    for (const refused of [
      await below(other.runId),
      await below(run.runId, twice),
      await below(run.runId, [], elsewhere),
      await post(token, '/runs/create', { experiment_id: run.experimentId, tags: 'none' }),
    ])
      expect(refused.status).toBe(403);
    expect((await below('f'.repeat(32))).status).toBe(404);
    const ours = [{ key: 'kargah.job_id', value: 'job_gggggg' }];
    expect((await below(run.runId, ours)).status).toBe(400);
    const sent = { experiment_id: run.experimentId, tags: ours };
    expect((await post(token, '/runs/create', sent)).status).toBe(400);
  });

  test('is given its own experiment for any name, and its own run for one without a parent', async () => {
    const { runId, experimentId } = await newRun('job_names1');
    const token = world.jobToken(world.people.sara, 'job_names1');
    const theirs = (await post(sara, '/experiments/create', { name: 'به نام دیگری' })).json<{
      experiment_id: string;
    }>();
    for (const name of ['lightning_logs', 'به نام دیگری'])
      expect(
        (await get(token, `/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`)).json(),
      ).toMatchObject({
        experiment: { experiment_id: experimentId, name: 'jobs', lifecycle_stage: 'active' },
      });
    expect((await post(token, '/experiments/create', { name: 'lightning_logs' })).json()).toEqual({
      experiment_id: experimentId,
    });
    expect((await get(token, '/experiments/search?max_results=100')).text).not.toContain('lightning_logs');
    type Made = {
      run: { info: { run_id: string; run_name: string }; data: { tags: { key: string; value: string }[] } };
    };
    const make = async (tags: object[], run_name = 'x') =>
      (await post(token, '/runs/create', { experiment_id: theirs.experiment_id, run_name, tags })).json<Made>().run;
    await post(token, '/runs/log-metric', { run_id: runId, key: 'x', value: 1, timestamp: 1, step: 1 });
    // What could not be described was not given away.
    const unfit = await post(token, '/runs/create', { tags: [{ key: 'a'.repeat(300), value: '' }] });
    expect(unfit.json()).toMatchObject({ status: 400, error_code: 'INVALID_PARAMETER_VALUE' });
    const own = await make([
      { key: 'team', value: 'ب' },
      { key: 'mlflow.note.content', value: 'یادداشت' },
      { key: 'mlflow.user', value: 'root' },
    ]);
    expect(own).toMatchObject({
      info: { run_id: runId, run_name: 'نخستین آموزش', experiment_id: experimentId, status: 'RUNNING' },
      data: { metrics: [{ key: 'x', value: 1 }] },
    });
    expect(own.data.tags).toEqual(
      expect.arrayContaining([
        { key: 'team', value: 'ب' },
        { key: 'mlflow.note.content', value: 'یادداشت' },
        { key: 'mlflow.user', value: 'sara' },
      ]),
    );
    // It is given once, whether it has ended or not: a further run is another, below it.
    const further = await make([{ key: 'fold', value: '2' }], 'fold 2');
    expect(further.info).toMatchObject({ run_name: 'fold 2', experiment_id: experimentId });
    expect(further.info.run_id).not.toBe(runId);
    expect(further.data.tags).toContainEqual({ key: 'mlflow.parentRunId', value: runId });
    const metric = { run_id: further.info.run_id, key: 'x', value: 1, timestamp: 1, step: 1 };
    expect((await post(token, '/runs/log-metric', metric)).status).toBe(200);
    expect((await post(token, '/experiments/create', { name: 'x', artifact_location: 'file:///tmp/x' })).status).toBe(
      404,
    );
    const early = world.jobToken(world.people.sara, 'job_names2');
    expect((await get(early, '/experiments/get-by-name?experiment_name=x')).status).toBe(503);
  });

  test('tells how its runs end, and what lies open below its own ends with it', async () => {
    const { runId, experimentId } = await newRun('job_ending');
    const token = world.jobToken(world.people.sara, 'job_ending');
    const create = async (parent: string, run_name: string): Promise<string> => {
      const tags = [{ key: 'mlflow.parentRunId', value: parent }];
      const answer = await post(token, '/runs/create', { experiment_id: experimentId, run_name, tags });
      return answer.json<{ run: { info: { run_id: string } } }>().run.info.run_id;
    };
    const child = await create(runId, 'fold');
    const grandchild = await create(child, 'deeper');
    const done = await create(runId, 'done');
    const from = world.said.length;
    await post(token, '/runs/update', { run_id: done, status: 'FINISHED' });
    await post(token, '/runs/update', { run_id: child, status: 'FAILED' });
    await post(token, '/runs/update', { run_id: runId, status: 'FAILED' });
    // Each is told once MLflow has answered, whichever is first.
    const said = new Map(world.said.slice(from).map(({ runId: which, status }) => [which, status]));
    expect(said).toEqual(
      new Map([
        [done, 'FINISHED'],
        [child, 'FAILED'],
        [runId, 'FAILED'],
      ]),
    );
    await world.mlflow.port.endRunsBelow('p-sara', { runId, experimentId }, 'KILLED');
    const statusOf = async (which: string): Promise<string> =>
      (await get(sara, `/runs/get?run_id=${which}`)).json<{ run: { info: { status: string } } }>().run.info.status;
    // Below one that has ended, too.
    expect(await Promise.all([done, child, grandchild].map(statusOf))).toEqual(['FINISHED', 'FAILED', 'KILLED']);
  });

  test('changes only models that its own run logged', async () => {
    const other = await newRun('job_eeeeee');
    const token = world.jobToken(world.people.sara, 'job_aaaaaa');
    const made = await post(sara, '/logged-models', { experiment_id: other.experimentId, source_run_id: other.runId });
    const id = made.json<{ model: { info: { model_id: string } } }>().model.info.model_id;
    const patch = (path: string, modelId = path) =>
      raw(world.url, 'PATCH', `${API}/logged-models/${path}`, {
        token,
        body: JSON.stringify({ model_id: modelId, status: 'LOGGED_MODEL_READY' }),
      });
    expect((await patch(id)).status).toBe(403);
    expect((await patch('m-none')).status).toBe(404);
    const answer = await post(token, '/logged-models', { experiment_id: run.experimentId, source_run_id: run.runId });
    const mine = answer.json<{ model: { info: { model_id: string } } }>().model.info.model_id;
    // MLflow checks the one in the path and acts on the one in the body.
    expect((await patch(mine, id)).status).toBe(403);
    expect((await patch(mine)).status).toBe(200);
  });
});

describe('a script that knows nothing of us', () => {
  test('logs live points and a model with plain MLflow, and loads the model back', async () => {
    const { runId } = await newRun('job_ffffff');
    const before = world.logged.length;
    const script = join(REPOSITORY, 'mlflow/tests/unmodified_script.py');
    const { stdout } = await promisify(execFile)(PYTHON, [script], {
      timeout: HUNG_MS,
      env: {
        PATH: process.env['PATH'],
        MLFLOW_TRACKING_URI: world.url,
        MLFLOW_TRACKING_TOKEN: world.jobToken(world.people.sara, 'job_ffffff'),
        MLFLOW_DISABLE_TELEMETRY: 'true',
      },
    });
    expect(stdout).toContain(`run ${runId}`);
    const points = world.logged.slice(before).flatMap((delivery) => delivery.points);
    expect(points.filter(({ key }) => key === 'loss').map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    expect(points.find(({ key }) => key === 'bad')?.value).toBe('NaN');
    for (const [logger, count] of [
      ['async', 50],
      ['lightning', 20],
      ['tensorboard', 20],
    ] as const) {
      expect(points.filter(({ key }) => key === logger)).toHaveLength(count);
      expect(await world.mlflow.port.metricHistory('p-sara', runId, logger)).toHaveLength(count);
    }
    const { port } = world.mlflow;
    const model = await port.modelOf('p-sara', runId);
    expect(model).toMatchObject({ artifactPath: 'model' });
    expect(model!.uri).toMatch(/^models:\/m-/u);
    expect(model!.sizeBytes).toBeGreaterThan(1000);
    const top = await port.listArtifacts('p-sara', runId, '');
    expect(top.map(({ path }) => path).toSorted()).toEqual(['model', 'notes']);
    const { body, sizeBytes } = await port.openArtifact('p-sara', runId, 'model/data/model.pt2');
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(sizeBytes ?? bytes.length).toBe(bytes.length);
  });
});

describe('a script with several runs', () => {
  test('in processes, at once or nested has each of them: the first asked for is the job’s own, all are live', async () => {
    const { runId, experimentId } = await newRun('job_grid00');
    const before = world.logged.length;
    const { stdout } = await promisify(execFile)(PYTHON, [join(REPOSITORY, 'mlflow/tests/parallel_runs.py')], {
      timeout: HUNG_MS,
      env: {
        PATH: process.env['PATH'],
        MLFLOW_TRACKING_URI: world.url,
        MLFLOW_TRACKING_TOKEN: world.jobToken(world.people.sara, 'job_grid00'),
        MLFLOW_DISABLE_TELEMETRY: 'true',
      },
    });
    const trained = /^trained (.+)$/mu.exec(stdout)![1]!.split(' ');
    expect(new Set(trained).size).toBe(4);
    expect(trained).toContain(runId);
    type Found = { runs: { info: { run_id: string; run_name: string }; data: { params: { value: string }[] } }[] };
    const found = await post(sara, '/runs/search', {
      experiment_ids: [experimentId],
      filter: `tags.mlflow.parentRunId = '${runId}'`,
    });
    const below = found.json<Found>().runs.map(({ info }) => info);
    expect(below.map(({ run_name }) => run_name)).toEqual(expect.arrayContaining(['cnn', 'mlp', 'folds']));
    expect(below.filter(({ run_id }) => trained.includes(run_id))).toHaveLength(3);
    const live = world.logged.slice(before).filter(({ jobId }) => jobId === 'job_grid00');
    const keys = live.flatMap(({ points }) => points.map(({ key }) => key));
    // Of four trainings one is the job's own; which, the processes decide.
    expect(keys.filter((key) => key === 'loss')).toHaveLength(3);
    expect(keys.filter((key) => /^\[lr 0\.[1-4]\] loss$/u.test(key))).toHaveLength(9);
    expect(keys).toEqual(expect.arrayContaining(['[fold 0] loss', '[fold 1] loss']));
    const open = /^open (\w+)$/mu.exec(stdout)![1]!;
    await world.mlflow.port.endRunsBelow('p-sara', { runId, experimentId }, 'KILLED');
    expect((await get(sara, `/runs/get?run_id=${open}`)).text).toContain('KILLED');
    await world.mlflow.port.deleteRunsBelow('p-sara', { runId, experimentId });
    const stageOf = async (id: string) =>
      (await get(sara, `/runs/get?run_id=${id}`)).json<{ run: { info: { lifecycle_stage: string } } }>().run.info
        .lifecycle_stage;
    for (const { run_id } of below) expect(await stageOf(run_id)).toBe('deleted');
    expect([await stageOf(open), await stageOf(runId)]).toEqual(['deleted', 'active']);
  });
});

describe('a script that trains with Lightning', () => {
  const train = async (way: string, jobId: string): Promise<RunRef & { stdout: string; points: MetricPoint[] }> => {
    const ref = await newRun(jobId);
    const before = world.logged.length;
    const script = join(REPOSITORY, 'mlflow/tests/lightning_script.py');
    const { stdout } = await promisify(execFile)(PYTHON, [script, way], {
      timeout: HUNG_MS,
      cwd: world.root,
      env: {
        PATH: process.env['PATH'],
        PYTHONPATH: join(REPOSITORY, '.venv/scripts-of-tests'),
        MLFLOW_TRACKING_URI: world.url,
        MLFLOW_TRACKING_TOKEN: world.jobToken(world.people.sara, jobId),
        MLFLOW_DISABLE_TELEMETRY: 'true',
      },
    });
    const live = world.logged.slice(before).filter((delivery) => delivery.jobId === jobId);
    return { ...ref, stdout, points: live.flatMap(({ points }) => points) };
  };
  const paramsOf = (jobId: string) =>
    Object.assign({}, ...world.loggedParams.filter((told) => told.jobId === jobId).map(({ params }) => params));
  /** Twelve steps, of which every second is logged. */
  const STEPS = [1, 3, 5, 7, 9, 11];

  test('and its logger as it comes is live in the job’s own run; a further logger is a run below it', async () => {
    const { runId, experimentId, stdout, points } = await train('default', 'job_light1');
    expect(stdout).toContain(`run ${runId} ${experimentId}`);
    expect(points.filter(({ key }) => key === 'train_loss').map(({ step }) => step)).toEqual(STEPS);
    expect(points.filter(({ key }) => key === 'epoch').at(-1)?.value).toBe(2);
    expect(await world.mlflow.port.metricHistory('p-sara', runId, 'train_loss')).toHaveLength(STEPS.length);
    expect(paramsOf('job_light1')).toMatchObject({ lr: '0.1' });
    const further = /^further (\w+)$/mu.exec(stdout)![1]!;
    expect(further).not.toBe(runId);
    expect((await get(sara, `/runs/get?run_id=${further}`)).text).toContain(runId);
    expect(await world.mlflow.port.metricHistory('p-sara', further, 'train_loss')).toHaveLength(STEPS.length);
    // What the logger said of the end is not how the job ended.
    const status = async () =>
      (await get(sara, `/runs/get?run_id=${runId}`)).json<{ run: { info: { status: string } } }>().run.info.status;
    expect(await status()).toBe('FINISHED');
    await world.mlflow.port.endRun('p-sara', runId, 'FAILED');
    expect(await status()).toBe('FAILED');
  });

  test('and its logger with names, tags and checkpoints of its own is live all the same', async () => {
    const { runId, stdout, points } = await train('named', 'job_light2');
    expect(stdout).toContain(`run ${runId} `);
    expect(points.filter(({ key }) => key === 'train_loss').map(({ step }) => step)).toEqual(STEPS);
    expect((await get(sara, `/runs/get?run_id=${runId}`)).text).toContain('"team"');
    const files = await world.mlflow.port.listArtifacts('p-sara', runId, '');
    expect(files.map(({ path }) => path)).toEqual([expect.stringMatching(/^epoch=2-step=12/u)]);
  });

  test('and MLflow’s autologging is live, in an experiment of any name', async () => {
    const { runId, points } = await train('autolog', 'job_light3');
    expect(points.filter(({ key }) => key === 'train_loss').map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(paramsOf('job_light3')).toMatchObject({ epochs: '3' });
    expect(await world.mlflow.port.metricHistory('p-sara', runId, 'train_loss')).toHaveLength(3);
  });
});

describe('when MLflow is killed', () => {
  test('requests say so, it is started again, and the port and the gateway go on', async () => {
    const point = { key: 'before the kill', value: 0.5, timestamp: 1, step: 7 };
    expect((await post(sara, '/runs/log-metric', { run_id: run.runId, ...point })).status).toBe(200);
    const states: string[] = [];
    const off = world.mlflow.port.onState((state) => states.push(state));
    const down = new Promise<void>((resolve) => {
      const offDown = world.mlflow.port.onState((state) => {
        if (state !== 'down') return;
        offDown();
        resolve();
      });
    });
    process.kill(-world.server.pid!, 'SIGKILL');
    await down;
    const away = await post(sara, '/runs/set-tag', { run_id: run.runId, key: 'x', value: 'y' });
    expect(away.status).toBe(503);
    expect(away.headers['retry-after']).toBe('1');
    expect(away.json<{ code: string }>().code).toBe('mlflow_unavailable');
    await expect(world.mlflow.port.metricHistory('p-sara', run.runId)).rejects.toMatchObject({
      code: 'mlflow_unavailable',
    });
    await world.mlflow.port.whenUp(AbortSignal.timeout(HUNG_MS));
    expect(states).toEqual(['down', 'up']);
    off();
    const kept = (): Promise<unknown> => world.mlflow.port.metricHistory('p-sara', run.runId, point.key);
    await expect.poll(kept).toEqual([point]);
    expect((await get(sara, `/runs/get?run_id=${run.runId}`)).status).toBe(200);
  });

  test('waiting for it can be given up', async () => {
    const { Health } = await import('./server/health.js');
    await expect(new Health().whenUp(AbortSignal.timeout(10))).rejects.toMatchObject({ code: 'mlflow_unavailable' });
  });
});
