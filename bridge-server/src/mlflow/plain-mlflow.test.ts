import { writerIn } from '../access/workspace-user.js';
import { execFile } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HUNG_MS } from '../../test/hung.js';
import type { Person } from '../access/caller.js';
import type { RunRef } from './port.js';
import { raw, startTestMlflow, type Answer, type TestMlflow } from '../../test/support/mlflow.js';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const PYTHON = join(REPOSITORY, '.venv/bin/python');
const SCRIPT = join(REPOSITORY, 'mlflow/tests/plain_client.py');
const API = '/api/2.0/mlflow';

let world: TestMlflow;
let sara: string;
let reza: string;

beforeAll(async () => {
  world = await startTestMlflow();
  sara = world.tokenOf(world.people.sara);
  reza = world.tokenOf(world.people.reza);
  await world.mlflow.port.whenUp(AbortSignal.timeout(HUNG_MS));
});
afterAll(async () => world.close());

const post = (token: string, path: string, body: unknown, method = 'POST') =>
  raw(world.url, method, path.startsWith('/a') ? path : API + path, { token, body: JSON.stringify(body) });
/** As MLflow's client sends it: what is deleted stands in the body. */
const deleted = (token: string, path: string, fields: object) => {
  const body = JSON.stringify(fields);
  const headers = { 'content-length': String(Buffer.byteLength(body)) };
  return raw(world.url, 'DELETE', API + path, { token, body, headers });
};
const get = (token: string, path: string) =>
  raw(world.url, 'GET', path.startsWith('/a') ? path : API + path, { token });
const fault = (answer: Answer): [number, string] => [answer.status, answer.json<{ error_code: string }>().error_code];

async function jobRun(jobId: string, person: Person = world.people.sara): Promise<RunRef & { token: string }> {
  const { workspace, userId } = person;
  await world.mlflow.port.ensureWorkspace(workspace, writerIn(workspace));
  const about = { workspace, userId, jobId, name: jobId, params: {}, tags: {}, dataset: null };
  const run = await world.mlflow.port.createRun(about);
  world.jobOfRun.set(run.runId, jobId);
  return { ...run, token: world.jobToken(person, jobId) };
}

/** Runs a part of the script with a token; a job's knows its run. Rejects with the script's own words where it fails. */
async function python(token: string, part: string, options: { args?: string[]; job?: RunRef } = {}): Promise<void> {
  await promisify(execFile)(PYTHON, [SCRIPT, part, ...(options.args ?? [])], {
    env: {
      PATH: process.env['PATH'],
      HOME: world.root,
      MLFLOW_TRACKING_URI: world.url,
      MLFLOW_TRACKING_TOKEN: token,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
      ...(options.job ? { KARGAH_EXPERIMENT_ID: options.job.experimentId } : {}),
    },
  });
}

describe('MLflow’s client with a personal token', () => {
  const PARTS: [string, string][] = [
    ['default_experiment', 'logs to a Default experiment of one’s own where no experiment is named'],
    ['named_experiment', 'finds the best run of an experiment by the experiment’s name'],
    ['get_or_create', 'is told that a registered model is not there, and makes it'],
    ['large_batch', 'logs 99 parameters of 5,900 Persian letters at once'],
    ['multipart', 'uploads the plain way where uploads in parts are switched on, whatever sign is in the name'],
    ['trace', 'reads its traces back'],
    ['registry', 'registers, tags, promotes and describes a model'],
    ['prompts', 'registers a prompt and loads it'],
    ['evaluation_dataset', 'keeps records to evaluate with'],
  ];
  test.each(PARTS)('%s: it %s', async (part) => python(sara, part));
});

