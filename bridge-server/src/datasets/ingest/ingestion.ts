import { copyFile } from 'node:fs/promises';
import type { Dataset, Reading } from '../../contract/datasets/datasets.js';
import type { Failure } from '../../contract/errors.js';
import type { Origin } from '../../contract/datasets/versions.js';
import { KargahError } from '../../lib/errors.js';
import type { Person } from '../../access/caller.js';
import type { UploadTable } from '../../storage/schema.js';
import { requireAccess } from '../../access/require-access.js';
import { inProject } from '../../access/projects.js';
import { projectOf } from '../../access/resource.js';
import type { Access } from '../records/access.js';
import type { DatasetNotifier } from '../records/notifier.js';
import { canonical } from '../../lib/canonical.js';
import type { Contents } from '../content/store.js';
import { sync, type DatasetFolder } from '../content/folders.js';
import { requireUnchanged } from '../content/registered.js';
import type { ReadingQueue } from '../reading/reading.js';
import type { DatasetStore } from '../records/store.js';
import type { VersionStore } from '../records/version-store.js';
import { datasetOf, type Profile, type VersionRow } from '../records/view.js';

/** What is known of a version before its bytes have come. */
export interface NewVersion {
  /** Whose next version it is; null makes a dataset of it. */
  readonly datasetId: string | null;
  /** Of a new dataset; null: the file's. */
  readonly name: string | null;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly reading: Reading | null;
  readonly origin: Origin;
}
export interface StartedVersion {
  readonly datasetId: string;
  readonly versionId: string;
  /** Where its `original` goes. */
  readonly folder: DatasetFolder;
}

interface IngestionDeps {
  readonly store: DatasetStore;
  readonly versions: VersionStore;
  readonly contents: Contents;
  readonly access: Access;
  readonly notifier: DatasetNotifier;
  readonly reading: ReadingQueue;
  /** Keeps the parts that a file itself has as a split of its version. */
  readonly keepGiven: (version: VersionRow, profile: Profile) => Promise<void>;
}

/**
 * The one way in for every origin: `begin` writes down that a version is coming, the origin brings its bytes to `folder.original` (on the disk, with
 * its name), `received` makes it a version of content that is here or has it read. `fail` and `cancel` are the other ends.
 */
export class Ingestion {
  constructor(private readonly deps: IngestionDeps) {}

  /**
   * The caller, in the project that a version belongs to which they bring: the dataset's, or for a new dataset the request's.
   *
   * @throws {KargahError} `not_found`, or `forbidden` for a dataset or a project that the person may only read.
   */
  async placed(caller: Person, datasetId: string | null): Promise<Person> {
    if (datasetId === null) {
      requireAccess(caller, 'dataset.write', projectOf(caller));
      return caller;
    }
    return inProject(caller, (await this.deps.access.dataset(caller, 'dataset.write', datasetId)).project_id);
  }

  /** @throws {KargahError} as {@link placed}. */
  async begin(
    caller: Person,
    newVersion: NewVersion,
    upload: Omit<UploadTable, 'dataset_id' | 'version_id'> | null = null,
  ): Promise<StartedVersion> {
    const { projectId } = await this.placed(caller, newVersion.datasetId);
    const { datasetId, versionId } = await this.deps.versions.insert(
      {
        datasetId: newVersion.datasetId,
        projectId,
        userId: caller.userId,
        ownerName: caller.name,
        name: newVersion.name ?? newVersion.filename,
        filename: newVersion.filename,
        sizeBytes: newVersion.sizeBytes,
        state: 'uploading',
        asked: canonical(newVersion.reading ?? {}),
        origin: newVersion.origin,
      },
      upload,
    );
    return { datasetId, versionId, folder: this.deps.contents.of({ content_id: versionId }) };
  }

  /** The dataset as it is now, told to all who see it. */
  async announce(datasetId: string): Promise<Dataset> {
    const dataset = await this.deps.notifier.changed(datasetId);
    if (!dataset) throw new KargahError('not_found');
    return dataset;
  }

  /** Lets a begun version have bytes that are here already; false where they are not. */
  takeOver(versionId: string, projectId: string, sha256: string): Promise<boolean> {
    return this.deps.contents.runExclusive(async () => {
      const from = await this.deps.contents.originalOf(projectId, sha256);
      return (
        from !== null &&
        this.deps.contents.share(this.deps.contents.of(from), this.deps.contents.of({ content_id: versionId }))
      );
    });
  }

