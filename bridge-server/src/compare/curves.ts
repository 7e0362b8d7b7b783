import type { Columns, Series } from '../training/index.js';

/** So many stretches of a curve are kept: more than a chart of a thousand pixels shows beside others. */
export const MOST_BUCKETS = 512;
/** Curves of the same job that were logged together have the same steps and times, and nearly always come one after the other. */
const LOOK_BACK = 4;

/** Where the middles of stretches lie. */
export interface CurveAxis {
  /** Since the first step, which may itself be larger than a float can tell apart. */
  readonly firstStep: number;
  readonly steps: Float32Array;
  /** In seconds since the job's first point. */
  readonly times: Float32Array;
}
/** One metric of a job. Its points, in the order of time, in stretches of equal numbers of points. */
export interface Curve {
  readonly key: string;
  readonly points: number;
  readonly notFinite: number;
  readonly last: number;
  readonly lastStep: number;
  /** NaN where no point is a finite number. */
  readonly min: number;
  readonly minStep: number;
  readonly max: number;
  readonly maxStep: number;
  /** How many points each stretch but the last stands for. */
  readonly width: number;
  readonly axis: CurveAxis;
  /** Of each stretch over what is finite in it; NaN where nothing is. */
  readonly mean: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** The curves of a job's metrics, and when its first point was logged (ms); null where it has none. */
export function curvesOf(columns: Columns, series: readonly Series[]): { curves: Curve[]; began: number | null } {
  let began = Number.POSITIVE_INFINITY;
  for (const { at } of series) began = Math.min(began, Number(columns.timeOf(at[0]!)));
  const curves: Curve[] = [];
  for (const one of series) {
    const curve = curveOf(columns, one, began);
    const same = curves.slice(-LOOK_BACK).find(({ axis }) => isSame(axis, curve.axis));
    curves.push(same === undefined ? curve : { ...curve, axis: same.axis });
  }
  return { curves, began: Number.isFinite(began) ? began : null };
}

function curveOf(columns: Columns, { key, at }: Series, began: number): Curve {
  let width = 1;
  while (Math.ceil(at.length / width) > MOST_BUCKETS) width *= 2;
  const buckets = Math.ceil(at.length / width);
  const floats = (): Float32Array => new Float32Array(buckets);
  const [steps, times, mean, low, high] = [floats(), floats(), floats(), floats(), floats()];
  const firstStep = Number(columns.stepOf(at[0]!));
  const found = { notFinite: 0, min: Number.NaN, minStep: Number.NaN, max: Number.NaN, maxStep: Number.NaN };
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = bucket * width;
    const to = Math.min(at.length, from + width);
    let [sum, count, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let index = from; index < to; index += 1) {
      const value = Number(columns.valueOf(at[index]!));
      if (!Number.isFinite(value)) continue;
      count += 1;
      // The sum of the largest numbers would overflow to infinity.
      sum += (value - sum) / count;
      least = Math.min(least, value);
      most = Math.max(most, value);
      if (!(value >= found.min)) [found.min, found.minStep] = [value, Number(columns.stepOf(at[index]!))];
      if (!(value <= found.max)) [found.max, found.maxStep] = [value, Number(columns.stepOf(at[index]!))];
    }
    found.notFinite += to - from - count;
    mean[bucket] = count === 0 ? Number.NaN : sum;
    low[bucket] = count === 0 ? Number.NaN : least;
    high[bucket] = count === 0 ? Number.NaN : most;
    const [first, last] = [at[from]!, at[to - 1]!];
    steps[bucket] = (Number(columns.stepOf(first)) + Number(columns.stepOf(last))) / 2 - firstStep;
    times[bucket] = ((Number(columns.timeOf(first)) + Number(columns.timeOf(last))) / 2 - began) / 1000;
  }
  const last = at.at(-1)!;
  return {
    key,
    points: at.length,
    ...found,
    last: Number(columns.valueOf(last)),
    lastStep: Number(columns.stepOf(last)),
    width,
    axis: { firstStep, steps, times },
    mean,
    low,
    high,
  };
}

/** The same with at most `buckets` stretches: as many neighbours as it takes become one. */
export function coarser(curve: Curve, buckets: number, known: Map<CurveAxis, CurveAxis>): Curve {
  let by = 1;
  while (Math.ceil(curve.mean.length / by) > buckets) by *= 2;
  if (by === 1) return curve;
  const axis = known.get(curve.axis) ?? {
    firstStep: curve.axis.firstStep,
    steps: joined(curve.axis.steps, by, middle),
    times: joined(curve.axis.times, by, middle),
  };
  known.set(curve.axis, axis);
  return {
    ...curve,
    width: curve.width * by,
    axis,
    mean: joined(curve.mean, by, meanOf),
    low: joined(curve.low, by, (values) => extreme(values, Math.min)),
    high: joined(curve.high, by, (values) => extreme(values, Math.max)),
  };
}

function joined(values: Float32Array, by: number, as: (values: Float32Array) => number): Float32Array {
  const less = new Float32Array(Math.ceil(values.length / by));
  for (let at = 0; at < less.length; at += 1) less[at] = as(values.subarray(at * by, (at + 1) * by));
  return less;
}

const middle = (values: Float32Array): number => (values[0]! + values.at(-1)!) / 2;
function meanOf(values: Float32Array): number {
  let [mean, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count += 1;
    mean += (value - mean) / count;
  }
  return count === 0 ? Number.NaN : mean;
}
function extreme(values: Float32Array, of: (a: number, b: number) => number): number {
  let found = Number.NaN;
  for (const value of values) if (!Number.isNaN(value)) found = Number.isNaN(found) ? value : of(found, value);
  return found;
}

function isSame(a: CurveAxis, b: CurveAxis): boolean {
  return (
    a.firstStep === b.firstStep &&
    a.steps.length === b.steps.length &&
    bytesOf(a.steps).equals(bytesOf(b.steps)) &&
    bytesOf(a.times).equals(bytesOf(b.times))
  );
}

export const bytesOf = (values: Float32Array): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);
