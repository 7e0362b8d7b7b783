import { readFile, statfs } from 'node:fs/promises';
import type { z } from 'zod';
import type { datasetPreview } from '../contract/dataset-data.js';
import type { Column, Dataset, datasetProfile } from '../contract/datasets.js';
import type { Source } from '../contract/intake.js';
import { KargahError } from '../errors.js';
import type { Caller, Person } from '../http/route.js';
import type { DatasetsDeps } from './deps.js';
import type { DatasetFolder, DatasetsRoot } from './folders.js';
import { newId } from './ids.js';
import { previewResult, type PreviewResult, type Reader } from './reader.js';
import type { ReadingQueue } from './reading.js';
import type { DatasetStore, ListQuery } from './store.js';
import { datasetOf, tagsOf, type DatasetRow, type Profile } from './view.js';

/** What a job needs to know of the dataset it learns from; `path` is `data.parquet` or the folder of image classes. */
export interface TrainingDataset {
  readonly datasetId: string;
  readonly name: string;
  readonly kind: 'tabular' | 'images';
  readonly path: string;
  readonly sha256: string;
  readonly rows: number;
  readonly suggestedTarget: string | null;
  readonly columns: readonly Column[];
  readonly classes: readonly { readonly name: string; readonly count: number }[];
}

/** Ends the upload of a dataset that is deleted before its last byte; the uploads' service. */
export type CancelUpload = (datasetId: string) => Promise<void>;

export class DatasetService {
  private catalogue: Promise<Source[]> | null = null;

  constructor(
    private readonly deps: DatasetsDeps,
    private readonly store: DatasetStore,
    private readonly root: DatasetsRoot,
    private readonly reader: Reader,
    private readonly reading: ReadingQueue,
    private readonly cancelUpload: CancelUpload,
  ) {}

  async list(caller: Person, query: ListQuery): Promise<{ items: Dataset[]; next_cursor: string | null }> {
    const { rows, nextCursor } = await this.store.list(caller.projectId, query);
    return { items: rows.map(datasetOf), next_cursor: nextCursor };
  }

  async get(caller: Caller, datasetId: string): Promise<Dataset> {
    return datasetOf(await this.reachable(caller, datasetId));
  }

  async change(
    caller: Person,
    datasetId: string,
    change: { readonly name?: string | undefined; readonly tags?: readonly string[] | undefined },
  ): Promise<Dataset> {
    const row = await this.reachable(caller, datasetId);
    const changed = { ...row, name: change.name ?? row.name, tags_json: JSON.stringify(change.tags ?? tagsOf(row)) };
    await this.store.change(changed);
    const dataset = datasetOf(changed);
    this.deps.live.datasetChanged(row.user_id, dataset);
    return dataset;
  }

  /** Gone from every list at once; the bytes follow as soon as no job needs them. */
  async remove(caller: Person, datasetId: string): Promise<void> {
    const row = await this.reachable(caller, datasetId);
    await this.cancelUpload(datasetId);
    await this.store.markDeleted(datasetId);
    await this.reading.cancel(datasetId);
    this.deps.live.datasetChanged(row.user_id, datasetOf(row), true);
    await this.release(datasetId);
  }

  /** Frees the bytes of a deleted dataset unless a job still needs them; called again when a job ends. */
  async release(datasetId: string): Promise<void> {
    const row = await this.store.find(datasetId);
    if (!row || row.deleted_at === null || (await this.deps.isInUse(datasetId))) return;
    await this.root.of(datasetId).remove();
    await this.store.forget(datasetId);
  }

  async profile(caller: Person, datasetId: string): Promise<z.infer<typeof datasetProfile>> {
    await this.ready(caller, datasetId);
    return this.storedProfile(datasetId);
  }

