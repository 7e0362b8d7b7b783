import { useEffect, useMemo, useState } from 'react';
import type { Job } from '../../api/types.js';
import { Button, LinkButton, Spinner } from '../../components/controls/Button.js';
import { Code, NameText } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { isActive, modelFigure } from '../../api/states.js';
import { useStore } from '../../lib/useStore.js';
import { Caret } from '../../components/icons/Icon.js';
import { Chart } from './Chart.js';
import { metricName } from './metricNames.js';
import { type Axis, type AxisKind, groupMetrics, type MetricHistory } from './series.js';
import { arranged, moved, PLAIN, useChartsView } from './view.js';

/** A job may have thousands of metrics: so many are drawn, and as many more at a time. */
const AT_FIRST = 24;
const AXES: readonly AxisKind[] = ['step', 'epoch', 'time'];

export interface ChartsProps {
  readonly job: Job;
  readonly history: MetricHistory;
  /** Of the jobs that it was continued from. */
  readonly before: MetricHistory | null;
  readonly stepsPerEpoch: number | null;
  /** Whether the points so far are known. */
  readonly known: boolean;
  /** They could not be read. */
  readonly missing: boolean;
  /** Up to when the points are known, while the connection is gone. */
  readonly asOf: string | null;
}

/** All charts of a job, with one axis, one smoothing and one cursor. */
export function Charts(props: ChartsProps): JSX.Element {
  const { job, history, before, stepsPerEpoch, known, missing, asOf } = props;
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const [view, change] = useChartsView();
  const { smoothing } = view;
  // A job without epochs is drawn by its steps, whatever was chosen at another.
  const kind = view.axis === 'epoch' && stepsPerEpoch === null ? 'step' : view.axis;
  const models = useStore(kargah.store.list('models'));
  const best = modelFigure(job, models.items)?.epoch ?? null;
  const [whole, setWhole] = useState(false);
  const [version, setVersion] = useState(history.version);
  const [search, setSearch] = useState('');
  const [limit, setLimit] = useState(AT_FIRST);
  useEffect(() => {
    const take = (): void => setVersion(history.version);
    take();
    return history.subscribe(take);
  }, [history]);
  const groups = useMemo(
    () => groupMetrics(new Set([...(before?.keys ?? []), ...history.keys])),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the version tells when there are other keys
    [history, version, before],
  );
  const active = isActive(job.state);
  const planned = active && kind !== 'time' ? job.progress.steps : null;
  const axis: Axis = { kind, stepsPerEpoch, reach: whole ? planned : null };
  const sought = search.trim().toLowerCase();
  const put = arranged(groups, view);
  const hidden = groups.filter(({ key }) => view.hidden.includes(key));
  const found =
    sought === '' ? put : put.filter(({ lines }) => lines.some(({ key }) => key.toLowerCase().includes(sought)));
  const shown = found.slice(0, limit);

  const show = (key: string): void => change((before) => ({ hidden: before.hidden.filter((one) => one !== key) }));
  const hide = (key: string): void => change((before) => ({ hidden: [...before.hidden, key] }));
  const move = (key: string, by: -1 | 1): void => change(({ order }) => ({ order: moved(order, put, { key, by }) }));

  return (
    <section className="kg-Layout-stack kg-Charts" aria-label={t('chart.title')} data-testid="charts">
      <div className="kg-Layout-row kg-Layout-wrap">
        <h2>{t('chart.title')}</h2>
        {active && (
          <span className="kg-Connection" role="status">
            {asOf === null ? (
              <>
                <span className="kg-Dot kg-Text-ok" />
                {t('chart.live')}
              </>
            ) : (
              t('chart.asOf', { x: asOf })
            )}
          </span>
        )}
        {job.resumed_from !== null && <Continued jobId={job.resumed_from} drawn={before !== null} />}
        <span className="kg-Layout-grow" />
        <label className="kg-Layout-row kg-Text-small kg-Text-muted kg-Charts-smoothing">
          {t('chart.smoothing')}
          <input
            type="range"
            min={0}
            max={0.98}
            step={0.02}
            value={smoothing}
            onChange={(event) => change({ smoothing: Number(event.target.value) })}
          />
        </label>
        {planned !== null && (
          <div className="kg-Segments">
            <button
              type="button"
              className={whole ? 'kg-mod-on' : ''}
              aria-pressed={whole}
              title={t('chart.plan.hint')}
              onClick={() => setWhole(!whole)}
            >
              {t('chart.plan')}
            </button>
          </div>
        )}
        {hidden.length > 0 && (
          <div className="kg-Input kg-mod-select">
            <select aria-label={t('chart.hidden')} value="" onChange={(event) => show(event.target.value)}>
              <option value="">{t('chart.hidden')}</option>
              {hidden.map(({ key }) => (
                <option key={key} value={key}>
                  {metricName(i18n, key).text}
                </option>
              ))}
            </select>
            <Caret open />
          </div>
        )}
        <div className="kg-Segments" role="radiogroup" aria-label={t('chart.axis')}>
          {AXES.map((one) => {
            const off = one === 'epoch' && stepsPerEpoch === null;
            return (
              <button
                key={one}
                type="button"
                role="radio"
                aria-checked={one === kind}
                className={one === kind ? 'kg-mod-on' : ''}
                disabled={off}
                title={off ? t('chart.noEpochs') : undefined}
                onClick={() => change({ axis: one })}
              >
                {t(`chart.axis.${one}`)}
              </button>
            );
          })}
        </div>
      </div>
      {groups.length > AT_FIRST && (
        <div className="kg-Layout-row kg-Layout-wrap">
          <input
            type="search"
            className="kg-Layout-grow"
            placeholder={t('chart.search')}
            aria-label={t('chart.search')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <span className="kg-Text-muted kg-Text-small" role="status">
            {t('chart.shown', { n: shown.length, all: found.length })}
          </span>
        </div>
      )}
      {groups.length > 0 ? (
        <div className="kg-Layout-grid2">
          {shown.map((group, index) => (
            <Chart
              key={group.key}
              group={group}
              history={history}
              before={before}
              axis={axis}
              smoothing={smoothing}
              look={{ ...PLAIN, ...view.own[group.key] }}
              best={best}
              live={active}
              jobId={job.job_id}
              height={heightOf(index)}
              onLook={(look) => change(({ own }) => ({ own: { ...own, [group.key]: look } }))}
              place={
                <div className="kg-Layout-row kg-Layout-wrap">
                  <Button
                    size="small"
                    label={t('chart.earlier')}
                    disabled={group === put[0]}
                    onClick={() => move(group.key, -1)}
                  />
                  <Button
                    size="small"
                    label={t('chart.later')}
                    disabled={group === put.at(-1)}
                    onClick={() => move(group.key, 1)}
                  />
                  <Button size="small" label={t('chart.hide')} onClick={() => hide(group.key)} />
                </div>
              }
            />
          ))}
        </div>
      ) : known ? (
        <div className="kg-Card kg-Empty">
          {active && <Spinner tone="kg-Text-off" />}
          <div className="kg-Text-muted">{t(active ? 'chart.waiting' : 'chart.none')}</div>
        </div>
      ) : (
        !missing && <Waiting count={Math.min(4, groupMetrics(Object.keys(job.metrics)).length)} />
      )}
      {found.length > shown.length && <Button label={t('chart.more')} onClick={() => setLimit(limit + AT_FIRST)} />}
    </section>
  );
}

const heightOf = (index: number): number => (index < 2 ? 176 : 136);

/** The places of the charts while their points are read: as many as the job has metrics, each as high as it will be. */
function Waiting({ count }: { readonly count: number }): JSX.Element {
  const { t } = useI18n();
  return (
    <div
      className="kg-Layout-grid2 kg-Skeleton"
      aria-busy="true"
      aria-label={t('loading')}
      role="status"
      data-testid="charts-waiting"
    >
      {Array.from({ length: Math.max(2, count) }, (_, index) => (
        <div key={index} className="kg-Card kg-Chart">
          <div className="kg-Card-head">
            <span className="kg-Skeleton-line" style={{ inlineSize: '40%' }} />
          </div>
          <div className="kg-Plot">
            <div className="kg-Skeleton-line kg-Chart-plot" style={{ blockSize: heightOf(index) }} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** That the curves have a part before this job, and whose it is. */
function Continued({ jobId, drawn }: { readonly jobId: string; readonly drawn: boolean }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const name = useStore(kargah.store.list('jobs')).items.find((one) => one.job_id === jobId)?.name;
  return (
    <span className="kg-Charts-continued kg-Text-small kg-Text-muted" data-testid="continued">
      {t('chart.continued')}{' '}
      <LinkButton onClick={() => void kargah.open('job', { job_id: jobId })}>
        {name === undefined ? <Code>{jobId}</Code> : <NameText>{name}</NameText>}
      </LinkButton>
      {drawn && ` (${t('chart.lighter')})`}
    </span>
  );
}
