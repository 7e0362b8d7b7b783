import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../contract/training/training.js';
import { FakeLauncher } from '../../../test/support/fake-launcher.js';
import { TABLE, TrainingFixture } from '../../../test/support/training.js';

describe('the MLflow run of a recipe’s job', () => {
  let shop: TrainingFixture;
  let launcher: FakeLauncher;
  let release: () => void;
  beforeEach(async () => {
    launcher = new FakeLauncher();
    shop = await TrainingFixture.open({}, launcher);
    shop.datasets.set(TABLE.datasetId, TABLE);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    shop.mlflow.opening = promise;
    release = () => resolve(undefined);
  });
  afterEach(async () => {
    release();
    shop.mlflow.become('up');
    await shop.close();
  });

  const train = async (): Promise<Job> => {
    const answer = await shop.call('POST', '/train', { recipe: 'tabular', dataset_id: TABLE.datasetId });
    expect(answer.status).toBe(201);
    return shop.until(((await answer.json()) as Job).job_id, 'running');
  };
  const folderOf = ({ job_id }: Job) => join(shop.dir, 'jobs', job_id);
  const told = (job: Job) => join(folderOf(job), 'run.json');
  const statusOf = ({ job_id }: Job) => shop.mlflow.runs.get(`run-${job_id}`)?.status;

  it('is made while its process begins, and told it when it is there', async () => {
    const job = await train();
    expect(job.mlflow_run_id).toBeNull();
    expect(JSON.parse(readFileSync(join(folderOf(job), 'job.json'), 'utf8'))).toMatchObject({ mlflow: null });
    expect(existsSync(told(job))).toBe(false);
    release();
    await shop.eventually(() => existsSync(told(job)), 'the run to be told');
    const run = { run_id: `run-${job.job_id}`, experiment_id: '7' };
    expect(JSON.parse(readFileSync(told(job), 'utf8'))).toEqual(run);
    expect((await shop.job(job.job_id)).mlflow_run_id).toBe(run.run_id);
    // Its parameters follow.
    await shop.eventually(() => 'epochs' in (shop.mlflow.runs.get(run.run_id)?.params ?? {}), 'its parameters');
  });

  it.each([
    ['without a split', null, {}],
    [
      'and its split',
      { splitId: 'spl_first00', path: '/nowhere/split.parquet', sha256: 'b'.repeat(64) },
      { 'kargah.split_id': 'spl_first00' },
    ],
  ])('names the version that it learns from as its input, %s', async (_what, split, tags) => {
    shop.datasets.set(TABLE.datasetId, { ...TABLE, version: 3, split });
    release();
    const job = await train();
    const given = () => shop.mlflow.runs.get(`run-${job.job_id}`)?.dataset ?? null;
    await shop.eventually(() => given() !== null, 'its input');
    expect(given()).toEqual({
      name: TABLE.name,
      digest: 'a'.repeat(36),
      sourceUri: `kargah:datasets/${TABLE.datasetId}/versions/3`,
      rows: 100,
      tags: { 'kargah.version': '3', ...tags },
    });
  });

  it('is ended as its job was, which was stopped before it was made', async () => {
    const job = await train();
    expect((await shop.call('POST', `/train/jobs/${job.job_id}/stop`)).status).toBe(202);
    release();
    expect((await shop.ended(job.job_id)).state).toBe('stopped');
    await shop.eventually(() => statusOf(job) === 'KILLED', 'the run to end');
  });

  it('is made, told its parameters and ended when MLflow is back, though its job ended without it', async () => {
    const job = await train();
    shop.mlflow.become('down');
    release();
    launcher.end(folderOf(job), {});
    expect((await shop.ended(job.job_id)).state).toBe('succeeded');
    expect(shop.mlflow.runs.size).toBe(0);
    shop.mlflow.become('up');
    await shop.eventually(() => statusOf(job) === 'FINISHED', 'the run to be made and ended');
    expect(existsSync(told(job))).toBe(true);
    expect(shop.mlflow.runs.get(`run-${job.job_id}`)?.params).toHaveProperty('epochs');
    expect((await shop.job(job.job_id)).mlflow_run_id).toBe(`run-${job.job_id}`);
  });

  it('is made by the next bridge, if this one goes before it was', async () => {
    const job = await train();
    shop.mlflow.become('down');
    release();
    await shop.stop();
    await shop.start();
    expect((await shop.job(job.job_id)).state).toBe('running');
    shop.mlflow.become('up');
    await shop.eventually(() => statusOf(job) === 'RUNNING', 'the run to be made');
    launcher.end(folderOf(job), {});
    expect((await shop.ended(job.job_id)).state).toBe('succeeded');
    await shop.eventually(() => statusOf(job) === 'FINISHED', 'the run to end');
  });

  it.each([
    ['runs on', false],
    ['has ended', true],
  ])(
    'is told by the next bridge where this one was killed between writing it down and telling the job, which %s',
    async (_what, ended) => {
      release();
      const job = await train();
      await shop.eventually(() => existsSync(told(job)), 'the run to be told');
      await shop.stop();
      renameSync(told(job), `${told(job)}.new`);
      if (ended) launcher.end(folderOf(job), {});
      await shop.start();
      await shop.eventually(() => existsSync(told(job)), 'the run to be told again');
      expect(JSON.parse(readFileSync(told(job), 'utf8'))).toEqual({ run_id: `run-${job.job_id}`, experiment_id: '7' });
    },
  );

  it('is not made twice, where this bridge was killed before it wrote down that it made it', async () => {
    const job = await train();
    shop.mlflow.become('down');
    release();
    await shop.stop();
    const runId = `run-${job.job_id}`;
    shop.mlflow.runs.set(runId, { jobId: job.job_id, status: 'RUNNING', params: {}, tags: {}, dataset: null });
    await shop.start();
    shop.mlflow.become('up');
    await shop.eventually(() => existsSync(told(job)), 'the run to be told');
    expect([...shop.mlflow.runs.keys()]).toEqual([runId]);
  });
});
