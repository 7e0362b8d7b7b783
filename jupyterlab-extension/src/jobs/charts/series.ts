import type { MetricPoint } from '../../api/types.js';

/**
 * How many stretches of a metric a history is asked for: up to four times as many points come as they are, and of more than that
 * the first, last, least and greatest of each stretch, so that a job of millions of points opens as one of thousands does.
 */
export const MOST_STRETCHES = 2_500;

/** Points of one metric in the order of their steps; a value that is no finite number is a gap. */
export class Series {
  readonly steps: number[] = [];
  readonly times: number[] = [];
  readonly values: (number | null)[] = [];
  /** Steps beyond 2^53, which are drawn where the nearest number is, in full. */
  private readonly exact = new Map<number, string>();
  private smoothedBy = 0;
  private smoothedTo: Smoothing | null = null;

  get length(): number {
    return this.steps.length;
  }

  get last(): number | null {
    for (let index = this.values.length - 1; index >= 0; index -= 1) {
      const value = this.values[index];
      if (value != null) return value;
    }
    return null;
  }

  /** The last values that are numbers, at most `count`, without a look at the rest. */
  lastValues(count: number): readonly number[] {
    const found: number[] = [];
    for (let index = this.values.length - 1; index >= 0 && found.length < count; index -= 1) {
      const value = this.values[index];
      if (value != null) found.push(value);
    }
    return found.reverse();
  }

  has(step: number): boolean {
    return this.steps[lowerBound(this.steps, step)] === step;
  }

  /** The value at a step, or null: not all that is logged is logged at every step. */
  at(step: number): number | null {
    const index = lowerBound(this.steps, Math.round(step));
    return this.steps[index] === Math.round(step) ? (this.values[index] ?? null) : null;
  }

  /** Points nearly always come in order; a late one is put in its place, a repeated step keeps the newest value. */
  add(point: MetricPoint): void {
    const value = typeof point.value === 'number' && Number.isFinite(point.value) ? point.value : null;
    const step = Number(point.step);
    const time = Number(point.timestamp);
    if (typeof point.step === 'string') this.exact.set(step, point.step);
    const at = lowerBound(this.steps, step);
    if (at === this.steps.length) {
      this.steps.push(step);
      this.times.push(time);
      this.values.push(value);
      return;
    }
    const remove = this.steps[at] === step ? 1 : 0;
    this.steps.splice(at, remove, step);
    this.times.splice(at, remove, time);
    this.values.splice(at, remove, value);
    this.smoothedTo = null;
  }

  /** A step beyond 2^53 as it was logged, where this series has it. */
  exactStep(step: number): string | undefined {
    return this.exact.get(step);
  }

  /** The moving average, computed only for points that came since the last call. */
  smoothed(weight: number): readonly (number | null)[] {
    if (weight <= 0) {
      return this.values;
    }
    if (this.smoothedTo === null || this.smoothedBy !== weight) {
      this.smoothedBy = weight;
      this.smoothedTo = new Smoothing(weight);
    }
    return this.smoothedTo.take(this.values);
  }
}

/** Exponential moving average with the bias of its start corrected, so that the first points are not drawn towards zero. */
export class Smoothing {
  private readonly out: (number | null)[] = [];
  private average = 0;
  private mass = 0;

  constructor(private readonly weight: number) {}

  take(values: readonly (number | null)[]): readonly (number | null)[] {
    for (let index = this.out.length; index < values.length; index += 1) {
      const value = values[index] ?? null;
      if (value === null) {
        this.out.push(null);
        continue;
      }
      this.average = this.weight * this.average + (1 - this.weight) * value;
      this.mass = this.weight * this.mass + (1 - this.weight);
      this.out.push(this.average / this.mass);
    }
    return this.out;
  }
}

export function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  const last = sorted[high - 1];
  if (last === undefined || last < wanted) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Line {
  readonly x: number[];
  readonly y: (number | null)[];
}

/** The part of the x axis that is shown, and by how many columns of pixels. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
}

/**
 * What a chart of `columns` pixels can show of the points between `from` and `to`: first, least, greatest and last of every
 * pixel column, so that no spike is lost. A gap stays a gap. One point beyond each edge is kept, so that the line reaches it.
 */
