import { Fragment } from 'react';
import type { Report } from '../../api/types.js';
import { Name } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import { MOST_SHOWN, Part } from './Part.js';

/** Instead of a confusion matrix of more classes than these, the most confused pairs are listed. */
const MOST_CLASSES = 12;

type Classification = Extract<Report, { task: 'classification' }>;

/** Which classes are taken for which others, and how well probabilities are calibrated. */
export function Classes({ report }: { readonly report: Classification }): JSX.Element {
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

function shareOf(rows: number, cells: readonly number[]): number {
  const sum = cells.reduce((all, one) => all + one, 0);
  return sum === 0 ? 0 : rows / sum;
}
