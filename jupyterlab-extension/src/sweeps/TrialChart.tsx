import { useEffect, useRef, useState } from 'react';
import { useI18n } from '../i18n/context.js';
import { metricName, shortValue, validationName } from '../jobs/charts/metricNames.js';
import { isActive } from '../api/states.js';
import type { Sweep } from '../api/types.js';
import { bestSoFar, type Trial } from './trials.js';

const HEIGHT = 176;
const PAD = { left: 52, right: 12, top: 10, bottom: 22 };

/** A dot for each job, and the best so far as a line. Small enough to need no library. */
export function TrialChart({
  sweep,
  trials,
}: {
  readonly sweep: Sweep;
  readonly trials: readonly Trial[];
}): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const root = box.current;
    if (root === null) return;
    const measure = (): void => setWidth(Math.max(160, root.clientWidth));
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(root);
    return () => sizes.disconnect();
  }, []);
  const values = trials.flatMap(({ value }) => (value === null ? [] : [value]));
  const last = Math.max(2, trials.length);
  const [low, high] = bounds(values);
  const x = (number: number): number => PAD.left + ((number - 1) / (last - 1)) * (width - PAD.left - PAD.right);
  const y = (value: number): number => PAD.top + ((high - value) / (high - low)) * (HEIGHT - PAD.top - PAD.bottom);
  const best = bestSoFar(trials, sweep.metric);
  let line = '';
  best.forEach((value, index) => {
    if (value !== null) line += line === '' ? `M${x(index + 1)} ${y(value)}` : `H${x(index + 1)}V${y(value)}`;
  });
  const key = sweep.metric?.key ?? '';
  // The metric is unknown until the first job has named it.
  const bare = metricName(i18n, key.replace(/^val_/, ''));
  const name = key === '' ? t('uses.metric') : key.startsWith('val_') ? validationName(i18n, bare) : bare.text;
  const title = t('sweep.chart', { x: name });
  const ticks = ticksOf(low, high);
  const numbers = [...new Set([1, Math.round((1 + last) / 2), last])];
  return (
    <section className="kg-Card kg-TrialChart" data-testid="trial-chart">
      <div className="kg-Card-head">
        <h3>{title}</h3>
        <span className="kg-Layout-grow" />
        <span className="kg-Legend">
          <span style={{ ['--c' as string]: 'var(--kg-s2)' }}>
            <i className="kg-mod-dashed" />
            {t('sweep.bestSoFar')}
          </span>
        </span>
      </div>
      <div className="kg-Plot" dir="ltr" ref={box}>
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} height={HEIGHT} role="img" aria-label={title}>
          {values.length > 0 &&
            ticks.map((tick) => (
              <g key={tick}>
                <line className="kg-TrialChart-grid" x1={PAD.left} x2={width - PAD.right} y1={y(tick)} y2={y(tick)} />
                <text x={PAD.left - 6} y={y(tick) + 4} textAnchor="end">
                  {shortValue(tick)}
                </text>
              </g>
            ))}
          {numbers.map((number) => (
            <text key={number} x={x(number)} y={HEIGHT - 6} textAnchor="middle">
              {number}
            </text>
          ))}
          <path className="kg-TrialChart-line" d={line} />
          {trials.map(({ job, number, value, best: marked }) =>
            value === null ? null : (
              <circle
                key={job.job_id}
                className={
                  marked
                    ? 'kg-mod-best'
                    : job.state === 'succeeded'
                      ? 'kg-mod-whole'
                      : isActive(job.state)
                        ? 'kg-mod-open'
                        : 'kg-mod-part'
                }
                cx={x(number)}
                cy={y(value)}
                r={marked ? 5 : 3.5}
              >
                <title>{`${job.name}: ${shortValue(value)}`}</title>
              </circle>
            ),
          )}
        </svg>
      </div>
    </section>
  );
}

/** Three or so round figures between the two. */
function ticksOf(low: number, high: number): number[] {
  const rough = (high - low) / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * ([1, 2, 5].findLast((one) => one * size <= rough) ?? 1);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  );
}

function bounds(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = low === high ? Math.abs(low) * 0.1 || 0.5 : (high - low) * 0.08;
  return [low - room, high + room];
}
