import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { SessionInfo } from '../api/types.js';
import { IconButton } from '../components/controls/Button.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { Moment } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';

/** `Chrome, Linux` out of a user agent; enough to know one's own machine. */
function browserOf(userAgent: string | null): string | null {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent ?? '')?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent ?? '')?.[1];
  const name = { Edg: 'Edge', OPR: 'Opera' }[browser ?? ''] ?? browser;
  return name === undefined ? null : [name, system].filter(Boolean).join(', ');
}

/** Where this account is signed in. */
export function Sessions(): JSX.Element {
  const { api } = useKargah();
  const { t } = useI18n();
  const [sessions, setSessions] = useState<readonly SessionInfo[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    data(api.http.GET('/api/v1/auth/sessions')).then((page) => {
      setSessions(page.items);
      setFailure(null);
    }, setFailure);
  }, [api, attempt]);

  const end = async (id: string): Promise<void> => {
    try {
      await data(api.http.DELETE('/api/v1/auth/sessions/{session_id}', { params: { path: { session_id: id } } }));
      setSessions((all) => (all ?? []).filter((one) => one.session_id !== id));
    } catch (reason) {
      setFailure(reason);
    }
  };

  return (
    <div className="kg-Layout-stack kg-DialogList">
      {failure !== null && (
        <ErrorNote reason={failure} onRetry={sessions === null ? () => setAttempt(attempt + 1) : undefined} />
      )}
      {sessions === null && failure === null && <Skeleton />}
      <ul>
        {sessions?.map((session) => (
          <li className="kg-Layout-row" key={session.session_id}>
            <span className="kg-Layout-grow kg-Text-ellipsis">
              <bdi>{browserOf(session.user_agent) ?? t('sessions.unknown')}</bdi>
            </span>
            {session.current ? (
              <span className="kg-Chip kg-Tone-ok">{t('sessions.current')}</span>
            ) : (
              <IconButton icon="out" label={t('sessions.end')} onClick={() => void end(session.session_id)} />
            )}
            <span className="kg-Text-small kg-Text-muted kg-Text-nowrap">
              <Moment at={session.created_at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
