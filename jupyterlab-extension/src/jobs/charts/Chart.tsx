import { type KeyboardEvent, type ReactNode, useEffect, useReducer, useRef, useState } from 'react';
import { IconButton } from '../../components/controls/Button.js';
import { Code, Num } from '../../components/Text.js';
import { saveBlob } from '../../api/download.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { fileName, told } from '../actions.js';
import { ChartTable } from './ChartTable.js';
import { ChartTools } from './ChartTools.js';
import { FullScreen } from './FullScreen.js';
import { onThemeChange, readTheme } from './chartTheme.js';
import { metricName, rawValue } from './metricNames.js';
import { colorOf, Plot, type Zoom } from './plot.js';
import { pointsFile } from './pointsFile.js';
import type { ChartLook } from './view.js';
import type { Axis, ChartGroup, MetricHistory } from './series.js';

export interface ChartProps {
  readonly group: ChartGroup;
  readonly history: MetricHistory;
  /** What had been logged before this job went on from it; drawn lighter. */
  readonly before: MetricHistory | null;
  readonly axis: Axis;
  /** Weight of the past in the moving average of all charts, 0 to 0.99. */
  readonly smoothing: number;
  readonly look: ChartLook;
  /** The epoch whose weights the model has; null: not known. */
  readonly best: number | null;
  readonly live: boolean;
  readonly jobId: string;
  readonly height: number;
  readonly onLook: (look: ChartLook) => void;
  /** What else can be done with its place among the others. */
  readonly place?: ReactNode;
}

/** A live line chart: drag zooms, double-click shows all, ←→ move the cursor. Draws at most once a frame. */
export function Chart(props: ChartProps): JSX.Element {
  const { group, history, before, axis, look, best, live, jobId, height, onLook, place } = props;
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>();
  // Outlives the plot: the table and the whole window take its element away.
  const zoom = useRef<Zoom | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const [table, setTable] = useState(false);
  const [full, setFull] = useState(false);
  const [spoken, setSpoken] = useState('');
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const title = metricName(i18n, group.key);
  const { kind, stepsPerEpoch, reach } = axis;
  const { log, low, high } = look;
  const smoothing = look.smoothing ?? props.smoothing;

  useEffect(() => {
    const root = box.current;
    if (root === null) {
      return;
    }
    const drawing = new Plot(root, history, before, {
      zoom: zoom.current,
      onZoom: (shown) => {
        zoom.current = shown;
        setZoomed(shown !== null);
      },
      onTip: setSpoken,
    });
    plot.current = drawing;
    let frame = 0;
    const later = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        drawing.draw();
        redraw();
      });
    };
    const sizes = new ResizeObserver(later);
    sizes.observe(root);
    const stop = history.subscribe(later);
    return () => {
      stop();
      sizes.disconnect();
      cancelAnimationFrame(frame);
      drawing.destroy();
      plot.current = undefined;
    };
  }, [history, before, table, full]);

  // Not with the plot itself: a running job has another best epoch again and again, which must not undo a zoom.
  useEffect(() => {
    const root = box.current;
    const drawing = plot.current;
    if (root === null || drawing === undefined) return;
    let frame = 0;
    const configure = (): void =>
      drawing.configure({
        group,
        axis: { kind, stepsPerEpoch, reach },
        smoothing,
        scale: { log, low, high },
        best,
        theme: readTheme(root),
        live,
        syncKey: jobId,
      });
    configure();
    const stop = onThemeChange(() => {
      configure();
      // While the theme is exchanged the element may have no size, and a finished job logs nothing that would draw it again.
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        drawing.draw();
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [group, history, before, kind, stepsPerEpoch, reach, smoothing, log, low, high, best, live, jobId, table, full]);

  const savePicture = async (): Promise<void> => {
    const picture = await plot.current?.picture();
    if (picture != null) saveBlob(picture, `${fileName(group.key)}.png`);
  };
  const savePoints = (): Promise<void> =>
    told(kargah, async () => {
      const keys = group.lines.map(({ key }) => key);
      saveBlob(await pointsFile(kargah.api, jobId, keys), `${fileName(group.key)}.csv`);
    });
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (by !== undefined) plot.current?.moveCursor(by);
    else if (event.key === 'Escape' && !full) plot.current?.hideCursor();
    else if (event.key === '0') plot.current?.resetZoom();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const card = (
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
        <ChartTools
          title={title.text}
          look={look}
          smoothing={props.smoothing}
          onLook={onLook}
          onPicture={table ? undefined : () => void savePicture()}
          onPoints={() => void savePoints()}
          onFull={full ? undefined : () => setFull(true)}
        >
          {full ? null : place}
        </ChartTools>
        {full && <IconButton icon="close" label={t('chart.small')} onClick={() => setFull(false)} />}
      </div>
      {table ? (
        <ChartTable group={group} history={history} before={before} height={full ? null : height} />
      ) : (
        <div className="kg-Plot" dir="ltr">
          <div
            ref={box}
            className="kg-Chart-plot"
            style={full ? undefined : { blockSize: height }}
            role="img"
            tabIndex={0}
            aria-label={
              t('chart.label', { x: title.text, axis: t(`chart.axis.${kind}`) }) +
              (best === null ? '' : t('facts.and') + t('tile.bestEpoch', { n: best }))
            }
            data-scale={log ? 'log' : 'linear'}
            data-best={best ?? undefined}
            onKeyDown={onKeyDown}
          />
          <span className="kg-Text-hidden" aria-live="polite">
            {spoken}
          </span>
        </div>
      )}
    </section>
  );
  return full ? (
    <FullScreen label={title.text} onClose={() => setFull(false)}>
      {card}
    </FullScreen>
  ) : (
    card
  );
}

/** In a chart of one line: its unit if it has one, else its name in code. */
function OwnName({ name }: { readonly name: string }): JSX.Element {
  const { t } = useI18n();
  return /^samples_per_s/.test(name) ? <>{t('metric.speed.unit')}</> : <Code>{name}</Code>;
}
