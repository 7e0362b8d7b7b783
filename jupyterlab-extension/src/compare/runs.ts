import type { ComparedJob, ComparedMetric, Comparison } from '../api/types.js';

/** A live curve keeps at most so many stretches; then two become one. */
const MOST_LIVE = 4096;
const MAGIC = 'KGC1';
const HEAD = 8;

/** One metric of one job: its figures and its stretches. */
export interface Curve {
  points: number;
  last: number;
  min: number;
  max: number;
  steps: ArrayLike<number>;
  /** Seconds since the job's first point. */
  times: ArrayLike<number>;
  mean: ArrayLike<number>;
  low: ArrayLike<number>;
  high: ArrayLike<number>;
}

/** A job beside others. */
export interface Run {
  readonly job: ComparedJob;
  readonly curves: Map<string, Curve>;
}

export interface Compared {
  readonly runs: readonly Run[];
  readonly metrics: readonly ComparedMetric[];
  readonly comparison: Comparison;
}

/**
 * The answer to a comparison: a text, and behind it the numbers that it names.
 *
 * @throws where it is not such an answer, or a truncated one
 */
export function readComparison(bytes: ArrayBuffer): Compared {
  const head = new DataView(bytes);
  const magic = bytes.byteLength < HEAD ? '' : String.fromCharCode(...new Uint8Array(bytes, 0, 4));
  if (magic !== MAGIC) throw new Error('this is no comparison');
  const length = head.getUint32(4, true);
  const comparison = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, HEAD, length))) as Comparison;
  const floats = new Float32Array(bytes, HEAD + length);
  const runs = comparison.jobs.map((job): Run => {
    const curves = new Map<string, Curve>();
    for (const one of job.series) {
      const { axis, at, buckets } = one;
      const piece = (from: number): Float32Array => floats.subarray(from, from + buckets);
      const mean = piece(at);
      curves.set(comparison.metrics[one.metric]?.key ?? '', {
        points: one.points,
        last: Number(one.last),
        min: one.min ?? Number.NaN,
        max: one.max ?? Number.NaN,
        steps: Float64Array.from(piece(axis), (step) => step + one.first_step),
        times: piece(axis + buckets),
        mean,
        low: one.width === 1 ? mean : piece(at + buckets),
        high: one.width === 1 ? mean : piece(at + 2 * buckets),
      });
    }
    return { job, curves };
  });
  return { runs, metrics: comparison.metrics, comparison };
}

export function newCurve(): Curve {
  const mean: number[] = [];
  const { NaN: none } = Number;
  return { points: 0, last: none, min: none, max: none, steps: [], times: [], mean, low: mean, high: mean };
}

/** One more point, as it was logged. */
export function addPoint(curve: Curve, step: number, seconds: number, value: number): void {
  const put = (to: ArrayLike<number>, one: number): number[] => {
    const grown = Array.isArray(to) ? (to as number[]) : Array.from(to);
    grown.push(one);
    return grown;
  };
  curve.points += 1;
  curve.last = value;
  const drawn = Number.isFinite(value) ? value : Number.NaN;
  if (drawn < curve.min || Number.isNaN(curve.min)) curve.min = drawn;
  if (drawn > curve.max || Number.isNaN(curve.max)) curve.max = drawn;
  // Low and high may be the means themselves, which are copied before they grow.
  const apart = curve.low !== curve.mean;
  curve.steps = put(curve.steps, step);
  curve.times = put(curve.times, seconds);
  curve.mean = put(curve.mean, drawn);
  curve.low = apart ? put(curve.low, drawn) : curve.mean;
  curve.high = apart ? put(curve.high, drawn) : curve.mean;
  if (curve.steps.length > MOST_LIVE) halve(curve);
}

function halve(curve: Curve): void {
  const { steps, times, mean, low, high } = curve;
  const joined = (of: ArrayLike<number>, how: (a: number, b: number) => number): number[] => {
    const less: number[] = [];
    for (let at = 0; at < of.length; at += 2) {
      const [a = Number.NaN, b = Number.NaN] = [of[at], of[at + 1]];
      less.push(Number.isNaN(a) ? b : Number.isNaN(b) ? a : how(a, b));
    }
    return less;
  };
  const middle = (a: number, b: number): number => (a + b) / 2;
  curve.low = joined(low, Math.min);
  curve.high = joined(high, Math.max);
  curve.steps = joined(steps, middle);
  curve.times = joined(times, middle);
  curve.mean = joined(mean, middle);
}

export type Figure = 'last' | 'best' | 'min' | 'max';

/** The figure of a metric; NaN where there is none. `best` is the last one where nobody says which end is good. */
export function figureOf(run: Run, { key, better }: ComparedMetric, figure: Figure): number {
  const curve = run.curves.get(key);
  if (curve === undefined) return Number.NaN;
  return curve[figure === 'best' ? (better ?? 'last') : figure];
}
