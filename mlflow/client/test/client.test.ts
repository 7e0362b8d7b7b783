import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import {
  createClient,
  InvalidParameterValue,
  MlflowUnreachable,
  ResourceAlreadyExists,
  ResourceDoesNotExist,
  Unauthenticated,
  UnexpectedAnswer,
  proxiedPath,
  type Fetch,
  type MlflowClient,
} from '../src/index.js';

const baseUrl = inject('mlflowUrl');
const token = inject('mlflowToken');
const workspace = `w-${randomUUID().slice(0, 8)}`;
let mlflow: MlflowClient;
let experimentId: string;

beforeAll(async () => {
  const root = createClient({ baseUrl, fetch, authorization: () => `Bearer ${token}` });
  await root.workspaces.create({ name: workspace });
  mlflow = root.inWorkspace(workspace);
  experimentId = (await mlflow.experiments.create({ name: 'digits' })).experiment_id;
});

const newRun = async (): Promise<string> => {
  const { run } = await mlflow.runs.create({ experiment_id: experimentId, run_name: 'آزمون', start_time: Date.now() });
  return run.info.run_id;
};

test('a path that would lead out of its folder is no address of an artifact', () => {
  expect(proxiedPath('mlflow-artifacts:/1/a/artifacts/نمودار 1.png')).toBe(
    `1/a/artifacts/${encodeURIComponent('نمودار 1.png')}`,
  );
  for (const uri of [
    'mlflow-artifacts:/1/../2',
    'mlflow-artifacts:/./1',
    'mlflow-artifacts:/1/..',
    'file:///etc/passwd',
  ])
    expect(() => proxiedPath(uri)).toThrow(TypeError);
});

describe('experiments', () => {
  test('are made, found by name, searched, renamed, deleted and restored', async () => {
    const { experiment_id } = await mlflow.experiments.create({ name: 'second', tags: [{ key: 'a', value: 'b' }] });
    const { experiment } = await mlflow.experiments.getByName({ experiment_name: 'second' });
    expect(experiment).toMatchObject({ experiment_id, tags: [{ key: 'a', value: 'b' }], lifecycle_stage: 'active' });
    await mlflow.experiments.update({ experiment_id, new_name: 'دومی' });
    await mlflow.experiments.setTag({ experiment_id, key: 'c', value: 'd' });
    const { experiments } = await mlflow.experiments.search({ max_results: 10 });
    expect(experiments.map(({ name }) => name)).toContain('دومی');
    await mlflow.experiments.delete({ experiment_id });
    expect((await mlflow.experiments.get({ experiment_id })).experiment.lifecycle_stage).toBe('deleted');
    await mlflow.experiments.restore({ experiment_id });
  });

  test('belong to one workspace', async () => {
    const other = `${workspace}-b`;
    await mlflow.workspaces.create({ name: other });
    await expect(mlflow.inWorkspace(other).experiments.getByName({ experiment_name: 'digits' })).rejects.toThrow(
      ResourceDoesNotExist,
    );
    expect((await mlflow.workspaces.list({})).workspaces.map(({ name }) => name)).toContain(other);
    expect((await mlflow.workspaces.get({ name: other })).workspace.name).toBe(other);
  });
});

describe('runs', () => {
  test('keep params, tags, a data set and how they ended', async () => {
    const run_id = await newRun();
    await mlflow.runs.logBatch({ run_id, params: [{ key: 'lr', value: '0.1' }], tags: [{ key: 't', value: 'u' }] });
    await mlflow.runs.logParam({ run_id, key: 'epochs', value: '3' });
    await mlflow.runs.setTag({ run_id, key: 'v', value: 'w' });
    const dataset = { name: 'digits', digest: 'abc', source_type: 'x', source: '{}' };
    await mlflow.runs.logInputs({ run_id, datasets: [{ dataset }] });
    await mlflow.runs.update({ run_id, status: 'FINISHED', end_time: 1_800_000_000_000 });
    const { run } = await mlflow.runs.get({ run_id });
    expect(run.info).toMatchObject({ status: 'FINISHED', end_time: 1_800_000_000_000, run_name: 'آزمون' });
    expect(run.data.params).toEqual(expect.arrayContaining([{ key: 'epochs', value: '3' }]));
    expect(run.inputs.dataset_inputs[0]?.dataset).toMatchObject(dataset);
    const found = await mlflow.runs.search({ experiment_ids: [experimentId], filter: "params.lr = '0.1'" });
    expect(found.runs.map(({ info }) => info.run_id)).toEqual([run_id]);
  });

  test('are deleted and restored', async () => {
    const run_id = await newRun();
    await mlflow.runs.delete({ run_id });
    expect((await mlflow.runs.get({ run_id })).run.info.lifecycle_stage).toBe('deleted');
    await mlflow.runs.restore({ run_id });
  });
});

