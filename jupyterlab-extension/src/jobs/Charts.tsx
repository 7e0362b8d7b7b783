import { useEffect, useMemo, useState } from 'react';
import { Spinner } from '../components/Button.js';
import { useI18n } from '../i18n/context.js';
import { Chart } from './Chart.js';
import { type Axis, type AxisKind, groupMetrics, type MetricHistory } from './series.js';

const AXES: readonly AxisKind[] = ['step', 'epoch', 'time'];

export interface ChartsProps {
  readonly jobId: string;
  readonly history: MetricHistory;
  readonly stepsPerEpoch: number | null;
  readonly totalSteps: number | null;
  readonly active: boolean;
  /** Up to when the points are known, while the connection is gone. */
  readonly asOf: string | null;
}

/** All charts of a job, with one axis, one smoothing and one cursor. */
export function Charts({ jobId, history, stepsPerEpoch, totalSteps, active, asOf }: ChartsProps): JSX.Element {
  const { t } = useI18n();
  const [kind, setKind] = useState<AxisKind>('step');
  const [smoothing, setSmoothing] = useState(0.6);
  const [keys, setKeys] = useState(() => history.keys.join('\n'));
  useEffect(() => {
    const take = (): void => setKeys(history.keys.join('\n'));
    take();
    return history.subscribe(take);
  }, [history]);
  const groups = useMemo(() => groupMetrics(keys === '' ? [] : keys.split('\n')), [keys]);
  const axis: Axis = { kind, stepsPerEpoch, totalSteps };

  return (
    <section className="stack charts" aria-label={t('chart.title')} data-testid="charts">
      <div className="row wrap">
        <h2>{t('chart.title')}</h2>
        {active && (
          <span className="conn" role="status">
            {asOf === null ? (
              <>
                <span className="dot t-ok" />
                {t('chart.live')}
              </>
            ) : (
              t('chart.asOf', { x: asOf })
            )}
          </span>
        )}
        <span className="grow" />
        <label className="row sm muted smoothing">
          {t('chart.smoothing')}
          <input
            type="range"
            min={0}
            max={0.98}
            step={0.02}
            value={smoothing}
            onChange={(event) => setSmoothing(Number(event.target.value))}
          />
        </label>
        <div className="seg" role="radiogroup" aria-label={t('chart.axis')}>
          {AXES.map((one) => {
            const off = one === 'epoch' && stepsPerEpoch === null;
            return (
              <button
                key={one}
                type="button"
                role="radio"
                aria-checked={one === kind}
                className={one === kind ? 'on' : ''}
                disabled={off}
                title={off ? t('chart.noEpochs') : undefined}
                onClick={() => setKind(one)}
              >
                {t(`chart.axis.${one}`)}
              </button>
            );
          })}
        </div>
      </div>
      {groups.length === 0 ? (
        <div className="card empty">
          {active && <Spinner tone="t-off" />}
          <div className="muted">{t(active ? 'chart.waiting' : 'chart.none')}</div>
        </div>
      ) : (
        <div className="g2">
          {groups.map((group, index) => (
            <Chart
              key={group.key}
              group={group}
              history={history}
              axis={axis}
              smoothing={smoothing}
              live={active}
              syncKey={jobId}
              height={index < 2 ? 176 : 136}
            />
          ))}
        </div>
      )}
    </section>
  );
}
