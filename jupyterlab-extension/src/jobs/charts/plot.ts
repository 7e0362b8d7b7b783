import uPlot from 'uplot';
import type { ChartTheme } from './chartTheme.js';
import { rawValue, shortValue } from './metricNames.js';
import { clock, pictureOf, yRange, type YScale } from './scale.js';
import {
  type Axis,
  type AxisKind,
  type ChartGroup,
  decimate,
  type Line,
  lowerBound,
  type MetricHistory,
  Series,
  type Side,
  xValues,
  type Window,
} from './series.js';

/** Below this a line's points are few enough to be told apart, and are not smoothed. */
const FEW = 40;
const SYNC_KEY = 'kargah';
/** The axis begins at zero if the first point lies within this share of the width after it. */
const FROM_ZERO = 0.1;

export interface PlotSettings {
  readonly group: ChartGroup;
  readonly axis: Axis;
  readonly smoothing: number;
  readonly scale: YScale;
  /** The epoch whose weights the model has; null: not known. */
  readonly best: number | null;
  readonly theme: ChartTheme;
  readonly live: boolean;
  /** Charts of one job share their cursor. */
  readonly syncKey: string;
}

/** The part of an axis that is shown instead of all. */
export interface Zoom {
  readonly axis: AxisKind;
  readonly from: number;
  readonly to: number;
}

export interface PlotOptions {
  /** What another plot of the same chart showed, which this one stands in for. */
  readonly zoom: Zoom | null;
  readonly onZoom: (zoom: Zoom | null) => void;
  readonly onTip: (text: string) => void;
}

interface Drawn {
  readonly key: string;
  readonly side: Side;
  readonly color: string;
  readonly raw: Line | null;
  readonly line: Line;
  /** What had been logged before the job went on from it. */
  readonly earlier: Line | null;
}

export function colorOf(group: ChartGroup, side: Side): 's1' | 's2' | 's3' | 's4' {
  if (side !== 'only') return side === 'train' ? 's1' : 's2';
  return /lr|rate/.test(group.key) ? 's3' : /second|_s$|speed|throughput/.test(group.key) ? 's4' : 's1';
}

