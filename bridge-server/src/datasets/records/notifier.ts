import type { Dataset } from '../../contract/datasets/datasets.js';
import type { LivePort } from '../../live/port.js';
import type { DatasetStore } from './store.js';
import { datasetOf, sharedDatasetOf, type DatasetRow } from './view.js';

/** Who besides the members of its project hears of a dataset. */
export type Audience = 'everyone' | readonly string[];

/** Tells the members of a dataset's project, and those it is shared with, what became of it. */
export class DatasetNotifier {
  constructor(
    private readonly live: LivePort,
    private readonly store: DatasetStore,
  ) {}

  /** The dataset as it is now; nothing where it is gone. */
  async changed(datasetId: string): Promise<Dataset | null> {
    const row = await this.store.find(datasetId);
    if (!row || row.deleted_at !== null) return null;
    const dataset = datasetOf(row);
    this.live.datasetChanged(row.project_id, dataset);
    this.tellOthers(row, await this.audienceOf(row), false);
    return dataset;
  }

  /** `audience`: those who saw it until now. */
  gone(row: DatasetRow, audience: Audience): void {
    this.live.datasetChanged(row.project_id, datasetOf(row), true);
    this.tellOthers(row, audience, true);
  }

  /** Those it is no longer shared with lose it; the others see that it is shared, or how. */
  async sharingChanged(datasetId: string, before: Audience): Promise<void> {
    const row = await this.store.find(datasetId);
    if (!row) return;
    const now = await this.audienceOf(row);
    if (now === 'everyone') {
      await this.changed(datasetId);
      return;
    }
    this.tellOthers(row, before === 'everyone' ? before : before.filter((user) => !now.includes(user)), true);
    await this.changed(datasetId);
  }

  async audienceOf(row: DatasetRow): Promise<Audience> {
    if (row.shared === 'everyone') return 'everyone';
    return row.shared === 'people' ? this.store.seenBy(row.dataset_id) : [];
  }

  private tellOthers(row: DatasetRow, audience: Audience, deleted: boolean): void {
    this.live.datasetChangedForOthers(row.project_id, audience, sharedDatasetOf(row), deleted);
  }
}
