import { requireAccess } from '../../access/require-access.js';
import type { Permission } from '../../contract/permissions.js';
import { KargahError } from '../../lib/errors.js';
import type { Caller } from '../../access/caller.js';
import type { DatasetStore } from './store.js';
import type { VersionStore } from './version-store.js';
import type { DatasetRow, VersionRow } from './view.js';

/** Finds the dataset, and the version, that a request means and its caller may have. */
export class Access {
  constructor(
    private readonly store: DatasetStore,
    private readonly versions: VersionStore,
  ) {}

  /**
   * The dataset, where the caller may do this with it. A job's own is there whatever became of it.
   *
   * @throws {KargahError} `not_found`, or `forbidden` for one who may only read it
   */
  async dataset(caller: Caller, permission: Permission, datasetId: string): Promise<DatasetRow> {
    const found = await this.store.resource(caller, datasetId);
    const isThere = caller.kind === 'job' || found?.row.deleted_at === null;
    return requireAccess(caller, permission, isThere ? found : null);
  }

  /**
   * The version of this number; without one, the dataset's head, or what a job was given.
   *
   * @throws {KargahError} `not_found`
   */
  async version(caller: Caller, datasetId: string, number?: number): Promise<VersionRow> {
    const row = await this.dataset(caller, 'dataset.read', datasetId);
    const version =
      number === undefined
        ? await this.versions.find(
            (caller.kind === 'job' ? await this.givenTo(caller.jobId) : null) ?? row.head_version_id,
          )
        : await this.versions.numbered(datasetId, number);
    if (version?.dataset_id !== datasetId) throw new KargahError('not_found');
    return version;
  }

  /** As `version`, once it has been read and while its bytes are there. */
  async ready(caller: Caller, datasetId: string, number?: number): Promise<VersionRow> {
    const version = await this.version(caller, datasetId, number);
    requireReady(version);
    return version;
  }

  private async givenTo(jobId: string): Promise<string | null> {
    const job = await this.store.db
      .selectFrom('jobs')
      .select('dataset_version_id')
      .where('job_id', '=', jobId)
      .executeTakeFirst();
    return job?.dataset_version_id ?? null;
  }
}

/** @throws {KargahError} `dataset_freed`, `dataset_failed` or `dataset_not_ready` */
export function requireReady(version: VersionRow): void {
  if (version.freed_at !== null) throw new KargahError('dataset_freed');
  if (version.state === 'failed') throw new KargahError('dataset_failed');
  if (version.state !== 'ready') throw new KargahError('dataset_not_ready');
}
