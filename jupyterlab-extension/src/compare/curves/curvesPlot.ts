import uPlot from 'uplot';
import type { ChartTheme } from '../../jobs/charts/chartTheme.js';
import { rawValue, shortValue } from '../../jobs/charts/metricNames.js';
import type { Curve } from '../runs.js';
import { clock, pictureOf, yRange } from '../../jobs/charts/scale.js';
import { smooth } from './smooth.js';

export interface DrawnCurve {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly curve: Curve;
}
export interface PlotSettings {
  readonly curves: readonly DrawnCurve[];
  readonly axis: 'step' | 'time';
  readonly log: boolean;
  readonly bands: boolean;
  /** Weight of the past in the moving average, 0 to 0.99. */
  readonly smoothing: number;
  /** The curve that stands out; null: none. */
  readonly lit: string | null;
  readonly theme: ChartTheme;
}
type Range = readonly [low: number, high: number];

/** The curves are no data of uPlot's own. */
const NO_DATA: uPlot.AlignedData = [
  [0, 1],
  [null, null],
];
/** In pixels: up to which distance from a curve the cursor selects it. */
const NEAR = 24;
/** Bands are drawn for at most so many curves, since more hide each other. */
const MOST_BANDS = 12;

/**
 * Many curves in one chart. uPlot has the axes, the cursor and the zoom; the curves are drawn over it, since each has its own steps, and
 * a common table of all of them would be nearly empty and a thousand times as large.
 */
export class CurvesPlot {
  private plot: uPlot | undefined;
  private settings: PlotSettings | undefined;
  private zoom: Range | null = null;
  private y: Range = [0, 1];
  private smoothed = new Map<Curve, { readonly key: string; readonly values: ArrayLike<number> }>();

  constructor(
    private readonly root: HTMLElement,
    private readonly on: { zoom(zoomed: boolean): void; near(curve: DrawnCurve | null, text: string): void },
  ) {}

  configure(settings: PlotSettings): void {
    const before = this.settings;
    this.settings = settings;
    if (before?.axis !== settings.axis) this.zoom = null;
    const asBefore =
      before !== undefined &&
      before.axis === settings.axis &&
      before.log === settings.log &&
      before.theme.muted === settings.theme.muted;
    if (!asBefore) {
      this.plot?.destroy();
      this.plot = undefined;
    }
    this.draw();
  }

  draw(): void {
    const settings = this.settings;
    const [width, height] = [this.root.clientWidth, this.root.clientHeight];
    if (settings === undefined || width === 0) return;
    const [from, to] = this.zoom ?? xRange(settings);
    this.y = this.yRange(settings, [from, to]);
    this.plot ??= new uPlot(this.options(settings, width, height), NO_DATA, this.root);
    if (this.plot.width !== width || this.plot.height !== height) this.plot.setSize({ width, height });
    this.plot.setData(NO_DATA, false);
    this.plot.setScale('x', { min: from, max: to > from ? to : from + 1 });
  }

  resetZoom(): void {
    this.zoom = null;
    this.on.zoom(false);
    this.draw();
  }

  /** Over the whole width, in this many steps. */
  moveCursor(by: number): void {
    const u = this.plot;
    if (u === undefined) return;
    const [width, height] = [u.over.clientWidth, u.over.clientHeight];
    const left = Math.max(
      0,
      Math.min(width, (u.cursor.left ?? -1) < 0 ? width / 2 : u.cursor.left! + by * (width / 50)),
    );
    u.setCursor({ left, top: (u.cursor.top ?? -1) < 0 ? height / 2 : u.cursor.top! });
  }

  hideCursor(): void {
    this.plot?.setCursor({ left: -10, top: -10 });
  }

  /** As it is shown. */
  picture(): Promise<Blob | null> {
    return pictureOf(this.plot?.ctx.canvas, this.settings?.theme.background ?? 'white');
  }

  destroy(): void {
    this.plot?.destroy();
  }

  private xOf(curve: Curve): ArrayLike<number> {
    return this.settings?.axis === 'time' ? curve.times : curve.steps;
  }

