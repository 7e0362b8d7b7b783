import { useMemo, useState } from 'react';
import { Button } from '../components/controls/Button.js';
import { deferred } from '../components/deferred.js';
import { EmptyState, ErrorNote, Note, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { CompareChart } from './curves/CompareChart.js';
import { CompareTable } from './table/CompareTable.js';
import { Legend } from './curves/Legend.js';
import { Paired } from './Paired.js';
import type { Compared } from './runs.js';
import { useComparison } from './useComparison.js';
import { useView } from './view.js';

const Plots = deferred(() => import(/* webpackChunkName: "compare-plots" */ './plots/Plots.js'));
/** The bridge answers no more at once. */
const MOST_METRICS = 32;

/** Jobs beside each other: curves, what they differ in, figures. */
export default function ComparePage({ jobIds, view: name }: { readonly jobIds: string; readonly view: string }) {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const [view, change] = useView(name);
  const [lit, setLit] = useState<string | null>(null);
  const [plots, setPlots] = useState(false);
  const { compared, version, error, retry } = useComparison(jobIds, view.metrics);
  const connection = useStore(kargah.live.connection);
  const hidden = useMemo(() => new Set(view.hidden), [view.hidden]);
  const runs = useMemo(
    () =>
      (compared?.runs ?? [])
        .map((run, place) => ({ run, place }))
        .filter(({ run }) => !hidden.has(run.job.job_id)),
    [compared, hidden],
  ); // prettier-ignore
  if (compared === null)
    return error === null ? (
      <Skeleton widths={[40, 70, 90, 60]} />
    ) : (
      <ErrorNote reason={error} onRetry={retry} retried />
    );
  if (compared.runs.length === 0) return <EmptyState icon="del" title={t('compare.noneLeft')} />;

  // Of those that are shown and have a report: two of them can be said in a sentence.
  const [first, second, third] = runs.map(({ run }) => run).filter(({ job }) => job.report !== null);
  const shown = compared.metrics.map(({ key }) => key);
  const others = compared.comparison.names.filter((one) => !shown.includes(one));
  const cell = `import kargah\n\nkargah.compare(${JSON.stringify(compared.runs.map(({ job }) => job.job_id))})`;
  const cut = connection.state === 'reconnecting' || connection.state === 'offline';
  return (
    <div className="kg-Compare" data-testid="compare-page">
      <div className="kg-Compare-tools">
        <h1>{t('compare.tab', { n: compared.runs.length })}</h1>
        {cut && connection.asOf !== null && (
          <span className="kg-Text-muted" role="status">
            {t('chart.asOf', { x: format.time(connection.asOf) })}
          </span>
        )}
        <span className="kg-Layout-grow" />
        <label className="kg-Charts-smoothing">
          {t('chart.smoothing')}
          <input
            type="range"
            min={0}
            max={0.98}
            step={0.02}
            value={view.smoothing}
            onChange={(event) => change({ smoothing: Number(event.target.value) })}
          />
        </label>
        <label>
          <input type="checkbox" checked={view.log} onChange={(event) => change({ log: event.target.checked })} />
          {t('chart.log')}
        </label>
        <label>
          <input type="checkbox" checked={view.bands} onChange={(event) => change({ bands: event.target.checked })} />
          {t('compare.bands')}
        </label>
        <div className="kg-Segments" role="radiogroup" aria-label={t('chart.axis')}>
          {(['step', 'time'] as const).map((axis) => (
            <button
              key={axis}
              type="button"
              role="radio"
              aria-checked={axis === view.axis}
              className={axis === view.axis ? 'kg-mod-on' : ''}
              onClick={() => change({ axis })}
            >
              {t(`chart.axis.${axis}`)}
            </button>
          ))}
        </div>
        {others.length > 0 && shown.length < MOST_METRICS && (
          <select
            aria-label={t('compare.metric.add')}
            value=""
            onChange={(event) => change({ metrics: [...shown, event.target.value] })}
          >
            <option value="">{t('compare.metric.add')}</option>
            {others.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
        <Button
          size="small"
          icon="code"
          label={t('compare.cell')}
          onClick={() => void kargah.insertCell(cell).catch((reason: unknown) => kargah.shell.failed(reason))}
        />
      </div>
      {error !== null && <ErrorNote reason={error} onRetry={retry} retried />}
      <Missing compared={compared} />
      {first !== undefined && second !== undefined && third === undefined && (
        <Paired key={`${first.job.job_id} ${second.job.job_id}`} runs={[first, second]} />
      )}
      <div className="kg-Compare-body">
        <Legend
          runs={compared.runs}
          hidden={hidden}
          lit={lit}
          onHidden={(next) => change({ hidden: next })}
          onLight={setLit}
        />
        <div className="kg-Compare-charts">
          {compared.metrics.length === 0 && <EmptyState icon="prom" title={t('compare.noMetrics')} />}
          {compared.metrics.map((metric) => (
            <CompareChart
              key={metric.key}
              metric={metric}
              runs={runs}
              version={version}
              view={view}
              lit={lit}
              onLight={setLit}
              onRemove={() => change({ metrics: shown.filter((one) => one !== metric.key) })}
            />
          ))}
        </div>
      </div>
      <CompareTable compared={compared} view={view} change={change} onLight={setLit} />
      {plots ? (
        <Plots compared={compared} figure={view.figure} version={version} />
      ) : (
        <p className="kg-Lists-more">
          <Button size="small" icon="prom" label={t('compare.plots')} onClick={() => setPlots(true)} />
        </p>
      )}
    </div>
  );
}

/** What was asked for and is not here, and why. */
function Missing({ compared: { comparison, runs } }: { readonly compared: Compared }): JSX.Element {
  const { t } = useI18n();
  const unread = runs.filter(({ job }) => job.points_missing !== undefined).length;
  const gone = comparison.not_found.length;
  return (
    <>
      {gone > 0 && <Note tone="warn" icon="warn" title={t('compare.missing', { n: gone })} />}
      {unread > 0 && <Note tone="warn" icon="warn" title={t('compare.unread', { n: unread })} />}
    </>
  );
}
