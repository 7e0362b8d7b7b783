import type { z } from 'zod';
import type { Dataset, tombstone } from '../../contract/datasets/datasets.js';
import type { Caller, Person } from '../../access/caller.js';
import { isOwn } from '../../access/policy.js';
import { scopeOf } from '../../access/scope.js';
import type { Ledger, Tell } from '../../ledger/index.js';
import type { Access } from '../records/access.js';
import type { DatasetNotifier } from '../records/notifier.js';
import type { Retention } from '../content/retention.js';
import type { ReadingQueue } from '../reading/reading.js';
import type { DatasetStore, ListQuery } from '../records/store.js';
import type { VersionStore } from '../records/version-store.js';
import { datasetOf, sharedDatasetOf, tagsOf, type DatasetRow } from '../records/view.js';

type Tombstone = z.infer<typeof tombstone>;

/** Ends the upload of a version that is deleted before its last byte; the uploads' service. */
export type CancelUpload = (versionId: string) => Promise<void>;

interface DatasetServiceDeps {
  readonly ledger: Ledger;
  readonly store: DatasetStore;
  readonly versions: VersionStore;
  readonly access: Access;
  readonly reading: ReadingQueue;
  readonly retention: Retention;
  readonly notifier: DatasetNotifier;
  readonly cancelUpload: CancelUpload;
}

/** Datasets as their list shows them. */
export class DatasetService {
  constructor(private readonly deps: DatasetServiceDeps) {}

  async list(caller: Person, query: ListQuery): Promise<{ items: Dataset[]; next_cursor: string | null }> {
    const { rows, next_cursor } = await this.deps.store.list(scopeOf(caller, 'dataset.read'), query);
    return { items: rows.map((row) => shownTo(caller, row)), next_cursor };
  }

  async get(caller: Caller, datasetId: string): Promise<Dataset> {
    return shownTo(caller, await this.deps.access.dataset(caller, 'dataset.read', datasetId));
  }

  async change(
    caller: Person,
    datasetId: string,
    change: { readonly name?: string | undefined; readonly tags?: readonly string[] | undefined },
  ): Promise<Dataset> {
    const row = await this.deps.access.dataset(caller, 'dataset.write', datasetId);
    const tags = [...new Set(change.tags ?? tagsOf(row))];
    await this.deps.store.change({ ...row, name: change.name ?? row.name, tags_json: JSON.stringify(tags) });
    return (await this.deps.notifier.changed(datasetId)) ?? datasetOf(row);
  }

  /** Gone from every list at once; what nobody needs is freed. Answers what stays and for whom, or null where nothing does. */
  async remove(caller: Person, datasetId: string): Promise<Tombstone | null> {
    const row = await this.deps.access.dataset(caller, 'dataset.write', datasetId);
    const tell = this.deps.ledger.telling({
      caller,
      action: 'dataset.delete',
      object: { kind: 'dataset', id: datasetId },
      projectId: row.project_id,
      before: { name: row.name, shared: row.shared },
    });
    const freed = await this.removeRow(row, tell);
    const kept = (await this.deps.versions.all(datasetId)).filter((version) => version.freed_at === null);
    if (kept.length === 0) return null;
    const uses = await this.deps.retention.usesOf(kept.map((version) => version.version_id));
    return {
      dataset_id: datasetId,
      freed_bytes: freed,
      kept: kept.map((version) => ({
        version: version.number,
        size_bytes: version.size_bytes + version.derived_bytes,
        // What others made of a shared dataset keeps it too, but is theirs.
        jobs: uses
          .filter((use) => use.versionId === version.version_id && isOwn(caller, use))
          .map(({ jobId, name, hasModel }) => ({ job_id: jobId, name, has_model: hasModel })),
      })),
    };
  }

  /** Of a dataset that somebody may delete; answers the bytes that came free. */
  async removeRow(row: DatasetRow, tell: Tell): Promise<number> {
    const { dataset_id: datasetId } = row;
    const audience = await this.deps.notifier.audienceOf(row);
    const versions = await this.deps.versions.all(datasetId);
    for (const version of versions) await this.deps.cancelUpload(version.version_id);
    await this.deps.store.markDeleted(datasetId, tell);
    for (const version of versions) await this.deps.reading.cancel(version.version_id);
    this.deps.notifier.gone(row, audience);
    return this.deps.retention.release(datasetId);
  }
}

function shownTo(caller: Caller, row: DatasetRow): Dataset {
  return isOwn(caller, row) ? datasetOf(row) : sharedDatasetOf(row);
}
