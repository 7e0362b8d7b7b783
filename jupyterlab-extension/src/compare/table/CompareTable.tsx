import { useState } from 'react';
import { saveBlob } from '../../api/download.js';
import { Button, LinkButton } from '../../components/controls/Button.js';
import { StateBadge } from '../../components/State.js';
import { Code, Name, Num } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { Compared, Figure } from '../runs.js';
import { type Column, columnsOf, csvOf, shareOf, sorted } from './table.js';
import type { View } from '../view.js';

const AT_FIRST = 100;
const FIGURES: readonly Figure[] = ['best', 'last', 'min', 'max'];

export interface CompareTableProps {
  readonly compared: Compared;
  readonly view: View;
  readonly change: (change: Partial<View>) => void;
  readonly onLight: (jobId: string | null) => void;
}

/** What the jobs differ in and what they reached: a row each, in the order of any column. */
export function CompareTable({ compared, view, change, onLight }: CompareTableProps): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const [limit, setLimit] = useState(AT_FIRST);
  const columns = columnsOf(compared, view.figure, view.differs, i18n);
  const down = view.sort?.down ?? false;
  const column = columns.find(({ id }) => id === view.sort?.column);
  const runs = sorted(compared.runs, column, down);
  const shares = columns.map((one) => shareOf(one, compared.runs));
  const sortBy = ({ id, better }: Column): void => {
    const again = view.sort?.column === id;
    // The first click on a column puts the best first.
    change({ sort: { column: id, down: again ? !down : better === 'max' } });
  };
  return (
    <section className="kg-Card" aria-label={t('compare.table')}>
      <div className="kg-Card-head kg-Compare-tools">
        <h2>{t('compare.table')}</h2>
        <label>
          <input
            type="checkbox"
            checked={view.differs}
            onChange={(event) => change({ differs: event.target.checked })}
          />
          {t('compare.differs')}
        </label>
        <span className="kg-Layout-grow" />
        <div className="kg-Segments" role="radiogroup" aria-label={t('compare.figure')}>
          {FIGURES.map((figure) => (
            <button
              key={figure}
              type="button"
              role="radio"
              aria-checked={figure === view.figure}
              className={figure === view.figure ? 'kg-mod-on' : ''}
              onClick={() => change({ figure })}
            >
              {t(`compare.figure.${figure}`)}
            </button>
          ))}
        </div>
        <Button
          size="small"
          icon="down"
          label={t('compare.csv')}
          onClick={() => saveBlob(new Blob([csvOf(runs, columns)], { type: 'text/csv' }), 'kargah-comparison.csv')}
        />
      </div>
      <div className="kg-Table-scroll kg-Compare-table" tabIndex={0}>
        <table data-testid="compare-table">
          <thead>
            <tr>
              <th>{t('compare.job')}</th>
              <th>{t('compare.state')}</th>
              {columns.map((one) => (
                <th
                  key={one.id}
                  aria-sort={one.id !== view.sort?.column ? undefined : down ? 'descending' : 'ascending'}
                >
                  <LinkButton onClick={() => sortBy(one)}>
                    {one.code ? <Code>{one.label}</Code> : one.label}
                    {one.id === view.sort?.column && <span aria-hidden="true">{down ? ' ↓' : ' ↑'}</span>}
                  </LinkButton>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.slice(0, limit).map((run) => (
              <tr
                key={run.job.job_id}
                data-testid="compare-row"
                onMouseEnter={() => onLight(run.job.job_id)}
                onMouseLeave={() => onLight(null)}
              >
                <td>
                  <LinkButton onClick={() => void kargah.open('job', { job_id: run.job.job_id })}>
                    <Name>{run.job.name}</Name>
                  </LinkButton>
                </td>
                <td>
                  <StateBadge state={run.job.state} />
                </td>
                {columns.map((one, at) => {
                  const value = one.value(run);
                  const share = shares[at]?.(value) ?? null;
                  return (
                    <td
                      key={one.id}
                      className={typeof value === 'number' ? 'kg-mod-number' : ''}
                      style={share === null ? undefined : { ['--share' as string]: `${(share * 30).toFixed(0)}%` }}
                      data-best={share === 1 || undefined}
                    >
                      {value === null ? (
                        '—'
                      ) : typeof value === 'number' ? (
                        <Num>{one.better === null && Number.isInteger(value) ? value : format.metric(value)}</Num>
                      ) : (
                        <bdi>{value}</bdi>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {runs.length > limit && (
        <p className="kg-Lists-more">
          <LinkButton onClick={() => setLimit(limit + AT_FIRST)}>{t('compare.more')}</LinkButton>
        </p>
      )}
    </section>
  );
}
