import { useState } from 'react';
import type { Dataset } from '../../api/types.js';
import { Button, IconButton, LinkButton } from '../../components/controls/Button.js';
import { Icon } from '../../components/icons/Icon.js';
import { Menu, type MenuItem, type MenuPlace, below } from '../../components/controls/Menu.js';
import { StateBadge } from '../../components/State.js';
import { Code, Moment } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { downloadDataset, downloadTable, openInNotebook } from '../actions.js';
import { May, useMay } from '../../projects/may.js';
import { datasetMenu } from '../DatasetRow.js';

const TABLE_FORMATS = ['csv', 'xlsx', 'parquet', 'jsonl'] as const;
const FORMAT_NAMES: Readonly<Record<string, string>> = {
  csv: 'CSV',
  tsv: 'TSV',
  parquet: 'Parquet',
  arrow: 'Arrow',
  jsonl: 'JSON Lines',
  excel: 'Excel',
  xlsx: 'Excel (XLSX)',
  npz: 'npz',
  text: 'text',
  images: 'images',
};

/** What a dataset is, and what can be done with all of it. */
export function DatasetHead({
  dataset,
  version,
}: {
  readonly dataset: Dataset;
  readonly version: number;
}): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);
  const [saveAt, setSaveAt] = useState<MenuPlace | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const ready = dataset.state === 'ready';
  // Every item of the menu changes the dataset.
  const changes = useMay('dataset.write');
  const save = async (act: (tell: (done: number, total: number) => void) => Promise<boolean>): Promise<void> => {
    setShare(0);
    await act((done, total) => setShare(total > 0 ? done / total : 0));
    setShare(null);
  };
  const downloads: MenuItem[] = [
    {
      label: t('ds.downloadOriginal'),
      icon: 'down',
      end: dataset.format === null ? undefined : FORMAT_NAMES[dataset.format],
      run: () => void save((tell) => downloadDataset(kargah, dataset, tell, version)),
    },
    ...(dataset.kind === 'tabular'
      ? TABLE_FORMATS.map((one) => ({
          label: t('ds.downloadAs', { x: FORMAT_NAMES[one] ?? one }),
          icon: 'table' as const,
          run: () => void save((tell) => downloadTable(kargah, dataset, { version, format: one }, tell)),
        }))
      : []),
  ];
  return (
    <>
      <nav className="kg-Crumbs">
        <LinkButton onClick={() => kargah.showPanel()}>{t('panel.datasets')}</LinkButton>
      </nav>
      <div className="kg-Layout-row kg-Layout-wrap kg-DatasetHead">
        <h1>
          <bdi>{dataset.name}</bdi>
        </h1>
        <StateBadge state={dataset.state} />
        {dataset.warnings.length > 0 && (
          <span className="kg-Chip kg-Tone-warn">
            <Icon name="warn" />
            {t('ds.warnings', { n: dataset.warnings.length })}
          </span>
        )}
        <span className="kg-Layout-grow" />
        <May do="job.write">
          <Button
            kind="primary"
            icon="play"
            label={t('ds.train')}
            disabled={!ready}
            title={ready ? t('ds.train') : t('ds.profiling')}
            onClick={() => void kargah.open('new-job', { dataset_id: dataset.dataset_id })}
          />
        </May>
        <Button
          icon="code"
          label={t('ds.openNotebook')}
          disabled={!ready}
          onClick={() => void openInNotebook(kargah, dataset, version)}
        />
        {/* On a line of its own the last one would look lost. */}
        <span className="kg-Layout-row">
          <Button
            icon="down"
            label={t('action.download')}
            busy={share !== null}
            title={
              share === null
                ? t('action.download')
                : t('download.preparing', { x: dataset.filename, p: format.percent(share, 0) })
            }
            disabled={!ready}
            aria-haspopup="menu"
            onClick={(event) => setSaveAt(below(event.currentTarget))}
          />
          {saveAt !== null && (
            <Menu label={t('action.download')} at={saveAt} items={downloads} onClose={() => setSaveAt(null)} />
          )}
          {changes && (
            <IconButton
              icon="more"
              label={t('action.more')}
              aria-haspopup="menu"
              onClick={(event) => setMenuAt(below(event.currentTarget))}
            />
          )}
          {menuAt !== null && (
            <Menu
              label={dataset.name}
              at={menuAt}
              items={datasetMenu(kargah, dataset, 'page')}
              onClose={() => setMenuAt(null)}
            />
          )}
        </span>
      </div>
      <Facts dataset={dataset} version={version} />
    </>
  );
}

function Facts({ dataset, version }: { readonly dataset: Dataset; readonly version: number }): JSX.Element {
  const kargah = useKargah();
  const { t, format, pick } = useI18n();
  const comma = pick(', ', '، ');
  const { sha256 } = dataset;
  const shared = !dataset.mine
    ? t('share.withMe', { x: dataset.owner.name })
    : dataset.shared === 'nobody'
      ? null
      : t(dataset.shared === 'everyone' ? 'share.with.everyone' : 'share.people');
  return (
    <div className="kg-Meta">
      <span>{t('ver.of', { n: version, all: dataset.versions })}</span>
      {dataset.rows !== null && (
        <span>
          {t(dataset.kind === 'images' ? 'ds.images' : 'ds.rows', { n: dataset.rows })}
          {dataset.columns !== null &&
            dataset.kind !== 'images' &&
            `${comma}${t('ds.columns', { n: dataset.columns })}`}
        </span>
      )}
      <span>{format.size(dataset.size_bytes)}</span>
      {dataset.format !== null && (
        <span>
          <Code>{[FORMAT_NAMES[dataset.format], dataset.encoding].filter(Boolean).join(', ')}</Code>
        </span>
      )}
      <span>
        <span>
          <bdi>{dataset.owner.name}</bdi>
          {comma}
          <Moment at={dataset.created_at} />
        </span>
      </span>
      {shared !== null && <span>{shared}</span>}
      {sha256 !== null && (
        <span>
          <Code>{`sha256:${sha256.slice(0, 4)}…${sha256.slice(-4)}`}</Code>
          <IconButton icon="copy" label={t('ds.copyHash')} onClick={() => void kargah.shell.copy(sha256)} />
        </span>
      )}
      {dataset.tags.map((tag) => (
        <span className="kg-Chip kg-mod-plain" key={tag} dir="auto">
          {tag}
        </span>
      ))}
    </div>
  );
}
