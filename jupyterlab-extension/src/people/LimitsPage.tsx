import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { LimitsInUse } from '../api/types.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { KINDS } from './Limits.js';

/** How much one may use, and uses now: oneself, and the project that is shown. */
export default function LimitsPage(): JSX.Element {
  const { api } = useKargah();
  const { t } = useI18n();
  const project = useStore(api.project);
  const [mine, setMine] = useState<{ person: LimitsInUse; project: LimitsInUse } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    data(api.http.GET('/api/v1/limits', { signal: left.signal })).then(
      (found) => {
        setMine(found);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!left.signal.aborted) setFailure(reason);
      },
    );
    return () => left.abort();
  }, [api, project, attempt]);
  if (failure !== null) return <ErrorNote reason={failure} onRetry={() => setAttempt((count) => count + 1)} />;
  if (mine === null) return <Skeleton />;
  return (
    <div data-testid="limits-page">
      <h1>{t('limits.title')}</h1>
      <p className="kg-Text-muted">{t('limits.lead')}</p>
      <h2>{t('limits.ofMine')}</h2>
      <Use of={mine.person} />
      <h2>{t('limits.ofProject')}</h2>
      <Use of={mine.project} />
    </div>
  );
}

function Use({ of: { limits, use } }: { readonly of: LimitsInUse }): JSX.Element {
  const { t, format } = useI18n();
  const text = (kind: (typeof KINDS)[number], value: number): string =>
    kind === 'bytes' ? format.size(value) : format.number(value);
  return (
    <dl className="kg-Limits">
      {KINDS.map((kind) => {
        const most = limits[kind];
        return (
          <div key={kind}>
            <dt>{t(`limits.${kind}.use`)}</dt>
            <dd>
              {most === null
                ? t('limits.free', { x: text(kind, use[kind]) })
                : t('limits.of', { x: text(kind, use[kind]), max: text(kind, most) })}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
