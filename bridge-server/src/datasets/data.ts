import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { datasetPreview } from '../contract/dataset-data.js';
import type { datasetProfile } from '../contract/datasets.js';
import { KargahError } from '../errors.js';
import type { Caller, Person } from '../http/route.js';
import type { Access } from './access.js';
import type { Contents } from './contents.js';
import { isErrno, type DatasetFolder } from './folders.js';
import { previewResult, type PreviewResult, type Reader } from './reader.js';
import type { VersionStore } from './version-store.js';
import type { Profile, VersionRow } from './view.js';

/** What is in a version: its rows, its figures, its file. */
export class DatasetData {
  constructor(
    private readonly versions: VersionStore,
    private readonly contents: Contents,
    private readonly access: Access,
    private readonly reader: Reader,
  ) {}

  async profile(caller: Person, datasetId: string, number?: number): Promise<z.infer<typeof datasetProfile>> {
    return this.profileOf(await this.access.ready(caller, datasetId, number));
  }

  async preview(
    caller: Person,
    datasetId: string,
    { version, offset, limit }: { version?: number | undefined; offset: number; limit: number },
  ): Promise<z.infer<typeof datasetPreview>> {
    const row = await this.access.ready(caller, datasetId, version);
    const folder = this.contents.of(row);
    const { columns } = await this.profileOf(row);
    const total = row.rows ?? 0;
    const shown =
      (await this.cachedPreview(folder, offset, limit, total)) ??
      (await this.reader.preview({ folder: folder.path, kind: row.kind ?? 'tabular', offset, limit }));
    return {
      dataset_id: datasetId,
      columns: columns.map(({ name, type, direction }) => ({ name, type, direction })),
      offset,
      total_rows: total,
      ...shown,
    };
  }

  /** The original file. Jobs may still fetch what was deleted while they run. */
  async content(caller: Caller, datasetId: string, number?: number): Promise<{ path: string; filename: string }> {
    const row = await this.access.version(caller, datasetId, number);
    if (row.freed_at !== null) throw new KargahError('dataset_freed');
    if (row.state === 'uploading' || row.sha256 === null) throw new KargahError('dataset_not_ready');
    return { path: this.contents.of(row).original, filename: row.filename };
  }

  private async profileOf(row: VersionRow): Promise<Profile> {
    const json = await this.versions.profileOf(row.version_id);
    if (json === null) throw new KargahError('not_found');
    return { ...(JSON.parse(json) as Profile), dataset_id: row.dataset_id };
  }

  /** The first rows lie ready as the reader left them; further ones cost a process. */
  private async cachedPreview(
    folder: DatasetFolder,
    offset: number,
    limit: number,
    total: number,
  ): Promise<PreviewResult | null> {
    let text;
    try {
      text = await readFile(folder.preview, 'utf8');
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
    const cached = previewResult.parse(JSON.parse(text));
    const held = Math.max(cached.rows.length, cached.images.length);
    if (offset + limit > held && held < total) return null;
    return { rows: cached.rows.slice(offset, offset + limit), images: cached.images.slice(offset, offset + limit) };
  }
}
