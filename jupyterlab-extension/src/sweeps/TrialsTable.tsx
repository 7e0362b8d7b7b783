import { LinkButton } from '../components/controls/Button.js';
import { StateBadge } from '../components/State.js';
import { Code, Name, Num } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { metricValue, rawValue } from '../jobs/charts/metricNames.js';
import { asCode } from '../recipes/paramsSchema.js';
import type { Sweep } from '../api/types.js';
import { ranked, type Trial } from './trials.js';

/** Every job of the sweep, best first, with what was varied. */
export function TrialsTable({
  sweep,
  trials,
}: {
  readonly sweep: Sweep;
  readonly trials: readonly Trial[];
}): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const varied = Object.keys(sweep.space);
  const key = sweep.metric?.key ?? '';
  const bare = key.replace(/^(val|train)_/, '');
  return (
    <section className="kg-Card" aria-label={t('job.jobs')}>
      <div className="kg-Card-head">
        <h2>{t('job.jobs')}</h2>
        <span className="kg-Text-muted kg-Text-small">{format.number(trials.length)}</span>
      </div>
      {trials.length === 0 ? (
        <div className="kg-Card-body kg-Text-hint">{t('sweep.noJobs')}</div>
      ) : (
        <div className="kg-Table-scroll kg-Trials" tabIndex={0}>
          <table data-testid="trials">
            <thead>
              <tr>
                <th>{t('sweep.job')}</th>
                <th>{t('sweep.statecol')}</th>
                <th className="kg-mod-end">{key === '' ? t('uses.metric') : <Code>{key}</Code>}</th>
                {varied.map((name) => (
                  <th key={name} className="kg-mod-end">
                    <Code>{name}</Code>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {ranked(trials, sweep.metric).map(({ job, best, value }) => (
                <tr key={job.job_id} data-testid="trial" data-best={best || undefined} data-state={job.state}>
                  <td>
                    <span className="kg-Layout-row kg-Trials-name">
                      <LinkButton onClick={() => void kargah.open('job', { job_id: job.job_id })}>
                        <Name>{job.name}</Name>
                      </LinkButton>
                      {best && <span className="kg-Chip kg-Tone-ok">{t('sweep.best')}</span>}
                    </span>
                  </td>
                  <td>
                    <StateBadge state={job.state} share={job.progress.fraction} />
                  </td>
                  <td className={`kg-mod-number ${best ? 'kg-mod-best' : ''}`}>
                    {value === null ? '—' : <Num>{metricValue(i18n, bare, value)}</Num>}
                  </td>
                  {varied.map((name) => (
                    <td key={name} className="kg-mod-number">
                      <Code>{settingText(job.params[name])}</Code>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** A sampled rate has sixteen digits; three say what it is. */
export function settingText(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value) ? rawValue(value) : asCode(value);
}
