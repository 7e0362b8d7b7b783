import type { Reading } from '../../../contract/datasets/datasets.js';

/** What every way in may say besides. */
export interface IngestTarget {
  readonly name?: string | undefined;
  readonly dataset_id?: string | undefined;
  readonly reading?: Reading | undefined;
  /** What the file must hash to. */
  readonly sha256?: string | undefined;
}
