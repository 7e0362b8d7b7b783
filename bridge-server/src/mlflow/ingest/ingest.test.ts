import { writerIn } from '../../access/workspace-user.js';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HUNG_MS } from '../../../test/hung.js';
import { raw, startTestMlflow, type Answer, type TestMlflow } from '../../../test/support/mlflow.js';
import type { RunRef } from '../port.js';

let world: TestMlflow;
let sara: string;
const REPOSITORY = resolve(import.meta.dirname, '../../../..');
const API = '/api/2.0/mlflow';
const SPACE = 'p-sara';

beforeAll(async () => {
  world = await startTestMlflow();
  sara = world.tokenOf(world.people.sara);
  await world.mlflow.port.whenUp(AbortSignal.timeout(HUNG_MS));
  await world.mlflow.port.ensureWorkspace(SPACE, writerIn(SPACE));
});
afterAll(async () => world.close());

let jobs = 0;
async function newRun(): Promise<RunRef & { jobId: string; token: string }> {
  const jobId = `job_ingest${String((jobs += 1))}`;
  const input = { workspace: SPACE, userId: 'sara', jobId, name: jobId, params: {}, tags: {}, dataset: null };
  const ref = await world.mlflow.port.createRun(input);
  world.jobOfRun.set(ref.runId, jobId);
  return { ...ref, jobId, token: world.jobToken(world.people.sara, jobId) };
}

interface Point {
  key: string;
  value: number | string;
  timestamp: number;
  step: number;
}
const point = (step: number, key = 'loss'): Point => ({ key, value: step / 8, timestamp: 1000 + step, step });
const post = (token: string, path: string, body: unknown): Promise<Answer> =>
  raw(world.url, 'POST', API + path, { token, body: JSON.stringify(body) });
const log = (token: string, runId: string, ...metrics: object[]): Promise<Answer> =>
  post(token, '/runs/log-batch', { run_id: runId, metrics });
/** What MLflow itself has, past the gateway and the spool. */
const stored = async (runId: string, key = 'loss'): Promise<Point[]> => {
  const path = `${API}/metrics/get-history?run_id=${runId}&metric_key=${encodeURIComponent(key)}&max_results=25000`;
  return (await world.direct(SPACE, 'GET', path)).json<{ metrics?: Point[] }>().metrics ?? [];
};
const steps = (points: readonly { step: number | string }[]): (number | string)[] => points.map(({ step }) => step);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, step) => step);

