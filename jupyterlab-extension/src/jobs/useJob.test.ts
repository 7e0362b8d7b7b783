import { job } from '../testing/bridge.js';
import { applyUpdate } from '../store/update.js';
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
