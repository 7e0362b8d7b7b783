import type { Dataset } from '../api/types.js';
import { IconButton, Spinner } from '../components/controls/Button.js';
import { Icon } from '../components/icons/Icon.js';
import type { MenuItem } from '../components/controls/Menu.js';
import { MenuRow } from '../components/rows/MenuRow.js';
import { Name } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import type { Kargah } from '../tokens.js';
import { useWritable } from './useWritable.js';
import { codeFor, deleteDataset, downloadDataset, editTags, openInNotebook, renameDataset } from './actions.js';
import { May, permitted } from '../projects/may.js';
import { openSharing } from './Sharing.js';
import { openTransfer } from './Transfer.js';

export function datasetMenu(kargah: Kargah, dataset: Dataset, opened: 'row' | 'page'): readonly MenuItem[] {
  const { t } = kargah.i18n;
  const ready = dataset.state === 'ready';
  const id = dataset.dataset_id;
  const owners = {
    needs: 'dataset.write',
    disabled: !dataset.mine,
    why: t('share.readOnly', { x: dataset.owner.name }),
  };
  return permitted(kargah, [
    ...(opened === 'row'
      ? [
          {
            label: t('action.open'),
            icon: 'table' as const,
            run: () => void kargah.open('dataset', { dataset_id: id }),
          },
          {
            label: t('ds.trainOn'),
            icon: 'play' as const,
            needs: 'job.write',
            disabled: !ready,
            run: () => void kargah.open('new-job', { dataset_id: id }),
          },
          {
            label: t('ds.openNotebook'),
            icon: 'code' as const,
            disabled: !ready,
            run: () => void openInNotebook(kargah, dataset),
          },
          { label: t('ds.copyCode'), icon: 'copy' as const, run: () => void kargah.shell.copy(codeFor(dataset)) },
          {
            label: t('action.download'),
            icon: 'down' as const,
            disabled: dataset.state === 'uploading',
            run: () => void downloadDataset(kargah, dataset),
          },
        ]
      : []),
    { label: t('action.rename'), icon: 'tune', ...owners, run: () => void renameDataset(kargah, dataset) },
    { label: t('tags.edit'), icon: 'filter', ...owners, run: () => void editTags(kargah, dataset) },
    { label: t('transfer.title'), icon: 'model', ...owners, run: () => void openTransfer(kargah, dataset) },
    {
      label: t('share.title'),
      icon: 'ext',
      ...owners,
      needs: 'dataset.share',
      run: () => void openSharing(kargah, dataset),
    },
    {
      label: t('action.delete'),
      icon: 'del',
      separated: true,
      ...owners,
      run: () => void deleteDataset(kargah, dataset),
    },
  ]);
}

export interface DatasetRowProps {
  readonly dataset: Dataset;
  readonly first: boolean;
  /** The tags that the list is filtered by. */
  readonly tags: ReadonlySet<string>;
  readonly onTag: (tag: string) => void;
}

export function DatasetRow({ dataset, first, tags, onTag }: DatasetRowProps): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const failed = dataset.state === 'failed';
  const writable = useWritable(dataset);
  return (
    <MenuRow
      name={dataset.name}
      first={first}
      items={() => datasetMenu(kargah, dataset, 'row')}
      testId="kargah-dataset"
      state={dataset.state}
      icon={
        failed ? (
          <Icon name="err" className="kg-Text-bad" />
        ) : (
          <Icon name={dataset.kind === 'images' || dataset.format === 'images' ? 'img' : 'table'} />
        )
      }
      title={<Name>{dataset.name}</Name>}
      end={<DatasetFigure dataset={dataset} />}
      actions={
        <>
          {dataset.state === 'ready' && (
            <>
              <May do="job.write">
                <IconButton
                  icon="play"
                  label={t('ds.trainOn')}
                  onClick={() => void kargah.open('new-job', { dataset_id: dataset.dataset_id })}
                />
              </May>
              <IconButton
                icon="code"
                label={t('ds.copyCode')}
                onClick={() => void kargah.shell.copy(codeFor(dataset))}
              />
            </>
          )}
        </>
      }
      onOpen={() => void kargah.open('dataset', { dataset_id: dataset.dataset_id })}
      onDelete={() =>
        !writable && dataset.mine
          ? undefined
          : dataset.mine
            ? void deleteDataset(kargah, dataset)
            : kargah.shell.toast('error', t('share.readOnly', { x: dataset.owner.name }))
      }
      second={
        dataset.mine && dataset.tags.length === 0 ? undefined : (
          <Belonging dataset={dataset} tags={tags} onTag={onTag} />
        )
      }
    />
  );
}

/** Whose it is, where it is not mine, and its tags: a press shows only what has the tag. */
function Belonging({ dataset, tags, onTag }: Omit<DatasetRowProps, 'first'>): JSX.Element {
  const { t } = useI18n();
  const from = t('share.withMe', { x: dataset.owner.name });
  return (
    <div className="kg-DatasetRow-belonging">
      {!dataset.mine && (
        <span className="kg-Text-ellipsis" title={from} data-testid="shared-with-me">
          {from}
        </span>
      )}
      {dataset.tags.map((tag) => (
        <button
          type="button"
          key={tag}
          // Reached by the row's arrows, like its other buttons.
          tabIndex={-1}
          className={`kg-Chip kg-mod-button ${tags.has(tag) ? 'kg-Tone-run' : 'kg-mod-plain'}`}
          aria-pressed={tags.has(tag)}
          aria-label={t('tags.filter', { x: tag })}
          title={t('tags.filter', { x: tag })}
          onClick={() => onTag(tag)}
        >
          <span className="kg-Text-ellipsis kg-Text-name" dir="auto">
            {tag}
          </span>
        </button>
      ))}
    </div>
  );
}

/** What one number says about a dataset: rows or images, warnings, or where it is. */
function DatasetFigure({ dataset }: { readonly dataset: Dataset }): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  if (dataset.state === 'failed') {
    const cause = dataset.error === null ? t('state.failed') : i18n.failure(dataset.error);
    return (
      <span className="kg-Text-bad kg-Text-ellipsis kg-Text-end" title={cause}>
        {cause}
      </span>
    );
  }
  if (dataset.state !== 'ready') {
    return (
      <>
        <Spinner tone="kg-Text-off" />
        {t(`state.${dataset.state}`)}
      </>
    );
  }
  return (
    <>
      {dataset.warnings.length > 0 && (
        <span
          className="kg-Text-warn kg-Layout-row kg-mod-tightRow"
          title={t('ds.warnings', { n: dataset.warnings.length })}
        >
          <Icon name="warn" />
          {format.number(dataset.warnings.length)}
        </span>
      )}
      {dataset.rows !== null && (
        <span className="kg-mod-roomy">
          {t(dataset.kind === 'images' ? 'ds.images' : 'ds.rows', { n: dataset.rows })}
        </span>
      )}
    </>
  );
}
