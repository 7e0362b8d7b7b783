import { untold } from '../../ledger/index.js';
import type { StorageQuota } from '../content/quota.js';
import type { DatasetNotifier } from '../records/notifier.js';
import type { DatasetStore } from '../records/store.js';
import type { DatasetService } from './service.js';

/** What becomes of a project's datasets when all of it is deleted, restored or purged. */
export class DatasetsOfProjects {
  constructor(
    private readonly store: DatasetStore,
    private readonly list: DatasetService,
    private readonly notifier: DatasetNotifier,
    private readonly quota: Pick<StorageQuota, 'requireRoom'>,
  ) {}

  /** Those outside the project that its datasets were shared with see them no more, or again. */
  async tellOutsiders(projectId: string, gone: boolean): Promise<void> {
    for (const row of await this.store.sharedOf(projectId)) {
      if (gone) this.notifier.gone(row, await this.notifier.audienceOf(row));
      else await this.notifier.changed(row.dataset_id);
    }
  }

  /** Deletes them, with every byte that no job of another project needs. */
  async removeAllOf(projectId: string): Promise<void> {
    for (const row of await this.store.allOf(projectId)) await this.list.removeRow(row, untold);
  }

  /** @throws {KargahError} `project_quota_exceeded` */
  requireRoom(projectId: string, bytes: () => Promise<number>): Promise<void> {
    return this.quota.requireRoom(projectId, bytes);
  }
}
