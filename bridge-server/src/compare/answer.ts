import type { ComparedSeries, Comparison } from './contract.js';
import { coarser, type Curve, type CurveAxis } from './curves.js';
import { Floats, frame } from './frame.js';

const MAGIC = 'KGC1';

/** The parts of an answer as they are read, job by job. */
export class Answer {
  readonly #floats = new Floats();

  /** @param buckets at most so many stretches of each curve */
  constructor(private readonly buckets: number) {}

  /** @param wanted the index in the answer of each of its metrics */
  series(curves: readonly Curve[], wanted: ReadonlyMap<string, number>): ComparedSeries[] {
    const axes = new Map<CurveAxis, CurveAxis>();
    return curves.flatMap((curve) => {
      const metric = wanted.get(curve.key);
      return metric === undefined ? [] : [this.#one(metric, coarser(curve, this.buckets, axes))];
    });
  }

  bytes(comparison: Comparison): Buffer {
    return frame(MAGIC, comparison, this.#floats);
  }

  #one(metric: number, curve: Curve): ComparedSeries {
    const { axis, mean, low, high, width } = curve;
    return {
      metric,
      points: curve.points,
      not_finite: curve.notFinite,
      last: value(curve.last),
      first_step: axis.firstStep,
      last_step: curve.lastStep,
      min: finite(curve.min),
      min_step: finite(curve.minStep),
      max: finite(curve.max),
      max_step: finite(curve.maxStep),
      buckets: mean.length,
      width,
      axis: this.#floats.putAll(axis.steps, axis.times),
      at: width === 1 ? this.#floats.put(mean) : this.#floats.putAll(mean, low, high),
    };
  }
}

const finite = (of: number): number | null => (Number.isFinite(of) ? of : null);
const value = (of: number): ComparedSeries['last'] => (Number.isFinite(of) ? of : (String(of) as 'NaN'));
