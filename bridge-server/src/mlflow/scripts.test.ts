import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HUNG_MS } from '../../test/hung.js';
import { PYTHON, REPOSITORY, makeRun, trackingApi, upTestMlflow } from '../../test/support/mlflow-runs.js';
import { type TestMlflow } from '../../test/support/mlflow.js';
import type { MetricPoint } from '../contract/training/metrics.js';
import type { RunRef } from './port.js';

let world: TestMlflow;
let sara: string;
const { post, get } = trackingApi(() => world);
const newRun = (jobId: string): Promise<RunRef> => makeRun(world, jobId);

beforeAll(async () => {
  world = await upTestMlflow();
  sara = world.tokenOf(world.people.sara);
});
afterAll(async () => world.close());

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