  /** The size of a file of this hash, where the project has it; null where its bytes have to be sent. */
  async sizeOfHeld(projectId: string, sha256: string): Promise<number | null> {
    return (await this.deps.contents.originalOf(projectId, sha256))?.size_bytes ?? null;
  }

  /**
   * The bytes lie in the version's folder. Same bytes read in the same way: ready at once; else they are read. Safe to repeat after a
   * crash at any point; nothing happens where the version was cancelled meanwhile.
   *
   * @param sha256 null where nobody has hashed them yet
   */
  async received(versionId: string, sha256: string | null, sizeBytes?: number): Promise<void> {
    const row = await this.deps.versions.find(versionId);
    if (!row || row.deleted_at !== null) {
      await this.deps.contents.of({ content_id: versionId }).remove();
      return;
    }
    if (row.state !== 'uploading') return;
    const adopted = sha256 !== null && (await this.deps.contents.runExclusive(() => this.joined(row, sha256)));
    if (adopted) {
      const read = await this.deps.versions.find(versionId);
      const profile = await this.deps.versions.profileOf(versionId);
      if (read && profile !== null) await this.deps.keepGiven(read, JSON.parse(profile) as Profile);
      await this.deps.notifier.changed(row.dataset_id);
      return;
    }
    const facts = {
      ...(sha256 === null ? {} : { sha256 }),
      ...(sizeBytes === undefined ? {} : { size_bytes: sizeBytes }),
    };
    if (!(await this.deps.versions.beginReading(versionId, facts))) return;
    await this.deps.notifier.changed(row.dataset_id);
    this.deps.reading.enqueue(versionId);
  }

  /** Marks the version as failed with its reason and deletes what came of its bytes. */
  async fail(versionId: string, failure: Failure): Promise<void> {
    await this.deps.contents.of({ content_id: versionId }).remove();
    const row = await this.deps.versions.find(versionId);
    if (row && (await this.deps.versions.fail(versionId, failure, null)))
      await this.deps.notifier.changed(row.dataset_id);
  }

  /** Deletes the version's row, and the dataset's where it was the first version: its bytes never came. */
  async cancel(versionId: string): Promise<void> {
    const row = await this.deps.versions.find(versionId);
    if (row?.state !== 'uploading') return;
    const dataset = await this.deps.store.find(row.dataset_id);
    const audience = dataset && (await this.deps.notifier.audienceOf(dataset));
    const dropped = await this.deps.versions.drop(row);
    await this.deps.contents.of(row).remove();
    if (dropped === 'version') await this.deps.notifier.changed(row.dataset_id);
    else if (dataset && audience && dataset.deleted_at === null) this.deps.notifier.gone(dataset, audience);
  }

  /** A new version of the bytes of another one, read with other options. */
  async reread(caller: Person, from: VersionRow, reading: Reading): Promise<Dataset> {
    const { filename, size_bytes: sizeBytes, sha256, dataset_id: datasetId } = from;
    const origin = { kind: 'reread', version: from.number } as const;
    const started = await this.begin(caller, { datasetId, name: null, filename, sizeBytes, reading, origin });
    try {
      await this.deps.contents.runExclusive(async () => {
        const living = await this.deps.versions.find(from.version_id);
        if (!living || living.freed_at !== null) throw new KargahError('dataset_freed');
        await requireUnchanged(this.deps.contents.of(living));
        const { original } = this.deps.contents.of(living);
        if (await this.deps.contents.share(this.deps.contents.of(living), started.folder)) return;
        await copyFile(original, started.folder.original);
        await sync(started.folder.original);
      });
    } catch (error) {
      await this.cancel(started.versionId);
      throw error;
    }
    await this.received(started.versionId, sha256);
    const row = await this.deps.store.find(datasetId);
    if (!row) throw new KargahError('not_found');
    return datasetOf(row);
  }

  /** Within `runExclusive`: true where content of these bytes, read in this way, is here; else the file is kept once on the disk. */
  private async joined(row: VersionRow, sha256: string): Promise<boolean> {
    const twin = await this.deps.contents.findDuplicate(row, sha256);
    const own = this.deps.contents.of(row);
    if (twin) {
      if (!(await this.deps.versions.adopt(row.version_id, twin))) return false;
      if (twin.content_id !== row.content_id) await own.remove();
      return true;
    }
    const held = await this.deps.contents.originalOf(row.project_id, sha256);
    if (held && held.content_id !== row.content_id) await this.deps.contents.share(this.deps.contents.of(held), own);
    return false;
  }
}