  private valuesOf(curve: Curve): ArrayLike<number> {
    const weight = this.settings?.smoothing ?? 0;
    if (weight <= 0) return curve.mean;
    const key = `${weight} ${curve.points}`;
    const before = this.smoothed.get(curve);
    if (before?.key === key) return before.values;
    const values = smooth(curve.mean, weight);
    this.smoothed.set(curve, { key, values });
    return values;
  }

  private yRange({ curves, log, bands }: PlotSettings, [from, to]: Range): Range {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const banded = bands && curves.length <= MOST_BANDS;
    for (const { curve } of curves) {
      const x = this.xOf(curve);
      const values = this.valuesOf(curve);
      for (let at = 0; at < x.length; at += 1) {
        if (x[at]! < from || x[at]! > to) continue;
        const [least, most] = banded ? [curve.low[at]!, curve.high[at]!] : [values[at]!, values[at]!];
        if (least < low && (!log || least > 0)) low = least;
        if (most > high && (!log || most > 0)) high = most;
      }
    }
    return yRange(low, high, { log, low: null, high: null });
  }

  private options({ theme, axis, log }: PlotSettings, width: number, height: number): uPlot.Options {
    const axes: uPlot.Axis = {
      stroke: theme.muted,
      font: theme.font,
      ticks: { show: false },
      grid: { stroke: theme.hair, width: 1 },
    };
    return {
      width,
      height,
      series: [{}, { show: true, points: { show: false } }],
      legend: { show: false },
      padding: [8, 16, 0, 0],
      scales: {
        x: { time: false, range: (_u, low, high) => [low, high] },
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot only declares its enum: there is no value to import
        y: { distr: log ? 3 : 1, range: () => [...this.y] },
      },
      axes: [
        { ...axes, size: 22, gap: 4, space: 64, values: (_u, ticks) => ticks.map((tick) => (axis === 'time' ? clock(tick) : shortValue(tick))) },
        { ...axes, size: 52, gap: 6, space: 28, values: (_u, ticks: (number | null)[]) => ticks.map((tick) => (tick === null ? '' : shortValue(tick))) },
      ],
      cursor: {
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        y: false,
        bind: {
          dblclick: () => () => {
            this.resetZoom();
            return null;
          },
        },
      },
      hooks: {
        setSelect: [(u) => this.takeSelection(u)],
        setCursor: [(u) => this.look(u)],
        draw: [(u) => this.paint(u)],
      },
    }; // prettier-ignore
  }

  private takeSelection(u: uPlot): void {
    const { left, width } = u.select;
    if (width < 4) return;
    this.zoom = [u.posToVal(left, 'x'), u.posToVal(left + width, 'x')];
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.on.zoom(true);
    this.draw();
  }

  private paint(u: uPlot): void {
    const settings = this.settings;
    if (settings === undefined) return;
    const { ctx, bbox } = u;
    const { curves, lit, bands, log } = settings;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.lineJoin = 'round';
    const places = scaled(u, log);
    const many = curves.length > 50;
    // The one that stands out is drawn last, over the others.
    for (const drawn of [...curves.filter(({ id }) => id !== lit), ...curves.filter(({ id }) => id === lit)]) {
      const isLit = drawn.id === lit;
      const { curve } = drawn;
      const x = this.xOf(curve);
      const faint = lit !== null && !isLit;
      if (bands && curve.low !== curve.mean && (isLit || curves.length <= MOST_BANDS)) {
        ctx.globalAlpha = faint ? 0.04 : 0.14;
        ctx.fillStyle = drawn.color;
        fill(ctx, x, curve, places);
      }
      ctx.globalAlpha = faint ? 0.18 : many && !isLit ? 0.6 : 1;
      ctx.strokeStyle = drawn.color;
      ctx.fillStyle = drawn.color;
      ctx.lineWidth = (isLit ? 2.5 : many ? 1 : 1.5) * devicePixelRatio;
      stroke(ctx, x, this.valuesOf(curve), places);
    }
    ctx.restore();
  }

