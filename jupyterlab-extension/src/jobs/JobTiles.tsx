import { useEffect, useReducer, useState } from 'react';
import { Num } from '../components/Text.js';
import { useI18n } from '../i18n/context.js';
import { isActive } from '../store/states.js';
import type { Job } from '../api/types.js';
import { metricName, metricValue } from './metricNames.js';
import type { MetricHistory, Series } from './series.js';

export interface JobTilesProps {
  readonly job: Job;
  readonly history: MetricHistory;
  readonly stepsPerEpoch: number | null;
}

const SCORES = ['val_accuracy', 'val_acc', 'val_r2', 'val_f1', 'accuracy', 'val_mae', 'train_accuracy'];
const LOSSES = ['val_loss', 'loss', 'train_loss'];
const SPEEDS = ['samples_per_second', 'samples_per_s', 'throughput'];
const LESS_IS_BETTER = /loss|mae|rmse|mse|error/;

/** The five figures people look at first. They tick in place. */
export function JobTiles({ job, history, stepsPerEpoch }: JobTilesProps): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  const [, bump] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let frame = 0;
    const stop = history.subscribe(() => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        bump();
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [history]);
  const now = useNow(job);
  const find = (keys: readonly string[]): string | undefined =>
    keys.find((key) => (history.get(key)?.last ?? null) !== null);
  const score = find(SCORES);
  const loss = find(LOSSES);
  const speed = find(SPEEDS);
  const memory = history.get('system/memory_mb')?.last ?? null;
  const begin = job.started_at === null ? null : Date.parse(job.started_at);
  const end = job.ended_at === null ? now : Date.parse(job.ended_at);
  const firstStep =
    begin === null || job.first_step_at === null ? null : (Date.parse(job.first_step_at) - begin) / 1000;
  return (
    <div className="kpis" data-testid="tiles">
      {score !== undefined && (
        <MetricTile name={score} series={history.get(score)} stepsPerEpoch={stepsPerEpoch} kind="best" />
      )}
      {loss !== undefined && (
        <MetricTile name={loss} series={history.get(loss)} stepsPerEpoch={stepsPerEpoch} kind="change" />
      )}
      {speed !== undefined && (
        <Tile
          title={t('metric.speed')}
          value={format.number(history.get(speed)?.last ?? 0)}
          more={t('metric.speed.unit')}
        />
      )}
      <Tile
        title={t('tile.elapsed')}
        value={begin === null ? '—' : <Num>{format.clock(Math.max(0, end - begin) / 1000)}</Num>}
        more={
          firstStep === null || firstStep < 0
            ? t('tile.noStep')
            : t('tile.firstStep', { x: format.duration(firstStep) })
        }
      />
      {(memory !== null || job.peak_memory_bytes !== null) && (
        <Tile
          title={t(job.peak_memory_bytes !== null ? 'tile.memory' : 'tile.memoryNow')}
          value={format.size(job.peak_memory_bytes ?? (memory ?? 0) * 1e6)}
          more={
            job.cpu_seconds === null
              ? t('tile.cpu', { x: format.percent((history.get('system/cpu_percent')?.last ?? 0) / 100, 0) })
              : t('tile.cpuTime', { x: format.duration(job.cpu_seconds) })
          }
        />
      )}
    </div>
  );
}

function Tile({
  title,
  value,
  more,
  tone = '',
}: {
  title: string;
  value: React.ReactNode;
  more: React.ReactNode;
  tone?: string;
}): JSX.Element {
  return (
    <div>
      <div className="k ell" title={title}>
        {title}
      </div>
      <div className="v ell">{value}</div>
      <div className={`s ${tone}`}>{more}</div>
    </div>
  );
}

interface MetricTileProps {
  readonly name: string;
  readonly series: Series | undefined;
  readonly stepsPerEpoch: number | null;
  readonly kind: 'best' | 'change';
}

function MetricTile({ name, series, stepsPerEpoch, kind }: MetricTileProps): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  const bare = name.replace(/^(val|train)_/, '');
  const { text } = metricName(i18n, bare);
  const title = name.startsWith('val_') ? t('metric.ofVal', { x: text }) : text;
  const values = series?.values ?? [];
  const last = series?.last ?? null;
  const value = last === null ? '—' : metricValue(i18n, bare, last);
  if (kind === 'change') {
    const before = values.at(-2) ?? null;
    const change = last === null || before === null || !name.startsWith('val_') ? null : last - before;
    if (change !== null && change !== 0) {
      const better = change < 0 === LESS_IS_BETTER.test(bare);
      const size = metricValue(i18n, bare, Math.abs(change));
      return (
        <Tile
          title={title}
          value={value}
          more={t(change < 0 ? 'tile.less' : 'tile.more', { x: size })}
          tone={better ? 't-ok' : ''}
        />
      );
    }
  }
  const better = LESS_IS_BETTER.test(bare) ? (a: number, b: number) => a < b : (a: number, b: number) => a > b;
  let best = -1;
  values.forEach((one, index) => {
    const so = best < 0 ? null : (values[best] ?? null);
    if (one !== null && (so === null || better(one, so))) best = index;
  });
  const bestValue = values[best] ?? null;
  const epoch = stepsPerEpoch === null ? null : Math.round((series?.steps[best] ?? 0) / stepsPerEpoch);
  return (
    <Tile
      title={title}
      value={value}
      more={
        bestValue === null
          ? ''
          : epoch === null
            ? t('tile.best', { x: metricValue(i18n, bare, bestValue) })
            : t('tile.bestAt', { x: metricValue(i18n, bare, bestValue), n: epoch })
      }
    />
  );
}

/** Now, each second, while the job is active. */
function useNow(job: Job): number {
  const [now, setNow] = useState(Date.now);
  const ticking = isActive(job.state) && job.started_at !== null;
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
