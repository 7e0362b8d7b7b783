import { Fragment, type ReactNode, useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import { asApiError, type ApiError } from '../../api/errors.js';
import type { Job, Report } from '../../api/types.js';
import { Card } from '../../components/Card.js';
import { ErrorNote, Note, Skeleton } from '../../components/Note.js';
import { Bar } from '../../components/Progress.js';
import { Name, Num, Percent } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { I18n } from '../../i18n/i18n.js';
import { metricName, metricValue } from '../charts/metricNames.js';

/** Instead of a confusion matrix of more classes than these, the most confused pairs are listed. */
const MOST_CLASSES = 12;
const MOST_SHOWN = 8;
/** With fewer rows a single one changes a share by more than three percent. */
const FEW = 30;
const SHARES: ReadonlySet<string> = new Set(['accuracy', 'f1_macro', 'roc_auc', 'average_precision']);
const NAMES = {
  f1_macro: 'report.f1_macro',
  log_loss: 'report.log_loss',
  roc_auc: 'report.roc_auc',
  average_precision: 'report.average_precision',
} as const;

type Classification = Extract<Report, { task: 'classification' }>;

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
  const on = report === null ? '' : t(report.part === 'test' ? 'report.test' : 'report.validation', { n: report.rows });
  return (
    <Card title={t('report.title')} end={<span className="kg-Text-muted kg-Text-small">{on}</span>} testId="report">
      {error !== null && <ErrorNote reason={error} onRetry={() => setAttempt(attempt + 1)} />}
      {error === null && report === null && <Skeleton widths={[60, 80, 40]} />}
      {report !== null && (
        <div className="kg-Layout-stack kg-Report">
          {report.chosen_on_these && <div className="kg-Text-hint">{t('report.flatters')}</div>}
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
          <Worst report={report} />
        </div>
      )}
    </Card>
  );
}