/** One uPlot of one group of metrics. Holds no points: takes from the history what its width can show. */
export class Plot {
  private plot: uPlot | undefined;
  private zoom: Zoom | null;
  private drawn: readonly Drawn[] = [];
  private settings: PlotSettings | undefined;
  private stale = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly history: MetricHistory,
    private readonly before: MetricHistory | null,
    private readonly options: PlotOptions,
  ) {
    this.zoom = options.zoom;
  }

  resetZoom(): void {
    this.show(null);
    this.draw();
  }

  /** Builds the plot anew: colours, lines or axis have changed. */
  configure(settings: PlotSettings): void {
    if (this.zoom !== null && this.zoom.axis !== settings.axis.kind) this.show(null);
    this.settings = settings;
    // The old plot stays until the new one can be made: while the theme is exchanged the element may have no size.
    this.stale = true;
    this.draw();
  }

  destroy(): void {
    this.plot?.destroy();
    this.plot = undefined;
  }

  moveCursor(by: number): void {
    const plot = this.plot;
    const xs = plot?.data[0];
    if (plot === undefined || xs === undefined || xs.length === 0) return;
    const at = plot.cursor.idx ?? (by > 0 ? -1 : xs.length);
    const index = Math.max(0, Math.min(xs.length - 1, at + by));
    plot.setCursor({ left: plot.valToPos(xs[index] ?? 0, 'x'), top: plot.bbox.height / devicePixelRatio / 2 });
  }

  hideCursor(): void {
    this.plot?.setCursor({ left: -10, top: -10 });
  }

  /** As it is shown. */
  picture(): Promise<Blob | null> {
    return pictureOf(this.plot?.ctx.canvas, this.settings?.theme.background ?? 'white');
  }

  draw(): void {
    const settings = this.settings;
    const width = this.root.clientWidth;
    const height = this.root.clientHeight;
    if (settings === undefined || width === 0) return;
    const [from, to] = this.zoom === null ? this.fullRange(settings) : [this.zoom.from, this.zoom.to];
    this.drawn = settings.group.lines.flatMap(({ key, side }) => {
      const columns = Math.max(1, width - 60);
      const series = this.history.get(key) ?? new Series();
      const earlier = this.earlierOf(key, settings, { from, to, columns });
      if (series.length === 0 && earlier === null) return [];
      const x = xValues(series, settings.axis, this.history.firstAt ?? 0);
      const smooth = settings.smoothing > 0 && series.length > FEW;
      return [
        {
          key,
          side,
          color: settings.theme.series[colorOf(settings.group, side)],
          raw: smooth ? decimate(x, series.values, { from, to, columns }) : null,
          earlier,
          line: decimate(x, smooth ? series.smoothed(settings.smoothing) : series.values, { from, to, columns }),
        },
      ];
    });
    const tables = this.drawn.flatMap(({ raw, line, earlier }) => [earlier, raw, line].filter((one) => one !== null));
    const { log } = settings.scale;
    const data: uPlot.AlignedData =
      tables.length === 0
        ? [[], []]
        : uPlot.join(tables.map(({ x, y }) => [x, log ? y.map(withLogarithm) : y] as uPlot.AlignedData));
    if (this.plot === undefined || this.stale || this.plot.series.length !== data.length) {
      this.stale = false;
      this.plot?.destroy();
      this.plot = new uPlot(this.uplotOptions(settings, width, height), data, this.root);
    } else {
      if (this.plot.width !== width || this.plot.height !== height) this.plot.setSize({ width, height });
      this.plot.setData(data, false);
    }
    this.plot.setScale('x', { min: from, max: wideEnough(from, to) });
  }

  /** The earlier curve up to where the job's own begins. On the axis of time it has no place: that is the job's own clock. */
  private earlierOf(key: string, settings: PlotSettings, shown: Window): Line | null {
    const series = settings.axis.kind === 'time' ? undefined : this.before?.get(key);
    if (series === undefined) return null;
    const own = this.history.get(key)?.steps[0];
    const end = own === undefined ? series.length : lowerBound(series.steps, own);
    const smooth = settings.smoothing > 0 && series.length > FEW;
    const values = smooth ? series.smoothed(settings.smoothing) : series.values;
    const line = decimate(xValues(series, settings.axis, 0).slice(0, end), values.slice(0, end), shown);
    return line.x.length === 0 ? null : line;
  }

  /** All that was logged, and the planned end where that was asked for. */
  private fullRange({ group, axis }: PlotSettings): [number, number] {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const { key } of group.lines) {
      for (const series of [this.history.get(key), axis.kind === 'time' ? undefined : this.before?.get(key)]) {
        if (series === undefined || series.length === 0) continue;
        const x = xValues(series, axis, this.history.firstAt ?? 0);
        low = Math.min(low, x[0] ?? 0);
        high = Math.max(high, x.at(-1) ?? 0);
      }
    }
    if (!Number.isFinite(low)) return [0, 1];
    if (axis.kind !== 'time' && axis.reach !== null)
      high = Math.max(high, axis.kind === 'epoch' ? axis.reach / (axis.stepsPerEpoch ?? 1) : axis.reach);
    // A curve that begins near zero gets an axis from zero; one that begins late fills the whole width.
    return [low > 0 && low <= (high - low) * FROM_ZERO ? 0 : low, high];
  }

  private uplotOptions(settings: PlotSettings, width: number, height: number): uPlot.Options {
    const { theme, axis, scale } = settings;
    const series: uPlot.Series[] = [{}];
    for (const { color, raw, line, earlier, side } of this.drawn) {
      if (earlier !== null) series.push({ stroke: color, width: 1.75, alpha: 0.4, points: { show: false } });
      if (raw !== null) series.push({ stroke: color, width: 1, alpha: 0.28, points: { show: false } });
      const few = line.x.length <= FEW;
      series.push({
        stroke: color,
        width: 1.75,
        ...(side === 'val' && !few ? { dash: [6, 4] } : {}),
        points: {
          show: few && (side === 'val' || line.x.length <= 2),
          size: 6,
          width: 1.5,
          stroke: color,
          fill: theme.background,
        },
      });
    }
    const axes: uPlot.Axis = {
      stroke: theme.muted,
      font: theme.font,
      ticks: { show: false },
      grid: { stroke: theme.hair, width: 1 },
    };
    return {
      width,
      height,
      series,
      legend: { show: false },
      padding: [8, this.drawn.length > 1 ? 42 : 20, 0, 0],
      scales: {
        x: { time: false, range: (_u, low, high) => [low, high] },
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot only declares its enum: there is no value to import
        y: { distr: scale.log ? 3 : 1, range: (_u, low, high) => yRange(low, high, scale) },
      },
      axes: [
        {
          ...axes,
          size: 22,
          gap: 4,
          space: 64,
          values: (_u, ticks) => ticks.map((tick) => (axis.kind === 'time' ? clock(tick) : shortValue(tick))),
        },
        { ...axes, size: 52, gap: 6, space: 28, values: (_u, ticks: number[]) => (scale.log ? labels : evenly)(ticks) },
      ],
      cursor: {
        sync: { key: `${SYNC_KEY}:${settings.syncKey}`, setSeries: false },
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
        setCursor: [(u) => this.tip(u)],
        draw: [(u) => this.markBest(u), (u) => this.drawEnds(u)],
        ready: [(u) => u.over.append(tipBox())],
      },
    };
  }

  /** The narrower range shows points that were left out before, so the data is taken anew. */
  private takeSelection(u: uPlot): void {
    const { left, width } = u.select;
    if (width < 4 || this.settings === undefined) return;
    this.show({
      axis: this.settings.axis.kind,
      from: u.posToVal(left, 'x'),
      to: u.posToVal(left + width, 'x'),
    });
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.draw();
  }

  private show(zoom: Zoom | null): void {
    this.zoom = zoom;
    this.options.onZoom(zoom);
  }

  /** Where on the axis the epoch ends whose weights the model has. */
  private bestAt({ axis, best, group }: PlotSettings): number | null {
    if (best === null || axis.stepsPerEpoch === null) return null;
    if (axis.kind === 'epoch') return best;
    const step = Math.round(best * axis.stepsPerEpoch);
    if (axis.kind === 'step') return step;
    for (const { key } of group.lines) {
      const series = this.history.get(key);
      if (series?.has(step) === true)
        return xValues(series, axis, this.history.firstAt ?? 0)[lowerBound(series.steps, step)] ?? null;
    }
    return null;
  }

  private markBest(u: uPlot): void {
    const at = this.settings === undefined ? null : this.bestAt(this.settings);
    const { min, max } = u.scales['x'] ?? {};
    if (at === null || min == null || max == null || at < min || at > max) return;
    const { ctx, bbox } = u;
    const x = Math.round(u.valToPos(at, 'x', true));
    const font = this.settings?.theme.font.replace(/^11px /, '') ?? 'sans-serif';
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = this.settings?.theme.muted ?? 'gray';
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = `${11 * devicePixelRatio}px ${font}`;
    const ends = x > bbox.left + bbox.width / 2;
    ctx.textAlign = ends ? 'right' : 'left';
    ctx.textBaseline = 'top';
    ctx.fillText('best', x + (ends ? -4 : 4) * devicePixelRatio, bbox.top);
    ctx.restore();
  }

  private drawEnds(u: uPlot): void {
    const { ctx } = u;
    const ratio = devicePixelRatio;
    let labelled: number | null = null;
    for (const { color, line, side } of this.drawn) {
      const last = line.y.findLastIndex((value) => value !== null);
      const value = line.y[last];
      const at = line.x[last];
      const { min, max } = u.scales['x'] ?? {};
      if (
        value == null ||
        (this.settings?.scale.log === true && value <= 0) ||
        at === undefined ||
        min == null ||
        max == null ||
        at < min ||
        at > max
      )
        continue;
      const x = u.valToPos(at, 'x', true);
      const y = u.valToPos(value, 'y', true);
      ctx.save();
      ctx.fillStyle = color;
      if (this.settings?.live === true && side !== 'val') {
        ctx.globalAlpha = 0.18;
        dot(ctx, x, y, 6 * ratio);
        ctx.globalAlpha = 1;
      }
      if (side !== 'val' || line.x.length > FEW) dot(ctx, x, y, 2.5 * ratio);
      if (this.drawn.length > 1) {
        let textY = y;
        if (labelled !== null && Math.abs(labelled - textY) < 12 * ratio)
          textY = labelled + (y < labelled ? -12 : 12) * ratio;
        labelled = textY;
        ctx.font = `600 ${11 * ratio}px ${this.settings?.theme.font.replace(/^11px /, '') ?? 'sans-serif'}`;
        ctx.textAlign = 'left';
        ctx.textBaseline = 'middle';
        ctx.fillText(side === 'val' ? 'val' : 'train', x + 6 * ratio, textY);
      }
      ctx.restore();
    }
  }

  private along(axis: AxisKind, x: number): string {
    if (axis === 'time') return clock(x);
    const steps = axis === 'step' && Math.abs(x) > Number.MAX_SAFE_INTEGER;
    return steps
      ? (this.drawn.map(({ key }) => this.history.get(key)?.exactStep(x)).find(Boolean) ?? rawValue(x))
      : rawValue(x);
  }

  private tip(u: uPlot): void {
    const box = u.over.querySelector<HTMLElement>('.kg-Chart-tip');
    const index = u.cursor.idx;
    const x = index == null ? undefined : u.data[0][index];
    if (box === null || index == null || x === undefined || (u.cursor.left ?? -1) < 0) {
      if (box !== null) box.hidden = true;
      return;
    }
    const axis = this.settings?.axis.kind ?? 'step';
    const rows: [string, string, string][] = [[axis, this.along(axis, x), '']];
    for (const { line, earlier, color, side, key } of this.drawn) {
      const near = nearest(line, x) ?? (earlier === null ? null : nearest(earlier, x));
      if (near !== null) rows.push([side === 'only' ? key : side, rawValue(near), color]);
    }
    box.replaceChildren(
      ...rows.flatMap(([name, value, color]) =>
        [name, value].map((text) => {
          const cell = document.createElement('span');
          cell.textContent = text;
          if (color !== '') cell.style.fontWeight = '600';
          if (color !== '' && text === name) cell.style.color = color;
          return cell;
        }),
      ),
    );
    box.hidden = false;
    const left = u.cursor.left ?? 0;
    const room = u.over.clientWidth - box.offsetWidth;
    // Beside the cursor where there is room, else over it: never beyond the chart.
    const beside = left + 8 <= room ? left + 8 : left - box.offsetWidth - 8;
    box.style.translate = `${Math.max(0, Math.min(beside, room))}px 4px`;
    this.options.onTip(rows.map(([name, value]) => `${name} ${value}`).join(', '));
  }
}

