import { useCallback, useState } from 'react';
import { data } from '../api/client.js';
import type { ServerProject } from '../api/types.js';
import { LinkButton } from '../components/controls/Button.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { LimitsEditor } from './Limits.js';
import { usePaged } from './usePaged.js';

const idOf = ({ project_id }: ServerProject): string => project_id;

/** Every project of the server, for the limits that an administrator sets. */
export function ServerProjects(): JSX.Element {
  const { api } = useKargah();
  const { t } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const read = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      data(
        api.http.GET('/api/v1/server/projects', { params: { query: cursor === undefined ? {} : { cursor } }, signal }),
      ),
    [api],
  );
  const { items, failure, more, again } = usePaged(read, idOf);
  return (
    <section className="kg-Layout-stack">
      <h2>{t('limits.projects')}</h2>
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {items === null && failure === null && <Skeleton />}
      <ul className="kg-People">
        {items?.map(({ project_id, name, owners, members }) => (
          <li key={project_id} data-testid="server-project">
            <div className="kg-Layout-row">
              <span className="kg-Layout-grow">
                <bdi className="kg-Text-medium">{name}</bdi>{' '}
                <span className="kg-Text-muted kg-Text-small">
                  {t('limits.projectOf', { x: owners.join(t('facts.and')), n: members })}
                </span>
              </span>
              <LinkButton aria-label={`${t('people.limits')} ${name}`} onClick={() => setOpen(project_id)}>
                {t('people.limits')}
              </LinkButton>
            </div>
            {open === project_id && (
              <LimitsEditor of={{ kind: 'project', id: project_id }} onDone={() => setOpen(null)} />
            )}
          </li>
        ))}
      </ul>
      {more !== null && <LinkButton onClick={more}>{t('panel.moreRows')}</LinkButton>}
    </section>
  );
}