describe('metrics', () => {
  test('that are no ordinary numbers go there and come back', async () => {
    const run_id = await newRun();
    const values = [0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-300];
    await mlflow.runs.logBatch({
      run_id,
      metrics: values.map((value, step) => ({ key: 'loss', value, timestamp: 1_700_000_000_000 + step, step })),
    });
    await mlflow.runs.logMetric({ run_id, key: 'acc', value: 1, timestamp: 1, step: 2 ** 40 });
    const { metrics } = await mlflow.metrics.getHistory({ run_id, metric_key: 'loss' });
    const sorted = metrics.toSorted((a, b) => Number(a.step) - Number(b.step));
    expect(sorted.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    expect(sorted[0]?.value).toBe(0.5);
    expect(sorted[1]?.value).toBeNaN();
    expect(sorted[3]).toEqual({ key: 'loss', value: 1e-300, timestamp: 1_700_000_000_003, step: 3 });
    expect((await mlflow.metrics.getHistory({ run_id, metric_key: 'acc' })).metrics[0]?.step).toBe(2 ** 40);
  });

  test('of 64 bits in step and time come back exactly, as numbers or as bigints', async () => {
    const run_id = await newRun();
    const steps = [0, -5, Number.MAX_SAFE_INTEGER, 1764325000123456789n, 2n ** 63n - 1n];
    await mlflow.runs.logBatch({
      run_id,
      metrics: steps.map((step) => ({ key: 'loss', value: 1, timestamp: 1764325000123456789n, step })),
    });
    const { metrics } = await mlflow.metrics.getHistory({ run_id, metric_key: 'loss' });
    expect(metrics.map(({ step }) => BigInt(step)).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      steps.map(BigInt).toSorted((a, b) => (a < b ? -1 : 1)),
    );
    const latest = (await mlflow.runs.get({ run_id })).run.data.metrics[0];
    expect([latest?.step, latest?.timestamp]).toEqual([2n ** 63n - 1n, 1764325000123456789n]);
  });

  test('come in pages', async () => {
    const run_id = await newRun();
    const metrics = Array.from({ length: 7 }, (_, step) => ({ key: 'm', value: step, timestamp: step, step }));
    await mlflow.runs.logBatch({ run_id, metrics });
    const steps: number[] = [];
    let page_token: string | undefined;
    do {
      const request = { run_id, metric_key: 'm', max_results: 3, ...(page_token ? { page_token } : {}) };
      const page = await mlflow.metrics.getHistory(request);
      steps.push(...page.metrics.map(({ step }) => Number(step)));
      page_token = page.next_page_token;
    } while (page_token);
    expect(steps.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('artifacts', () => {
  test('stream up, are listed and stream down, whatever their name', async () => {
    const run_id = await newRun();
    const { run } = await mlflow.runs.get({ run_id });
    const uri = `${run.info.artifact_uri}/پوشه/a b.txt`;
    await mlflow.files.upload(uri, new Blob(['سلام']).stream());
    const { files } = await mlflow.artifacts.list({ run_id, path: 'پوشه' });
    expect(files).toEqual([{ path: 'پوشه/a b.txt', is_dir: false, file_size: 8 }]);
    const { body } = await mlflow.files.download(uri);
    expect(await new Response(body).text()).toBe('سلام');
    await expect(mlflow.files.download(`${run.info.artifact_uri}/none`)).rejects.toThrow();
  });
});

describe('models', () => {
  test('that a run logged are made, finished and found', async () => {
    const source_run_id = await newRun();
    const { model } = await mlflow.loggedModels.create({ experiment_id: experimentId, name: 'net', source_run_id });
    const { model_id } = model.info;
    await mlflow.loggedModels.finalize({ model_id, status: 'LOGGED_MODEL_READY' });
    await mlflow.files.upload(`${model.info.artifact_uri}/MLmodel`, 'x: 1');
    expect((await mlflow.loggedModels.listArtifacts({ model_id })).files[0]?.path).toBe('MLmodel');
    const filter = `source_run_id = '${source_run_id}'`;
    const found = await mlflow.loggedModels.search({ experiment_ids: [experimentId], filter });
    expect(found.models.map(({ info }) => [info.model_id, info.status])).toEqual([[model_id, 'LOGGED_MODEL_READY']]);
  });

  test('are registered with versions and aliases', async () => {
    const run_id = await newRun();
    const { run } = await mlflow.runs.get({ run_id });
    await mlflow.files.upload(`${run.info.artifact_uri}/model/MLmodel`, 'x: 1');
    const name = 'مدل رقم';
    await mlflow.registeredModels.create({ name, description: 'first' });
    const source = `${run.info.artifact_uri}/model`;
    const { model_version } = await mlflow.modelVersions.create({ name, source, run_id });
    expect(model_version.version).toBe('1');
    await mlflow.modelVersions.update({ name, version: '1', description: 'good' });
    await mlflow.modelVersions.setTag({ name, version: '1', key: 'a', value: 'b' });
    await mlflow.registeredModels.setAlias({ name, alias: 'champion', version: '1' });
    const { registered_model } = await mlflow.registeredModels.get({ name });
    expect(registered_model.aliases).toEqual([{ alias: 'champion', version: '1' }]);
    expect((await mlflow.modelVersions.get({ name, version: '1' })).model_version).toMatchObject({
      description: 'good',
      run_id,
      tags: [{ key: 'a', value: 'b' }],
    });
    expect((await mlflow.modelVersions.search({})).model_versions).toHaveLength(1);
    expect((await mlflow.modelVersions.getDownloadUri({ name, version: '1' })).artifact_uri).toContain('model');
    await mlflow.registeredModels.deleteAlias({ name, alias: 'champion' });
    await mlflow.modelVersions.delete({ name, version: '1' });
    await mlflow.registeredModels.delete({ name });
    expect((await mlflow.registeredModels.search({})).registered_models).toEqual([]);
  });
});

describe('failures', () => {
  test('carry the class and the code that MLflow answered', async () => {
    await expect(mlflow.runs.get({ run_id: 'f'.repeat(32) })).rejects.toMatchObject({
      name: 'ResourceDoesNotExist',
      code: 'RESOURCE_DOES_NOT_EXIST',
      status: 404,
    });
    await expect(mlflow.experiments.create({ name: 'digits' })).rejects.toThrow(ResourceAlreadyExists);
    await expect(mlflow.runs.search({ experiment_ids: [experimentId], filter: 'nonsense' })).rejects.toThrow(
      InvalidParameterValue,
    );
    const stranger = createClient({ baseUrl, fetch, authorization: () => 'Bearer wrong' });
    await expect(stranger.experiments.get({ experiment_id: experimentId })).rejects.toThrow(Unauthenticated);
  });

  test('of the connection are named so', async () => {
    const nobody = createClient({ baseUrl: 'http://127.0.0.1:1', fetch });
    await expect(nobody.version()).rejects.toThrow(MlflowUnreachable);
    const never: Fetch = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    await expect(createClient({ baseUrl, fetch: never, timeoutMs: 20 }).version()).rejects.toThrow(MlflowUnreachable);
  });

  test('an answer of another shape is told from one that fits', async () => {
    const other: Fetch = () => Promise.resolve(Response.json({ experiment: { name: 1 } }));
    await expect(createClient({ baseUrl, fetch: other }).experiments.get({ experiment_id: '1' })).rejects.toThrow(
      UnexpectedAnswer,
    );
    const page: Fetch = () => Promise.resolve(new Response('<html>'));
    await expect(createClient({ baseUrl, fetch: page }).experiments.get({ experiment_id: '1' })).rejects.toThrow(
      UnexpectedAnswer,
    );
  });

  test('a call that the caller gives up ends with the reason given', async () => {
    const reason = new Error('enough');
    await expect(mlflow.experiments.search({ max_results: 1 }, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

test('the server names its version', async () => {
  expect(await mlflow.version()).toMatch(/^3\.17\./u);
});
