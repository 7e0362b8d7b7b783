import { type ReactNode, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import { ApiError } from '../api/errors.js';
import type { Dataset, DatasetChanged } from '../api/types.js';
import { Button, IconButton, LinkButton, Spinner } from '../components/Button.js';
import { Icon } from '../components/Icon.js';
import { Menu, below, type MenuPlace } from '../components/Menu.js';
import { EmptyState, ErrorNote, Note, Skeleton } from '../components/Note.js';
import { StateBadge } from '../components/State.js';
import { Code, Moment } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../store/useStore.js';
import { chooseFiles, codeFor, downloadDataset } from './actions.js';
import { Columns } from './Columns.js';
import { datasetMenu } from './DatasetRow.js';
import { Preview } from './Preview.js';

/** One dataset: what it is, what is wrong with it, its columns and its first rows. */
export default function DatasetPage({ datasetId }: { readonly datasetId: string }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const list = useStore(kargah.store.datasets);
  const listed = list.items.find((item) => item.dataset_id === datasetId);
  const [fetched, setFetched] = useState<Dataset | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [deleted, setDeleted] = useState(false);

  useEffect(() => {
    const onChange = (_: unknown, event: DatasetChanged): void => {
      if (event.deleted && event.dataset.dataset_id === datasetId) {
        setDeleted(true);
      }
    };
    kargah.live.datasetChanged.connect(onChange);
    return () => {
      kargah.live.datasetChanged.disconnect(onChange);
    };
  }, [kargah, datasetId]);

  useEffect(() => {
    if (listed === undefined && list.status === 'ready') {
      // Older than the first page of the list.
      const path = { dataset_id: datasetId };
      data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}', { params: { path } })).then(setFetched, setFailure);
    }
  }, [kargah, datasetId, list.status, listed]);

  const dataset = listed ?? fetched;
  if ((deleted && listed === undefined) || (failure instanceof ApiError && failure.code === 'not_found')) {
    return <EmptyState icon="table" title={t('ds.gone')} />;
  }
  if (failure !== null) {
    return <ErrorNote reason={failure} />;
  }
  return dataset === null ? <Skeleton /> : <Page dataset={dataset} />;
}

function Page({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  return (
    <article data-testid="kargah-dataset-page" data-state={dataset.state}>
      <Head dataset={dataset} />
      <div className="stack page-body">
        <Warnings dataset={dataset} />
        <Body dataset={dataset} />
      </div>
    </article>
  );
}

function Head({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const ready = dataset.state === 'ready';
  const save = async (): Promise<void> => {
    setShare(0);
    await downloadDataset(kargah, dataset, (done, total) => setShare(done / total));
    setShare(null);
  };
  return (
    <>
      <nav className="crumbs">
        <LinkButton onClick={() => kargah.showPanel()}>{t('panel.datasets')}</LinkButton>
      </nav>
      <div className="row wrap page-head">
        <h1>
          <bdi>{dataset.name}</bdi>
        </h1>
        <StateBadge state={dataset.state} />
        {dataset.warnings.length > 0 && (
          <span className="chip tone-warn">
            <Icon name="warn" />
            {t('ds.warnings', { n: dataset.warnings.length })}
          </span>
        )}
        <span className="grow" />
        <Button
          kind="primary"
          icon="play"
          label={t('ds.train')}
          disabled={!ready}
          title={ready ? t('ds.train') : t('ds.profiling')}
          onClick={() => void kargah.openNewJob({ datasetId: dataset.dataset_id })}
        />
        <Button icon="code" label={t('ds.copyCode')} onClick={() => void kargah.shell.copy(codeFor(dataset))} />
        <Button
          icon="down"
          label={t('action.download')}
          busy={share !== null}
          title={
            share === null
              ? t('action.download')
              : t('download.preparing', { x: dataset.filename, p: format.percent(share, 0) })
          }
          disabled={dataset.state === 'uploading'}
          onClick={() => void save()}
        />
        <IconButton
          icon="more"
          label={t('action.more')}
          aria-haspopup="menu"
          onClick={(event) => setMenuAt(below(event.currentTarget))}
        />
        {menuAt !== null && (
          <Menu
            label={dataset.name}
            at={menuAt}
            items={datasetMenu(kargah, dataset, 'page')}
            onClose={() => setMenuAt(null)}
          />
        )}
      </div>
      <div className="meta">
        {dataset.rows !== null && (
          <span>
            {t(dataset.kind === 'images' ? 'ds.images' : 'ds.rows', { n: dataset.rows })}
            {dataset.columns !== null &&
              dataset.kind !== 'images' &&
              `${i18n.pick(', ', '، ')}${t('ds.columns', { n: dataset.columns })}`}
          </span>
        )}
        <span>{format.size(dataset.size_bytes)}</span>
        {dataset.format !== null && (
          <span>
            <Code>{[formatName(dataset.format), dataset.encoding].filter(Boolean).join(', ')}</Code>
          </span>
        )}
        <span>
          <span>
            <bdi>{dataset.owner.name}</bdi>
            {i18n.pick(', ', '، ')}
            <Moment at={dataset.created_at} />
          </span>
        </span>
        {dataset.sha256 !== null && (
          <span>
            <Code>{`sha256:${dataset.sha256.slice(0, 4)}…${dataset.sha256.slice(-4)}`}</Code>
            <IconButton
              icon="copy"
              label={t('ds.copyHash')}
              onClick={() => void kargah.shell.copy(dataset.sha256 ?? '')}
            />
          </span>
        )}
      </div>
    </>
  );
}

function formatName(format: NonNullable<Dataset['format']>): string {
  return { csv: 'CSV', parquet: 'Parquet', jsonl: 'JSON Lines', images: 'zip' }[format];
}

function Warnings({ dataset }: { readonly dataset: Dataset }): ReactNode {
  const i18n = useI18n();
  const notes = dataset.warnings.map((warning, index) => (
    <Note key={`${warning.code}-${index}`} tone="warn" icon="warn" title={i18n.failure(warning)} />
  ));
  return notes.length === 0 ? null : <div className="stack close">{notes}</div>;
}

function Body({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  if (dataset.state === 'failed') {
    return (
      <Note
        tone="bad"
        icon="err"
        title={t('ds.failed')}
        actions={
          <Button
            kind="primary"
            size="small"
            icon="up"
            label={t('ds.uploadAgain')}
            onClick={() => chooseFiles(kargah)}
          />
        }
      >
        {dataset.error !== null && (
          <>
            <div>{i18n.failure(dataset.error)}</div>
            <Code>{dataset.error.code}</Code>
          </>
        )}
      </Note>
    );
  }
  if (dataset.state !== 'ready') {
    return (
      <Note tone="run" icon={<Spinner tone="t-run" />} title={t('ds.profiling')}>
        {t('ds.profiling.detail')}
      </Note>
    );
  }
  return (
    <>
      <Columns dataset={dataset} />
      <Preview dataset={dataset} />
    </>
  );
}