export function decimate(x: readonly number[], y: readonly (number | null)[], { from, to, columns }: Window): Line {
  const start = Math.max(0, lowerBound(x, from) - 1);
  let end = Math.min(x.length, lowerBound(x, to) + 1);
  while (end < x.length && x[end - 1] === x[end]) end += 1;
  const out: Line = { x: [], y: [] };
  const put = (index: number): void => {
    out.x.push(x[index] ?? 0);
    out.y.push(y[index] ?? null);
  };
  if (end - start <= columns * 4 || to <= from) {
    for (let index = start; index < end; index += 1) put(index);
    return out;
  }
  const scale = columns / (to - from);
  let index = start;
  while (index < end) {
    const column = Math.floor(((x[index] ?? 0) - from) * scale);
    const first = index;
    let low = -1;
    let high = -1;
    let gap = -1;
    while (index < end && Math.floor(((x[index] ?? 0) - from) * scale) === column) {
      const value = y[index] ?? null;
      if (value === null) gap = index;
      else {
        if (low < 0 || value < (y[low] ?? 0)) low = index;
        if (high < 0 || value > (y[high] ?? 0)) high = index;
      }
      index += 1;
    }
    const kept = [...new Set([first, low, high, gap, index - 1])].filter((one) => one >= 0);
    kept.sort((a, b) => a - b).forEach(put);
  }
  return out;
}

export type Side = 'train' | 'val' | 'only';

export interface ChartGroup {
  /** Name without `train_` or `val_`: `loss`. */
  readonly key: string;
  readonly lines: readonly { readonly key: string; readonly side: Side }[];
}

const FIRST = ['loss', 'accuracy', 'acc', 'r2', 'mae', 'rmse', 'f1', 'lr', 'samples_per_second'];

/**
 * `train_x` (or `x`) and `val_x` share a chart, within a run below the job's own (`[fold 1] val_x`) too; every other metric has its own;
 * `system/…` is drawn elsewhere.
 */
export function groupMetrics(keys: Iterable<string>): ChartGroup[] {
  const all = [...keys].filter((key) => !key.startsWith('system/'));
  const known = new Set(all);
  const groups = new Map<string, { key: string; side: Side }[]>();
  for (const key of all.sort()) {
    const [, run = '', plain = key] = /^(\[.*\] )?(.+)$/.exec(key) ?? [];
    const match = /^(train|training|val|valid|validation|test)[_/](.+)$/.exec(plain);
    const name = run + (match?.[2] ?? plain);
    const paired = match !== null || known.has(`${run}val_${plain}`);
    const side: Side =
      match === null ? (paired ? 'train' : 'only') : match[1]?.startsWith('train') === true ? 'train' : 'val';
    groups.set(name, [...(groups.get(name) ?? []), { key, side }]);
  }
  const rank = (name: string): number => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  return [...groups]
    .map(([key, lines]) => ({ key, lines: lines.sort((a, b) => order(a.side) - order(b.side)) }))
    .sort((a, b) => below(a.key) - below(b.key) || rank(a.key) - rank(b.key) || (a.key < b.key ? -1 : 1));
}

/** The job's own metrics come first. */
function below(key: string): number {
  return key.startsWith('[') ? 1 : 0;
}

function order(side: Side): number {
  return side === 'val' ? 1 : 0;
}

/** All points of one job. Charts listen for changes and draw when the browser is ready, not for every point. */
export class MetricHistory {
  private series = new Map<string, Series>();
  /** Another number whenever there are other metrics. */
  version = 0;
  private readonly listeners = new Set<() => void>();
  /** Moment of the first point, in ms. */
  firstAt: number | null = null;
  lastStep = 0;

  get keys(): readonly string[] {
    return [...this.series.keys()];
  }

  get(key: string): Series | undefined {
    return this.series.get(key);
  }

  /** Takes a whole history in place of what was there. */
  replace(points: readonly MetricPoint[]): void {
    this.series = new Map();
    this.version += 1;
    this.firstAt = null;
    this.lastStep = 0;
    this.add(points);
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) {
      let series = this.series.get(point.key);
      if (series === undefined) {
        series = new Series();
        this.series.set(point.key, series);
        this.version += 1;
      }
      series.add(point);
      if (!/^(?:system\/|\[)/.test(point.key)) {
        const time = Number(point.timestamp);
        this.lastStep = Math.max(this.lastStep, Number(point.step));
        this.firstAt = this.firstAt === null ? time : Math.min(this.firstAt, time);
      }
    }
    this.listeners.forEach((tell) => tell());
  }

  readonly subscribe = (tell: () => void): (() => void) => {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  };
}

export type AxisKind = 'step' | 'epoch' | 'time';

export interface Axis {
  readonly kind: AxisKind;
  readonly stepsPerEpoch: number | null;
  /** The step to which the axis reaches at least: the planned end, where that was asked for. */
  readonly reach: number | null;
}

/** The x values of a series on the chosen axis: steps, epochs or seconds since the first point. */
export function xValues(series: Series, axis: Axis, firstAt: number): readonly number[] {
  if (axis.kind === 'time') {
    let before = 0;
    return series.times.map((time) => (before = Math.max(before, (time - firstAt) / 1000)));
  }
  const per = axis.stepsPerEpoch;
  return axis.kind === 'epoch' && per !== null ? series.steps.map((step) => step / per) : series.steps;
}
