import { afterEach, expect, it, vi } from 'vitest';
import type { Job } from '../contract/training/training.js';
import { SweepRunner } from './runner.js';
import { SweepService } from './service.js';
import { SweepStore } from './store.js';
import { SweepStage } from '../../test/support/sweeps.js';

afterEach(() => vi.restoreAllMocks());

it('begins the next job after an end that falls into a look at the sweep, whichever reading of its jobs first tells it', async () => {
  const stage = await SweepStage.open();
  const real = {
    get: Reflect.get(SweepStore.prototype, 'get'),
    jobs: Reflect.get(SweepStore.prototype, 'jobs'),
    announce: Reflect.get(SweepRunner.prototype, 'announce'),
    jobChanged: Reflect.get(SweepService.prototype, 'jobChanged'),
  };
  let [readings, last] = [0, Infinity];
  let ends = (): Promise<void> => Promise.resolve();
  let held: Job[] | null = null;
  vi.spyOn(SweepStore.prototype, 'get').mockImplementation(function (this: SweepStore, id) {
    readings = 0;
    return real.get.call(this, id);
  });
  vi.spyOn(SweepStore.prototype, 'jobs').mockImplementation(async function (this: SweepStore, ids) {
    readings += 1;
    if (readings === last) {
      last = Infinity;
      await ends();
    }
    return real.jobs.call(this, ids);
  });
  // The event of the job's end arrives after the look, as it may on a busy machine.
  vi.spyOn(SweepService.prototype, 'jobChanged').mockImplementation(function (this: SweepService, job) {
    if (held) held.push(job);
    else real.jobChanged.call(this, job);
  });
  vi.spyOn(SweepRunner.prototype, 'announce').mockImplementation(async function (this: SweepRunner, row) {
    const told = await real.announce.call(this, row);
    setImmediate(() => {
      const jobs = held ?? [];
      held = null;
      for (const job of jobs) stage.shop.sweeps.jobChanged(job);
    });
    return told;
  });

  try {
    const space = { lr: { kind: 'float', low: 0.0001, high: 0.1, log: true } };
    const { sweep_id } = await stage.start({ method: 'random', pruner: 'none', trials: 6, parallel: 1, space });
    const row = stage.shop.storage.db.selectFrom('jobs').select('state');
    const seen = new Set<string>();
    // A look reads the jobs five times, and four times where the metric to compare is known.
    for (const reading of [5, 4, 3, 2, 1]) {
      const [job] = await stage.running(sweep_id, 1);
      const jobId = job!.job_id;
      seen.add(jobId);
      ends = async () => {
        held = [];
        stage.end(jobId);
        const ended = row.where('job_id', '=', jobId).where('state', '=', 'succeeded');
        await stage.shop.eventually(async () => (await ended.execute()).length === 1, 'the end to be written down');
      };
      last = reading;
      stage.reportLoss(jobId, 1 / reading);
      await stage.shop.ended(jobId);
    }
    const [job] = await stage.running(sweep_id, 1);
    seen.add(job!.job_id);
    expect(seen.size).toBe(6);
    stage.end(job!.job_id);
    expect(await stage.ended(sweep_id)).toMatchObject({ state: 'succeeded', counts: { succeeded: 6 } });
  } finally {
    await stage.shop.close();
  }
});

it('knows the best of a job that says what it is compared by, and ends, within a look, whichever reading of its jobs first tells it', async () => {
  const stage = await SweepStage.open();
  const real = {
    get: Reflect.get(SweepStore.prototype, 'get'),
    jobs: Reflect.get(SweepStore.prototype, 'jobs'),
  };
  let [readings, last] = [0, Infinity];
  let ends = (): Promise<void> => Promise.resolve();
  vi.spyOn(SweepStore.prototype, 'get').mockImplementation(function (this: SweepStore, id) {
    readings = 0;
    return real.get.call(this, id);
  });
  vi.spyOn(SweepStore.prototype, 'jobs').mockImplementation(async function (this: SweepStore, ids) {
    readings += 1;
    if (readings === last) {
      last = Infinity;
      await ends();
    }
    return real.jobs.call(this, ids);
  });
  try {
    const space = { lr: { kind: 'float', low: 0.0001, high: 0.1, log: true } };
    const { db } = stage.shop.storage;
    for (const reading of [5, 4, 3, 2, 1]) {
      const { sweep_id } = await stage.start({ method: 'random', pruner: 'none', trials: 1, parallel: 1, space });
      const [job] = await stage.running(sweep_id, 1);
      const jobId = job!.job_id;
      ends = async () => {
        stage.reportLoss(jobId, 0.2);
        stage.end(jobId);
        const ended = db.selectFrom('jobs').select('state').where('job_id', '=', jobId);
        const isOver = ended.where('state', '=', 'succeeded');
        await stage.shop.eventually(async () => (await isOver.execute()).length === 1, 'the end to be written down');
      };
      last = reading;
      // Leads to a look that finds no job which has named the metric to compare.
      stage.shop.service.gatewayListener.pointsLogged(jobId, [{ key: 'other', value: 1, step: 1, timestamp: 1 }], {});
      expect(await stage.ended(sweep_id)).toMatchObject({ state: 'succeeded', best: { value: 0.2, job_id: jobId } });
    }
  } finally {
    await stage.shop.close();
  }
});
