import { useState } from 'react';
import { data } from '../../api/client.js';
import type { Dataset, DatasetVersion } from '../../api/types.js';
import { Button, IconButton, LinkButton } from '../../components/controls/Button.js';
import { Icon } from '../../components/icons/Icon.js';
import { ErrorNote, Skeleton } from '../../components/Note.js';
import { Code, Moment } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useWritable } from '../useWritable.js';
import { attempt, chooseFiles } from '../actions.js';
import { Diff } from './Diff.js';
import { ReadOnly } from './reading/ReadOnly.js';
import { mayBeReadAnew, ReadAnew } from './reading/ReadAnew.js';
import { openReread } from './reading/Reread.js';
import type { VersionList } from './useVersions.js';

/** Every version, what came of it, and what changed from one to another. */
export function Versions({
  dataset,
  version,
  versions,
  onOpen,
}: {
  readonly dataset: Dataset;
  readonly version: number;
  readonly versions: VersionList;
  readonly onOpen: (version: number) => void;
}): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const writable = useWritable(dataset);
  const [against, setAgainst] = useState<number | null>(null);
  if (versions.failure !== null) return <ErrorNote reason={versions.failure} onRetry={versions.reload} retried />;
  if (versions.items.length === 0) return <Skeleton />;
  const remove = async (one: DatasetVersion): Promise<void> => {
    const sure = await kargah.shell.confirm({
      title: t('ver.deleteTitle', { n: one.version }),
      body: t('ver.deleteBody'),
      accept: t('action.delete'),
      destructive: true,
    });
    if (!sure) return;
    await attempt(kargah, async () => {
      const path = { dataset_id: dataset.dataset_id, version: one.version };
      await data(kargah.api.http.DELETE('/api/v1/datasets/{dataset_id}/versions/{version}', { params: { path } }));
      versions.reload();
    });
  };
  return (
    <>
      <section className="kg-Card" data-testid="kargah-versions">
        <div className="kg-Card-head">
          <h2>{t('ds.tab.versions')}</h2>
          <span className="kg-Layout-grow" />
          {writable && dataset.kind === 'tabular' && (
            <Button
              size="small"
              icon="tune"
              label={t('reread.open')}
              onClick={() => void openReread(kargah, dataset, version)}
            />
          )}
          {writable && (
            <Button
              size="small"
              icon="up"
              label={t('ver.new')}
              title={t('ver.newHint')}
              onClick={() => chooseFiles(kargah, dataset.dataset_id)}
            />
          )}
        </div>
        <ReadOnly dataset={dataset} className="kg-Card-body" />
        <ul className="kg-VersionList">
          {versions.items.map((one) => (
            <li key={one.version_id} className={one.version === version ? 'kg-mod-on' : ''} data-version={one.version}>
              <Facts one={one} newest={one.version === dataset.version} onOpen={onOpen} />
              {!one.deleted && mayBeReadAnew(dataset, one.error) && (
                <ReadAnew dataset={dataset} version={one.version} />
              )}
              {!one.freed && one.state === 'ready' && one.version !== version && (
                <Button size="small" kind="quiet" label={t('ver.compare')} onClick={() => setAgainst(one.version)} />
              )}
              {writable && versions.items.length > 1 && !one.deleted && (
                <IconButton icon="del" label={t('ver.delete')} onClick={() => void remove(one)} />
              )}
            </li>
          ))}
        </ul>
      </section>
      {against !== null && against !== version && (
        <Diff
          key={`${against} ${version}`}
          dataset={dataset}
          from={Math.min(against, version)}
          to={Math.max(against, version)}
        />
      )}
    </>
  );
}

function Facts({
  one,
  newest,
  onOpen,
}: {
  readonly one: DatasetVersion;
  readonly newest: boolean;
  readonly onOpen: (version: number) => void;
}): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  const open = one.state === 'ready' && !one.freed;
  return (
    <div className="kg-Layout-grow">
      <div className="kg-Layout-row kg-Layout-wrap">
        {open ? (
          <LinkButton onClick={() => onOpen(one.version)}>{t('ver.version', { n: one.version })}</LinkButton>
        ) : (
          <b className="kg-Text-bold">{t('ver.version', { n: one.version })}</b>
        )}
        {newest && <span className="kg-Chip kg-mod-plain">{t('ver.newest')}</span>}
        {one.state !== 'ready' && <span className="kg-Chip kg-mod-plain">{t(`state.${one.state}`)}</span>}
        {one.freed ? (
          <span className="kg-Chip kg-mod-plain">{t('ver.freed')}</span>
        ) : (
          one.deleted && <span className="kg-Chip kg-mod-plain">{t('ver.deleted')}</span>
        )}
        {one.warnings.length > 0 && (
          <span
            className="kg-Chip kg-Tone-warn"
            title={one.warnings.map((warning) => i18n.warning(warning)).join('\n')}
          >
            <Icon name="warn" />
            {t('ds.warnings', { n: one.warnings.length })}
          </span>
        )}
        {one.models > 0 && (
          <span className="kg-Chip kg-Tone-ok">
            <Icon name="check" />
            {t('ver.models', { n: one.models })}
          </span>
        )}
      </div>
      <div className="kg-Meta">
        {one.rows !== null && <span>{t(one.kind === 'images' ? 'ds.images' : 'ds.rows', { n: one.rows })}</span>}
        <span>{format.size(one.size_bytes)}</span>
        <span>
          {one.origin.kind === 'reread'
            ? t('origin.reread', { n: one.origin.version })
            : t(`origin.${one.origin.kind}`)}
        </span>
        <span>{t('ver.jobs', { n: one.jobs })}</span>
        <span>
          <Moment at={one.created_at} />
        </span>
        {one.sha256 !== null && <Code>{one.sha256.slice(0, 12)}</Code>}
      </div>
      {one.error !== null && <p className="kg-Text-small kg-Text-bad">{i18n.failure(one.error)}</p>}
    </div>
  );
}
