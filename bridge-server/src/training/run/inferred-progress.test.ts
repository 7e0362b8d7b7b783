import { describe, expect, it } from 'vitest';
import type { MetricPoint } from '../../contract/training/metrics.js';
import type { Progress } from '../../contract/training/training.js';
import { epochsAmong, inferProgress } from './inferred-progress.js';

const NONE: Progress = { fraction: null, epoch: null, epochs: null, step: null, steps: null, eta_seconds: null };
const point = (key: string, value: MetricPoint['value'], step: number): MetricPoint => ({
  key,
  value,
  step,
  timestamp: 1,
});

describe('the progress of a job that tells none', () => {
  it('is the last step that it logged, system metrics aside', () => {
    const first = inferProgress(NONE, [point('loss', 1, 7), point('system/cpu', 3, 900)], 5);
    expect(first).toEqual({ ...NONE, step: 7 });
    expect(inferProgress(first, [point('loss', 1, 3)], 6).step).toBe(7);
    expect(inferProgress(first, [], 6)).toEqual(first);
  });

  it('is the share of the epochs where both are known, as Lightning logs them', () => {
    const told = inferProgress({ ...NONE, epochs: 10 }, [point('train_loss', 0.5, 249), point('epoch', 5, 249)], 60);
    expect(told).toMatchObject({ epoch: 5, epochs: 10, step: 249, fraction: 0.5, eta_seconds: 60 });
  });

  it('counts epochs by their steps where one point is logged an epoch, as autologging does', () => {
    const told = inferProgress({ ...NONE, epochs: 4 }, [point('val_loss', 0.5, 0)], 10);
    expect(told).toMatchObject({ step: 0, fraction: 0.25, eta_seconds: 30 });
    expect(inferProgress(told, [point('val_loss', 0.5, 3)], 40)).toMatchObject({ fraction: 1, eta_seconds: 0 });
  });

  it('takes steps beyond the number of epochs for what they are', () => {
    expect(inferProgress({ ...NONE, epochs: 3 }, [point('loss', 0.5, 200)], 10)).toMatchObject({
      step: 200,
      fraction: null,
    });
  });

  it('does not take what is no number of epochs for one', () => {
    expect(inferProgress(NONE, [point('epoch', 'NaN', 1)], 1).epoch).toBeNull();
    expect(inferProgress(NONE, [point('epoch', 1.5, 1)], 1).epoch).toBeNull();
    expect(epochsAmong({ lr: '0.1', max_epochs: '-1' })).toBeNull();
    expect(epochsAmong({ epochs: 'many' })).toBeNull();
    expect(epochsAmong({ 'trainer.max_epochs': '12' })).toBe(12);
    expect(epochsAmong({ epochs: '3' })).toBe(3);
  });
});
