import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import { asApiError, type ApiError } from '../../api/errors.js';
import type { Job, Report } from '../../api/types.js';
import { Card } from '../../components/Card.js';
import { ErrorNote, Skeleton } from '../../components/Note.js';
import { Bar } from '../../components/Progress.js';
import { Name, Num } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { I18n } from '../../i18n/i18n.js';
import { Baselines } from './Baselines.js';
import { Classes } from './Classes.js';
import { figure, nameOf } from './figures.js';
import { MOST_SHOWN, Part } from './Part.js';
import { WorstRows } from './WorstRows.js';

/** With fewer rows a single one changes a share by more than three percent. */
const FEW = 30;

/** The report on the job's model, measured on the rows that were held back. Nothing where there is no report. */
export default function ReportCard({ job }: { readonly job: Job }): JSX.Element | null {
  const { api } = useKargah();
  const { t, format } = useI18n();
  const [report, setReport] = useState<Report | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let gone = false;
    data(api.http.GET('/api/v1/train/jobs/{job_id}/report', { params: { path: { job_id: job.job_id } } })).then(
      (found) => {
        if (gone) return;
        setReport(found);
        setError(null);
      },
      (reason: unknown) => {
        if (!gone) setError(asApiError(reason));
      },
    );
    return () => {
      gone = true;
    };
  }, [api, job.job_id, attempt]);

  if (error?.code === 'report_missing' || error?.code === 'not_found') return null;
  const on = report === null ? '' : t(`report.${report.part}`, { n: report.rows });
  return (
    <Card title={t('report.title')} end={<span className="kg-Text-muted kg-Text-small">{on}</span>} testId="report">
      {error !== null && <ErrorNote reason={error} onRetry={() => setAttempt(attempt + 1)} />}
      {error === null && report === null && <Skeleton widths={[60, 80, 40]} />}
      {report !== null && (
        <div className="kg-Layout-stack kg-Report">
          {report.chosen_on_these && (
            <div className="kg-Text-hint">
              {t(report.judged_on === undefined ? 'report.flatters' : 'report.learned')}
            </div>
          )}
          {report.judged_on !== undefined && <NotKnown on={report.judged_on} />}
          {report.rows < FEW && <div className="kg-Text-hint">{t('report.few')}</div>}
          <Figures report={report} />
          <Baselines report={report} />
          {report.task === 'classification' ? (
            <Classes report={report} />
          ) : (
            report.interval !== null && (
              <div className="kg-Text-hint">
                {t('report.coverage', {
                  level: format.percent(report.interval.level, 0),
                  x: format.metric(report.interval.half_width),
                  coverage: format.percent(report.interval.coverage),
                })}
              </div>
            )
          )}
          <Importance report={report} />
          <LeftOut report={report} />
          <Slices report={report} />
          <WorstRows report={report} />
        </div>
      )}
    </Card>
  );
}

function Figures({ report }: { readonly report: Report }): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  return (
    <div className="kg-Table-scroll">
      <table>
        <thead>
          <tr>
            <th>{t('report.metric')}</th>
            <th className="kg-mod-end">{t('report.value')}</th>
            <th className="kg-mod-end" title={t('report.interval.hint', { n: report.resamples })}>
              {t('report.interval', { x: format.percent(report.level, 0) })}
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(report.metrics).map(([key, { value, low, high }]) => (
            <tr key={key}>
              <td>{nameOf(i18n, key)}</td>
              <td className="kg-mod-number">{figure(i18n, key, value)}</td>
              {/* A sentence, which has the language's direction: as a number it would read from its end. */}
              <td className="kg-mod-end">
                {low === null || high === null
                  ? '—'
                  : t('report.range', { a: figure(i18n, key, low), b: figure(i18n, key, high) })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Importance({ report }: { readonly report: Report }): JSX.Element | null {
  const { t, format } = useI18n();
  const found = (report.importance ?? []).filter(({ growth }) => (growth ?? 0) > 0).slice(0, MOST_SHOWN);
  const most = found[0]?.growth ?? 0;
  if (most === 0) return null;
  return (
    <Part title={t('report.importance')} hint={t('report.importance.hint')}>
      {found.map(({ column, growth }) => (
        <div key={column} className="kg-Layout-row kg-Text-small kg-ValueBar">
          <span className="kg-ValueBar-name">
            <Name>{column}</Name>
          </span>
          <span className="kg-Layout-grow">
            <Bar share={(growth ?? 0) / most} label={column} />
          </span>
          <span className="kg-Text-muted kg-ValueBar-share">
            <Num>{format.metric(growth ?? 0)}</Num>
          </span>
        </div>
      ))}
    </Part>
  );
}

/** Columns and rows from which nothing was learned, and why. */
function LeftOut({ report }: { readonly report: Report }): JSX.Element | null {
  const { t } = useI18n();
  const from = report.learned_from;
  if (from === undefined || from.columns_left_out + from.rows_left_out === 0) return null;
  const shown = from.left_out.slice(0, MOST_SHOWN);
  return (
    <Part title={t('report.leftOut')} hint={t('report.leftOut.hint', { n: from.columns })}>
      <ul className="kg-Report-list">
        {from.rows_left_out > 0 && <li>{t('report.leftOut.rows', { n: from.rows_left_out })}</li>}
        {shown.map(({ column, reason, values }) => (
          <li key={column}>{t(`report.leftOut.${reason}`, { column, n: values ?? 0 })}</li>
        ))}
      </ul>
      {from.columns_left_out > shown.length && (
        <div className="kg-Text-hint">{t('report.leftOut.more', { n: from.columns_left_out - shown.length })}</div>
      )}
    </Part>
  );
}

function Slices({ report }: { readonly report: Report }): JSX.Element | null {
  const i18n = useI18n();
  const { t, format } = i18n;
  const found = report.slices ?? [];
  if (found.length === 0) return null;
  return (
    <Part title={t('report.slices')}>
      <ul className="kg-Report-list">
        {found.slice(0, MOST_SHOWN).map((slice) => {
          const where = whereOf(i18n, slice);
          return (
            <li key={where}>
              {t('report.slice', {
                where,
                x: format.metric(slice.loss),
                n: slice.rows,
                y: format.metric(slice.loss_elsewhere),
              })}
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

/** What of other data than those of training the model did not know. */
function NotKnown({ on }: { readonly on: NonNullable<Report['judged_on']> }): JSX.Element {
  const { t } = useI18n();
  return (
    <>
      {on.rows_left_out > 0 && <div className="kg-Text-hint">{t('report.notJudged', { n: on.rows_left_out })}</div>}
      {on.unknown.map(({ column, rows, first, values }) => (
        <div className="kg-Text-hint" key={column}>
          {t('report.unknown', {
            column: column === '' ? t('report.pictures') : column,
            rows,
            values: `${first.join(t('facts.and'))}${values > first.length ? '…' : ''}`,
          })}
        </div>
      ))}
    </>
  );
}

type Slice = NonNullable<Report['slices']>[number];

function whereOf({ t, format }: I18n, { column, missing, value, low, high }: Slice): string {
  if (missing === true) return t('report.missing', { column });
  if (low !== undefined && high !== undefined) {
    if (low === high) return `${column} = ${format.metric(low)}`;
    return `${column}: ${t('report.range', { a: format.metric(low), b: format.metric(high) })}`;
  }
  return typeof value === 'string' ? `${column} = ${value}` : t('report.rare', { column });
}
