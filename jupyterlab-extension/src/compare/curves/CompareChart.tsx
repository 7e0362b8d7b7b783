import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { saveBlob } from '../../api/download.js';
import type { ComparedMetric } from '../../api/types.js';
import { IconButton } from '../../components/controls/Button.js';
import { Code, Name, Num } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import { fileName } from '../../jobs/actions.js';
import { onThemeChange, readTheme } from '../../jobs/charts/chartTheme.js';
import { metricName } from '../../jobs/charts/metricNames.js';
import { colorOf, isDark } from './colors.js';
import { CurvesPlot, type DrawnCurve } from './curvesPlot.js';
import type { Run } from '../runs.js';
import type { View } from '../view.js';

export interface CompareChartProps {
  readonly metric: ComparedMetric;
  /** Those that are shown, each with its place among all, from which its colour comes. */
  readonly runs: readonly { readonly run: Run; readonly place: number }[];
  readonly version: number;
  readonly view: View;
  readonly lit: string | null;
  readonly onLight: (jobId: string | null) => void;
  readonly onRemove: () => void;
}

/** One metric of many jobs: drag zooms, double-click shows all, ←→ move the cursor. */
export function CompareChart(props: CompareChartProps): JSX.Element {
  const { metric, runs, version, view, lit, onLight, onRemove } = props;
  const i18n = useI18n();
  const { t } = i18n;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<CurvesPlot>();
  const [zoomed, setZoomed] = useState(false);
  const [near, setNear] = useState<{ readonly curve: DrawnCurve; readonly text: string } | null>(null);
  const [themed, setThemed] = useState(0);
  const title = metricName(i18n, metric.key);
  const drawn = runs.flatMap(({ run, place }): DrawnCurve[] => {
    const curve = run.curves.get(metric.key);
    const { job_id: id, name } = run.job;
    return curve === undefined ? [] : [{ id, name, color: colorOf(place, isDark()), curve }];
  });
  const draw = useRef<() => void>(() => undefined);
  const { axis, log, bands, smoothing } = view;
  const light = useRef(onLight);
  useEffect(() => {
    light.current = onLight;
    draw.current = () => {
      if (box.current !== null)
        plot.current?.configure({ curves: drawn, axis, log, bands, smoothing, lit, theme: readTheme(box.current) });
    };
  });

  useEffect(() => {
    const root = box.current;
    if (root === null) return;
    const drawing = new CurvesPlot(root, {
      zoom: setZoomed,
      near: (curve, text) => {
        setNear(curve === null ? null : { curve, text });
        light.current(curve?.id ?? null);
      },
    });
    plot.current = drawing;
    const sizes = new ResizeObserver(() => draw.current());
    sizes.observe(root);
    const stop = onThemeChange(() => setThemed((count) => count + 1));
    return () => {
      stop();
      sizes.disconnect();
      drawing.destroy();
    };
  }, []);
  useEffect(() => draw.current(), [runs, version, axis, log, bands, smoothing, lit, themed]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (by !== undefined) plot.current?.moveCursor(by);
    else if (event.key === 'Escape') plot.current?.hideCursor();
    else if (event.key === '0') plot.current?.resetZoom();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const save = async (): Promise<void> => {
    const picture = await plot.current?.picture();
    if (picture != null) saveBlob(picture, `${fileName(metric.key)}.png`);
  };

  return (
    <section className="kg-Card kg-Chart kg-Compare-chart" data-testid={`compare-${metric.key}`}>
      <div className="kg-Card-head">
        <h3 className="kg-Text-ellipsis" title={title.text}>
          {title.translated ? title.text : <Code>{title.text}</Code>}
        </h3>
        <span className="kg-Compare-near kg-Text-small" role="status">
          {near !== null && (
            <>
              <i style={{ background: near.curve.color }} />
              <Name>{near.curve.name}</Name>
              <Num>{near.text}</Num>
            </>
          )}
        </span>
        {zoomed && <IconButton icon="refresh" label={t('chart.reset')} onClick={() => plot.current?.resetZoom()} />}
        <IconButton icon="img" label={t('compare.png', { x: title.text })} onClick={() => void save()} />
        <IconButton icon="close" label={t('compare.metric.remove', { x: title.text })} onClick={onRemove} />
      </div>
      <div className="kg-Plot" dir="ltr">
        <div
          ref={box}
          className="kg-Chart-plot"
          role="img"
          tabIndex={0}
          aria-label={t('compare.chart', { x: title.text, n: drawn.length, axis: t(`chart.axis.${axis}`) })}
          data-curves={drawn.length}
          data-points={drawn.reduce((sum, { curve }) => sum + curve.points, 0)}
          onKeyDown={onKeyDown}
        />
      </div>
    </section>
  );
}
