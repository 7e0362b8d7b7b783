import { type ReactNode, useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import { ApiError } from '../../api/errors.js';
import type { Dataset, DatasetChanged, DatasetProfile } from '../../api/types.js';
import { Button, Spinner } from '../../components/controls/Button.js';
import { EmptyState, ErrorNote, Note, Skeleton } from '../../components/Note.js';
import { type Tab, Tabs } from '../../components/controls/Tabs.js';
import { Code } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useStore } from '../../lib/useStore.js';
import { chooseFiles } from '../actions.js';
import { useWritable } from '../useWritable.js';
import { Rows } from '../rows/Rows.js';
import { mayBeReadAnew, ReadAnew } from '../versions/reading/ReadAnew.js';
import { Splits } from '../versions/Splits.js';
import { Uses } from '../versions/Uses.js';
import { Versions } from '../versions/Versions.js';
import { useVersions } from '../versions/useVersions.js';
import { Classes, Columns } from './Columns.js';
import { DatasetHead } from './DatasetHead.js';
import { Samples } from './Samples.js';
import { useMeasured, useProfile } from './useProfile.js';

/** One dataset: what it is, what is wrong with it, its columns, its rows, its versions and what came out of them. */
export default function DatasetPage({ datasetId }: { readonly datasetId: string }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const list = useStore(kargah.store.list('datasets'));
  const listed = list.items.find((item) => item.dataset_id === datasetId);
  const [fetched, setFetched] = useState<Dataset | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [deleted, setDeleted] = useState(false);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const onChange = (_: unknown, event: DatasetChanged): void => {
      if (event.deleted && event.dataset.dataset_id === datasetId) {
        setDeleted(true);
      }
    };
    kargah.live.event('dataset_changed').connect(onChange);
    return () => {
      kargah.live.event('dataset_changed').disconnect(onChange);
    };
  }, [kargah, datasetId]);

  useEffect(() => {
    if (listed === undefined && list.status === 'ready') {
      // Not in the list, whose first page has newer datasets only.
      const path = { dataset_id: datasetId };
      data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}', { params: { path } })).then((found) => {
        setFetched(found);
        setFailure(null);
      }, setFailure);
    }
  }, [kargah, datasetId, list.status, listed, attempt]);

  const dataset = listed ?? fetched;
  if ((deleted && listed === undefined) || (failure instanceof ApiError && failure.code === 'not_found')) {
    return <EmptyState icon="table" title={t('ds.gone')} />;
  }
  if (failure !== null) {
    return <ErrorNote reason={failure} onRetry={() => setAttempt(attempt + 1)} />;
  }
  return dataset === null ? <Skeleton /> : <Page dataset={dataset} />;
}

