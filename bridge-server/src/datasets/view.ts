import type { z } from 'zod';
import type { Dataset, datasetFormat, datasetKind, datasetProfile, datasetState } from '../contract/datasets.js';
import type { Failure } from '../contract/errors.js';
import type { DatasetTable } from '../storage/schema.js';

export type DatasetRow = Omit<DatasetTable, 'profile_json'>;
export type Profile = z.infer<typeof datasetProfile>;
export type Warnings = Dataset['warnings'];

/** A row as the contract shows it; what the columns hold was checked when it was written. */
export function datasetOf(row: DatasetRow): Dataset {
  return {
    dataset_id: row.dataset_id,
    name: row.name,
    filename: row.filename,
    format: row.format as z.infer<typeof datasetFormat> | null,
    kind: row.kind as z.infer<typeof datasetKind> | null,
    size_bytes: row.size_bytes,
    sha256: row.sha256,
    rows: row.rows,
    columns: row.columns,
    encoding: row.encoding,
    suggested_target: row.suggested_target,
    warnings: JSON.parse(row.warnings_json) as Warnings,
    state: row.state as z.infer<typeof datasetState>,
    error: row.error_json === null ? null : (JSON.parse(row.error_json) as Failure),
    source_id: row.source_id,
    version: 1,
    versions: 1,
    pending: null,
    tags: tagsOf(row),
    shared: row.shared as Dataset['shared'],
    mine: true,
    owner: { user_id: row.user_id, name: row.owner_name },
    created_at: row.created_at,
  };
}

export function tagsOf(row: Pick<DatasetRow, 'tags_json'>): string[] {
  return JSON.parse(row.tags_json) as string[];
}
