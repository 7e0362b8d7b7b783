import { data } from '../api/client.js';
import type { Dataset } from '../api/types.js';
import { Button, IconButton } from '../components/controls/Button.js';
import { EmptyState } from '../components/Note.js';
import { useKargah } from '../context.js';
import type { Entry, Filters, PanelPart, Query } from '../features/feature.js';
import { useI18n } from '../i18n/context.js';
import type { Page } from '../store/list.js';
import type { UploadItem } from '../store/uploads.js';
import type { Kargah } from '../tokens.js';
import { May, useMay } from '../projects/may.js';
import { chooseFiles } from './actions.js';
import { openCatalogue } from './Catalogue.js';
import { DatasetRow } from './DatasetRow.js';
import { openIntake } from './intake/Intake.js';
import { isOnItsWay } from './onItsWay.js';
import { UploadRow } from './UploadRow.js';

function WaysIn(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  return (
    <May do="dataset.write">
      <IconButton icon="table" label={t('panel.ready')} onClick={() => openCatalogue(kargah)} />
      <IconButton icon="add" label={t('intake.title')} onClick={() => openIntake(kargah)} />
      <IconButton icon="up" label={t('panel.upload')} onClick={() => chooseFiles(kargah)} />
    </May>
  );
}

function NoDatasets(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  return (
    <EmptyState
      icon="table"
      title={t('empty.datasets')}
      action={
        <May do="dataset.write">
          <Button icon="up" label={t('first.choose')} onClick={() => chooseFiles(kargah)} />
          <Button label={t('panel.ready')} onClick={() => openCatalogue(kargah)} />
        </May>
      }
    >
      {t(useMay('dataset.write') ? 'empty.datasets.detail' : 'project.viewing')}
    </EmptyState>
  );
}

const entryOf = (dataset: Dataset): Entry => ({
  id: dataset.dataset_id,
  texts: [dataset.name, dataset.filename, ...dataset.tags],
  marks: dataset.tags,
  row: (first, { chosen, toggle }) => (
    <DatasetRow key={dataset.dataset_id} dataset={dataset} first={first} tags={chosen} onTag={toggle} />
  ),
});

/** A file on its way has no tags yet, and is no dataset. */
const uploadOf = (item: UploadItem): Entry => ({
  id: item.id,
  texts: [item.name],
  uncounted: true,
  row: (first) => <UploadRow key={item.id} item={item} first={first} />,
});

const shownOf = ({ store, uploads }: Kargah): readonly Dataset[] =>
  store
    .list('datasets')
    .get()
    .items.filter((item) => !isOnItsWay(item, uploads.items.get()));

const tagFilters: Filters = {
  match: 'all',
  options: (kargah, i18n) =>
    [...new Set(shownOf(kargah).flatMap(({ tags }) => tags))]
      .sort((a, b) => a.localeCompare(b, i18n.locale.language))
      .map((tag) => tagFilters.option(tag, i18n)),
  option: (tag, { t }) => ({
    id: tag,
    label: t('tags.tag', { x: tag }),
    chip: (
      <span className="kg-Text-ellipsis kg-Text-name" dir="auto">
        {tag}
      </span>
    ),
    chipTitle: t('tags.unfilter', { x: tag }),
  }),
};

async function search({ api }: Kargah, { text, chosen, limit, cursor, signal }: Query): Promise<Page<Entry>> {
  const [tag] = chosen;
  const query = {
    limit,
    ...(text === '' ? {} : { search: text }),
    ...(tag === undefined ? {} : { tag }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const page = await data(api.http.GET('/api/v1/datasets', { params: { query }, signal }));
  return { items: page.items.map(entryOf), next_cursor: page.next_cursor };
}

const part: PanelPart = {
  section: {
    id: 'datasets',
    rank: 100,
    title: 'panel.datasets',
    found: 'panel.found.datasets',
    list: 'datasets',
    filters: tagFilters,
    search,
    Actions: WaysIn,
    Empty: NoDatasets,
  },
  rows: {
    section: 'datasets',
    lists: ['datasets'],
    watched: ({ uploads }) => [uploads.items],
    entries: (kargah) => [...kargah.uploads.items.get().map(uploadOf), ...shownOf(kargah).map(entryOf)],
  },
};
export default part;