function Part({
  title,
  hint,
  testId,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly testId?: string;
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <section className="kg-Report-part" aria-label={title} data-testid={testId}>
      <h3 className="kg-Text-medium">{title}</h3>
      {hint !== undefined && <div className="kg-Text-hint">{hint}</div>}
      {children}
    </section>
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

type Baseline = NonNullable<Report['baselines']>[number];

/** Figures of plain models on the same rows, the learned one's among them, and in words where it is no better. */
function Baselines({ report }: { readonly report: Report }): JSX.Element | null {
  const i18n = useI18n();
  const { t, format } = i18n;
  const baselines = report.baselines ?? [];
  const [first] = baselines;
  if (first === undefined) return null;
  const keys = Object.keys(first.metrics);
  const [judged = ''] = keys;
  // The simplest baseline comes first: a model that is not better than that one is worth the least.
  const rival = baselines.find(({ verdict }) => verdict !== 'better');
  return (
    <Part
      title={t('report.baselines')}
      hint={t('report.baselines.hint', { x: format.percent(report.level, 0) })}
      testId="baselines"
    >
      {rival !== undefined && rival.verdict !== 'better' && (
        <Note
          tone={rival.verdict === 'worse' || rival.verdict === 'hardly' ? 'warn' : 'off'}
          icon="warn"
          title={t(`report.verdict.${rival.verdict}`, { model: t(`report.baseline.${rival.kind}`) })}
        />
      )}
      <div className="kg-Table-scroll" tabIndex={0} role="group" aria-label={t('report.baselines')}>
        <table>
          <thead>
            <tr>
              <th>{t('report.baseline.model')}</th>
              {keys.map((key) => (
                <th key={key} className="kg-mod-end">
                  {nameOf(i18n, key)}
                </th>
              ))}
              <th className="kg-mod-end">{t('report.baseline.gain')}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>{t('report.baseline.own')}</td>
              {keys.map((key) => (
                <td key={key} className="kg-mod-number">
                  {figure(i18n, key, report.metrics[key]?.value ?? null)}
                </td>
              ))}
              <td />
            </tr>
            {baselines.map((baseline) => (
              <tr key={baseline.kind}>
                <td
                  title={
                    baseline.columns === null
                      ? undefined
                      : t('report.baseline.linear.hint', { n: baseline.rows, m: baseline.columns })
                  }
                >
                  {t(`report.baseline.${baseline.kind}`)}
                </td>
                {keys.map((key) => (
                  <td key={key} className="kg-mod-number">
                    {figure(i18n, key, baseline.metrics[key] ?? null)}
                  </td>
                ))}
                <td className="kg-mod-end">{gainOf(i18n, judged, baseline)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  );
}

function gainOf(i18n: I18n, key: string, { gains }: Baseline): string {
  const { value = null, low = null, high = null } = gains[key] ?? {};
  if (value === null || low === null || high === null) return '—';
  return i18n.t('report.gain', { x: figure(i18n, key, value), a: figure(i18n, key, low), b: figure(i18n, key, high) });
}

function Classes({ report }: { readonly report: Classification }): JSX.Element {
  const { t, format, pick } = useI18n();
  const { classes, confusion, confused, calibration } = report;
  const small = confusion !== null && classes.length <= MOST_CLASSES;
  return (
    <>
      <div className="kg-Text-hint">
        {t('report.calibration', { x: format.percent(calibration.expected_calibration_error) })}
      </div>
      {small && (
        <Part title={t('report.confusion')} hint={t('report.confusion.hint')}>
          <div className="kg-Table-scroll" tabIndex={0} role="region" aria-label={t('report.confusion')}>
            <table className="kg-Report-matrix" data-testid="confusion">
              <thead>
                <tr>
                  <td />
                  {classes.map((name) => (
                    <th key={name} scope="col">
                      <Name>{name}</Name>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {confusion.map((cells, truth) => (
                  <tr key={classes[truth]}>
                    <th scope="row">
                      <Name>{classes[truth] ?? ''}</Name>
                    </th>
                    {cells.map((rows, answer) => (
                      <td
                        key={classes[answer]}
                        className={truth === answer ? 'kg-mod-right' : 'kg-mod-wrong'}
                        style={{ ['--share' as string]: `${String(Math.round(shareOf(rows, cells) * 100))}%` }}
                      >
                        {format.number(rows)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Part>
      )}
      {!small && confused.length > 0 && (
        <Part title={t('report.confused')}>
          <dl className="kg-Facts">
            {confused.slice(0, MOST_SHOWN).map(({ truth, answer, rows }) => (
              <Fragment key={`${truth}\n${answer}`}>
                <dt>
                  <bdi>{truth}</bdi> {pick('→', '←')} <bdi>{answer}</bdi>
                </dt>
                <dd>{format.number(rows)}</dd>
              </Fragment>
            ))}
          </dl>
        </Part>
      )}
    </>
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

type Slice = NonNullable<Report['slices']>[number];

function whereOf({ t, format }: I18n, { column, missing, value, low, high }: Slice): string {
  if (missing === true) return t('report.missing', { column });
  if (low !== undefined && high !== undefined) {
    if (low === high) return `${column} = ${format.metric(low)}`;
    return `${column}: ${t('report.range', { a: format.metric(low), b: format.metric(high) })}`;
  }
  return typeof value === 'string' ? `${column} = ${value}` : t('report.rare', { column });
}

function Worst({ report }: { readonly report: Report }): JSX.Element {
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

function nameOf(i18n: I18n, key: string): string {
  return key in NAMES ? i18n.t(NAMES[key as keyof typeof NAMES]) : metricName(i18n, key).text;
}

function figure(i18n: I18n, key: string, value: number | null): string {
  if (value === null) return '—';
  return SHARES.has(key) ? i18n.format.percent(value) : metricValue(i18n, key, value);
}

function shareOf(rows: number, cells: readonly number[]): number {
  const sum = cells.reduce((all, one) => all + one, 0);
  return sum === 0 ? 0 : rows / sum;
}
