import { data } from '../api/client.js';
import { download } from '../api/download.js';
import type { Dataset } from '../api/types.js';
import type { IKargah } from '../tokens.js';
import { ACCEPTED } from './uploads.js';

/** Begins uploads; what cannot be one is said at once. */
export function addFiles(kargah: IKargah, files: Iterable<File>): void {
  const { i18n, shell, uploads } = kargah;
  for (const { name, reason } of uploads.add(files)) {
    shell.toast('error', i18n.t(reason === 'empty' ? 'upload.emptyFile' : 'upload.acceptFile', { x: name }));
  }
}

/** The browser's own file chooser. */
export function chooseFiles(kargah: IKargah): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = ACCEPTED.join(',');
  input.addEventListener('change', () => addFiles(kargah, input.files ?? []));
  input.click();
}

export async function renameDataset(kargah: IKargah, dataset: Dataset): Promise<void> {
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
    kargah.store.putDataset(
      await data(kargah.api.http.PATCH('/api/v1/datasets/{dataset_id}', { params: { path }, body: { name } })),
    );
  });
}

/** Asks first; says whether it is gone. */
export async function deleteDataset(kargah: IKargah, dataset: Dataset): Promise<boolean> {
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
    await data(kargah.api.http.DELETE('/api/v1/datasets/{dataset_id}', { params: { path } }));
    kargah.store.putDataset(dataset, true);
    kargah.shell.toast('success', t('done.deleted', { x: dataset.name }));
  });
}

export function downloadDataset(
  kargah: IKargah,
  dataset: Dataset,
  onProgress?: (done: number, total: number) => void,
): Promise<boolean> {
  return attempt(kargah, () =>
    download(kargah.api, `/api/v1/datasets/${dataset.dataset_id}/content`, dataset.filename, onProgress),
  );
}

/** The cell that reads this dataset in a notebook. */
export function codeFor(dataset: Dataset): string {
  return `import kargah\n\nk = kargah.connect()\ndataset = k.datasets.get("${dataset.dataset_id}")  # ${dataset.name.replace(/[\r\n]/g, ' ')}\n`;
}

/** Runs something that may be refused, and says so where it is. */
export async function attempt(kargah: IKargah, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (reason) {
    kargah.shell.failed(reason);
    return false;
  }
}
