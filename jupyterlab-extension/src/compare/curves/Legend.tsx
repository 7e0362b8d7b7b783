import { useState } from 'react';
import { LinkButton } from '../../components/controls/Button.js';
import { StateIcon } from '../../components/State.js';
import { Name } from '../../components/Text.js';
import { useI18n } from '../../i18n/context.js';
import { matcher } from '../../i18n/fold/search.js';
import { colorOf, isDark } from './colors.js';
import type { Run } from '../runs.js';

const SHOWN = 200;

export interface LegendProps {
  readonly runs: readonly Run[];
  readonly hidden: ReadonlySet<string>;
  readonly lit: string | null;
  readonly onHidden: (hidden: readonly string[]) => void;
  readonly onLight: (jobId: string | null) => void;
}

/** The jobs by their colours; searched, and shown or not, one by one or as many as the search finds. */
export function Legend({ runs, hidden, lit, onHidden, onLight }: LegendProps): JSX.Element {
  const { t } = useI18n();
  const [search, setSearch] = useState('');
  const matches = matcher(search);
  const found = runs
    .map((run, place) => ({ run, place }))
    .filter(({ run: { job } }) => matches(job.name, job.job_id, job.recipe ?? '', job.script?.path ?? ''));
  const shown = found.slice(0, SHOWN);
  const set = (ids: readonly string[], visible: boolean): void => {
    const next = new Set(hidden);
    for (const id of ids) {
      if (visible) next.delete(id);
      else next.add(id);
    }
    onHidden([...next]);
  };
  const ids = found.map(({ run }) => run.job.job_id);
  return (
    <section className="kg-Card kg-Compare-legend" aria-label={t('compare.jobs')}>
      <div className="kg-Card-head">
        <input
          type="search"
          className="kg-Layout-grow"
          placeholder={t('compare.legend.search')}
          aria-label={t('compare.legend.search')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <LinkButton onClick={() => set(ids, true)}>{t('compare.legend.all')}</LinkButton>
        <LinkButton onClick={() => set(ids, false)}>{t('compare.legend.none')}</LinkButton>
      </div>
      <ul tabIndex={0} aria-label={t('compare.jobs')} onMouseLeave={() => onLight(null)}>
        {shown.map(({ run: { job }, place }) => (
          <li
            key={job.job_id}
            className={lit === job.job_id ? 'kg-mod-on' : ''}
            onMouseEnter={() => onLight(job.job_id)}
          >
            <label>
              <input
                type="checkbox"
                checked={!hidden.has(job.job_id)}
                onChange={(event) => set([job.job_id], event.target.checked)}
                onFocus={() => onLight(job.job_id)}
              />
              <i style={{ background: colorOf(place, isDark()) }} />
              <Name>{job.name}</Name>
              <StateIcon state={job.state} />
            </label>
          </li>
        ))}
      </ul>
      {found.length > shown.length && (
        <div className="kg-Text-hint kg-Layout-pad">
          {t('compare.legend.more', { n: shown.length, all: found.length })}
        </div>
      )}
    </section>
  );
}
