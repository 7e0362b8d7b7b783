import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ZipFile } from 'yazl';
import type { MetricPoint } from '../contract/training/metrics.js';
import type { Job } from '../contract/training/training.js';
import { ModelDownloads } from './model-download.js';
import { JobStore } from './records/store.js';
import { TrainingFixture } from '../../test/support/training.js';
import { metricsOf } from './records/view.js';

const GATED =
  'import pathlib, time\nprint("up", flush=True)\nwhile not pathlib.Path("{gate}").exists(): time.sleep(.01)\n';
const point = (key: string, value: MetricPoint['value'], step: number): MetricPoint => ({
  key,
  value,
  step,
  timestamp: 1,
});

describe('a running job', () => {
  let shop: TrainingFixture;
  beforeAll(async () => {
    shop = await TrainingFixture.open();
  });
  afterAll(() => shop.close());
  const gated = (gate: string, after = ''): Promise<Job> => shop.script(GATED.replace('{gate}', gate) + after);
  const open = (gate: string): Promise<void> => writeFile(join(shop.dir, 'work', gate), '');

  it('shows each point at once, and keeps the last value of each metric', async () => {
    const { job_id } = await gated('points');
    await shop.until(job_id, 'running');
    const listener = shop.service.gatewayListener;
    expect(await listener.jobOfRun(`run-${job_id}`)).toBe(job_id);
    expect(await listener.jobOfRun('a notebook’s run')).toBeNull();
    const before = shop.live.updates.length;
    listener.pointsLogged(job_id, [point('loss', 0.5, 1), point('loss', 0.25, 2)], {
      fraction: 0.5,
      epoch: 1,
      message: 'half',
      first_step_at: '2026-11-22T10:00:00.000Z',
    });
    listener.pointsLogged(job_id, [point('acc', 'NaN', 2), point('loss', 0.5, 1)], { eta_seconds: 3 });
    expect(shop.live.updates.slice(before).map((update) => update.metrics.length)).toEqual([2, 2]);
    expect(await shop.job(job_id)).toMatchObject({
      metrics: { loss: 0.25, acc: 'NaN' },
      progress: { fraction: 0.5, epoch: 1, eta_seconds: 3 },
      message: 'half',
      first_step_at: '2026-11-22T10:00:00.000Z',
    });
    await open('points');
    expect(await shop.ended(job_id)).toMatchObject({
      state: 'succeeded',
      metrics: { loss: 0.25, acc: 'NaN' },
      progress: { fraction: 1, eta_seconds: null },
      message: null,
    });
  });

  it('says which epoch its recipe would keep, while it runs and after it was stopped', async () => {
    const { job_id } = await gated('best');
    await shop.until(job_id, 'running');
    const best = { key: 'val_accuracy', value: 0.981, epoch: 10 };
    expect((await shop.job(job_id)).progress.best).toBeUndefined();
    shop.service.gatewayListener.pointsLogged(job_id, [point('val_accuracy', 0.981, 10)], { fraction: 0.5, best });
    expect((await shop.job(job_id)).progress).toMatchObject({ fraction: 0.5, best });
    // What comes later and says nothing of it leaves it as it is.
    shop.service.gatewayListener.pointsLogged(job_id, [point('val_accuracy', 0.7, 11)], { fraction: 0.6 });
    await open('best');
    expect((await shop.ended(job_id)).progress).toMatchObject({ fraction: 1, best });
  });

  it('of an earlier bridge is shown without the values that were no numbers: it did not keep which', () => {
    expect(metricsOf({ metrics_json: '{"loss":0.5,"acc":null,"lr":"NaN"}' })).toEqual({ loss: 0.5, lr: 'NaN' });
  });

  it('is as far as its epochs say where it only logs to MLflow, and names their number among its parameters', async () => {
    const { job_id } = await gated('inferred');
    await shop.until(job_id, 'running');
    const listener = shop.service.gatewayListener;
    listener.paramsLogged(job_id, { optimizer: 'Adam', max_epochs: '4' });
    listener.pointsLogged(job_id, [point('train_loss', 0.5, 99), point('epoch', 1, 99)], {});
    expect((await shop.job(job_id)).progress).toMatchObject({ epoch: 1, epochs: 4, step: 99, fraction: 0.25 });
    await open('inferred');
    expect((await shop.ended(job_id)).progress).toMatchObject({ fraction: 1, eta_seconds: null });
  });

  it('has as long left as it has, though the clock was set back meanwhile', async () => {
    const { job_id } = await gated('clock');
    await shop.until(job_id, 'running');
    const listener = shop.service.gatewayListener;
    listener.paramsLogged(job_id, { epochs: '4' });
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now - 3_600_000 });
    try {
      listener.pointsLogged(job_id, [point('epoch', 1, 99)], {});
    } finally {
      vi.useRealTimers();
    }
    const { eta_seconds } = (await shop.job(job_id)).progress;
    expect(eta_seconds).toBeGreaterThan(0);
    // An hour more of running would be three more to go.
    expect(eta_seconds).toBeLessThan(3_600);
    await open('clock');
    await shop.ended(job_id);
  });

  it('is measured from outside, which is no step of its training', async () => {
    const { job_id } = await gated('measured');
    const measured = (): readonly MetricPoint[] => shop.measured.get(job_id) ?? [];
    await shop.heard(() => measured().length > 0, 'the first figures');
    expect(measured().map(({ key }) => key)).toContain('system/cpu_percent');
    const listener = shop.service.gatewayListener;
    listener.pointsLogged(job_id, measured(), {});
    expect(await shop.job(job_id)).toMatchObject({ first_step_at: null, progress: { step: null } });
    listener.pointsLogged(job_id, [point('loss', 1, 3)], {});
    expect(await shop.job(job_id)).toMatchObject({ first_step_at: expect.any(String), progress: { step: 3 } });
    await open('measured');
    expect((await shop.ended(job_id)).metrics).toMatchObject({ loss: 1, 'system/memory_mb': expect.any(Number) });
  });

  it.each([
    ['FAILED', [], 'failed', 'FAILED', 'run_ended_failed'],
    ['KILLED', [], 'failed', 'KILLED', 'run_ended_failed'],
    ['FAILED', ['FINISHED'], 'succeeded', 'FAILED', undefined],
    ['FAILED', ['FAILED'], 'failed', 'FAILED', 'run_ended_failed'],
    ['RUNNING', [], 'succeeded', 'FINISHED', undefined],
    ['FINISHED', ['FAILED'], 'succeeded', 'FINISHED', undefined],
  ])(
    'whose process ended well after it said %s of its run, and %j of those below, is %s',
    async (said, others, state, status, code) => {
      const gate = `said-${said}-${others.join('')}`;
      const { job_id } = await gated(gate);
      await shop.until(job_id, 'running');
      const listener = shop.service.gatewayListener;
      const runId = `run-${job_id}`;
      expect(await listener.jobOfRun(runId)).toBe(job_id);
      for (const [index, other] of others.entries()) {
        const below = `below-${job_id}-${String(index)}`;
        await listener.nestedRun(job_id, below, 'fold');
        listener.runSaid(job_id, below, other);
      }
      listener.runSaid(job_id, runId, said);
      await open(gate);
      const done = await shop.ended(job_id);
      expect([done.state, done.error?.code]).toEqual([state, code]);
      await shop.eventually(() => shop.mlflow.runs.get(runId)?.status === status, 'its run to end');
      await shop.eventually(
        () => shop.mlflow.endedBelow.some(([run, how]) => run === runId && how === status),
        'what lies below to end',
      );
    },
  );

  it('gives its own run once, and calls those below by their names, each by its own', async () => {
    const { job_id } = await shop.script('pass');
    await shop.ended(job_id);
    const listener = shop.service.gatewayListener;
    const claims = await Promise.all([1, 2, 3].map(() => listener.claimRun(job_id)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await listener.returnRun(job_id);
    expect(await listener.claimRun(job_id)).toBe(true);
    const labels = [];
    for (const [runId, name] of [
      ['n1', 'fold'],
      ['n2', 'fold'],
      ['n3', 'دستهٔ ۱'],
      ['n4', '  '],
    ] as const)
      labels.push(await listener.nestedRun(job_id, runId, name));
    expect(labels).toEqual(['fold', 'fold 2', 'دستهٔ ۱', 'n4']);
    expect(await listener.labelOf('n2')).toBe('fold 2');
    expect(await listener.jobOfRun('n2')).toBe(job_id);
  });

  const historyOf = async (jobId: string, query = ''): Promise<{ items: MetricPoint[]; seq: number }> => {
    const answer = await shop.call('GET', `/train/jobs/${jobId}/metrics${query}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    return (await answer.json()) as { items: MetricPoint[]; seq: number };
  };

  it('answers the history of its metrics with the live number it reaches, also while MLflow is away', async () => {
    const { job_id } = await gated('history');
    await shop.until(job_id, 'running');
    const listener = shop.service.gatewayListener;
    listener.pointsLogged(job_id, [point('loss', 1, 1), point('acc', 0, 1), point('loss', 'NaN', 2)], {});
    shop.mlflow.become('down');
    expect(await historyOf(job_id)).toEqual({
      items: [point('loss', 1, 1), point('loss', 'NaN', 2), point('acc', 0, 1)],
      seq: shop.live.seqOf(job_id),
    });
    expect((await historyOf(job_id, '?key=acc')).items).toEqual([point('acc', 0, 1)]);
    expect((await historyOf(job_id, '?key=acc&key=none')).items).toEqual([point('acc', 0, 1)]);
    expect((await shop.call('GET', `/train/jobs/${job_id}/metrics?key=`)).status).toBe(422);
    expect((await historyOf(job_id, '?key=none')).items).toEqual([]);
    const many = Array.from({ length: 501 }, (_, i) => `key=k${String(i)}`).join('&');
    for (const bad of ['key=acc&key=', `key=${'k'.repeat(401)}`, many, 'buckets=0', 'buckets=many']) {
      const answer = await shop.call('GET', `/train/jobs/${job_id}/metrics?${bad}`);
      expect([bad.slice(0, 20), answer.status]).toEqual([bad.slice(0, 20), 422]);
    }
    const names = await (await shop.call('GET', `/train/jobs/${job_id}/metrics/names?search=LO`)).json();
    expect(names).toEqual({ items: [{ key: 'loss', points: 2, last: point('loss', 'NaN', 2) }], next_cursor: null });
    shop.mlflow.become('up');
    await open('history');
    await shop.ended(job_id);
    await shop.eventually(() => shop.mlflow.runs.get(`run-${job_id}`)?.status === 'FINISHED', 'its run to end');
    expect((await historyOf(job_id)).items).toHaveLength(3);
  });

  it('of an earlier release has its history from MLflow, its nested runs by their names, and keeps it', async () => {
    const { job_id } = await shop.script('pass');
    await shop.ended(job_id);
    const runId = `run-${job_id}`;
    await shop.eventually(() => shop.mlflow.runs.get(runId)?.status === 'FINISHED', 'its run to end');
    shop.service.gatewayListener.pointsChanged('', runId);
    shop.mlflow.histories.set(runId, [point('loss', 1, 1)]);
    shop.mlflow.histories.set('child', [point('loss', 2, 1)]);
    shop.mlflow.below.push({ runId: 'child', name: 'fold 1', ended: true });
    shop.mlflow.become('down');
    await shop.eventually(
      async () => (await shop.call('GET', `/train/jobs/${job_id}/metrics`)).status === 503,
      'what no longer holds to be forgotten',
    );
    shop.mlflow.become('up');
    const items = [point('loss', 1, 1), point('[fold 1] loss', 2, 1)];
    expect((await historyOf(job_id)).items).toEqual(items);
    shop.mlflow.become('down');
    expect((await historyOf(job_id)).items).toEqual(items);
    shop.mlflow.become('up');
    shop.mlflow.below.length = 0;
  });

  it('with very many metrics shows the first of them in its row and counts the others', async () => {
    const { job_id } = await gated('many');
    await shop.until(job_id, 'running');
    const listener = shop.service.gatewayListener;
    for (let from = 0; from < 45_900; from += 900)
      listener.pointsLogged(
        job_id,
        Array.from({ length: 900 }, (_, n) => point(`layer${String(from + n)}`, n, 1)),
        {},
      );
    listener.pointsLogged(job_id, [point('system/cpu_percent', 5, 1), point('layer0', 7, 2), point('late', 1, 2)], {});
    const job = await shop.job(job_id);
    expect(Object.keys(job.metrics)).toHaveLength(65);
    expect(job.metrics).toMatchObject({ layer0: 7, layer63: 63, 'system/cpu_percent': 5 });
    expect(job.metric_count).toBe(45_902);
    expect((await historyOf(job_id, '?key=layer45899')).items).toEqual([point('layer45899', 899, 1)]);
    await open('many');
    expect((await shop.ended(job_id)).metric_count).toBe(45_902);
  });

  /** What was announced of a log, in however many pieces. */
  const logOf = (jobId: string): string =>
    shop.live.logs
      .filter((log) => log.jobId === jobId)
      .map((log) => log.text)
      .join('');

  it('has its log followed while somebody watches, in whole letters', async () => {
    const { job_id } = await gated(
      'log',
      'import os\ntext = "گزارش".encode()\nos.write(1, text[:3])\ntime.sleep(.1)\nos.write(1, text[3:])\n',
    );
    await shop.eventually(async () => (await shop.log(job_id)).includes('up'), 'the script to begin');
    const unwatch = shop.service.watchLog(job_id);
    await open('log');
    await shop.ended(job_id);
    await shop.heard(() => logOf(job_id) === 'گزارش', 'the log');
    unwatch();
    const pieces = shop.live.logs.filter((log) => log.jobId === job_id);
    expect(pieces[0]?.offset).toBe(3);
    expect(pieces.at(-1)?.nextOffset).toBe(3 + Buffer.byteLength('گزارش'));
    expect(await shop.service.readLog(job_id, 3)).toEqual({ offset: 3, nextOffset: 13, text: 'گزارش' });
    expect(await shop.service.readLog(job_id, 13)).toBeNull();
  });

  it('has its log followed by whoever watched while it still waited', async () => {
    shop.mlflow.become('down');
    const { job_id } = await shop.script('print("begun")');
    expect((await shop.job(job_id)).state).toBe('queued');
    const unwatch = shop.service.watchLog(job_id);
    shop.mlflow.become('up');
    await shop.heard(() => logOf(job_id) === 'begun\n', 'the log');
    unwatch();
    await shop.ended(job_id);
  });

  it('answers any part of its log, and all of it as a file', async () => {
    const { job_id } = await shop.script('print("0123456789")');
    await shop.ended(job_id);
    const part = await shop.call('GET', `/train/jobs/${job_id}/logs?offset=2&limit=3`);
    expect([await part.text(), part.headers.get('kargah-log-size')]).toEqual(['234', '11']);
    const beyond = await shop.call('GET', `/train/jobs/${job_id}/logs?offset=99`);
    expect([beyond.status, await beyond.text()]).toEqual([200, '']);
    const file = await shop.call('GET', `/train/jobs/${job_id}/logs?download=1`);
    expect(file.headers.get('content-disposition')).toContain(`${job_id}.log`);
    expect(await file.text()).toBe('0123456789\n');
    const range = async (asked: string): Promise<unknown[]> => {
      const answer = await shop.call('GET', `/train/jobs/${job_id}/logs?download=1`, undefined, 'sara', {
        range: asked,
      });
      const text = answer.status === 416 ? '' : await answer.text();
      return [answer.status, answer.headers.get('content-range'), text];
    };
    expect(await range('bytes=2-4')).toEqual([206, 'bytes 2-4/11', '234']);
    expect(await range('bytes=-3')).toEqual([206, 'bytes 8-10/11', '89\n']);
    expect(await range('bytes=9-')).toEqual([206, 'bytes 9-10/11', '9\n']);
    expect(await range('bytes=11-')).toEqual([416, 'bytes */11', '']);
    expect(await range('lines=1-2')).toEqual([200, null, '0123456789\n']);
    const found = await shop.call('GET', `/train/jobs/${job_id}/logs/search?q=345`);
    expect(await found.json()).toEqual({ items: [{ offset: 0, text: '0123456789' }], next_offset: null });
    for (const [path, who, status] of [
      ['/logs/search', 'sara', 422],
      ['/logs/search?q=3', 'reza', 404],
      ['/logs', 'reza', 404],
    ] as const)
      expect((await shop.call('GET', `/train/jobs/${job_id}${path}`, undefined, who)).status).toBe(status);
  });

  it('holds a token that speaks for it until it has ended', async () => {
    const { job_id } = await gated('token');
    await shop.until(job_id, 'running');
    const token = readFileSync(join(shop.dir, 'jobs', job_id, 'token'), 'ascii');
    expect(token).toMatch(/^kgj_/u);
    const sha256 = async (): Promise<string | null> =>
      (await new JobStore(shop.storage.db).get(job_id))?.token_sha256 ?? null;
    expect(await sha256()).toBe(createHash('sha256').update(token).digest('hex'));
    await open('token');
    await shop.ended(job_id);
    await shop.eventually(async () => (await sha256()) === null, 'the token to go');
  });

  it('has a model to download only once it logged one, as pt2 or whole', async () => {
    const { job_id } = await gated('model');
    await shop.until(job_id, 'running');
    const early = await shop.call('GET', `/train/jobs/${job_id}/model`);
    expect([early.status, ((await early.json()) as { code: string }).code]).toEqual([409, 'model_not_ready']);
    const program = await archive({
      archive_format: 'pt2',
      archive_version: '0',
      'models/model.json': '{}',
      'data/weights/model_weights_config.json': '{"config": {}}',
      'data/constants/model_constants_config.json': '{"config": {}}',
    });
    shop.mlflow.artifacts.set(`run-${job_id}/model/data/model.pt2`, program);
    shop.mlflow.artifacts.set(`run-${job_id}/model/MLmodel`, 'flavors');
    await open('model');
    await shop.heard(() => shop.live.jobs.get(job_id)?.has_model === true, 'the model');
    const pt2 = await shop.call('GET', `/train/jobs/${job_id}/model`);
    expect(Buffer.from(await pt2.arrayBuffer()).equals(program)).toBe(true);
    expect(pt2.headers.get('content-length')).toBe(String(program.length));
    expect(pt2.headers.get('content-disposition')).toMatch(/^attachment; filename="?[^"]+\.pt2/u);
    const etag = pt2.headers.get('etag') ?? '';
    const rest = { Range: 'bytes=10-', 'If-Range': etag };
    const piece = await shop.call('GET', `/train/jobs/${job_id}/model`, undefined, 'sara', rest);
    expect(piece.status).toBe(206);
    expect(Buffer.from(await piece.arrayBuffer()).equals(program.subarray(10))).toBe(true);
    const zip = await shop.call('GET', `/train/jobs/${job_id}/model?format=mlflow`);
    const bytes = Buffer.from(await zip.arrayBuffer());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(bytes.includes('data/model.pt2') && bytes.includes('flavors')).toBe(true);
  });

  it('has a report once its job wrote one beside the model, and says so where there is none or none that can be read; its rows beside it', async () => {
    const { job_id } = await gated('reported');
    await shop.until(job_id, 'running');
    const report = async (who = 'sara'): Promise<unknown[]> => {
      const answer = await shop.call('GET', `/train/jobs/${job_id}/report`, undefined, who);
      const body = (await answer.json()) as { code?: string };
      return [answer.status, body.code ?? body];
    };
    expect(await report()).toEqual([409, 'model_not_ready']);
    shop.mlflow.artifacts.set(`run-${job_id}/model/data/model.pt2`, Buffer.from('program'));
    await open('reported');
    await shop.heard(() => shop.live.jobs.get(job_id)?.has_model === true, 'the model');
    expect(await report()).toEqual([404, 'report_missing']);
    const path = `run-${job_id}/model/report.json`;
    for (const damaged of ['{"format": 1', '{"format": 99}', ' '.repeat(4 * 2 ** 20 + 1)]) {
      shop.mlflow.artifacts.set(path, Buffer.from(damaged));
      expect(await report()).toEqual([404, 'report_missing']);
    }
    const found = {
      format: 1,
      task: 'regression',
      part: 'test',
      chosen_on_these: false,
      rows: 2,
      level: 0.95,
      resamples: 1000,
      seed: 42,
      metrics: { r2: { value: null, low: null, high: null, better: 'max' } },
      baselines: [
        {
          kind: 'mean',
          rows: 40,
          columns: null,
          metrics: { r2: null, mae: 2 },
          gains: { r2: { value: null, low: null, high: null }, mae: { value: 1, low: -1, high: 3 } },
          verdict: 'unknown',
        },
      ],
      residuals: { mean: 0.5, median: 0.5, histogram: { edges: [0, 1], rows: [2] }, dots: [{ truth: 1, answer: 2 }] },
      interval: null,
      worst: [{ row: 7, loss: 1, truth: 1, answer: 2 }],
    };
    shop.mlflow.artifacts.set(path, Buffer.from(JSON.stringify(found)));
    expect(await report()).toEqual([200, found]);
    expect(await report('reza')).toEqual([404, 'not_found']);
    const rows = (who = 'sara'): Promise<Response> =>
      shop.call('GET', `/train/jobs/${job_id}/report/rows`, undefined, who);
    expect(await (await rows()).json()).toMatchObject({ status: 404, code: 'report_rows_missing' });
    shop.mlflow.artifacts.set(`run-${job_id}/model/report_rows.npz`, Buffer.from('PK rows'));
    expect(await (await rows()).text()).toBe('PK rows');
    expect((await rows('reza')).status).toBe(404);
    shop.mlflow.become('down');
    expect((await rows()).status).toBe(503);
    expect(await report()).toEqual([503, 'mlflow_unavailable']);
    shop.mlflow.become('up');
  });

  it.each([
    ['pt2', 'data/model.pt2', { 'data/aotinductor/model/model.so': 'native' }],
    ['pt2', 'data/model.pt2', 'no archive at all'],
    ['mlflow', 'python_model.pkl', 'a pickle'],
  ])('sends a model as %s whose %s may run code only unchecked', async (format, file, made) => {
    const content = typeof made === 'string' ? Buffer.from(made) : await archive(made);
    const { job_id } = await gated('model');
    await shop.until(job_id, 'running');
    shop.mlflow.artifacts.set(`run-${job_id}/model/${file}`, content);
    await open('model');
    await shop.heard(() => shop.live.jobs.get(job_id)?.has_model === true, 'the model');
    const path = `/train/jobs/${job_id}/model?format=${format}`;
    const refused = await shop.call('GET', path);
    const problem = (await refused.json()) as { code: string; detail: string; detail_fa: string };
    expect([refused.status, problem.code]).toEqual([409, 'model_unsafe']);
    if (format === 'pt2') {
      const packed = await shop.call('GET', `/train/jobs/${job_id}/model?format=package&unchecked=true`);
      expect(await packed.json()).toMatchObject({ status: 409, code: 'model_unsafe' });
    }
    const taken = await shop.call('GET', `${path}&unchecked=true`);
    expect(taken.status).toBe(200);
    expect(Buffer.from(await taken.arrayBuffer()).includes(content)).toBe(true);
  });

  it('of whose weights one has no kind in safetensors makes no package, and says which and what to take instead', async () => {
    const { job_id: runId } = await gated('complex');
    await open('complex');
    shop.mlflow.artifacts.set(`run-${runId}/model/data/model.pt2`, Buffer.from('x'));
    const python = join(shop.dir, 'python-that-says');
    const said = JSON.stringify({ ok: false, weight: 'layer.weight', kind: 'complex64' });
    await writeFile(python, `#!/bin/sh\necho '${said}'\n`, { mode: 0o755 });
    const downloads = new ModelDownloads(join(shop.dir, 'packages'), shop.mlflow, python);
    await downloads.start(() => undefined);
    const place = { workspace: 'ws', runId: `run-${runId}`, artifactPath: 'model' };
    const packed = downloads.use(place, { format: 'package', unchecked: false }, () => Promise.resolve());
    await expect(packed).rejects.toMatchObject({
      code: 'weights_unwritable',
      params: { weight: 'layer.weight', kind: 'complex64' },
    });
    downloads.stop();
  });
});

/** A zip whose entries are stored, in the one folder that a `.pt2` file has. */
async function archive(entries: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(entries))
    zip.addBuffer(Buffer.from(text), `model/${name}`, { compress: false });
  zip.end();
  return buffer(zip.outputStream);
}
