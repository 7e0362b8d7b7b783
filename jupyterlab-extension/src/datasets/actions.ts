import { data } from '../api/client.js';
import { download } from '../api/download.js';
import { SUFFIXES } from '../api/generated/suffixes.js';
import type { Dataset } from '../api/types.js';
import type { Kargah } from '../tokens.js';
import { addFiles } from './intake/addFiles.js';

/** The browser's own file chooser; given a dataset, the file becomes its next version. */
export function chooseFiles(kargah: Kargah, datasetId?: string): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = datasetId === undefined;
  input.accept = SUFFIXES.join(',');
  input.addEventListener('change', () => void addFiles(kargah, input.files ?? [], datasetId));
  input.click();
}

export async function renameDataset(kargah: Kargah, dataset: Dataset): Promise<void> {
  const { t } = kargah.i18n;
  const name = await kargah.shell.prompt({
    title: t('ds.renameTitle'),
    label: t('ds.name'),
    value: dataset.name,
    accept: t('action.save'),
  });
  if (name === null || name === dataset.name) {
    return;
  }
  await attempt(kargah, async () => {
    const path = { dataset_id: dataset.dataset_id };
    kargah.store
      .list('datasets')
      .put(await data(kargah.api.http.PATCH('/api/v1/datasets/{dataset_id}', { params: { path }, body: { name } })));
  });
}

/** Asks first; says whether it is gone. */
export async function deleteDataset(kargah: Kargah, dataset: Dataset): Promise<boolean> {
  const { t } = kargah.i18n;
  const sure = await kargah.shell.confirm({
    title: t('ds.deleteTitle', { x: dataset.name }),
    body: t('ds.deleteBody'),
    accept: t('ds.deleteAccept'),
    destructive: true,
  });
  if (!sure) {
    return false;
  }
  return attempt(kargah, async () => {
    const path = { dataset_id: dataset.dataset_id };
    const left = await data(kargah.api.http.DELETE('/api/v1/datasets/{dataset_id}', { params: { path } }));
    kargah.store.list('datasets').remove(dataset.dataset_id);
    const jobs = new Set(
      (left as Partial<typeof left> | undefined)?.kept?.flatMap((one) => one.jobs.map((job) => job.job_id)),
    );
    kargah.shell.toast(
      'success',
      jobs.size === 0 ? t('done.deleted', { x: dataset.name }) : t('ver.kept', { x: dataset.name, n: jobs.size }),
    );
  });
}

export function downloadDataset(
  kargah: Kargah,
  dataset: Dataset,
  onProgress?: (done: number, total: number) => void,
  version: number = dataset.version,
): Promise<boolean> {
  const path = `/api/v1/datasets/${dataset.dataset_id}/content?version=${version}`;
  return attempt(kargah, () => download(kargah.api, path, dataset.filename, onProgress));
}

/** The typed table as another kind of file. */
export function downloadTable(
  kargah: Kargah,
  dataset: Dataset,
  { version, format }: { readonly version: number; readonly format: 'csv' | 'xlsx' | 'parquet' | 'jsonl' },
  onProgress?: (done: number, total: number) => void,
): Promise<boolean> {
  const path = `/api/v1/datasets/${dataset.dataset_id}/export?format=${format}&version=${version}`;
  const filename = `${dataset.name.replace(/\.[a-z0-9]{1,8}$/iu, '')}.${format}`;
  return attempt(kargah, () => download(kargah.api, path, filename, onProgress));
}

/** The cell that reads this version of a dataset in a notebook. */
export function codeFor(dataset: Dataset, version: number = dataset.version): string {
  const name = dataset.name.replace(/[\r\n]/g, ' ');
  const found = `import kargah\n\nk = kargah.connect()\ndataset = k.datasets.get("${dataset.dataset_id}", version=${version})  # ${name}\n`;
  return dataset.kind === 'images'
    ? `${found}images = dataset.torch()  # torch Dataset of (image, class); images.classes names them\n`
    : `${found}df = dataset.pandas()  # or: dataset.polars(), dataset.torch()\n`;
}

/** Puts the cell that reads it below the active one of the open notebook, or into a new notebook. */
export function openInNotebook(kargah: Kargah, dataset: Dataset, version?: number): Promise<boolean> {
  return attempt(kargah, () => kargah.insertCell(codeFor(dataset, version)));
}

/** Tags as a person writes them: separated by commas of either language. */
export async function editTags(kargah: Kargah, dataset: Dataset): Promise<void> {
  const { t, pick } = kargah.i18n;
  const written = await kargah.shell.prompt({
    title: t('tags.edit'),
    label: t('tags.edit'),
    hint: t('tags.hint'),
    value: dataset.tags.join(pick(', ', '، ')),
    accept: t('action.save'),
  });
  if (written === null) return;
  const tags = [...new Set(written.split(/[,،]/u).map((tag) => tag.trim()))].filter((tag) => tag !== '');
  await attempt(kargah, async () => {
    const path = { dataset_id: dataset.dataset_id };
    kargah.store
      .list('datasets')
      .put(await data(kargah.api.http.PATCH('/api/v1/datasets/{dataset_id}', { params: { path }, body: { tags } })));
  });
}

/** Runs something that may be refused, and says so where it is. */
export async function attempt(kargah: Kargah, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (reason) {
    kargah.shell.failed(reason);
    return false;
  }
}