  /** Which curve the cursor means, and what it says there. */
  private look(u: uPlot): void {
    const settings = this.settings;
    const { left = -1, top = -1 } = u.cursor;
    if (settings === undefined || left < 0) {
      this.on.near(null, '');
      return;
    }
    const { toX, toY } = scaled(u, settings.log);
    const [px, py] = [left * devicePixelRatio + u.bbox.left, top * devicePixelRatio + u.bbox.top];
    let best: { readonly drawn: DrawnCurve; readonly at: number; readonly far: number } | null = null;
    for (const drawn of settings.curves) {
      const x = this.xOf(drawn.curve);
      const values = this.valuesOf(drawn.curve);
      let [at, far] = [-1, Number.POSITIVE_INFINITY];
      for (let index = 0; index < x.length; index += 1) {
        const aside = Math.abs(toX(x[index]!) - px);
        if (aside < far && !Number.isNaN(values[index]!)) [at, far] = [index, aside];
      }
      if (at < 0) continue;
      const distance = Math.hypot(far, toY(values[at]!) - py);
      if (best === null || distance < best.far) best = { drawn, at, far: distance };
    }
    if (best === null || best.far > NEAR * 2 * devicePixelRatio) {
      this.on.near(null, '');
      return;
    }
    const { drawn, at } = best;
    const where = this.xOf(drawn.curve)[at]!;
    const place = settings.axis === 'time' ? clock(where) : rawValue(where);
    this.on.near(drawn, `${place}: ${rawValue(this.valuesOf(drawn.curve)[at]!)}`);
  }
}

interface Places {
  readonly toX: (value: number) => number;
  readonly toY: (value: number) => number;
}

/** From values to pixels of the canvas, without a call into uPlot for each point. */
function scaled(u: uPlot, log: boolean): Places {
  const { left, top, width, height } = u.bbox;
  const { min: x0 = 0, max: x1 = 1 } = u.scales['x'] as { min?: number; max?: number };
  const { min: y0 = 0, max: y1 = 1 } = u.scales['y'] as { min?: number; max?: number };
  const of = (value: number): number => (log ? Math.log10(value) : value);
  const [low, high] = [of(y0), of(y1)];
  return {
    toX: (value) => left + ((value - x0) / (x1 - x0)) * width,
    // A value that has no place on the scale (none at all, or none of a logarithm) is NaN, and a gap.
    toY: (value) => top + height - ((of(value) - low) / (high - low)) * height,
  };
}

type Pen = CanvasRenderingContext2D;

function stroke(ctx: Pen, x: ArrayLike<number>, y: ArrayLike<number>, { toX, toY }: Places): void {
  let [count, open] = [0, false];
  ctx.beginPath();
  for (let at = 0; at < x.length; at += 1) {
    const [px, py] = [toX(x[at]!), toY(y[at]!)];
    if (!Number.isFinite(py)) {
      open = false;
      continue;
    }
    if (open) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
    open = true;
    count += 1;
  }
  ctx.stroke();
  if (count > 2) return;
  // A line of one or two points would hardly be visible, so the points are drawn as dots.
  for (let at = 0; at < x.length; at += 1) {
    const py = toY(y[at]!);
    if (!Number.isFinite(py)) continue;
    ctx.beginPath();
    ctx.arc(toX(x[at]!), py, 3 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
}

function fill(ctx: Pen, x: ArrayLike<number>, { low, high }: Curve, { toX, toY }: Places): void {
  const places: number[] = [];
  for (let at = 0; at < x.length; at += 1)
    if (Number.isFinite(toY(low[at]!)) && Number.isFinite(toY(high[at]!))) places.push(at);
  ctx.beginPath();
  for (const at of places) ctx.lineTo(toX(x[at]!), toY(high[at]!));
  for (const at of places.toReversed()) ctx.lineTo(toX(x[at]!), toY(low[at]!));
  ctx.closePath();
  ctx.fill();
}

function xRange({ curves, axis }: PlotSettings): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { curve } of curves) {
    const x = axis === 'time' ? curve.times : curve.steps;
    for (let at = 0; at < x.length; at += 1) {
      low = Math.min(low, x[at]!);
      high = Math.max(high, x[at]!);
    }
  }
  return low <= high ? [low, high] : [0, 1];
}