describe('points', () => {
  test('are answered before MLflow has them, are live at once, and are there for whoever reads', async () => {
    const { runId, jobId } = await newRun();
    await log(sara, runId, point(0));
    const before = world.logged.length;
    // An MLflow that stands still answers nobody.
    process.kill(-world.server.pid!, 'SIGSTOP');
    for (const step of [1, 2, 3]) {
      const answer = await log(sara, runId, point(step));
      expect([answer.status, answer.text]).toEqual([200, '{}']);
    }
    expect(world.mlflow.spool.waiting).toBe(3);
    expect(world.logged.slice(before).flatMap(({ points }) => steps(points))).toEqual([1, 2, 3]);
    expect(world.logged.at(-1)?.jobId).toBe(jobId);
    process.kill(-world.server.pid!, 'SIGCONT');
    const read = await raw(world.url, 'GET', `${API}/metrics/get-history?run_id=${runId}&metric_key=loss`, {
      token: sara,
    });
    expect(steps(read.json<{ metrics: Point[] }>().metrics)).toEqual([0, 1, 2, 3]);
    expect(world.mlflow.spool.waiting).toBe(0);
  });

  test('of the plain MLflow client are taken while MLflow stands still, are live at once and stored once', async () => {
    const { runId, token } = await newRun();
    const script = spawn(
      join(REPOSITORY, '.venv/bin/python'),
      [join(REPOSITORY, 'mlflow/tests/script_that_logs_on.py')],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: {
          PATH: process.env['PATH'],
          MLFLOW_TRACKING_URI: world.url,
          MLFLOW_TRACKING_TOKEN: token,
          MLFLOW_RUN_ID: runId,
          MLFLOW_DISABLE_TELEMETRY: 'true',
        },
      },
    );
    const lines = createInterface(script.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('ready');
    const before = world.logged.length;
    process.kill(-world.server.pid!, 'SIGSTOP');
    let told: string;
    try {
      script.stdin.write('go\n');
      told = String((await lines.next()).value);
    } finally {
      process.kill(-world.server.pid!, 'SIGCONT');
    }
    // This MLflow could not have answered.
    expect(told).toBe('done');
    const live = world.logged.slice(before).flatMap(({ points }) => points);
    expect(steps(live.filter(({ key }) => key === 'loss'))).toEqual([1, 2, 3, 4, 5]);
    expect(steps(live.filter(({ key }) => key === 'single'))).toEqual([1, 2, 3, 4, 5]);
    expect(live.slice(-2).map(({ value }) => value)).toEqual(['NaN', 'Infinity']);
    script.stdin.end('end\n');
    expect((await once(script, 'exit'))[0]).toBe(0);
    // Ending the run brought MLflow what it lacked.
    expect(world.mlflow.spool.waiting).toBe(0);
    expect(steps(await stored(runId))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(steps(await stored(runId, 'single'))).toEqual([1, 2, 3, 4, 5]);
    expect(await stored(runId, 'odd')).toHaveLength(1);
  });

  test('that wait are seen by every way to read them, and by the end of the run', async () => {
    const { runId, experimentId } = await newRun();
    const latest = (answer: Answer): boolean => answer.text.includes('"mark"');
    const query = `query { mlflowGetRun(input: {runId: "${runId}"}) { run { data { metrics { key } } } } }`;
    const ways: (() => Promise<Answer>)[] = [
      () => raw(world.url, 'GET', `${API}/runs/get?run_id=${runId}`, { token: sara }),
      () => post(sara, '/runs/search', { experiment_ids: [experimentId] }),
      () => raw(world.url, 'POST', '/graphql', { token: sara, body: JSON.stringify({ query }) }),
      () =>
        raw(world.url, 'GET', `/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id=${runId}&metric_key=mark`, {
          token: sara,
        }),
      () =>
        raw(
          world.url,
          'GET',
          `${API}/metrics/get-history-bulk-interval?run_ids=${runId}&metric_key=mark&max_results=10`,
          { token: sara },
        ),
    ];
    await log(sara, runId, point(0));
    for (const [index, way] of ways.entries()) {
      await log(sara, runId, { ...point(index), key: `mark` });
      const answer = await way();
      expect([index, answer.status, latest(answer), world.mlflow.spool.waiting]).toEqual([index, 200, true, 0]);
    }
    await log(sara, runId, point(1));
    await world.mlflow.port.endRun(SPACE, runId, 'FINISHED');
    expect(steps(await stored(runId))).toEqual([0, 1]);
    await log(sara, runId, point(2));
    await post(sara, '/runs/update', { run_id: runId, status: 'FINISHED' });
    expect(steps(await stored(runId))).toEqual([0, 1, 2]);
  });

  test('of several runs at once stay apart, each in order and once, in few large batches', async () => {
    const runs = await Promise.all(upTo(4).map(newRun));
    await Promise.all(
      runs.map(async ({ runId, token }) => {
        for (const step of upTo(60)) expect((await log(token, runId, point(step))).status).toBe(200);
      }),
    );
    for (const { runId } of runs) {
      const history = await world.mlflow.port.metricHistory(SPACE, runId, 'loss');
      expect(history).toEqual(upTo(60).map((step) => point(step)));
    }
  });

  test('that are no numbers arrive as they are', async () => {
    const { runId } = await newRun();
    const values = [1, 'NaN', 'Infinity', '-Infinity', -0, 5e-324, 1.7976931348623157e308];
    const metrics = values.map((value, step) => ({ ...point(step), key: `v${String(step)}`, value }));
    await log(sara, runId, point(0));
    await log(sara, runId, ...metrics);
    const history = await world.mlflow.port.metricHistory(SPACE, runId);
    const found = new Map(history.map(({ key, value }) => [key, value]));
    expect(metrics.map(({ key }) => found.get(key))).toEqual([
      1,
      'NaN',
      'Infinity',
      '-Infinity',
      0,
      5e-324,
      'Infinity',
    ]);
  });

  test('count once when their sender sends them again, and when we do', async () => {
    const { runId } = await newRun();
    const again = upTo(5).map((step) => point(step));
    await log(sara, runId, { ...point(0), value: 'NaN' }, ...again);
    for (let time = 0; time < 3; time += 1) {
      await log(sara, runId, ...again, { ...point(0), value: 'NaN' });
      await world.mlflow.port.metricHistory(SPACE, runId, 'loss');
    }
    await log(sara, runId, ...again);
    await log(sara, runId, ...again, point(5));
    await world.mlflow.port.metricHistory(SPACE, runId, 'loss');
    expect(steps(await stored(runId)).toSorted()).toEqual([0, 0, 1, 2, 3, 4, 5]);
  });
});

describe('a step of 64 bits', () => {
  test('of the plain MLflow client comes back exactly from everywhere, and further runs open', async () => {
    const { runId, token } = await newRun();
    const before = world.logged.length;
    const { stdout } = await promisify(execFile)(
      join(REPOSITORY, '.venv/bin/python'),
      [join(REPOSITORY, 'mlflow/tests/steps_of_nanoseconds.py')],
      {
        timeout: HUNG_MS,
        env: {
          PATH: process.env['PATH'],
          MLFLOW_TRACKING_URI: world.url,
          MLFLOW_TRACKING_TOKEN: token,
          MLFLOW_DISABLE_TELEMETRY: 'true',
        },
      },
    );
    const logged = /^steps (.+)$/mu.exec(stdout)![1]!.split(' ');
    expect(logged).toHaveLength(3);
    const live = world.logged.slice(before).flatMap(({ points }) => points);
    expect(steps(live.filter(({ key }) => key === 'loss'))).toEqual(logged);
    expect(steps(await world.mlflow.port.metricHistory(SPACE, runId, 'loss'))).toEqual(logged);
    expect(world.mlflow.spool.waiting).toBe(0);
  });

  test('that is beyond them is answered as MLflow answers, and the run stays readable', async () => {
    const { runId } = await newRun();
    const text = `{"run_id":"${runId}","metrics":[{"key":"loss","value":1,"timestamp":1,"step":9223372036854775808}]}`;
    const ours = await raw(world.url, 'POST', `${API}/runs/log-batch`, { token: sara, body: text });
    const theirs = await world.direct(SPACE, 'POST', `${API}/runs/log-batch`, text);
    expect([ours.status, ours.text]).toEqual([theirs.status, theirs.text]);
    // What it makes of such a step is its own affair; the run stays readable.
    expect(await world.mlflow.port.metricHistory(SPACE, runId)).toHaveLength(1);
  });
});

describe('what is not plainly a point', () => {
  const good = { key: 'loss', value: 1, timestamp: 1, step: 1 };
  const batch = (change: object) => ({ metrics: [{ ...good, ...change }] });
  const BAD: [string, object, string?][] = [
    ['log-batch', batch({ key: 'a#b' })],
    ['log-batch', batch({ key: '' })],
    ['log-batch', batch({ key: undefined })],
    ['log-batch', batch({ key: 'a/../b' })],
    ['log-batch', batch({ key: '/a' })],
    ['log-batch', batch({ key: 'a'.repeat(251) })],
    ['log-batch', batch({ key: 5 })],
    ['log-batch', batch({ value: 'much' })],
    ['log-batch', batch({ value: true })],
    ['log-batch', batch({ value: null })],
    ['log-batch', batch({ timestamp: -5 })],
    ['log-batch', batch({ timestamp: undefined })],
    ['log-batch', batch({ timestamp: 'now' })],
    ['log-batch', batch({ step: 'first' })],
    ['log-batch', batch({ step: 1.5 })],
    ['log-batch', batch({ dataset_name: 'x' })],
    ['log-batch', batch({ run_id: 'x' })],
    ['log-batch', batch({ model_id: null })],
    ['log-batch', { metrics: good }],
    ['log-batch', { metrics: Array(1001).fill(good) }],
    ['log-batch', { metrics: [good], runId: 'x' }],
    ['log-metric', { ...good, value: 'much' }],
    ['log-metric', { ...good, key: undefined }],
    ['log-metric', { ...good, timestamp: -1 }],
    ['log-batch', batch({}), 'text/plain'],
  ];

  test('is refused in MLflow’s own words, or taken where MLflow takes it', async () => {
    const { runId } = await newRun();
    await log(sara, runId, good);
    let refused = 0;
    for (const [path, body, type = 'application/json'] of BAD) {
      const text = JSON.stringify({ run_id: runId, ...body });
      const ours = await raw(world.url, 'POST', `${API}/runs/${path}`, {
        token: sara,
        body: text,
        headers: { 'content-type': type },
      });
      const theirs = await world.direct(SPACE, 'POST', `${API}/runs/${path}`, text, type);
      expect([text.slice(0, 200), ours.status, ours.text]).toEqual([text.slice(0, 200), theirs.status, theirs.text]);
      if (ours.status === 400) refused += 1;
      // Whoever was refused is asked about anew.
      await log(sara, runId, good);
    }
    expect(refused).toBeGreaterThan(15);
  });

  test('but that MLflow takes is stored as well', async () => {
    const { runId } = await newRun();
    await log(sara, runId, good);
    const odd = [
      { ...good, step: '007' },
      { ...good, value: '0.25' },
      { ...good, key: '文字' },
    ];
    for (const metric of odd) expect((await log(sara, runId, metric)).status).toBe(200);
    expect(steps(await stored(runId))).toContain(7);
    expect(await stored(runId, '文字')).toHaveLength(1);
    expect((await stored(runId)).map(({ value }) => value).toSorted()).toEqual([0.25, 1, 1]);
  });
});

describe('a metric beyond those that a job may have', () => {
  test('is refused with all that came with it, in words and code, before anything is taken', async () => {
    const { runId, token } = await newRun();
    await log(token, runId, point(0));
    const before = world.logged.length;
    const answer = await log(token, runId, point(1), point(1, 'one too many'));
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'too_many_metrics', message: expect.stringContaining('100000') });
    expect(world.logged).toHaveLength(before);
    expect(steps(await world.mlflow.port.metricHistory(SPACE, runId))).toEqual([0]);
  });
});

