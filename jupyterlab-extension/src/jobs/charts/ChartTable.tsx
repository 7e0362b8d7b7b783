import { useMemo } from 'react';
import { Code } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import { rawValue } from './metricNames.js';
import type { ChartGroup, MetricHistory } from './series.js';

const SHOWN_ROWS = 200;

interface TableProps {
  readonly group: ChartGroup;
  readonly history: MetricHistory;
  readonly before: MetricHistory | null;
  /** Null: as high as there is room. */
  readonly height: number | null;
}

/** The points of a chart as figures, the newest first. */
export function ChartTable({ group, history, before, height }: TableProps): JSX.Element {
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
    <div
      className="kg-Table-scroll kg-Chart-table"
      style={height === null ? undefined : { maxBlockSize: height + 12 }}
      tabIndex={0}
    >
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
