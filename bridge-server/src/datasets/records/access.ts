import { KargahError } from '../../lib/errors.js';
import type { Caller, Person } from '../../http/route.js';
import type { DatasetStore } from './store.js';
import type { VersionStore } from './version-store.js';
import type { DatasetRow, VersionRow } from './view.js';

/** Who may see a dataset, and which version a request means. */
export class Access {
  constructor(
    private readonly store: DatasetStore,
    private readonly versions: VersionStore,
  ) {}

  /**
   * Mine, or shared with me; a job's own whatever became of it.
   *
   * @throws {KargahError} `not_found`
   */
  async visible(caller: Caller, datasetId: string): Promise<DatasetRow> {
    const row = await this.store.find(datasetId);
    const seen =
      row !== undefined &&
      (caller.kind === 'job'
        ? caller.datasetId === datasetId
        : row.deleted_at === null && (await this.isReader(caller, row)));
    if (!seen) throw new KargahError('not_found');
    return row;
  }

  /** @throws {KargahError} `not_found`, or `forbidden` for one who may only read it */
  async owned(caller: Person, datasetId: string): Promise<DatasetRow> {
    const row = await this.visible(caller, datasetId);
    if (row.project_id !== caller.projectId) throw new KargahError('forbidden');
    return row;
  }

  /**
   * The version of this number; without one, the dataset's head, or what a job was given.
   *
   * @throws {KargahError} `not_found`
   */
  async version(caller: Caller, datasetId: string, number?: number): Promise<VersionRow> {
    const row = await this.visible(caller, datasetId);
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

  /** Whether the person may read what this row describes, deleted or not. */
  async isReader(person: Pick<Person, 'projectId' | 'userId'>, row: DatasetRow): Promise<boolean> {
    if (row.project_id === person.projectId || row.shared === 'everyone') return true;
    return row.shared === 'people' && (await this.store.sharedWith(row.dataset_id)).includes(person.userId);
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