describe('a run that may no longer be written', () => {
  test('keeps what was acknowledged before, and answers as MLflow does from then on', async () => {
    const { runId } = await newRun();
    await log(sara, runId, point(0));
    await log(sara, runId, point(1));
    expect((await post(sara, '/runs/delete', { run_id: runId })).status).toBe(200);
    expect(world.changed).toContain(runId);
    const late = await log(sara, runId, point(2));
    expect([late.status, late.text]).toEqual([400, expect.stringContaining("must be in the 'active' state")]);
    expect(steps(await stored(runId))).toEqual([0, 1]);
    await post(sara, '/runs/restore', { run_id: runId });
    expect((await log(sara, runId, point(3))).status).toBe(200);
  });

  test('behind our back has its points put aside, while other runs go on', async () => {
    const gone = await newRun();
    const stays = await newRun();
    await log(sara, gone.runId, point(0));
    await log(sara, stays.runId, point(0));
    await world.direct(SPACE, 'POST', `${API}/runs/delete`, JSON.stringify({ run_id: gone.runId }));
    for (const step of [1, 2]) {
      expect((await log(sara, gone.runId, point(step))).status).toBe(200);
      expect((await log(sara, stays.runId, point(step))).status).toBe(200);
    }
    await world.mlflow.port.metricHistory(SPACE, stays.runId);
    await world.mlflow.port.metricHistory(SPACE, gone.runId);
    expect(steps(await stored(stays.runId))).toEqual([0, 1, 2]);
    const lines = readFileSync(join(world.root, 'ingest/refused.jsonl'), 'utf8').trimEnd().split('\n');
    const kept = lines.map((line) => JSON.parse(line) as { run_id: string; metrics: Point[] });
    expect(kept.filter(({ run_id }) => run_id === gone.runId).flatMap(({ metrics }) => steps(metrics))).toEqual([1, 2]);
  });

  test('is nobody else’s: neither a stranger nor another job writes to it', async () => {
    const mine = await newRun();
    const other = await newRun();
    await log(sara, mine.runId, point(0));
    expect((await log(other.token, mine.runId, point(1))).status).toBe(403);
    expect([403, 404]).toContain((await log(world.tokenOf(world.people.reza), mine.runId, point(1))).status);
    expect(steps(await world.mlflow.port.metricHistory(SPACE, mine.runId))).toEqual([0]);
  });
});