  async preview(
    caller: Person,
    datasetId: string,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<z.infer<typeof datasetPreview>> {
    const row = await this.ready(caller, datasetId);
    const folder = this.root.of(datasetId);
    const { columns } = await this.storedProfile(datasetId);
    const kind = row.kind ?? 'tabular';
    const total = row.rows ?? 0;
    const shown =
      (await this.cachedPreview(folder, offset, limit, total)) ??
      (await this.reader.preview({ folder: folder.path, kind, offset, limit }));
    return {
      dataset_id: datasetId,
      columns: columns.map(({ name, type, direction }) => ({ name, type, direction })),
      offset,
      total_rows: total,
      ...shown,
    };
  }

  /** The original file. Jobs may still fetch what was deleted while they run. */
  async content(caller: Caller, datasetId: string): Promise<{ path: string; filename: string }> {
    const row = await this.reachable(caller, datasetId);
    if (row.state === 'uploading' || row.sha256 === null) throw new KargahError('dataset_not_ready');
    return { path: this.root.of(datasetId).original, filename: row.filename };
  }

  sources(): Promise<Source[]> {
    this.catalogue ??= this.reader.sources().catch((error: unknown) => {
      this.catalogue = null;
      throw error;
    });
    return this.catalogue;
  }

  async importSource(caller: Person, sourceId: string): Promise<Dataset> {
    const source = (await this.sources()).find((entry) => entry.source_id === sourceId);
    if (!source) throw new KargahError('not_found');
    await this.requireSpace(0);
    const datasetId = newId('ds');
    await this.store.insert(
      {
        dataset_id: datasetId,
        project_id: caller.projectId,
        user_id: caller.userId,
        owner_name: caller.name,
        name: `${sourceId}.csv`,
        filename: `${sourceId}.csv`,
        size_bytes: 0,
        state: 'profiling',
        source_id: sourceId,
      },
      null,
    );
    const dataset = await this.get(caller, datasetId);
    this.deps.live.datasetChanged(caller.userId, dataset);
    this.reading.enqueue(datasetId);
    return dataset;
  }

  /** @throws {KargahError} `not_found`, `dataset_not_ready` or `dataset_failed`. */
  async forTraining(caller: Pick<Caller, 'projectId'>, datasetId: string): Promise<TrainingDataset> {
    const row = await this.store.find(datasetId);
    if (!row || row.project_id !== caller.projectId || row.deleted_at !== null) throw new KargahError('not_found');
    requireReady(row);
    const { columns, classes } = await this.storedProfile(datasetId);
    const folder = this.root.of(datasetId);
    const kind = row.kind === 'images' ? 'images' : 'tabular';
    return {
      datasetId,
      name: row.name,
      kind,
      path: kind === 'images' ? folder.images : folder.table,
      sha256: row.sha256 ?? '',
      rows: row.rows ?? 0,
      suggestedTarget: row.suggested_target,
      columns,
      classes,
    };
  }

  /** @throws {KargahError} `storage_full` when `bytes` more would not leave the reserve free. */
  async requireSpace(bytes: number): Promise<void> {
    const disk = await statfs(this.deps.dataDir);
    if (disk.bavail * disk.bsize < bytes + this.deps.limits.reserveBytes) throw new KargahError('storage_full');
  }

  private async reachable(caller: Caller, datasetId: string): Promise<DatasetRow> {
    const row = await this.store.find(datasetId);
    const theirs =
      row?.project_id === caller.projectId &&
      (caller.kind === 'job' ? caller.datasetId === datasetId : row.deleted_at === null);
    if (!row || !theirs) throw new KargahError('not_found');
    return row;
  }

  private async ready(caller: Caller, datasetId: string): Promise<DatasetRow> {
    const row = await this.reachable(caller, datasetId);
    requireReady(row);
    return row;
  }

  private async storedProfile(datasetId: string): Promise<Profile> {
    const json = await this.store.profileOf(datasetId);
    if (json === null) throw new KargahError('not_found');
    return JSON.parse(json) as Profile;
  }

  /** The first rows lie ready as the reader left them; further ones cost a process. */
  private async cachedPreview(
    folder: DatasetFolder,
    offset: number,
    limit: number,
    total: number,
  ): Promise<PreviewResult | null> {
    const cached = previewResult.parse(JSON.parse(await readFile(folder.preview, 'utf8')));
    const held = Math.max(cached.rows.length, cached.images.length);
    if (offset + limit > held && held < total) return null;
    return { rows: cached.rows.slice(offset, offset + limit), images: cached.images.slice(offset, offset + limit) };
  }
}

function requireReady(row: DatasetRow): void {
  if (row.state === 'failed') throw new KargahError('dataset_failed');
  if (row.state !== 'ready') throw new KargahError('dataset_not_ready');
}
