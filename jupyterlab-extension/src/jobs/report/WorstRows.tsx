import type { Report } from '../../api/types.js';
import { Percent } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import { MOST_SHOWN, Part } from './Part.js';

type Classification = Extract<Report, { task: 'classification' }>;

/** The rows of the largest loss and, for classes, those whose label is probably wrong. */
export function WorstRows({ report }: { readonly report: Report }): JSX.Element {
  const { t, format } = useI18n();
  if (report.task === 'regression') {
    const rows = report.worst.map(({ row, truth, answer }) => ({
      row,
      truth: truth === null ? '—' : format.metric(truth),
      answer: answer === null ? '—' : format.metric(answer),
    }));
    return <Rows title={t('report.worst')} said={t('report.truth')} rows={rows} of={rows.length} />;
  }
  const rowsOf = (found: Classification['label_errors']['first']): RowsProps['rows'] =>
    found.map(({ row, truth, answer, probability }) => ({ row, truth, answer, probability }));
  const { label_errors: suspected, worst } = report;
  return (
    <>
      <Rows title={t('report.worst')} said={t('report.truth')} rows={rowsOf(worst)} of={worst.length} />
      <Rows
        title={t('report.labels', { n: suspected.rows })}
        said={t('report.label')}
        rows={rowsOf(suspected.first)}
        of={suspected.rows}
      />
    </>
  );
}

interface RowsProps {
  readonly title: string;
  /** What stands beside the answer. */
  readonly said: string;
  readonly rows: readonly {
    readonly row: number;
    readonly truth: string;
    readonly answer: string;
    readonly probability?: number;
  }[];
  /** How many there are. */
  readonly of: number;
}

function Rows({ title, said, rows, of }: RowsProps): JSX.Element | null {
  const { t, format } = useI18n();
  if (rows.length === 0) return null;
  const shown = rows.slice(0, MOST_SHOWN);
  return (
    <Part title={title}>
      <div className="kg-Table-scroll">
        <table>
          <thead>
            <tr>
              <th className="kg-mod-end">{t('report.row')}</th>
              <th>{said}</th>
              <th>{t('report.answer')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ row, truth, answer, probability }) => (
              <tr key={row}>
                <td className="kg-mod-number">{format.number(row + 1)}</td>
                <td>
                  <bdi>{truth}</bdi>
                </td>
                <td>
                  <bdi>{answer}</bdi>{' '}
                  {probability !== undefined && (
                    <span className="kg-Text-muted">
                      <Percent share={probability} digits={0} />
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {of > shown.length && <div className="kg-Text-hint">{t('report.more', { n: of - shown.length })}</div>}
    </Part>
  );
}