describe('what was acknowledged', () => {
  test('while MLflow was killed arrives when it is back, in order, once', async () => {
    const { runId, token } = await newRun();
    const fresh = await newRun();
    await log(sara, runId, point(0));
    const before = world.logged.length;
    const down = new Promise<void>((resolve) => {
      const off = world.mlflow.port.onState((state) => {
        if (state !== 'down') return;
        off();
        resolve();
      });
    });
    process.kill(-world.server.pid!, 'SIGKILL');
    await down;
    for (const step of upTo(30).slice(1)) expect((await log(token, runId, point(step))).status).toBe(200);
    // A job's run was made by the bridge; whether somebody else may write to it only MLflow knows.
    expect((await log(fresh.token, fresh.runId, point(0))).status).toBe(200);
    expect((await log(sara, fresh.runId, point(1))).status).toBe(503);
    expect((await raw(world.url, 'GET', `${API}/runs/get?run_id=${runId}`, { token })).status).toBe(503);
    const live = world.logged.slice(before).filter(({ points }) => points.length > 0);
    expect(live.slice(0, -1).flatMap(({ points }) => steps(points))).toEqual(upTo(30).slice(1));
    await world.mlflow.port.whenUp(AbortSignal.timeout(HUNG_MS));
    expect(steps(await world.mlflow.port.metricHistory(SPACE, runId))).toEqual(upTo(30));
    expect(await stored(runId)).toHaveLength(30);
    expect(steps(await world.mlflow.port.metricHistory(SPACE, fresh.runId))).toEqual([0]);
  });

  test('right before the bridge was killed is delivered by the next one, once', async () => {
    const { runId } = await newRun();
    const folder = mkdtempSync(join(tmpdir(), 'kargah-ingest-'));
    const program = join(folder, 'child.mjs');
    const entryPoints = [join(import.meta.dirname, '../../../test/support/ingest-child.ts')];
    await build({ entryPoints, outfile: program, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
    const spoolFolder = join(folder, 'ingest');
    const child = spawn(process.execPath, [program, spoolFolder, SPACE, runId, '2500']);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { IngestSpool } = await import('./spool.js');
    const open = () =>
      new IngestSpool({
        folder: spoolFolder,
        address: world.server.address,
        health: world.server.health,
        authorization: async () => `Bearer ${await world.serviceToken()}`,
        log: { warn: () => undefined, error: () => undefined },
      });
    const next = open();
    expect(next.waiting).toBe(2500);
    await next.delivered(SPACE, runId);
    await next.close();
    expect(steps(await stored(runId))).toEqual(upTo(2500));
    const after = open();
    expect(after.waiting).toBe(0);
    await after.close();
    rmSync(folder, { recursive: true });
  });
});
