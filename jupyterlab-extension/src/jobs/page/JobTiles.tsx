import { useEffect, useReducer } from 'react';
import { useElapsed } from '../../components/Elapsed.js';
import { Num } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { I18n } from '../../i18n/i18n.js';
import { isActive, modelFigure } from '../../api/states.js';
import { useStore } from '../../lib/useStore.js';
import type { Best, Job } from '../../api/types.js';
import { metricName, metricValue, validationName } from '../charts/metricNames.js';
import type { MetricHistory } from '../charts/series.js';

export interface JobTilesProps {
  readonly job: Job;
  readonly history: MetricHistory;
  /** Of the jobs that it was continued from. */
  readonly before: MetricHistory | null;
  readonly stepsPerEpoch: number | null;
  /** Whether the points so far are known. */
  readonly known: boolean;
}

const SCORES = ['val_accuracy', 'val_acc', 'val_r2', 'val_f1', 'accuracy', 'val_mae', 'train_accuracy'];
const LOSSES = ['val_loss', 'loss', 'train_loss'];
const SPEEDS = ['samples_per_second', 'samples_per_s', 'throughput'];
const LESS_IS_BETTER = /loss|mae|rmse|mse|error/;

/** The five figures people look at first. They tick in place. */
export function JobTiles({ job, history, before, stepsPerEpoch, known }: JobTilesProps): JSX.Element {
  const { store } = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const models = useStore(store.list('models'));
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
  const elapsed = useElapsed(job);
  // The job itself knows the last value of each metric; its points come later.
  const lastOf = (key: string): number | null => history.get(key)?.last ?? finite(job.metrics[key]) ?? null;
  const find = (keys: readonly string[]): string | undefined => keys.find((key) => lastOf(key) !== null);
  const best = modelFigure(job, models.items);
  const score = find(SCORES);
  const loss = find(LOSSES);
  // Beside the metric by which the model was chosen, one of the other kind: an accuracy beside a loss, or the reverse.
  const second = best === null ? loss : LESS_IS_BETTER.test(best.key) ? score : loss;
  const speed = find(SPEEDS);
  const memory = lastOf('system/memory_mb');
  const begin = job.started_at === null ? null : Date.parse(job.started_at);
  const firstStep =
    begin === null || job.first_step_at === null ? null : (Date.parse(job.first_step_at) - begin) / 1000;
  const metric = { job, history, before, stepsPerEpoch, known, lastOf };
  return (
    <div className="kg-Tiles" data-testid="tiles">
      {best !== null ? (
        <ModelTile {...metric} best={best} />
      ) : (
        score !== undefined && <MetricTile {...metric} name={score} kind="best" />
      )}
      {second !== undefined && <MetricTile {...metric} name={second} kind="change" at={best?.epoch ?? null} />}
      {speed !== undefined && (
        <Tile title={t('metric.speed')} value={format.number(lastOf(speed) ?? 0)} more={t('metric.speed.unit')} />
      )}
      <Tile
        title={t('tile.elapsed')}
        value={elapsed === null ? '—' : <Num>{format.clock(elapsed / 1000)}</Num>}
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
              ? t('tile.cpu', { x: format.percent((lastOf('system/cpu_percent') ?? 0) / 100, 0) })
              : t('tile.cpuTime', { x: format.duration(job.cpu_seconds) })
          }
        />
      )}
    </div>
  );
}

function finite(value: number | string | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function Tile({
  title,
  value,
  more,
  tone = '',
  testId,
}: {
  title: string;
  value: React.ReactNode;
  more: React.ReactNode;
  tone?: string;
  testId?: string;
}): JSX.Element {
  return (
    <div data-testid={testId}>
      <div className="kg-Tiles-label kg-Text-ellipsis" title={title}>
        {title}
      </div>
      <div className="kg-Tiles-value">{value}</div>
      <div className={`kg-Tiles-note ${tone}`}>{more}</div>
    </div>
  );
}

interface MetricProps extends JobTilesProps {
  readonly lastOf: (key: string) => number | null;
}

/** `Validation accuracy` for `val_accuracy`. */
function titleOf(i18n: I18n, name: string): string {
  const bare = metricName(i18n, bareOf(name));
  return name.startsWith('val_') ? validationName(i18n, bare) : bare.text;
}

function bareOf(name: string): string {
  return name.replace(/^(val|train)_/, '');
}

/** The metric of the job's model: of the epoch whose weights it has, as in its row and its log. */
function ModelTile({ job, best, lastOf }: MetricProps & { readonly best: Best }): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  const { key, value, epoch } = best;
  const last = lastOf(key);
  const more = ((): string => {
    if (isActive(job.state) && epoch !== undefined && last !== null)
      return t('tile.soFar', { n: epoch, x: metricValue(i18n, bareOf(key), last) });
    if (epoch === undefined) return t(job.has_model ? 'tile.ofModelPlain' : 'tile.bestPlain');
    return t(job.has_model ? 'tile.ofModel' : 'tile.bestEpoch', { n: epoch });
  })();
  return (
    <Tile title={titleOf(i18n, key)} value={metricValue(i18n, bareOf(key), value)} more={more} testId="headline" />
  );
}

interface MetricTileProps extends MetricProps {
  readonly name: string;
  readonly kind: 'best' | 'change';
  /** The epoch that the model is of. */
  readonly at?: number | null;
}

function MetricTile(props: MetricTileProps): JSX.Element {
  const { name, history, before, stepsPerEpoch, known, lastOf, kind, job, at = null } = props;
  const i18n = useI18n();
  const { t } = i18n;
  const bare = bareOf(name);
  const title = titleOf(i18n, name);
  const series = history.get(name);
  const values = series?.values ?? [];
  const last = lastOf(name);
  const value = last === null ? '—' : metricValue(i18n, bare, last);
  if (!known && series === undefined)
    return <Tile title={title} value={value} more={<span className="kg-Skeleton-line kg-mod-short" />} />;
  if (!isActive(job.state) && at !== null && stepsPerEpoch !== null) {
    const then = series?.at(at * stepsPerEpoch) ?? before?.get(name)?.at(at * stepsPerEpoch) ?? null;
    if (then !== null)
      return <Tile title={title} value={metricValue(i18n, bare, then)} more={t('tile.atEpoch', { n: at })} />;
  }
  if (kind === 'change') {
    const previous = values.at(-2) ?? null;
    const change = last === null || previous === null || !name.startsWith('val_') ? null : last - previous;
    if (change === null || change === 0) return <Tile title={title} value={value} more="" />;
    const better = change < 0 === LESS_IS_BETTER.test(bare);
    const size = metricValue(i18n, bare, Math.abs(change));
    return (
      <Tile
        title={title}
        value={value}
        more={t(change < 0 ? 'tile.less' : 'tile.more', { x: size })}
        tone={better ? 'kg-Text-ok' : ''}
      />
    );
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
