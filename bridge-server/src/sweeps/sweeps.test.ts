import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sweep } from '../contract/training/sweeps.js';
import { SweepStage } from '../../test/support/sweeps.js';

const LR = { kind: 'float', low: 0.0001, high: 0.1, log: true };
const FAILED = { exit_code: 1, error: { code: 'loss_diverged' } };

describe('a sweep', () => {
  let stage: SweepStage;
  beforeAll(async () => {
    stage = await SweepStage.open();
  });
  afterAll(() => stage.shop.close());
  const stop = (id: string) => stage.shop.call('POST', `/train/sweeps/${id}/stop`);

  it('tries every setting of a grid, marks the best, and groups the runs under its own', async () => {
    const space = {
      batch_size: { kind: 'int', low: 31, high: 32 },
      optimizer: { kind: 'choice', values: ['adam', 'sgd'] },
    };
    const { sweep_id, trials } = await stage.start({
      method: 'grid',
      parallel: 2,
      params: { epochs: 3 },
      space,
    });
    expect(trials).toBe(4);
    for (const values of [[0.9, 0.5], [0.4, 0.6], [0.8], [0.7]]) {
      const [job] = await stage.running(sweep_id, values[0] === 0.7 ? 1 : 2);
      expect(job?.params['epochs']).toBe(3);
      stage.reportLoss(job!.job_id, ...values);
      stage.end(job!.job_id);
      await stage.shop.ended(job!.job_id);
    }
    const done = await stage.ended(sweep_id);
    const jobs = await stage.jobs(sweep_id);
    expect(done).toMatchObject({ state: 'succeeded', error: null, counts: { succeeded: 4, running: 0, waiting: 0 } });
    expect(
      new Set(jobs.map(({ params }) => `${String(params['batch_size'])} ${String(params['optimizer'])}`)).size,
    ).toBe(4);
    const best = jobs.find(({ job_id }) => job_id === done.best?.job_id)!;
    expect(done.best).toMatchObject({ value: 0.4, params: { optimizer: best.params['optimizer'] } });
    const runs = jobs.map(({ mlflow_run_id }) => stage.shop.mlflow.runs.get(mlflow_run_id!)!);
    expect(
      runs.every(({ tags }) => (tags as Record<string, string>)['mlflow.parentRunId'] === done.mlflow_run_id),
    ).toBe(true);
    await stage.shop.eventually(
      () => stage.shop.mlflow.runs.get(done.mlflow_run_id!)?.status === 'FINISHED',
      'the parent run to end',
    );
    const tagsOf = (runId: string | null) => stage.shop.mlflow.runs.get(runId!)?.tags as Record<string, string>;
    expect(tagsOf(done.mlflow_run_id)).toMatchObject({
      'kargah.best_job_id': best.job_id,
      'kargah.best_run_id': best.mlflow_run_id,
    });
    expect(tagsOf(best.mlflow_run_id)['kargah.best_of_sweep']).toBe(sweep_id);
    const marked = jobs.filter(({ mlflow_run_id }) => 'kargah.best_of_sweep' in tagsOf(mlflow_run_id));
    expect(marked.map(({ job_id }) => job_id)).toEqual([best.job_id]);
  });

  it('compares its jobs by what they keep their weights by, which they say when they begin', async () => {
    const accuracy = { key: 'val_accuracy', mode: 'max' } as const;
    const { sweep_id, metric } = await stage.start({ method: 'random', trials: 2, parallel: 2, space: { lr: LR } });
    expect(metric).toBeNull();
    const [sure, right] = await stage.running(sweep_id, 2);
    stage.report(sure!.job_id, { val_loss: [0.5, 0.1], val_accuracy: [0.7, 0.8] }, accuracy);
    await stage.shop.heard(
      () => stage.shop.live.sweeps.some((one) => one.metric?.key === 'val_accuracy'),
      'the metric',
    );
    stage.end(sure!.job_id);
    stage.report(right!.job_id, { val_loss: [0.9, 1.2], val_accuracy: [0.95, 0.6] }, accuracy);
    // The logged model's own metric decides: its weights are of that epoch.
    const model = { uri: 'models:/m-1', artifact_path: 'model', size_bytes: 7 };
    stage.end(right!.job_id, { model, best_metric: { key: 'val_accuracy', value: 0.9500001 } });
    const done = await stage.ended(sweep_id);
    expect(done).toMatchObject({ metric: accuracy, best: { job_id: right!.job_id, value: 0.9500001 } });
  });

  it('gives up those of low accuracy, where more is better', async () => {
    const accuracy = { key: 'val_accuracy', mode: 'max' } as const;
    const { sweep_id } = await stage.start({ trials: 6, parallel: 2, space: { lr: LR } });
    for (let finished = 0; finished < 4; finished += 1) {
      const [job] = await stage.running(sweep_id, 2);
      stage.report(job!.job_id, { val_accuracy: [0.5, 0.6, 0.7] }, accuracy);
      stage.end(job!.job_id);
      await stage.shop.ended(job!.job_id);
    }
    const [bad, good] = await stage.running(sweep_id, 2);
    stage.report(good!.job_id, { val_loss: [9, 9, 9], val_accuracy: [0.55, 0.65, 0.75] }, accuracy);
    stage.report(bad!.job_id, { val_loss: [0.1, 0.1, 0.1], val_accuracy: [0.1, 0.1, 0.1] }, accuracy);
    await stage.shop.until(bad!.job_id, 'stopped');
    stage.end(good!.job_id);
    expect(await stage.ended(sweep_id)).toMatchObject({
      best: { job_id: good!.job_id, value: 0.75 },
      counts: { succeeded: 5, pruned: 1 },
    });
  });

  it('asks Optuna for settings, never runs more at once than it may, and gives up the hopeless ones', async () => {
    const { sweep_id } = await stage.start({ trials: 7, parallel: 2, space: { lr: LR } });
    for (let finished = 0; finished < 5; finished += 1) {
      const [job] = await stage.running(sweep_id, 2);
      stage.reportLoss(job!.job_id, 0.5, 0.4, 0.3);
      stage.end(job!.job_id);
      await stage.shop.ended(job!.job_id);
    }
    const [bad, good] = await stage.running(sweep_id, 2);
    stage.reportLoss(good!.job_id, 0.45, 0.35, 0.25);
    stage.reportLoss(bad!.job_id, 5, 5, 5);
    await stage.shop.until(bad!.job_id, 'stopped');
    stage.end(good!.job_id);
    const done = await stage.ended(sweep_id);
    expect(done.counts).toEqual({ waiting: 0, running: 0, succeeded: 6, failed: 0, pruned: 1, stopped: 0 });
    expect(done).toMatchObject({ state: 'succeeded', best: { job_id: good!.job_id, value: 0.25 } });
    const rates = (await stage.jobs(sweep_id)).map(({ params }) => params['lr'] as number);
    expect(new Set(rates).size).toBe(7);
    const given = (await stage.jobs(sweep_id)).filter(({ pruned }) => pruned);
    expect(given.map(({ job_id }) => job_id)).toEqual([bad!.job_id]);
    expect(rates.every((rate) => rate >= 0.0001 && rate <= 0.1)).toBe(true);
  });

  it('goes on after failures, and fails when all have', async () => {
    const { sweep_id } = await stage.start({ method: 'random', trials: 3, parallel: 1, space: { lr: LR } });
    for (let count = 0; count < 3; count += 1) {
      const [job] = await stage.running(sweep_id, 1);
      stage.end(job!.job_id, FAILED);
      await stage.shop.ended(job!.job_id);
    }
    expect(await stage.ended(sweep_id)).toMatchObject({
      state: 'failed',
      error: { code: 'sweep_failed' },
      best: null,
      counts: { failed: 3 },
    });
  });

  it('is not spoilt by one failure', async () => {
    const { sweep_id } = await stage.start({ method: 'random', trials: 2, parallel: 2, space: { lr: LR } });
    const [first, second] = await stage.running(sweep_id, 2);
    stage.end(first!.job_id, FAILED);
    stage.reportLoss(second!.job_id, 'NaN', 0.2);
    stage.end(second!.job_id);
    expect(await stage.ended(sweep_id)).toMatchObject({
      state: 'succeeded',
      best: { value: 0.2 },
      counts: { failed: 1 },
    });
  });

  it('stops as a whole, and only once', async () => {
    const { sweep_id } = await stage.start({ trials: 9, parallel: 2, space: { lr: LR } });
    const jobs = await stage.running(sweep_id, 2);
    expect((await stage.shop.call('DELETE', `/train/sweeps/${sweep_id}`)).status).toBe(409);
    const answer = await stop(sweep_id);
    expect(answer.status).toBe(202);
    expect(((await answer.json()) as Sweep).state).toBe('stopping');
    expect(await stage.ended(sweep_id)).toMatchObject({ state: 'stopped', counts: { stopped: 2, running: 0 } });
    for (const { job_id } of jobs) expect((await stage.shop.job(job_id)).state).toBe('stopped');
    expect(await (await stop(sweep_id)).json()).toMatchObject({ status: 409, code: 'sweep_not_active' });
    expect((await stage.shop.call('DELETE', `/train/sweeps/${sweep_id}`)).status).toBe(204);
    expect(await stage.jobs(sweep_id)).toEqual([]);
    expect((await stage.shop.call('GET', `/train/sweeps/${sweep_id}`)).status).toBe(404);
  });

  it('goes on after the bridge was away, with what happened meanwhile', async () => {
    const { sweep_id } = await stage.start({ method: 'random', trials: 3, parallel: 2, space: { lr: LR } });
    const [first, second] = await stage.running(sweep_id, 2);
    stage.reportLoss(first!.job_id, 0.3);
    await stage.shop.stop();
    stage.shop.mlflow.histories.set(`run-${second!.job_id}`, [{ key: 'val_loss', value: 0.1, step: 1, timestamp: 1 }]);
    stage.end(first!.job_id);
    await stage.shop.start();
    const both = await stage.running(sweep_id, 2);
    for (const { job_id } of both) stage.end(job_id);
    const done = await stage.ended(sweep_id);
    expect(done).toMatchObject({
      state: 'succeeded',
      best: { job_id: second!.job_id, value: 0.1 },
      counts: { succeeded: 3 },
    });
  });

  it('ends with the reason when its dataset is deleted', async () => {
    const { sweep_id } = await stage.start({ method: 'random', trials: 5, parallel: 1, space: { lr: LR } });
    const [job] = await stage.running(sweep_id, 1);
    const table = stage.shop.datasets.get('ds_table00')!;
    stage.shop.datasets.delete('ds_table00');
    stage.end(job!.job_id);
    const done = await stage.ended(sweep_id);
    stage.shop.datasets.set('ds_table00', table);
    expect(done).toMatchObject({ state: 'failed', error: { code: 'dataset_deleted' }, counts: { succeeded: 1 } });
  });

  it.each([
    [{ space: {} }, 'sweep_space_empty', undefined],
    [{ space: { speed: LR } }, 'validation_failed', 'space.speed'],
    [{ space: { lr: { ...LR, high: 1000 } } }, 'validation_failed', 'space.lr'],
    [{ space: { lr: { ...LR, low: 0 } } }, 'validation_failed', 'space.lr'],
    [{ space: { lr: { ...LR, low: 0.1, high: 0.01 } } }, 'validation_failed', 'space.lr'],
    [{ space: { epochs: { kind: 'float', low: 1, high: 5 } } }, 'validation_failed', 'space.epochs'],
    [{ space: { optimizer: { kind: 'choice', values: ['adam', 'magic'] } } }, 'validation_failed', 'space.optimizer'],
    [{ space: { target: { kind: 'choice', values: ['species'] } } }, 'validation_failed', 'space.target'],
    [{ space: { task: { kind: 'choice', values: ['regression'] } } }, 'validation_failed', 'space.task'],
    [{ space: { lr: LR }, trials: 0 }, 'validation_failed', 'trials'],
    [{ space: { lr: LR }, trials: 1000 }, 'validation_failed', 'trials'],
    [
      { space: { lr: LR, epochs: { kind: 'int', low: 1, high: 10_000 } }, method: 'grid' },
      'sweep_grid_too_large',
      undefined,
    ],
    [{ space: { lr: LR }, recipe: 'magic' }, 'unknown_recipe', undefined],
    [{ space: { lr: LR }, params: { target: 'nope' } }, 'target_missing', undefined],
    [{ space: { lr: LR }, dataset_id: 'ds_nobody0' }, 'not_found', undefined],
  ])('is refused with a reason: %j', async (request, code, path) => {
    const problem = await stage.refused(request);
    expect(problem.code).toBe(code);
    expect(problem.errors?.[0]?.path).toBe(path);
  });

  it('is nobody else’s, and lists are in order', async () => {
    const { sweep_id } = await stage.start({ trials: 1, name: 'جست‌وجوی من', space: { lr: LR } });
    expect((await stage.shop.call('GET', `/train/sweeps/${sweep_id}`, undefined, 'reza')).status).toBe(404);
    expect((await stage.shop.call('POST', `/train/sweeps/${sweep_id}/stop`, {}, 'reza')).status).toBe(404);
    const page = (await (await stage.shop.call('GET', '/train/sweeps?limit=2')).json()) as {
      items: Sweep[];
      next_cursor: string;
    };
    expect(page.items[0]).toMatchObject({ sweep_id, name: 'جست‌وجوی من' });
    const next = await stage.shop.call('GET', `/train/sweeps?limit=2&cursor=${encodeURIComponent(page.next_cursor)}`);
    const { items } = (await next.json()) as { items: Sweep[] };
    expect(items.map((item) => item.sweep_id)).not.toContain(page.items[1]?.sweep_id);
    await stop(sweep_id);
    await stage.ended(sweep_id);
  });
});
