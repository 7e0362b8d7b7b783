import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Mutex } from 'async-mutex';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HUNG_MS } from '../../test/hung.js';
import { makeRun, trackingApi, upTestMlflow } from '../../test/support/mlflow-runs.js';
import { raw, type TestMlflow } from '../../test/support/mlflow.js';
import { writerIn } from '../access/workspace-user.js';
import { RunCopier } from './copying/run-copier.js';
import type { RunRef } from './port.js';
import { connect } from './server/connect.js';

let world: TestMlflow;
let sara: string;
let run: RunRef;
const { post, get } = trackingApi(() => world);
const newRun = (jobId: string): Promise<RunRef> => makeRun(world, jobId);

beforeAll(async () => {
  world = await upTestMlflow();
  sara = world.tokenOf(world.people.sara);
  run = await newRun('job_aaaaaa');
});
afterAll(async () => world.close());

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
    await port.tagRun('p-sara', runId, { 'mlflow.runName': 'نام دیگر', 'mlflow.note.content': '', 'kargah.tags': '' });
    const renamed = (await get(sara, `/runs/get?run_id=${runId}`)).json<{ run: { info: object } }>();
    expect(renamed.run.info).toMatchObject({ run_name: 'نام دیگر', status: 'KILLED' });
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

describe('a run that is copied to the workspace of another project', () => {
  const at = (path: string): string => `/api/2.0/mlflow${path}`;
  const bytes = { 'a.txt': 'alef', 'پوشه/گزارش ۱.bin': '\0\u0001ی'.repeat(40_000), 'empty.txt': '' };
  const put = async (uri: string, path: string, body: string): Promise<void> => {
    const folder = encodeURI(`${uri.replace('mlflow-artifacts:/', '')}/${path}`);
    const sent = await raw(world.url, 'PUT', `/api/2.0/mlflow-artifacts/artifacts/${folder}`, { token: sara, body });
    expect([sent.status, sent.text]).toEqual([200, expect.anything()]);
  };
  const direct = async <T>(workspace: string, path: string, body?: object): Promise<T> => {
    const answer = await world.direct(workspace, body ? 'POST' : 'GET', at(path), body && JSON.stringify(body));
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
    return answer.json<T>();
  };
  type Told = { key: string; value: string }[];
  const runOf = async (workspace: string, runId: string) =>
    (
      await direct<{
        run: {
          info: Record<'run_id' | 'run_name' | 'status' | 'artifact_uri', string> &
            Record<'start_time' | 'end_time', number>;
          data: { params: Told; tags: Told };
          inputs: object;
          outputs: { model_outputs: { model_id: string }[] };
        };
      }>(workspace, `/runs/get?run_id=${runId}`)
    ).run;
  const named = (told: Told): object => Object.fromEntries(told.map(({ key, value }) => [key, value]));
  const text = async (workspace: string, runId: string, path: string): Promise<string> =>
    new Response((await world.mlflow.port.openArtifact(workspace, runId, path)).body as BodyInit).text();

  test('has every point, text, input, file and model of it, its children, status and times, and goes without a trace', async () => {
    const { port, copies } = world.mlflow;
    const { runId, experimentId } = await newRun('job_copied');
    const far = 9_007_199_254_740_993n;
    const points = Array.from({ length: 2300 }, (_, i) => ({ key: 'loss', value: 1 / (i + 1), timestamp: i, step: i }));
    await direct('p-sara', '/runs/log-batch', { run_id: runId, metrics: points.slice(0, 1000) });
    await direct('p-sara', '/runs/log-batch', { run_id: runId, metrics: points.slice(1000, 2000) });
    await direct('p-sara', '/runs/log-batch', { run_id: runId, metrics: points.slice(2000) });
    const odd = ['NaN', 'Infinity', '-Infinity'].map((value, step) => ({ key: 'odd', value, timestamp: 5, step }));
    await direct('p-sara', '/runs/log-batch', { run_id: runId, metrics: odd });
    const huge = `{"run_id":"${runId}","metrics":[{"key":"odd","value":0.5,"timestamp":6,"step":${String(far)}}]}`;
    expect((await world.direct('p-sara', 'POST', at('/runs/log-batch'), huge)).status).toBe(200);
    const { artifact_uri: files } = (await runOf('p-sara', runId)).info;
    for (const [path, body] of Object.entries(bytes)) await put(files, path, body);
    const { model } = await direct<{ model: { info: { model_id: string; artifact_uri: string } } }>(
      'p-sara',
      '/logged-models',
      {
        experiment_id: experimentId,
        name: 'model',
        source_run_id: runId,
        model_type: 'net',
        params: [{ key: 'depth', value: '3' }],
        tags: [{ key: 'kind', value: 'الف' }],
      },
    );
    const { model_id, artifact_uri } = model.info;
    await put(artifact_uri, 'data/weights.bin', 'w'.repeat(5000));
    await raw(world.url, 'PATCH', at(`/logged-models/${model_id}`), {
      token: sara,
      body: JSON.stringify({ model_id, status: 'LOGGED_MODEL_READY' }),
      headers: { 'content-type': 'application/json' },
    });
    await direct('p-sara', '/runs/outputs', { run_id: runId, models: [{ model_id, step: 7 }] });
    const figure = { key: 'accuracy', value: 0.75, timestamp: 9, step: 7, model_id };
    await direct('p-sara', '/runs/log-batch', { run_id: runId, metrics: [figure] });
    const below = await direct<{ run: { info: { run_id: string } } }>('p-sara', '/runs/create', {
      experiment_id: experimentId,
      run_name: 'بخش ۱',
      start_time: 11,
      tags: [{ key: 'mlflow.parentRunId', value: runId }],
    });
    const child = below.run.info.run_id;
    await direct('p-sara', '/runs/log-batch', { run_id: child, metrics: [points[3]] });
    await direct('p-sara', '/runs/update', { run_id: child, status: 'FAILED', end_time: 12 });
    await port.endRun('p-sara', runId, 'KILLED');
    await port.ensureWorkspace('p-reza', writerIn('p-reza'));

    const from = { workspace: 'p-sara', runId };
    const to = { workspace: 'p-reza', mark: 'trf_1.0.', jobId: 'job_there', parent: null };
    const made = (await copies.copy(from, to))!;
    const again = (await copies.copy(from, { ...to, mark: 'trf_2.0.', alone: true, parent: made.run.runId }))!;
    const [before, after] = [await runOf('p-sara', runId), await runOf('p-reza', made.run.runId)];
    const { run_name, status, start_time, end_time } = before.info;
    expect(status).toBe('KILLED');
    expect(after.info).toMatchObject({ run_name, status, start_time, end_time });
    expect(after.data.params).toEqual(before.data.params);
    expect(named(after.data.tags)).toEqual({
      ...named(before.data.tags),
      'kargah.job_id': 'job_there',
      'kargah.copied_from': runId,
      'kargah.transfer': 'trf_1.0.',
    });
    expect(after.inputs).toMatchObject(before.inputs);
    const history = async (workspace: string, of: string) =>
      (await port.metricHistory(workspace, of)).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    expect(await history('p-reza', made.run.runId)).toEqual(await history('p-sara', runId));
    expect(await history('p-reza', made.run.runId)).toHaveLength(2305);
    for (const [path, body] of Object.entries(bytes))
      expect([path, await text('p-reza', made.run.runId, path)]).toEqual([path, body]);
    const copied = made.models[model_id]!;
    expect(await text('p-reza', made.run.runId, 'model/data/weights.bin')).toBe('w'.repeat(5000));
    const there = await direct<{ model: { info: object; data: { params: object[]; metrics: object[] } } }>(
      'p-reza',
      `/logged-models/${copied}`,
    );
    expect(there.model.info).toMatchObject({ name: 'model', model_type: 'net', status: 'LOGGED_MODEL_READY' });
    expect(there.model.data.params).toEqual([{ key: 'depth', value: '3' }]);
    expect(there.model.data.metrics).toMatchObject([{ key: 'accuracy', value: 0.75, step: 7, model_id: copied }]);
    const nested = await runOf('p-reza', made.runs[child]!);
    expect(nested.info).toMatchObject({ run_name: 'بخش ۱', status: 'FAILED', start_time: 11, end_time: 12 });
    expect(named(nested.data.tags)).toMatchObject({ 'mlflow.parentRunId': made.run.runId });
    expect(await history('p-reza', made.runs[child]!)).toEqual(await history('p-sara', child));
    expect(Object.keys(again.runs)).toEqual([runId]);
    expect(named((await runOf('p-reza', again.run.runId)).data.tags)).toMatchObject({
      'mlflow.parentRunId': made.run.runId,
    });
    expect(await copies.bytesOf(from)).toBe(
      Object.values(bytes).reduce((sum, body) => sum + Buffer.byteLength(body), 5000),
    );

    await copies.undo('p-reza', 'trf_2.');
    await copies.remove('p-reza', [...Object.values(made.runs), 'f'.repeat(32)]);
    for (const gone of [again.run.runId, made.run.runId, made.runs[child]!])
      expect((await runOf('p-reza', gone)).info).toMatchObject({ lifecycle_stage: 'deleted' });
    await expect(text('p-reza', made.run.runId, 'a.txt')).rejects.toMatchObject({ code: 'not_found' });
    expect((await world.direct('p-reza', 'GET', at(`/logged-models/${copied}`))).status).toBe(404);
    expect(await text('p-sara', runId, 'a.txt')).toBe('alef');
    expect(await copies.copy({ workspace: 'p-reza', runId: made.run.runId }, to)).toBeNull();
    expect(await copies.bytesOf({ workspace: 'p-reza', runId: made.run.runId })).toBe(0);
  });

  test('goes without a logged model that was deleted, and is none at all where a run below it goes meanwhile', async () => {
    const { port, copies } = world.mlflow;
    const { runId, experimentId } = await newRun('job_lessof');
    const models: string[] = [];
    for (const name of ['kept', 'deleted']) {
      const asked = { experiment_id: experimentId, name, source_run_id: runId };
      const { model } = await direct<{ model: { info: { model_id: string; artifact_uri: string } } }>(
        'p-sara',
        '/logged-models',
        asked,
      );
      await put(model.info.artifact_uri, 'weights.bin', name);
      models.push(model.info.model_id);
    }
    const [kept, deleted] = models as [string, string];
    await direct('p-sara', '/runs/outputs', {
      run_id: runId,
      models: models.map((model_id) => ({ model_id, step: 0 })),
    });
    const gone = await raw(world.url, 'DELETE', at(`/logged-models/${deleted}`), { token: sara });
    expect([gone.status, gone.text]).toEqual([200, expect.anything()]);
    const below = await direct<{ run: { info: { run_id: string } } }>('p-sara', '/runs/create', {
      experiment_id: experimentId,
      tags: [{ key: 'mlflow.parentRunId', value: runId }],
    });
    const child = below.run.info.run_id;
    await port.endRun('p-sara', runId, 'FINISHED');
    await port.ensureWorkspace('p-reza', writerIn('p-reza'));
    const from = { workspace: 'p-sara', runId };
    const to = { workspace: 'p-reza', mark: 'trf_3.0.', jobId: 'job_there', parent: null };
    // MLflow goes on naming the deleted one.
    expect((await runOf('p-sara', runId)).outputs.model_outputs.map(({ model_id }) => model_id)).toContain(deleted);
    expect(await copies.bytesOf(from)).toBe('kept'.length);
    const made = (await copies.copy(from, to))!;
    expect(Object.keys(made.models)).toEqual([kept]);
    expect(Object.keys(made.runs)).toEqual([runId, child]);

    // Once the runs were listed, the one below is deleted.
    const delivered = async (_workspace: string, of: string): Promise<void> => {
      if (of === runId) await direct('p-sara', '/runs/delete', { run_id: child });
    };
    const { client, close } = connect(world.server.address, async () => `Bearer ${await world.serviceToken()}`);
    const copier = new RunCopier(client, world.server.health, { delivered }, new Mutex());
    await expect(copier.copy(from, { ...to, mark: 'trf_4.0.' })).rejects.toMatchObject({ code: 'run_changed' });
    await close();
    const left = await copies.copy(from, { ...to, mark: 'trf_5.0.' });
    expect(Object.keys(left!.runs)).toEqual([runId]);
  });
});

