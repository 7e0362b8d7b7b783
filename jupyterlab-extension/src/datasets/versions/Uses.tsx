import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { Dataset, JobState, Lineage } from '../../api/types.js';
import { LinkButton } from '../../components/controls/Button.js';
import { EmptyState, ErrorNote, Skeleton } from '../../components/Note.js';
import { StateBadge } from '../../components/State.js';
import { Code, Moment, NameText } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';

const PAGE = 50;

/** The jobs that learned from a dataset and the models they left. */
export function Uses({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [found, setFound] = useState<Lineage | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const asked = new AbortController();
    const query = { limit: PAGE, ...(cursor === null ? {} : { cursor }) };
    const params = { path: { dataset_id: dataset.dataset_id }, query };
    data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}/lineage', { params, signal: asked.signal })).then(
      (page) => {
        setFound((before) => (cursor === null || !before ? page : { ...page, jobs: [...before.jobs, ...page.jobs] }));
        setFailure(null);
      },
      (reason: unknown) => {
        if (!asked.signal.aborted) setFailure(reason);
      },
    );
    return () => asked.abort();
  }, [kargah, dataset.dataset_id, cursor, attempt]);
  if (failure !== null) return <ErrorNote reason={failure} onRetry={() => setAttempt(attempt + 1)} />;
  if (found === null) return <Skeleton />;
  if (found.jobs.length === 0) return <EmptyState icon="play" title={t('uses.none')} />;
  const next = found.next_cursor;
  return (
    <section className="kg-Card" data-testid="kargah-uses">
      <div className="kg-Table-scroll" tabIndex={0} role="region" aria-label={t('ds.tab.uses')}>
        <table>
          <thead>
            <tr>
              {(['job', 'state', 'version', 'metric', 'model', 'when'] as const).map((name) => (
                <th key={name} scope="col">
                  {t(`uses.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.jobs.map((job) => (
              <tr key={job.job_id}>
                <td>
                  <LinkButton onClick={() => void kargah.open('job', { job_id: job.job_id })}>
                    <NameText>{job.name}</NameText>
                  </LinkButton>
                </td>
                <td>
                  <StateBadge state={job.state as JobState} />
                </td>
                <td>{t('ver.version', { n: job.version })}</td>
                <td>{job.metric !== null && <Code>{`${job.metric.key} ${job.metric.value.toPrecision(4)}`}</Code>}</td>
                <td>{job.has_model && <span className="kg-Chip kg-Tone-ok">{t('uses.hasModel')}</span>}</td>
                <td>
                  <Moment at={job.created_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {next !== null && (
        <p className="kg-Lists-more">
          <LinkButton onClick={() => setCursor(next)}>{t('uses.more')}</LinkButton>
        </p>
      )}
    </section>
  );
}
