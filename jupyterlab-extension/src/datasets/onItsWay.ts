import type { Dataset } from '../api/types.js';
import type { UploadItem } from '../store/uploads.js';

/** Whether the list still shows the upload's row in place of this dataset's. */
export function isOnItsWay(dataset: Dataset, uploads: readonly UploadItem[]): boolean {
  return uploads.some(({ datasetId, name }) =>
    // Its event may come before the answer that tells which dataset an upload becomes.
    datasetId === null ? dataset.state === 'uploading' && dataset.filename === name : dataset.dataset_id === datasetId,
  );
}