describe('a job', () => {
  const PARTS: [string, string][] = [
    ['registry', 'registers, tags, promotes and describes the models of its run'],
    ['named_experiment', 'finds the best run of an experiment by the name that it gave it'],
    ['own_store', 'logs to the tracking store that its script names'],
    [
      'no_experiment',
      'logs in its experiment where none is named, from processes that it starts and in runs below, too',
    ],
    ['files', 'keeps folders, tables, settings and figures by names of any letters, and gets them back'],
    ['threads', 'logs batches from eight threads at once, and loses none'],
    ['search', 'looks for its runs by metric, parameter, Persian tags, state and name, page by page'],
    ['experiment_tags', 'tags the experiment of its run'],
    ['trace', 'reads its traces back'],
    ['prompts', 'registers a prompt and loads it'],
    ['evaluation_dataset', 'keeps records to evaluate with in its experiment'],
    ['get_or_create', 'is told that a registered model is not there, and makes it'],
  ];
  test.each(PARTS)(
    '%s: it %s',
    async (part) => {
      // Another job of the same person, whose runs are not this one's.
      const other = await jobRun(`job_${part}_before`);
      const point = { run_id: other.runId, key: 'case_loss', value: 0.01, timestamp: 1, step: 0 };
      expect((await post(other.token, '/runs/log-metric', point)).status).toBe(200);
      const job = await jobRun(`job_${part}`);
      await python(job.token, part, { job });
    },
    300_000,
  );

  test('goes on in the run of an ended job of the same person, and in no other', async () => {
    const [earlier, running, foreign] = [
      await jobRun('job_earlier'),
      await jobRun('job_other'),
      await jobRun('job_r', world.people.reza),
    ];
    const job = await jobRun('job_later');
    world.endedJobs.add('job_earlier');
    world.endedJobs.add('job_r');
    await python(job.token, 'resume', { args: [earlier.runId], job });
    expect((await get(sara, `/runs/get?run_id=${earlier.runId}`)).text).toContain('"more"');
    const metric = (run_id: string) =>
      post(job.token, '/runs/log-metric', { run_id, key: 'x', value: 1, timestamp: 1, step: 1 });
    expect((await metric(earlier.runId)).status).toBe(200);
    const again = (run_id: string) => post(job.token, '/runs/update', { run_id, status: 'RUNNING' });
    expect(fault(await again(running.runId))).toEqual([403, 'PERMISSION_DENIED']);
    expect(fault(await metric(running.runId))).toEqual([403, 'PERMISSION_DENIED']);
    expect(fault(await again(foreign.runId))).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
    // Not even reading tells another job that it may: the run has to be taken up first.
    const third = await jobRun('job_third');
    expect((await post(third.token, '/runs/log-metric', { run_id: earlier.runId, key: 'x', value: 1 })).status).toBe(
      403,
    );
  }, 300_000);

  test('changes no version, model, trace or dataset that another job made', async () => {
    const [job, other] = [await jobRun('job_mine01'), await jobRun('job_theirs')];
    const name = 'مدل دیگری';
    await post(sara, '/registered-models/create', { name });
    const made = await post(sara, '/experiments/create', { name: 'of the person' });
    const { experiment_id } = made.json<{ experiment_id: string }>();
    const source = `mlflow-artifacts:/workspaces/p-sara/${other.experimentId}/${other.runId}/artifacts/model`;
    const version = await post(other.token, '/model-versions/create', { name, source, run_id: other.runId });
    expect(version.status).toBe(200);
    const refused = [
      await post(job.token, '/model-versions/create', { name, source, run_id: other.runId }),
      await post(job.token, '/model-versions/set-tag', { name, version: '1', key: 'a', value: 'b' }),
      await post(job.token, '/model-versions/update', { name, version: '1', description: 'x' }, 'PATCH'),
      await post(job.token, '/model-versions/transition-stage', { name, version: '1', stage: 'Production' }),
      await post(job.token, '/registered-models/alias', { name, alias: 'champion', version: '1' }),
      await post(job.token, '/registered-models/update', { name, description: 'x' }, 'PATCH'),
      await post(job.token, '/registered-models/set-tag', { name, key: 'a', value: 'b' }),
      await post(job.token, '/registered-models/rename', { name, new_name: 'x' }),
      await deleted(job.token, '/registered-models/delete', { name }),
      await post(job.token, '/api/3.0/mlflow/datasets/create', { name: 'd', experiment_ids: [] }),
      await post(job.token, '/experiments/set-experiment-tag', { experiment_id, key: 'a', value: 'b' }),
    ];
    for (const answer of refused) expect(fault(answer)).toEqual([403, 'PERMISSION_DENIED']);
    expect(
      (await post(other.token, '/registered-models/alias', { name, alias: 'champion', version: '1' })).status,
    ).toBe(200);
    const mine = { name, source: source.replace(other.runId, job.runId), run_id: job.runId };
    expect((await post(job.token, '/model-versions/create', mine)).status).toBe(200);
    for (const version of [{}, { version: '2' }])
      expect(
        fault(await deleted(job.token, '/registered-models/alias', { name, alias: 'champion', ...version })),
      ).toEqual([403, 'PERMISSION_DENIED']);
    const missing = await post(job.token, '/model-versions/set-tag', { name, version: '9', key: 'a', value: 'b' });
    expect(fault(missing)).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
  });
});

