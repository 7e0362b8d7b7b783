import type { Dataset } from '../api/types.js';
import { type CommandSpec, textOf } from '../features/feature.js';
import type { Catalogue } from '../i18n/message.js';
import { may } from '../projects/may.js';
import type { Kargah } from '../tokens.js';

export const commandMessages = {
  'command.upload': { fa: 'بارگذاری فایل…', en: 'Upload files…' },
  'command.intake': { fa: 'افزودن داده از نشانی یا پایگاه داده…', en: 'Bring in data from an address or database…' },
  'command.catalogue': { fa: 'دادهٔ آماده…', en: 'Ready data…' },
  'command.uploadFile': { fa: 'افزودن به کارگاه', en: 'Upload to Kargah' },
  'command.trainWith': { fa: 'آموزش با کارگاه', en: 'Train with Kargah' },
  'command.dataset.train': { fa: 'این داده: شروع آموزش', en: 'This dataset: train' },
  'command.dataset.notebook': { fa: 'این داده: باز کردن در دفترچه', en: 'This dataset: open in notebook' },
  'command.dataset.download': { fa: 'این داده: دانلود', en: 'This dataset: download' },
  'command.dataset.rename': { fa: 'این داده: تغییر نام', en: 'This dataset: rename' },
  'command.dataset.tags': { fa: 'این داده: ویرایش برچسب‌ها', en: 'This dataset: edit tags' },
  'command.dataset.share': { fa: 'این داده: اشتراک‌گذاری', en: 'This dataset: share' },
  'command.dataset.transfer': {
    fa: 'این داده: انتقال یا کپی به پروژهٔ دیگر',
    en: 'This dataset: move or copy to another project',
  },
  'command.dataset.delete': { fa: 'این داده: حذف', en: 'This dataset: delete' },
} as const satisfies Catalogue;

type Args = Parameters<CommandSpec['execute']>[1];
type Actions = typeof import('./actions.js');

const ready = ({ state }: Dataset): boolean => state === 'ready';
const writable = (dataset: Dataset, kargah: Kargah): boolean => dataset.mine && may(kargah, 'dataset.write');
const shareable = (dataset: Dataset, kargah: Kargah): boolean => dataset.mine && may(kargah, 'dataset.share');
const learnable = (dataset: Dataset, kargah: Kargah): boolean => ready(dataset) && may(kargah, 'job.write');
const mayAdd = (kargah: Kargah): boolean => may(kargah, 'dataset.write');

const datasetOf = ({ store }: Kargah, args: Args): Dataset | undefined =>
  store
    .list('datasets')
    .get()
    .items.find(({ dataset_id }) => dataset_id === textOf(args, 'dataset_id'));

const actions = (): Promise<Actions> => import(/* webpackChunkName: "panel" */ './actions.js');

/** A command on the dataset whose page is in front. */
function onDataset(
  { id, label, icon }: Required<Pick<CommandSpec, 'id' | 'label' | 'icon'>>,
  can: (dataset: Dataset, kargah: Kargah) => boolean,
  act: (kargah: Kargah, dataset: Dataset) => Promise<unknown>,
): CommandSpec {
  return {
    id,
    label,
    icon,
    palette: true,
    page: 'dataset',
    enabled: (kargah, args) => {
      const dataset = datasetOf(kargah, args);
      return dataset !== undefined && can(dataset, kargah);
    },
    execute: async (kargah, args) => {
      const dataset = datasetOf(kargah, args);
      if (dataset !== undefined && can(dataset, kargah)) await act(kargah, dataset);
    },
  };
}

export const datasetCommands: readonly CommandSpec[] = [
  {
    id: 'kargah:upload',
    label: 'command.upload',
    icon: 'up',
    palette: true,
    enabled: mayAdd,
    execute: async (kargah) => {
      kargah.showPanel();
      (await actions()).chooseFiles(kargah);
    },
  },
  {
    id: 'kargah:bring-in-data',
    label: 'command.intake',
    icon: 'add',
    palette: true,
    enabled: mayAdd,
    execute: async (kargah) => {
      (await import(/* webpackChunkName: "panel" */ './intake/Intake.js')).openIntake(kargah);
    },
  },
  {
    id: 'kargah:ready-data',
    label: 'command.catalogue',
    icon: 'table',
    palette: true,
    enabled: mayAdd,
    execute: async (kargah) => {
      (await import(/* webpackChunkName: "panel" */ './Catalogue.js')).openCatalogue(kargah);
    },
  },
  onDataset(
    { id: 'kargah:train-dataset', label: 'command.dataset.train', icon: 'play' },
    learnable,
    (kargah, dataset) => kargah.open('new-job', { dataset_id: dataset.dataset_id }),
  ),
  onDataset(
    { id: 'kargah:dataset-in-notebook', label: 'command.dataset.notebook', icon: 'code' },
    ready,
    async (kargah, dataset) => (await actions()).openInNotebook(kargah, dataset),
  ),
  onDataset(
    { id: 'kargah:download-dataset', label: 'command.dataset.download', icon: 'down' },
    ({ state }) => state !== 'uploading',
    async (kargah, dataset) => (await actions()).downloadDataset(kargah, dataset),
  ),
  onDataset(
    { id: 'kargah:rename-dataset', label: 'command.dataset.rename', icon: 'tune' },
    writable,
    async (kargah, dataset) => (await actions()).renameDataset(kargah, dataset),
  ),
  onDataset(
    { id: 'kargah:tag-dataset', label: 'command.dataset.tags', icon: 'filter' },
    writable,
    async (kargah, dataset) => (await actions()).editTags(kargah, dataset),
  ),
  onDataset(
    { id: 'kargah:share-dataset', label: 'command.dataset.share', icon: 'ext' },
    shareable,
    async (kargah, dataset) =>
      (await import(/* webpackChunkName: "panel" */ './Sharing.js')).openSharing(kargah, dataset),
  ),
  onDataset(
    { id: 'kargah:transfer-dataset', label: 'command.dataset.transfer', icon: 'model' },
    writable,
    async (kargah, dataset) =>
      (await import(/* webpackChunkName: "panel" */ './Transfer.js')).openTransfer(kargah, dataset),
  ),
  onDataset(
    { id: 'kargah:delete-dataset', label: 'command.dataset.delete', icon: 'del' },
    writable,
    async (kargah, dataset) => (await actions()).deleteDataset(kargah, dataset),
  ),
];
