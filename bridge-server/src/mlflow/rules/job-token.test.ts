import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API, makeRun, trackingApi, upTestMlflow } from '../../../test/support/mlflow-runs.js';
import { raw, type TestMlflow } from '../../../test/support/mlflow.js';
import type { RunRef } from '../port.js';

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
