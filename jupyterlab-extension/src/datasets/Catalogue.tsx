import { createElement, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { Source } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import type { Kargah } from '../tokens.js';

export function openCatalogue(kargah: Kargah): void {
  void kargah.shell.show({
    title: kargah.i18n.t('sources.title'),
    content: () => createElement(Catalogue),
    wide: true,
  });
}

/** Real, open datasets; one click brings one in. */
export function Catalogue(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [sources, setSources] = useState<readonly Source[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    data(kargah.api.http.GET('/api/v1/sources')).then((page) => {
      setSources(page.items);
      setFailure(null);
    }, setFailure);
  }, [kargah, attempt]);

  return (
    <div className="kg-Layout-stack kg-DialogList" data-testid="kargah-catalogue">
      <p className="kg-Text-muted">{t('sources.lead')}</p>
      {failure !== null && (
        <ErrorNote reason={failure} onRetry={sources === null ? () => setAttempt(attempt + 1) : undefined} />
      )}
      {sources === null && failure === null && <Skeleton />}
      <ul className="kg-Sources">
        {sources?.map((source) => (
          <SourceItem key={source.source_id} source={source} onFailed={setFailure} />
        ))}
      </ul>
    </div>
  );
}

function SourceItem({
  source,
  onFailed,
}: {
  readonly source: Source;
  readonly onFailed: (reason: unknown) => void;
}): JSX.Element {
  const kargah = useKargah();
  const { t, pick, format } = useI18n();
  const datasets = useStore(kargah.store.list('datasets'));
  const [busy, setBusy] = useState(false);
  const name = pick(source.name, source.name_fa);
  const have = datasets.items.some(({ source_id, state }) => source_id === source.source_id && state !== 'failed');
  const bring = async (): Promise<void> => {
    setBusy(true);
    try {
      const path = { source_id: source.source_id };
      kargah.store
        .list('datasets')
        .put(await data(kargah.api.http.POST('/api/v1/sources/{source_id}/import', { params: { path } })));
    } catch (reason) {
      onFailed(reason);
    }
    setBusy(false);
  };
  return (
    <li className="kg-Card kg-Source">
      <div className="kg-Layout-grow">
        <div className="kg-Layout-row kg-Layout-wrap">
          <b className="kg-Text-bold">{name}</b>
          {source.task !== null && <span className="kg-Chip kg-mod-plain">{t(`sources.${source.task}`)}</span>}
        </div>
        <p className="kg-Text-hint">{pick(source.description, source.description_fa)}</p>
        <p className="kg-Text-small kg-Text-muted">
          {[
            source.rows === null ? null : t('ds.rows', { n: source.rows }),
            source.columns === null ? null : t('ds.columns', { n: source.columns }),
            source.size_bytes === null ? null : format.size(source.size_bytes),
            source.license,
          ]
            .filter((fact) => fact !== null)
            .join(t('facts.and'))}
        </p>
      </div>
      <Button
        icon={have ? 'check' : 'add'}
        busy={busy}
        label={have ? t('sources.imported') : t('sources.import')}
        aria-label={have ? `${name}: ${t('sources.imported')}` : t('sources.importX', { x: name })}
        aria-disabled={have}
        onClick={have ? undefined : () => void bring()}
      />
    </li>
  );
}
