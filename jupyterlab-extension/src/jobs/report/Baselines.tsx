import type { Report } from '../../api/types.js';
import { Note } from '../../components/Note.js';
import { useI18n } from '../../i18n/context.js';
import type { I18n } from '../../i18n/i18n.js';
import { figure, nameOf } from './figures.js';
import { Part } from './Part.js';

type Baseline = NonNullable<Report['baselines']>[number];

/** Figures of plain models on the same rows, the learned one's among them, and in words where it is no better. */
export function Baselines({ report }: { readonly report: Report }): JSX.Element | null {
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
