import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  condition,
  type Condition,
  type datasetPreview,
  type previewDataset,
  type queryResult,
  type readingPreview,
} from '../../contract/datasets/dataset-data.js';
import type { datasetProfile, Reading } from '../../contract/datasets/datasets.js';
import { KargahError } from '../../lib/errors.js';
import type { Caller, Person } from '../../access/caller.js';
import type { Access } from '../records/access.js';
import type { Contents } from '../content/store.js';
import { isErrno, type DatasetFolder } from '../content/folders.js';
import { requireUnchanged } from '../content/registered.js';
import { previewResult, type Asker, type PreviewResult, type Reader } from '../reading/reader.js';
import type { VersionStore } from '../records/version-store.js';
import type { Profile, VersionRow } from '../records/view.js';

type PreviewQuery = z.output<(typeof previewDataset)['query']>;

/** A version of a dataset as it is asked for; without a number, the newest. */
export interface AskedVersion {
  readonly datasetId: string;
  readonly number: number | undefined;
}

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

  /** @throws {KargahError} `column_unknown` or `filter_invalid`, besides what reading may fail for */
  async preview(
    caller: Person,
    datasetId: string,
    query: PreviewQuery,
    signal: AbortSignal,
  ): Promise<z.infer<typeof datasetPreview>> {
    const row = await this.access.ready(caller, datasetId, query.version);
    const { columns } = await this.profileOf(row);
    const conditions = conditionsOf(query.filter);
    const named = [...conditions.map(({ column }) => column), ...(query.sort === undefined ? [] : [query.sort])];
    for (const column of named)
      if (!columns.some(({ name }) => name === column)) throw new KargahError('column_unknown', { column });
    return {
      dataset_id: datasetId,
      columns: columns.map(({ name, type, direction, calendar }) => ({
        name,
        type,
        direction,
        ...(calendar && { calendar }),
      })),
      offset: query.offset,
      ...(await this.page(row, query, conditions, { userId: caller.userId, signal })),
    };
  }

  /** @throws {KargahError} `dataset_wrong_kind`, `query_failed`, `query_not_select` or `query_timeout`, besides others */
  async query(
    caller: Person,
    { datasetId, number }: AskedVersion,
    sql: string,
    signal: AbortSignal,
  ): Promise<z.infer<typeof queryResult>> {
    const row = await this.access.ready(caller, datasetId, number);
    requireKind(row, 'tabular');
    return this.reader.query(this.contents.of(row).path, sql, { userId: caller.userId, signal });
  }

  /** How the original would be read with these options. */
  async previewReading(
    caller: Person,
    { datasetId, number }: AskedVersion,
    reading: Reading,
    signal: AbortSignal,
  ): Promise<z.infer<typeof readingPreview>> {
    const row = await this.received(caller, datasetId, number);
    const folder = this.contents.of(row);
    const { path, original } = folder;
    const asker = { userId: caller.userId, signal };
    return this.reader.sniff({ folder: path, original, filename: row.filename, reading }, asker);
  }

  /** The original file. Jobs may still fetch what was deleted while they run. */
  async content(
    caller: Caller,
    datasetId: string,
    number?: number,
  ): Promise<{ path: string; filename: string; sha256: string | null }> {
    const row = await this.received(caller, datasetId, number);
    return { path: this.contents.of(row).original, filename: row.filename, sha256: row.sha256 };
  }

  /** A version whose file is here, read or not. */
  private async received(caller: Caller, datasetId: string, number?: number): Promise<VersionRow> {
    const row = await this.access.version(caller, datasetId, number);
    if (row.freed_at !== null) throw new KargahError('dataset_freed');
    if (row.state === 'uploading' || row.sha256 === null) throw new KargahError('dataset_not_ready');
    await requireUnchanged(this.contents.of(row));
    return row;
  }

  private async page(
    row: VersionRow,
    { offset, limit, sort, order }: PreviewQuery,
    conditions: readonly Condition[],
    asker: Asker,
  ): Promise<PreviewResult & { total_rows: number }> {
    const folder = this.contents.of(row);
    const total = row.rows ?? 0;
    const plain = sort === undefined && conditions.length === 0;
    const cached = plain ? await this.cachedPreview(folder, offset, limit, total) : null;
    if (cached) return { ...cached, total_rows: total };
    const kind = row.kind ?? 'tabular';
    const asked = { folder: folder.path, kind, rows: total, offset, limit, sort, order, conditions };
    return this.reader.preview(asked, asker);
  }

  private async profileOf(row: VersionRow): Promise<Profile> {
    const json = await this.versions.profileOf(row.version_id);
    if (json === null) throw new KargahError('not_found');
    // Versions that share their content were profiled once, in another dataset perhaps.
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
    const cached = previewOf(text);
    if (cached === null) return null;
    const held = Math.max(cached.rows.length, cached.images.length);
    if (offset + limit > held && held < total) return null;
    return { rows: cached.rows.slice(offset, offset + limit), images: cached.images.slice(offset, offset + limit) };
  }
}

/** Null for a damaged file: the rows are then read from the data. */
function previewOf(text: string): PreviewResult | null {
  try {
    return previewResult.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** @throws {KargahError} `dataset_wrong_kind` for a version of another kind */
export function requireKind(row: VersionRow, expected: 'tabular' | 'images'): void {
  if (row.kind !== expected) throw new KargahError('dataset_wrong_kind', { expected });
}

const MAX_CONDITIONS = 50;

function conditionsOf(filter: string | undefined): Condition[] {
  if (filter === undefined) return [];
  let given: unknown;
  try {
    given = JSON.parse(filter);
  } catch (cause) {
    throw new KargahError('filter_invalid', { reason: 'JSON' }, { cause });
  }
  const parsed = z.array(condition).max(MAX_CONDITIONS).safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new KargahError('filter_invalid', { reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` });
  }
  return parsed.data;
}
