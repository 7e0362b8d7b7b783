import { describe, expect, it } from 'vitest';
import type { MetricPoint } from '../contract/training/metrics.js';
import { Columns, Points } from '../training/points/columns.js';
import { coarser, curvesOf, type Curve } from './curves.js';

const BEGAN = 1_764_325_000_000;
const point = (key: string, step: MetricPoint['step'], value: MetricPoint['value']): MetricPoint => ({
  key,
  value,
  step,
  timestamp: BEGAN + Number(BigInt.asIntN(20, BigInt(step))) * 10,
});
function made(points: readonly MetricPoint[]): { curves: Curve[]; began: number | null } {
  const names = [...new Set(points.map(({ key }) => key))];
  const all = new Points();
  for (const one of points) all.add(names.indexOf(one.key), one);
  const columns = new Columns(all.bytes, names);
  return curvesOf(columns, columns.series());
}
const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('the curve of a metric', () => {
  it('of few points is these points', () => {
    const { curves, began } = made([point('loss', 5, 0.5), point('loss', 6, 0.25), point('loss', 9, 1)]);
    expect(curves[0]).toMatchObject({
      points: 3,
      notFinite: 0,
      last: 1,
      lastStep: 9,
      min: 0.25,
      minStep: 6,
      max: 1,
      maxStep: 9,
      width: 1,
    });
    expect([...curves[0]!.mean]).toEqual([0.5, 0.25, 1]);
    expect(curves[0]!.axis.firstStep).toBe(5);
    expect([...curves[0]!.axis.steps]).toEqual([0, 1, 4]);
    expect([...curves[0]!.axis.times].map((time) => Math.round(time * 100) / 100)).toEqual([0, 0.01, 0.04]);
    expect(began).toBe(BEGAN + 50);
  });

  it('of very many points has at most 512 stretches, in which no spike is lost', () => {
    const { curves } = made(range(100_000).map((step) => point('loss', step, step === 77_777 ? 1e6 : step % 10)));
    const curve = curves[0]!;
    expect(curve).toMatchObject({ points: 100_000, width: 256, max: 1e6, maxStep: 77_777, min: 0, minStep: 0 });
    expect(curve.mean).toHaveLength(Math.ceil(100_000 / 256));
    expect(Math.max(...curve.high)).toBe(1e6);
    expect(curve.high[Math.floor(77_777 / 256)]).toBe(1e6);
    // The first 256 values: 25 times 0 to 9, and 0 to 5.
    expect(curve.mean[0]).toBeCloseTo((25 * 45 + 15) / 256, 5);
    expect(curve.axis.steps[0]).toBe(127.5);
  });

  it('stands beside a metric that was logged once', () => {
    const { curves } = made([...range(3000).map((step) => point('loss', step, step)), point('test_accuracy', 0, 0.9)]);
    expect(curves.map(({ key, points, width }) => [key, points, width])).toEqual([
      ['loss', 3000, 8],
      ['test_accuracy', 1, 1],
    ]);
    expect(curves[1]).toMatchObject({ last: 0.9, min: 0.9, max: 0.9 });
  });

  it('counts what is no finite number, and leaves it out of figures and stretches', () => {
    const { curves } = made([
      point('loss', 0, 2),
      point('loss', 1, 'NaN'),
      point('loss', 2, 'Infinity'),
      point('loss', 3, 1),
      point('loss', 4, '-Infinity'),
      point('gone', 0, 'NaN'),
    ]);
    expect(curves[0]).toMatchObject({ points: 5, notFinite: 3, min: 1, minStep: 3, max: 2, maxStep: 0 });
    expect(curves[0]!.last).toBe(Number.NEGATIVE_INFINITY);
    expect([...curves[0]!.mean]).toEqual([2, Number.NaN, Number.NaN, 1, Number.NaN]);
    expect(curves[1]).toMatchObject({ points: 1, notFinite: 1, min: Number.NaN, max: Number.NaN });
  });

  it('of the largest numbers has a mean all the same', () => {
    const { curves } = made(range(1024).map((step) => point('loss', step, 1e38)));
    expect(curves[0]!.width).toBe(2);
    expect(curves[0]!.mean[0]).toBe(Math.fround(1e38));
  });

  it('tells steps apart that no float could', () => {
    const first = 1_700_000_000;
    const { curves } = made([point('loss', first, 1), point('loss', first + 1, 2), point('loss', first + 2, 3)]);
    expect(curves[0]!.axis.firstStep).toBe(first);
    expect([...curves[0]!.axis.steps]).toEqual([0, 1, 2]);
  });

  it('shares its axis with what was logged at the same steps', () => {
    const { curves } = made(range(5).flatMap((step) => [point('loss', step, 1), point('accuracy', step, 0)]));
    expect(curves[0]!.axis).toBe(curves[1]!.axis);
  });

  it('becomes coarser without losing a spike', () => {
    const { curves } = made(range(1000).map((step) => point('loss', step, step === 501 ? -7 : step === 3 ? 'NaN' : 1)));
    const few = coarser(curves[0]!, 100, new Map());
    expect(few.mean.length).toBeLessThanOrEqual(100);
    expect(few.width).toBe(16);
    expect(Math.min(...few.low)).toBe(-7);
    expect(few.axis.steps).toHaveLength(few.mean.length);
    expect(few.mean[0]).toBe(1);
    expect(coarser(curves[0]!, 512, new Map())).toBe(curves[0]);
  });
});
