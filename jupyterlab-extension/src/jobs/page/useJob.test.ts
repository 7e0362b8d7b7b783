import { job } from '../../testing/bridge.js';
import { applyUpdate } from '../update.js';
import { laterOf } from './useJob.js';

describe('a job that hears of points', () => {
  it('is ended by itself, not by an update that comes before or after its end', () => {
    const update = { job_id: 'job_aaaaaa', seq: 1, progress: job().progress, metrics: [] };
    expect(applyUpdate(job({ state: 'running' }), { ...update, state: 'failed' }).state).toBe('running');
    expect(applyUpdate(job({ state: 'failed' }), { ...update, state: 'running' }).state).toBe('failed');
    expect(applyUpdate(job({ state: 'starting' }), { ...update, state: 'running' }).state).toBe('running');
  });

  it('keeps the last value of each metric, numbers or not', () => {
    const before = job({ state: 'running', metrics: { loss: 0.5, acc: 0.9 } });
    const metrics = [{ key: 'loss', value: 'NaN' as const, step: 2, timestamp: 1 }];
    const after = applyUpdate(before, {
      job_id: before.job_id,
      seq: 1,
      state: 'running',
      progress: before.progress,
      metrics,
    });
    expect(after.metrics).toEqual({ loss: 'NaN', acc: 0.9 });
    expect(after).not.toBe(before);
  });

  it('does not look at the metrics that an update says nothing of, however many there are', () => {
    const all = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`m${String(at)}`, at]));
    let looked = 0;
    const metrics = new Proxy(all, {
      ownKeys: (target) => {
        looked += 1;
        return Reflect.ownKeys(target);
      },
    });
    const before = job({ state: 'running', metrics });
    const points = [{ key: 'm7', value: 0.5, step: 2, timestamp: 1 }];
    const update = { job_id: before.job_id, seq: 1, state: 'running' as const, progress: before.progress };
    const after = applyUpdate(before, { ...update, metrics: points });
    expect([after.metrics['m7'], after.metrics['m8'], looked]).toEqual([0.5, 8, 0]);
  });
});

describe('a job that was asked for while it ended', () => {
  const error = { code: 'script_syntax' as const, detail: 'A syntax error.', detail_fa: 'خطای نحوی.' };

  it('stays ended, with its cause, when the answer is older than the event', () => {
    const ended = job({ state: 'failed', error });
    expect(laterOf(ended, job({ state: 'starting' }))).toBe(ended);
  });

  it('is taken from the answer in every other case', () => {
    const answer = job({ state: 'failed', error });
    expect(laterOf(null, answer)).toBe(answer);
    expect(laterOf(job({ state: 'running' }), answer)).toBe(answer);
    expect(laterOf(job({ state: 'failed' }), answer)).toBe(answer);
  });
});
