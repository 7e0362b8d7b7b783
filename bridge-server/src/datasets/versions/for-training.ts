import type { Transaction } from 'kysely';
import type { Column } from '../../contract/datasets/datasets.js';
import { KargahError } from '../../lib/errors.js';
import type { Person } from '../../access/caller.js';
import type { Database } from '../../storage/schema.js';
import type { GivenDataset, WantedDataset } from '../../training/ports.js';
import { requireAccess } from '../../access/require-access.js';
import { requireReady, type Access } from '../records/access.js';
import type { Contents } from '../content/store.js';
import type { Retention } from '../content/retention.js';
import type { SplitStore } from '../records/split-store.js';
import type { DatasetStore } from '../records/store.js';
import type { VersionStore } from '../records/version-store.js';
import type { DatasetRow, Profile, VersionRow } from '../records/view.js';

/** What a job needs to know of the version it learns from; `path` is `data.parquet` or the folder of image classes. */
export interface TrainingDataset {
  readonly datasetId: string;
  readonly name: string;
  readonly versionId: string;
  readonly version: number;
  readonly kind: 'tabular' | 'images';
  readonly path: string;
  readonly sha256: string;
  readonly rows: number;
  readonly suggestedTarget: string | null;
  readonly columns: readonly Column[];
  readonly classes: readonly { readonly name: string; readonly count: number }[];
  /** Which rows train; null: the recipe decides. `path` is a Parquet file with a column `part`: 0 train, 1 validation, 2 test. */
  readonly split: { readonly splitId: string; readonly path: string; readonly sha256: string } | null;
}

interface DatasetsForTrainingDeps {
  readonly store: DatasetStore;
  readonly versions: VersionStore;
  readonly splits: SplitStore;
  readonly contents: Contents;
  readonly access: Access;
  readonly retention: Retention;
}

/** Datasets as training sees them. */
export class DatasetsForTraining {
  constructor(private readonly deps: DatasetsForTrainingDeps) {}

  /** @throws {KargahError} `not_found`, `version_unknown`, `split_unknown`, `dataset_not_ready`, `dataset_failed` or `dataset_freed` */
  async forTraining(person: Person, wanted: WantedDataset): Promise<TrainingDataset> {
    const row = await this.deps.access.dataset(person, 'dataset.read', wanted.datasetId);
    const version =
      wanted.version === undefined
        ? await this.deps.versions.find(row.head_version_id)
        : await this.deps.versions.numbered(row.dataset_id, wanted.version);
    if (version?.dataset_id !== row.dataset_id)
      throw new KargahError('version_unknown', { version: wanted.version ?? row.head_number });
    const split =
      wanted.splitId === undefined
        ? await this.deps.splits.defaultOf(version.version_id)
        : await this.deps.splits.find(wanted.splitId);
    if (wanted.splitId !== undefined && split?.version_id !== version.version_id)
      throw new KargahError('split_unknown');
    return this.described(row, version, split ?? null);
  }

  /**
   * What an earlier job was given, once more: its very version and split, deleted or not, as long as the bytes are there.
   *
   * @throws {KargahError} `not_found` or `dataset_freed`
   */
  async again(person: Person, given: GivenDataset): Promise<TrainingDataset> {
    const { row, version } = await this.given(given.versionId);
    requireAccess(person, 'dataset.read', await this.deps.store.resource(person, row.dataset_id));
    return this.described(row, version, await this.splitOf(given.splitId));
  }

  /** What a job that was accepted is to read. @throws {KargahError} `not_found` or `dataset_freed` */
  async ofJob(given: GivenDataset): Promise<TrainingDataset> {
    const { row, version } = await this.given(given.versionId);
    return this.described(row, version, await this.splitOf(given.splitId));
  }

  /** Within the transaction that adds a job: what it needs is not freed before the job is seen. */
  async hold(tx: Transaction<Database>, versionId: string): Promise<void> {
    const held = await tx
      .updateTable('dataset_versions')
      .set((eb) => ({ version_id: eb.ref('version_id') }))
      .where('version_id', '=', versionId)
      .where('freed_at', 'is', null)
      .executeTakeFirst();
    if (held.numUpdatedRows === 0n) throw new KargahError('dataset_freed');
  }

  /** A job that read this dataset has ended or was deleted: what nobody else needs may go. */
  async release(datasetId: string): Promise<void> {
    await this.deps.retention.release(datasetId);
  }

  private async given(versionId: string): Promise<{ row: DatasetRow; version: VersionRow }> {
    const version = await this.deps.versions.find(versionId);
    const row = version && (await this.deps.store.find(version.dataset_id));
    if (!version || !row) throw new KargahError('not_found');
    return { row, version };
  }

  private async splitOf(splitId: string | null): Promise<{ split_id: string; sha256: string } | null> {
    if (splitId === null) return null;
    const split = await this.deps.splits.find(splitId);
    if (!split) throw new KargahError('not_found');
    return split;
  }

  private async described(
    row: DatasetRow,
    version: VersionRow,
    split: { readonly split_id: string; readonly sha256: string } | null,
  ): Promise<TrainingDataset> {
    requireReady(version);
    const json = await this.deps.versions.profileOf(version.version_id);
    if (json === null) throw new KargahError('not_found');
    const { columns, classes } = JSON.parse(json) as Profile;
    const folder = this.deps.contents.of(version);
    const kind = version.kind === 'images' ? 'images' : 'tabular';
    return {
      datasetId: row.dataset_id,
      name: row.name,
      versionId: version.version_id,
      version: version.number,
      kind,
      path: kind === 'images' ? folder.images : folder.table,
      sha256: version.sha256 ?? '',
      rows: version.rows ?? 0,
      suggestedTarget: version.suggested_target,
      columns,
      classes,
      split: split && { splitId: split.split_id, path: folder.split(split.split_id), sha256: split.sha256 },
    };
  }
}
