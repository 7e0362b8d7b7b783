import { describe, expect, it } from 'vitest';
import { betterByName, chosenOf } from './metrics.js';

describe('the metrics that jobs are compared by', () => {
  it('are the four that most of them have, and not of the machine', () => {
    const job = (...names: string[]) => ({ names, nameCount: names.length });
    const { chosen, names, count } = chosenOf(
      [
        job('system/cpu', 'loss', 'a', 'b'),
        job('system/cpu', 'loss', 'b', 'c', 'd'),
        job('system/cpu', 'loss', 'c', 'd', 'e'),
      ],
      undefined,
    );
    expect(chosen).toEqual([
      { key: 'loss', jobs: 3 },
      { key: 'b', jobs: 2 },
      { key: 'c', jobs: 2 },
      { key: 'd', jobs: 2 },
    ]);
    expect(names).toEqual(['loss', 'b', 'c', 'd', 'a', 'e', 'system/cpu']);
    expect(count).toBe(7);
  });

  it('are those that were asked for, each once, and none of the jobs has to have them', () => {
    const { chosen } = chosenOf([{ names: ['loss'], nameCount: 1 }], ['nowhere', 'loss', 'loss']);
    expect(chosen).toEqual([
      { key: 'nowhere', jobs: 0 },
      { key: 'loss', jobs: 1 },
    ]);
  });

  it.each([
    ['val_loss', 'min'],
    ['test/RMSE', 'min'],
    ['mae', 'min'],
    ['val_accuracy', 'max'],
    ['f1', 'max'],
    ['eval/roc_auc', 'max'],
    ['lr', null],
    ['maestro', null],
  ])('%s: the good end is %s by its name', (key, better) => {
    expect(betterByName(key)).toBe(better);
  });
});
