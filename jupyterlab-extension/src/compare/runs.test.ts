import type { Comparison } from '../api/types.js';
import { comparedJob, comparisonBytes } from '../testing/comparison.js';
import { addPoint, figureOf, newCurve, readComparison } from './runs.js';
import { smooth } from './curves/smooth.js';

const metric = (key: string, better: 'max' | 'min' | null = null) => ({ key, better, jobs: 1 });

describe('the answer to a comparison', () => {
  it('is read as it was sent: steps from their first one on, bands, and what has none', () => {
    const one = comparedJob({
      series: [
        { metric: 0, points: 3, not_finite: 0, last: 3, first_step: 100, last_step: 102, min: 1, min_step: 100, max: 3, max_step: 102, buckets: 3, width: 1, axis: 0, at: 6 },
        { metric: 1, points: 9, not_finite: 1, last: 'NaN', first_step: 0, last_step: 8, min: null, min_step: null, max: null, max_step: null, buckets: 1, width: 16, axis: 9, at: 11 },
      ],
    }); // prettier-ignore
    const floats = [0, 1, 2, 0, 0.5, 1, 1, 2, 3, 4, 2, 5, 4, 6];
    const { runs } = readComparison(
      comparisonBytes({ jobs: [one], metrics: [metric('loss', 'min'), metric('acc')] }, floats),
    );
    const loss = runs[0]!.curves.get('loss')!;
    expect([...(loss.steps as Float64Array)]).toEqual([100, 101, 102]);
    expect([...(loss.times as Float32Array)]).toEqual([0, 0.5, 1]);
    expect([...(loss.mean as Float32Array)]).toEqual([1, 2, 3]);
    expect(loss.low).toBe(loss.mean);
    const acc = runs[0]!.curves.get('acc')!;
    expect([acc.mean[0], acc.low[0], acc.high[0]]).toEqual([5, 4, 6]);
    expect([acc.last, acc.min, acc.max]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(figureOf(runs[0]!, metric('loss', 'min'), 'best')).toBe(1);
    expect(figureOf(runs[0]!, metric('loss'), 'best')).toBe(3);
    expect(figureOf(runs[0]!, metric('nowhere'), 'last')).toBe(Number.NaN);
  });

  it('that is something else is refused', () => {
    expect(() => readComparison(new ArrayBuffer(0))).toThrow('no comparison');
    expect(() => readComparison(new TextEncoder().encode('{"items": []}').buffer)).toThrow('no comparison');
  });

  it('has Persian names as they are', () => {
    const bytes = comparisonBytes({ jobs: [comparedJob({ name: 'آزمایش «یک»' })] }, []);
    const { comparison } = readComparison(bytes);
    expect((comparison satisfies Comparison).jobs.map(({ name }) => name)).toEqual(['آزمایش «یک»']);
  });
});

describe('a curve that grows', () => {
  it('has each point, counts what is no number', () => {
    const curve = newCurve();
    addPoint(curve, 0, 0, 2);
    addPoint(curve, 1, 0.5, Number.NaN);
    addPoint(curve, 2, 1, 1);
    expect(Array.from(curve.mean)).toEqual([2, Number.NaN, 1]);
    expect([curve.points, curve.last, curve.min, curve.max]).toEqual([3, 1, 1, 2]);
    expect(curve.low).toBe(curve.mean);
  });

  it('goes on from stretches with their bands, and never loses a spike when it becomes coarser', () => {
    const curve = newCurve();
    Object.assign(curve, { steps: Float64Array.of(8), times: Float32Array.of(1), mean: Float32Array.of(5), low: Float32Array.of(1), high: Float32Array.of(9) });
    for (let step = 16; step < 9000; step += 1) addPoint(curve, step, step, step === 4321 ? 1000 : 5);
    expect(curve.steps.length).toBeLessThanOrEqual(4096);
    expect(Math.max(...Array.from(curve.high))).toBe(1000);
    expect(Math.min(...Array.from(curve.low))).toBe(1);
    expect(curve.max).toBe(1000);
  }); // prettier-ignore
});

describe('smoothing', () => {
  it('is not drawn towards zero at its start, and leaves gaps', () => {
    expect([...smooth([4, 4, Number.NaN, 4], 0.9)].map((value) => Number(value.toFixed(6)))).toEqual([
      4,
      4,
      Number.NaN,
      4,
    ]);
  });
});