test('the workspace of a project goes with its runs and files, as often as it is asked, and may be made again', async () => {
  const { person } = world.newPerson('gone');
  const { port } = world.mlflow;
  const { workspace } = person;
  const made = async (): Promise<RunRef> => {
    await port.ensureWorkspace(workspace, writerIn(workspace));
    return port.openRun({ workspace, userId: 'gone', jobId: 'job_gone00', name: 'r', tags: {}, mayExist: true });
  };
  const { runId, experimentId } = await made();
  const file = `/api/2.0/mlflow-artifacts/artifacts/workspaces/${workspace}/${experimentId}/${runId}/artifacts/a.txt`;
  expect((await raw(world.url, 'PUT', file, { token: world.tokenOf(person), body: 'kept' })).status).toBe(200);
  expect(await port.listArtifacts(workspace, runId, '')).toMatchObject([{ path: 'a.txt' }]);
  const folder = join(world.root, 'mlflow/artifacts/workspaces', workspace);
  expect(existsSync(folder)).toBe(true);

  await port.deleteWorkspace(workspace);
  await port.deleteWorkspace(workspace);
  expect(existsSync(folder)).toBe(false);
  await expect(port.listArtifacts(workspace, runId, '')).rejects.toMatchObject({ code: 'not_found' });
  const again = await made();
  expect(again.runId).not.toBe(runId);
  expect(await port.listArtifacts(workspace, again.runId, '')).toEqual([]);
});