function Page({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  // Null: the newest, also when a newer one comes.
  const [chosen, setChosen] = useState<number | null>(null);
  const versions = useVersions(dataset);
  const version = chosen ?? dataset.version;
  const of = versions.items.find((one) => one.version === version);
  // The newest version's state comes from the list, another version's from its own page of versions.
  const shown: Dataset =
    of === undefined || version === dataset.version
      ? dataset
      : { ...dataset, ...of, name: dataset.name, owner: of.created_by, version: dataset.version };
  return (
    <article data-testid="kargah-dataset-page" data-state={dataset.state}>
      <DatasetHead dataset={{ ...shown, versions: dataset.versions }} version={version} />
      <div className="kg-Layout-stack kg-DatasetPage-body">
        <Pending dataset={dataset} />
        <Warnings dataset={shown} />
        {dataset.state === 'ready' ? (
          <Views dataset={shown} version={version} versions={versions} onVersion={setChosen} />
        ) : (
          <Unready dataset={dataset} />
        )}
      </div>
    </article>
  );
}

function Warnings({ dataset }: { readonly dataset: Dataset }): ReactNode {
  const i18n = useI18n();
  const notes = dataset.warnings.map((warning, index) => (
    <Note key={`${warning.code}-${index}`} tone="warn" icon="warn" title={i18n.warning(warning)} />
  ));
  return notes.length === 0 ? null : <div className="kg-Layout-stack kg-mod-close">{notes}</div>;
}

/** A newer version on its way, beside the one that is shown. */
function Pending({ dataset }: { readonly dataset: Dataset }): ReactNode {
  const i18n = useI18n();
  const { t } = i18n;
  const { pending } = dataset;
  if (pending === null) return null;
  return pending.state === 'failed' ? (
    <Note
      tone="bad"
      icon="err"
      title={t('ver.pendingFailed', { n: pending.version })}
      actions={
        mayBeReadAnew(dataset, pending.error) ? <ReadAnew dataset={dataset} version={pending.version} /> : undefined
      }
    >
      {pending.error !== null && i18n.failure(pending.error)}
    </Note>
  ) : (
    <Note tone="run" icon={<Spinner tone="kg-Text-run" />} title={t('ver.pending', { n: pending.version })} />
  );
}

function Unready({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const measured = useMeasured(dataset.dataset_id);
  const writable = useWritable(dataset);
  if (dataset.state === 'failed') {
    const mended = mayBeReadAnew(dataset, dataset.error);
    return (
      <Note
        tone="bad"
        icon="err"
        title={t('ds.failed')}
        actions={
          writable ? (
            <>
              {mended && <ReadAnew kind="primary" dataset={dataset} version={dataset.version} />}
              <Button
                kind={mended ? 'plain' : 'primary'}
                size="small"
                icon="up"
                label={t('ds.uploadAgain')}
                onClick={() => chooseFiles(kargah)}
              />
            </>
          ) : undefined
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
  return (
    <>
      <Note tone="run" icon={<Spinner tone="kg-Text-run" />} title={t('ds.profiling')}>
        {measured.total > 0
          ? t('ds.measured', { n: measured.columns.length, all: measured.total })
          : t('ds.profiling.detail')}
      </Note>
      {measured.columns.length > 0 && (
        <Columns columns={measured.columns} rows={measured.rows} target={dataset.suggested_target} />
      )}
    </>
  );
}

type View = 'columns' | 'rows' | 'versions' | 'splits' | 'uses';

function Views({
  dataset,
  version,
  versions,
  onVersion,
}: {
  readonly dataset: Dataset;
  readonly version: number;
  readonly versions: ReturnType<typeof useVersions>;
  readonly onVersion: (version: number) => void;
}): JSX.Element {
  const { t, format } = useI18n();
  const [open, setOpen] = useState<View>('columns');
  const { profile, failure, retry } = useProfile(dataset, version);
  const images = dataset.kind === 'images';
  const of = versions.items.find((one) => one.version === version);
  const tabs: Tab<View>[] = [
    { id: 'columns', label: t(images ? 'ds.tab.classes' : 'ds.tab.columns') },
    { id: 'rows', label: t(images ? 'ds.tab.samples' : 'ds.tab.rows') },
    { id: 'versions', label: t('ds.tab.versions'), end: format.number(dataset.versions) },
    { id: 'splits', label: t('ds.tab.splits') },
    { id: 'uses', label: t('ds.tab.uses') },
  ];
  const show = (view: View): void => {
    setOpen(view);
    // Jobs and models may have come since.
    if (view === 'versions') versions.reload();
  };
  const content = ((): ReactNode => {
    if (open === 'versions')
      return <Versions dataset={dataset} version={version} versions={versions} onOpen={onVersion} />;
    if (open === 'uses') return <Uses dataset={dataset} />;
    if (open === 'splits')
      return <Splits dataset={dataset} version={version} of={of} profile={profile} onMade={versions.reload} />;
    if (failure !== null) return <ErrorNote reason={failure} onRetry={retry} />;
    if (profile === null) return <Skeleton />;
    return open === 'columns' ? (
      <Figures profile={profile} target={dataset.suggested_target} />
    ) : images ? (
      <Samples key={version} dataset={dataset} version={version} />
    ) : (
      <Rows key={version} dataset={dataset} version={version} columns={profile.columns} rows={profile.rows} />
    );
  })();
  return (
    <Tabs label={t('ds.views')} tabs={tabs} open={open} onOpen={show}>
      {content}
    </Tabs>
  );
}

function Figures({
  profile,
  target,
}: {
  readonly profile: DatasetProfile;
  readonly target: string | null;
}): JSX.Element {
  return profile.classes.length > 0 ? (
    <Classes profile={profile} />
  ) : (
    <Columns columns={profile.columns} rows={profile.rows} target={target} />
  );
}