/** The end of an axis that has ticks: between very large numbers a narrow one would have none, and be looked for without end. */
function wideEnough(from: number, to: number): number {
  const least = Math.abs(from) * 1e-9;
  return to > from ? Math.max(to, from + least / 1000) : from + Math.max(1, least);
}

/** The value at x, or the last before it: validation has fewer points than training. */
function nearest(line: Line, x: number): number | null {
  let best: number | null = null;
  for (let index = 0; index < line.x.length && (line.x[index] ?? 0) <= x; index += 1) {
    best = line.y[index] ?? best;
  }
  return best;
}

function tipBox(): HTMLElement {
  const box = document.createElement('div');
  box.className = 'kg-Chart-tip';
  box.hidden = true;
  return box;
}

function dot(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
}

/** A value of which there is no logarithm is a gap. */
function withLogarithm(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

function labels(ticks: readonly (number | null)[]): string[] {
  return ticks.map((tick) => (tick === null ? '' : shortValue(tick)));
}

/** Ticks of one axis bear the same number of decimals. */
function evenly(ticks: readonly number[]): string[] {
  const texts = labels(ticks);
  const decimals = Math.max(0, ...texts.map((text) => /^-?\d+\.(\d+)$/.exec(text)?.[1]?.length ?? 0));
  return ticks.map((tick, index) =>
    /^-?[\d.]+$/.test(texts[index] ?? '') && tick !== 0 ? tick.toFixed(decimals) : (texts[index] ?? ''),
  );
}
