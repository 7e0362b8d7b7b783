import { type KeyboardEvent, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { IconButton } from '../../components/controls/Button.js';
import { Code, Num } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import { onThemeChange, readTheme } from './chartTheme.js';
import { metricName, rawValue } from './metricNames.js';
import { colorOf, Plot } from './plot.js';
import type { Axis, ChartGroup, MetricHistory } from './series.js';

export interface ChartProps {
  readonly group: ChartGroup;
  readonly history: MetricHistory;
  /** What had been logged before this job went on from it; drawn lighter. */
  readonly before: MetricHistory | null;
  readonly axis: Axis;
  /** Weight of the past in the moving average, 0 to 0.99. */
  readonly smoothing: number;
  readonly live: boolean;
  readonly syncKey: string;
  readonly height: number;
}

const SHOWN_ROWS = 200;

/** A live line chart: drag zooms, double-click shows all, ←→ move the cursor. Draws at most once a frame. */
export function Chart({ group, history, before, axis, smoothing, live, syncKey, height }: ChartProps): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>();
  const [zoomed, setZoomed] = useState(false);
  const [table, setTable] = useState(false);
  const [spoken, setSpoken] = useState('');
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const title = metricName(i18n, group.key);
  const { kind, stepsPerEpoch, reach } = axis;

  useEffect(() => {
    const root = box.current;
    if (root === null) {
      return;
    }
    const drawing = new Plot(root, history, before, { zoom: setZoomed, tip: setSpoken });
    plot.current = drawing;
    let frame = 0;
    const later = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        drawing.draw();
        redraw();
      });
    };
    const configure = (): void =>
      drawing.configure({
        group,
        axis: { kind, stepsPerEpoch, reach },
        smoothing,
        theme: readTheme(root),
        live,
        syncKey,
      });
    configure();
    const sizes = new ResizeObserver(later);
    sizes.observe(root);
    const restyle = (): void => {
      configure();
      // A finished job logs nothing that would draw it again.
      later();
    };
    const stops = [history.subscribe(later), onThemeChange(restyle)];
    return () => {
      stops.forEach((stop) => stop());
      sizes.disconnect();
      cancelAnimationFrame(frame);
      drawing.destroy();
    };
  }, [group, history, before, kind, stepsPerEpoch, reach, smoothing, live, syncKey, table]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (by !== undefined) plot.current?.moveCursor(by);
    else if (event.key === 'Escape') plot.current?.hideCursor();
    else if (event.key === '0') plot.current?.resetZoom();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section className="kg-Card kg-Chart" data-testid={`chart-${group.key}`}>
      <div className="kg-Card-head">
        <h3 className="kg-Text-ellipsis" title={title.text}>
          {title.translated ? title.text : <Code>{title.text}</Code>}
        </h3>
        <span className="kg-Layout-grow" />
        <span className={`kg-Legend ${group.lines.length > 2 ? 'kg-mod-many' : ''}`}>
          {group.lines.map(({ key, side }) => {
            const last = history.get(key)?.last ?? before?.get(key)?.last ?? null;
            const label = side === 'only' ? key : t(side === 'train' ? 'metric.train' : 'metric.val');
            return (
              <span key={key} style={{ ['--c' as string]: `var(--kg-${colorOf(group, side)})` }}>
                <i className={side === 'val' ? 'kg-mod-dashed' : ''} />
                <span className="kg-Legend-label kg-Text-ellipsis" title={label}>
                  {side === 'only' ? <OwnName name={key} /> : label}
                </span>
                <b>
                  <Num>{last === null ? 'NaN' : rawValue(last)}</Num>
                </b>
              </span>
            );
          })}
        </span>
        {zoomed && <IconButton icon="refresh" label={t('chart.reset')} onClick={() => plot.current?.resetZoom()} />}
        <IconButton
          icon={table ? 'prom' : 'table'}
          label={t(table ? 'chart.picture' : 'chart.table')}
          aria-pressed={table}
          onClick={() => setTable(!table)}
        />
      </div>
      {table ? (
        <ChartTable group={group} history={history} before={before} height={height} />
      ) : (
        <div className="kg-Plot" dir="ltr">
          <div
            ref={box}
            className="kg-Chart-plot"
            style={{ blockSize: height }}
            role="img"
            tabIndex={0}
            aria-label={t('chart.label', { x: title.text, axis: t(`chart.axis.${kind}`) })}
            onKeyDown={onKeyDown}
          />
          <span className="kg-Text-hidden" aria-live="polite">
            {spoken}
          </span>
        </div>
      )}
    </section>
  );
}

/** In a chart of one line: its unit if it has one, else its name in code. */
function OwnName({ name }: { readonly name: string }): JSX.Element {
  const { t } = useI18n();
  return /^samples_per_s/.test(name) ? <>{t('metric.speed.unit')}</> : <Code>{name}</Code>;
}

type TableProps = Pick<ChartProps, 'group' | 'history' | 'before' | 'height'>;

function ChartTable({ group, history, before, height }: TableProps): JSX.Element {
  const { t } = useI18n();
  const steps = useMemo(
    () =>
      [
        ...new Set(
          group.lines.flatMap(({ key }) => [...(history.get(key)?.steps ?? []), ...(before?.get(key)?.steps ?? [])]),
        ),
      ].sort((a, b) => b - a),
    [group, history, before],
  );
  const shown = steps.slice(0, SHOWN_ROWS);
  const stepText = (step: number): string =>
    group.lines.map(({ key }) => history.get(key)?.exactStep(step)).find(Boolean) ?? String(step);
  const valueAt = (key: string, step: number): string => {
    const series = history.get(key)?.has(step) === true ? history.get(key) : before?.get(key);
    const index = series?.steps.indexOf(step) ?? -1;
    const value = index < 0 ? undefined : series?.values[index];
    return value === undefined ? '' : value === null ? 'NaN' : rawValue(value);
  };
  return (
    <div className="kg-Table-scroll kg-Chart-table" style={{ maxBlockSize: height + 12 }} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th className="kg-mod-end">step</th>
            {group.lines.map(({ key }) => (
              <th key={key} className="kg-mod-end">
                <Code>{key}</Code>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((step) => (
            <tr key={step}>
              <td className="kg-mod-number">{stepText(step)}</td>
              {group.lines.map(({ key }) => (
                <td key={key} className="kg-mod-number">
                  {valueAt(key, step)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {steps.length > shown.length && (
        <div className="kg-Text-hint">{t('chart.thinned', { n: shown.length, all: steps.length })}</div>
      )}
    </div>
  );
}
