import { useRemembered } from '../../lib/remembered.js';
import type { YScale } from './scale.js';
import type { AxisKind, ChartGroup } from './series.js';

/** How one chart is looked at. */
export interface ChartLook extends YScale {
  /** Weight of the past in its moving average; null: as all charts. */
  readonly smoothing: number | null;
}

/** How the charts of jobs are looked at, whichever the job: a metric means the same in all of them. */
export interface ChartsView {
  readonly axis: AxisKind;
  readonly smoothing: number;
  readonly own: Readonly<Record<string, ChartLook>>;
  /** Metrics whose charts are not shown. */
  readonly hidden: readonly string[];
  /** Metrics in the order in which somebody put their charts; others follow. */
  readonly order: readonly string[];
}

export const PLAIN: ChartLook = { log: false, low: null, high: null, smoothing: null };
const FIRST: ChartsView = { axis: 'step', smoothing: 0.6, own: {}, hidden: [], order: [] };

export function useChartsView(): ReturnType<typeof useRemembered<ChartsView>> {
  return useRemembered('charts', FIRST);
}

/** The charts that are shown, in their order. */
export function arranged(groups: readonly ChartGroup[], { hidden, order }: ChartsView): readonly ChartGroup[] {
  const put = new Map(order.map((key, at) => [key, at]));
  const place = ({ key }: ChartGroup): number => put.get(key) ?? order.length;
  return groups.filter(({ key }) => !hidden.includes(key)).sort((a, b) => place(a) - place(b));
}

/** The order once the chart `key` has changed places with its neighbour among those `shown`. */
export function moved(
  order: readonly string[],
  shown: readonly ChartGroup[],
  { key, by }: { readonly key: string; readonly by: -1 | 1 },
): readonly string[] {
  const keys = shown.map((one) => one.key);
  const at = keys.indexOf(key);
  const other = keys[at + by];
  if (at < 0 || other === undefined) return order;
  keys[at] = other;
  keys[at + by] = key;
  return [...keys, ...order.filter((one) => !keys.includes(one))];
}