describe('what is not there', () => {
  const ID = 'f'.repeat(32);
  const ASKED: [string, string, unknown?][] = [
    ['GET', `${API}/runs/get?run_id=${ID}`],
    ['GET', `${API}/metrics/get-history?run_id=${ID}&metric_key=x`],
    ['GET', `${API}/artifacts/list?run_id=${ID}`],
    ['GET', `${API}/experiments/get?experiment_id=123456789`],
    ['GET', `${API}/experiments/get-by-name?experiment_name=none`],
    ['GET', `${API}/registered-models/get?name=none`],
    ['GET', `${API}/model-versions/get?name=none&version=1`],
    ['GET', `${API}/registered-models/alias?name=none&alias=champion`],
    ['GET', `${API}/logged-models/m-${ID}`],
    ['GET', `/api/3.0/mlflow/traces/tr-${ID}`],
    ['GET', `/api/3.0/mlflow/datasets/d-${ID}`],
    ['POST', `${API}/runs/log-parameter`, { run_id: ID, key: 'a', value: 'b' }],
    ['POST', `${API}/runs/set-tag`, { run_id: ID, key: 'a', value: 'b' }],
    ['POST', `${API}/runs/update`, { run_id: ID, status: 'FINISHED' }],
    ['POST', `${API}/runs/delete`, { run_id: ID }],
    ['POST', `${API}/experiments/delete`, { experiment_id: '123456789' }],
    ['POST', `${API}/registered-models/rename`, { name: 'none', new_name: 'x' }],
    ['POST', `${API}/model-versions/set-tag`, { name: 'none', version: '1', key: 'a', value: 'b' }],
  ];
  test.each(ASKED)('is said to be missing, in MLflow’s words: %s %s', async (method, path, body) => {
    const answer = await raw(world.url, method, path, {
      token: sara,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(fault(answer)).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
  });

  test('answers as what somebody else has', async () => {
    const { runId, experimentId } = await jobRun('job_sara01');
    await post(sara, '/registered-models/create', { name: 'only-saras' });
    // Reza's own of the same shape, to be sure that he may ask at all.
    expect((await post(reza, '/runs/create', {})).status).toBe(200);
    const pairs: [string, string][] = [
      [`/runs/get?run_id=${runId}`, `/runs/get?run_id=${ID}`],
      [`/experiments/get?experiment_id=${experimentId}`, '/experiments/get?experiment_id=999999'],
      ['/registered-models/get?name=only-saras', '/registered-models/get?name=only-reza-s'],
    ];
    for (const [theirs, none] of pairs) {
      const [a, b] = [await get(reza, theirs), await get(reza, none)];
      expect(fault(a)).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
      const text = (answer: Answer, id: string) => answer.text.replaceAll(id, '…');
      expect(text(a, theirs.split('=')[1]!)).toBe(text(b, none.split('=')[1]!));
    }
  });
});

describe('input that MLflow would not take', () => {
  test('is refused with 400, as MLflow does', async () => {
    const { runId, token } = await jobRun('job_input1');
    const long = `/api/2.0/mlflow-artifacts/artifacts/workspaces/p-sara/1/${runId}/artifacts/${'x'.repeat(256)}`;
    const deep = `query ${'{ a '.repeat(60)}${'}'.repeat(60)}`;
    const answers = [
      await raw(world.url, 'POST', `${API}/runs/create`, { token: sara, body: '{' }),
      await post(sara, '/experiments/create', {}),
      await post(sara, '/runs/set-tag', { key: 'a', value: 'b' }),
      await post(token, '/runs/set-tag', { key: 'a', value: 'b' }),
      await post(token, '/runs/log-metric', { key: 'a', value: 1, timestamp: 1 }),
      await get(sara, '/experiments/get?experiment_id=abc'),
      await raw(world.url, 'PUT', long, { token: sara, body: 'x' }),
      await raw(world.url, 'POST', '/graphql', { token: sara, body: '{}' }),
      await raw(world.url, 'POST', '/graphql', { token: sara, body: JSON.stringify({ query: deep }) }),
    ];
    for (const answer of answers) expect(fault(answer)).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  });

  test.each([
    's3://bucket/key',
    'gs://b/k',
    'dbfs:/x',
    'wasbs://c@a/x',
    'file:///etc',
    '/etc',
    'http://127.0.0.1/x',
    'RUNS:/x/y',
  ])('is a model whose files MLflow would fetch from %s, also past the gateway', async (source) => {
    await post(sara, '/registered-models/create', { name: 'sources' });
    const body = { name: 'sources', source };
    expect(fault(await post(sara, '/model-versions/create', body))).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    const direct = await world.direct('p-sara', 'POST', `${API}/model-versions/create`, JSON.stringify(body));
    expect(fault(direct)).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  });

  test('are tags by which the bridge finds the runs of jobs, from a job as from a person', async () => {
    const { runId, experimentId, token } = await jobRun('job_tags01');
    const tag = { key: 'kargah.job_id', value: 'job_theirs' };
    for (const who of [token, sara])
      for (const answer of [
        await post(who, '/runs/set-tag', { run_id: runId, ...tag }),
        await post(who, '/runs/delete-tag', { run_id: runId, key: tag.key }),
        await post(who, '/runs/log-batch', { run_id: runId, tags: [tag] }),
        await post(who, '/runs/create', { experiment_id: experimentId, tags: [tag] }),
      ]) {
        expect(fault(answer)).toEqual([400, 'INVALID_PARAMETER_VALUE']);
        expect(answer.json<{ code: string }>().code).toBe('mlflow_reserved_key');
      }
    expect((await get(sara, `/runs/get?run_id=${runId}`)).text).toContain('job_tags01');
    // Models tell their recipe in this way, and are not found by it.
    const model = {
      experiment_id: experimentId,
      source_run_id: runId,
      tags: [{ key: 'kargah.recipe', value: 'text' }],
    };
    expect((await post(token, '/logged-models', model)).status).toBe(200);
  });
});

describe('closed parts', () => {
  test('say so in the shape of MLflow’s errors', async () => {
    expect(fault(await get(sara, '/webhooks'))).toEqual([404, 'ENDPOINT_NOT_FOUND']);
  });

  test('that clients only try are answered 501', async () => {
    // MLflow's clients know these by the beginning of the sentence.
    const WORDS: [string, string][] = [
      [
        '/api/2.0/mlflow-artifacts/mpu/create/a/b',
        'Multipart upload is not supported for the current artifact repository',
      ],
      [
        '/api/2.0/mlflow/artifacts/presigned-upload-url',
        'Presigned upload is not supported for the current artifact repository',
      ],
      ['/v1/traces', 'REST OTLP span logging is not supported'],
    ];
    for (const [path, words] of WORDS) {
      const answer = await raw(world.url, 'POST', path, { token: sara, body: '{}' });
      expect(fault(answer)).toEqual([501, 'NOT_IMPLEMENTED']);
      expect(answer.json<{ message: string }>().message.startsWith(words)).toBe(true);
    }
    expect((await raw(world.url, 'POST', '/v1/traces', { body: '{}' })).status).toBe(401);
  });

  test('are empty lists to MLflow’s page, and closed to everybody else', async () => {
    const page = (path: string, site = 'same-origin') =>
      raw(world.url, 'GET', path, { headers: { cookie: 'page=sara', 'sec-fetch-site': site } });
    const path = '/ajax-api/3.0/mlflow/gateway/endpoints/list';
    expect((await page(path)).json()).toEqual({ endpoints: [] });
    expect((await page('/ajax-api/2.0/mlflow/webhooks')).json()).toEqual({ webhooks: [] });
    expect((await page(path, 'cross-site')).status).toBe(403);
    expect((await raw(world.url, 'GET', path)).status).toBe(401);
    expect((await get(sara, path)).status).toBe(404);
    expect((await page('/ajax-api/3.0/mlflow/gateway/secrets/get')).status).toBe(404);
  });
});

describe('sixteen uploads that a person sends slowly', () => {
  test('hold up neither MLflow nor anybody else', async () => {
    const { hostname, port } = new URL(world.url);
    const sockets: Socket[] = [];
    for (let at = 0; at < 16; at += 1) {
      const socket = connect(Number(port), hostname);
      const path = `/mlflow/api/2.0/mlflow-artifacts/artifacts/workspaces/p-sara/1/slow/artifacts/${String(at)}`;
      socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${sara}\r\nContent-Length: 1000\r\n\r\nx`);
      sockets.push(socket);
    }
    // Each of these needs a thread of MLflow, of which there are eight.
    for (let at = 0; at < 10; at += 1)
      expect((await post(reza, '/experiments/search', { max_results: 10 })).status).toBe(200);
    expect((await post(sara, '/experiments/search', { max_results: 10 })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    // Their turns are given back.
    const file = '/api/2.0/mlflow-artifacts/artifacts/workspaces/p-sara/1/quick/artifacts/a';
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => raw(world.url, 'PUT', file, { token: sara, body: 'x' })),
    );
    for (const answer of answers) expect(answer.status).not.toBe(429);
  });
});
