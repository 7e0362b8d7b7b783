import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrainingFixture } from '../../test/support/training.js';
import type { MetricPoint } from '../contract/training/metrics.js';
import { comparison, type Comparison } from './contract.js';
import { unframe } from './frame.js';

const point = (key: string, step: number, value: MetricPoint['value']): MetricPoint => ({
  key,
  value,
  step,
  timestamp: 1_764_325_000_000 + step * 1000,
});
const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const WAITS = 'import pathlib, time\nprint("up")\nwhile not pathlib.Path("end").exists(): time.sleep(.01)';

interface Answered extends Comparison {
  readonly floats: Float32Array;
}

describe('comparing jobs', () => {
  let shop: TrainingFixture;
  beforeAll(async () => {
    shop = await TrainingFixture.open();
  });
  afterAll(() => shop.close());

  async function compare(job_ids: readonly string[], more: object = {}, as = 'sara'): Promise<Answered> {
    const answer = await shop.call('POST', '/compare', { job_ids, ...more }, as);
    if (answer.status !== 200) throw new Error(await answer.text());
    expect(answer.headers.get('content-type')).toBe('application/vnd.kargah.comparison');
    const { json, floats } = unframe('KGC1', Buffer.from(await answer.arrayBuffer()));
    return { ...comparison.parse(json), floats };
  }
  /** The means of a job's curve, and its steps. */
  function curve({ jobs, metrics, floats }: Answered, jobId: string, key: string) {
    const metric = metrics.findIndex((one) => one.key === key);
    const found = jobs.find(({ job_id }) => job_id === jobId)?.series.find((one) => one.metric === metric);
    if (found === undefined) throw new Error(`${jobId} has no ${key}`);
    const { axis, at, buckets, first_step } = found;
    const piece = (from: number): number[] => [...floats.subarray(from, from + buckets)];
    return { ...found, steps: piece(axis).map((step) => step + first_step), means: piece(at) };
  }
  /** An ended job that logged these. */
  async function ended(points: readonly MetricPoint[], more: object = {}): Promise<string> {
    const { job_id } = await shop.script(WAITS, more);
    await shop.until(job_id, 'running');
    shop.service.gatewayListener.pointsLogged(job_id, points, {});
    await shop.call('POST', `/train/jobs/${job_id}/stop`);
    await shop.ended(job_id);
    return job_id;
  }
  const file = (jobId: string): string => join(shop.dir, 'curves', `${jobId}.curves`);
  const isKept = (jobId: string): Promise<void> =>
    shop.eventually(() => existsSync(file(jobId)), 'the curves to be kept');

  it('answers what each is and has logged, with the metrics that most of them have', async () => {
    const a = await ended([...range(3).map((step) => point('loss', step, 1 / (step + 1))), point('acc', 2, 0.5)], { name: 'same name' });
    const b = await ended([point('loss', 0, 4), point('mine', 0, 1), point('system/cpu', 0, 12)], { name: 'same name' });
    const answer = await compare([b, a, b]);
    expect(answer.jobs.map(({ job_id, name, state }) => [job_id, name, state])).toEqual([
      [b, 'same name', 'stopped'],
      [a, 'same name', 'stopped'],
    ]);
    expect(answer.metrics[0]).toEqual({ key: 'loss', better: 'min', jobs: 2 });
    expect(answer.metrics.map(({ key }) => key).toSorted()).toEqual(['acc', 'loss', 'mine']);
    expect(answer.names.at(-1)).toBe('system/cpu');
    expect(answer.name_count).toBe(4);
    expect(curve(answer, a, 'loss')).toMatchObject({ points: 3, last: 1 / 3, min: 1 / 3, min_step: 2, max: 1, max_step: 0, steps: [0, 1, 2] });
    expect(curve(answer, a, 'loss').means).toEqual([1, 0.5, Math.fround(1 / 3)]);
    expect(answer.jobs[0]).toMatchObject({ seq: null, report: null, dataset: null, script: { args: [] } });
  }); // prettier-ignore

  it('tells a metric that was logged once beside one of a hundred thousand points, and what is no number', async () => {
    const job = await ended([
      ...range(100_000).map((step) => point('loss', step, step === 5 ? 'NaN' : step)),
      point('once', 7, 'Infinity'),
    ]);
    const answer = await compare([job]);
    const loss = curve(answer, job, 'loss');
    expect(loss).toMatchObject({ points: 100_000, not_finite: 1, min: 0, max: 99_999, last: 99_999, width: 256 });
    expect(answer.floats.subarray(loss.at + 2 * loss.buckets, loss.at + 3 * loss.buckets).at(-1)).toBe(99_999);
    expect(curve(answer, job, 'once')).toMatchObject({ points: 1, not_finite: 1, last: 'Infinity', min: null, max: null });
    expect(curve(await compare([job], { buckets: 10 }), job, 'loss').buckets).toBeLessThanOrEqual(10);
  }); // prettier-ignore

  it('reads an ended job from what is kept, until something is logged later', async () => {
    const job = await ended([point('loss', 0, 1)]);
    await isKept(job);
    expect(curve(await compare([job]), job, 'loss').points).toBe(1);
    shop.service.gatewayListener.pointsLogged(job, [point('loss', 1, 2)], {});
    expect(existsSync(file(job))).toBe(false);
    expect(curve(await compare([job]), job, 'loss')).toMatchObject({ points: 2, last: 2 });
    await isKept(job);
    await shop.call('DELETE', `/train/jobs/${job}`);
    await shop.eventually(() => !existsSync(file(job)), 'the curves to go');
  });

  it('gives of a running job what it has so far, and the number to go on from', async () => {
    const { job_id } = await shop.script(WAITS);
    await shop.until(job_id, 'running');
    shop.service.gatewayListener.pointsLogged(job_id, [point('loss', 0, 1)], {});
    const first = await compare([job_id]);
    expect(first.jobs[0]).toMatchObject({ state: 'running', report: null, seq: expect.any(Number) as number });
    shop.service.gatewayListener.pointsLogged(job_id, [point('loss', 1, 0.5)], {});
    const second = await compare([job_id]);
    expect(curve(second, job_id, 'loss').means).toEqual([1, 0.5]);
    expect(second.jobs[0]!.seq!).toBeGreaterThan(first.jobs[0]!.seq!);
    expect(existsSync(file(job_id))).toBe(false);
    await shop.call('POST', `/train/jobs/${job_id}/stop`);
    await shop.ended(job_id);
  });

  it('answers of a thousand jobs, ten of which were deleted and some of which are another’s, those that are there', async () => {
    const { job_id } = await shop.script('print(1)');
    await shop.ended(job_id);
    const row = await shop.storage.db.selectFrom('jobs').selectAll().where('job_id', '=', job_id).executeTakeFirstOrThrow();
    const ids = range(985).map((at) => `job_many${String(at).padStart(4, '0')}`);
    const of = (at: number): string => `run-of-${String(at)}`;
    for (let from = 0; from < ids.length; from += 50)
      await shop.storage.db
        .insertInto('jobs')
        .values(ids.slice(from, from + 50).map((id, at) => ({ ...row, job_id: id, mlflow_run_id: of(from + at), mlflow_end_pending: null, token_sha256: null })))
        .execute();
    // They ended before curves were kept: MLflow alone has their points.
    for (const at of ids.keys()) shop.mlflow.histories.set(of(at), [point('loss', 0, at), point('loss', 1, -at)]);
    const running = await Promise.all(range(3).map(() => shop.script(WAITS)));
    const others = await Promise.all(range(2).map(() => shop.script('print(1)', {}, 'reza')));
    const gone = range(10).map((at) => `job_deleted${String(at)}`);
    const answer = await compare([...ids, ...running.map((job) => job.job_id), ...gone, ...others.map((job) => job.job_id)]);
    expect(answer.jobs).toHaveLength(988);
    expect(answer.not_found).toEqual([...gone, ...others.map((job) => job.job_id)]);
    expect(answer.metrics).toEqual([{ key: 'loss', better: 'min', jobs: 985 }]);
    expect(curve(answer, ids[984]!, 'loss').means).toEqual([984, -984]);
    expect(curve(answer, ids[1]!, 'loss').means).toEqual([1, -1]);
    // From now on they are kept, and MLflow is not asked.
    shop.mlflow.become('down');
    expect(curve(await compare(ids.slice(0, 5)), ids[4]!, 'loss').means).toEqual([4, -4]);
    shop.mlflow.become('up');
    await shop.storage.db.deleteFrom('jobs').where('job_id', 'in', ids).execute();
    for (const job of running) await shop.call('POST', `/train/jobs/${job.job_id}/stop`);
    for (const job of running) await shop.ended(job.job_id);
  }); // prettier-ignore

  it('says of which jobs the points cannot be read while MLflow is away, and answers the others', async () => {
    const here = await ended([point('loss', 0, 1)]);
    await isKept(here);
    const row = await shop.storage.db.selectFrom('jobs').selectAll().where('job_id', '=', here).executeTakeFirstOrThrow();
    await shop.storage.db.insertInto('jobs').values({ ...row, job_id: 'job_before0', mlflow_run_id: 'run-of-before' }).execute();
    shop.mlflow.become('down');
    const answer = await compare(['job_before0', here]);
    expect(answer.jobs[0]).toMatchObject({ job_id: 'job_before0', points_missing: 'mlflow_unavailable', series: [] });
    expect(curve(answer, here, 'loss').points).toBe(1);
    shop.mlflow.become('up');
    shop.mlflow.histories.set('run-of-before', [point('loss', 3, 3)]);
    expect(curve(await compare(['job_before0']), 'job_before0', 'loss').steps).toEqual([3]);
    await shop.storage.db.deleteFrom('jobs').where('job_id', '=', 'job_before0').execute();
  }); // prettier-ignore

  it('gives the figures of the report on a job’s model, also once MLflow has told it and is away', async () => {
    const { job_id } = await shop.script(
      'import pathlib, time\nwhile not pathlib.Path("reported").exists(): time.sleep(.01)',
    );
    await shop.until(job_id, 'running');
    const report = {
      format: 1,
      task: 'regression',
      part: 'test',
      chosen_on_these: false,
      rows: 2,
      level: 0.95,
      resamples: 1000,
      seed: 42,
      metrics: { r2: { value: 0.5, low: 0.25, high: 0.75, better: 'max' } },
      residuals: { mean: 0.5, median: 0.5, histogram: { edges: [0, 1], rows: [2] }, dots: [{ truth: 1, answer: 2 }] },
      interval: null,
      worst: [],
    };
    shop.mlflow.artifacts.set(`run-${job_id}/model/data/model.pt2`, Buffer.from('program'));
    shop.mlflow.artifacts.set(`run-${job_id}/model/report.json`, Buffer.from(JSON.stringify(report)));
    await writeFile(join(shop.dir, 'work', 'reported'), '');
    await shop.ended(job_id);
    await isKept(job_id);
    shop.mlflow.become('down');
    const { part, chosen_on_these, rows, metrics } = report;
    expect((await compare([job_id])).jobs[0]!.report).toEqual({ part, chosen_on_these, rows, metrics });
    shop.mlflow.become('up');
  });

  it('finds a metric that is asked for by name among very many', async () => {
    const job = await ended(range(1500).map((at) => point(`layer${String(at)}`, 0, at)));
    const answer = await compare([job], { metrics: ['layer1499', 'layer3', 'nowhere'] });
    expect(answer.metrics.map(({ key, jobs }) => [key, jobs])).toEqual([
      ['layer1499', 1],
      ['layer3', 1],
      ['nowhere', 0],
    ]);
    expect(curve(answer, job, 'layer1499').last).toBe(1499);
    expect(curve(answer, job, 'layer3').last).toBe(3);
  });

  it('shows the metrics of most jobs where one of them has more curves than are held at once', async () => {
    const many = await ended([...range(40).map((at) => point(`layer${String(at)}`, 0, at)), point('loss', 0, 4), point('loss', 1, 2)]);
    const few = await ended([point('loss', 0, 3)]);
    const answer = await compare([many, few]);
    expect(answer.metrics[0]).toEqual({ key: 'loss', better: 'min', jobs: 2 });
    expect(answer.metrics).toHaveLength(4);
    expect(answer.name_count).toBe(41);
    expect(curve(answer, many, 'loss').means).toEqual([4, 2]);
    expect(curve(answer, few, 'loss').means).toEqual([3]);
    expect(answer.jobs[0]!.series).toHaveLength(4);
  }); // prettier-ignore

  it.each([
    ['no job', []],
    ['more than a thousand', range(1001).map((at) => `job_many${String(at).padStart(4, '0')}`)],
    ['what is no job', ['ds_aaaaaa']],
  ])('refuses %s', async (_what, job_ids) => {
    const answer = await shop.call('POST', '/compare', { job_ids });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'validation_failed' });
  });
});
