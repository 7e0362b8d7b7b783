import type { z } from 'zod';
import type {
  Dataset,
  datasetFormat,
  datasetKind,
  datasetProfile,
  datasetState,
  Reading,
} from '../../contract/datasets/datasets.js';
import type { Failure } from '../../contract/errors.js';
import { failureOf } from '../../lib/errors.js';
import type { Origin } from '../../contract/datasets/versions.js';
import type { DatasetTable, DatasetVersionTable } from '../../storage/schema.js';

/** A dataset with what lists show of its versions. */
export type DatasetRow = Omit<DatasetTable, 'profile_json'> & {
  readonly head_number: number;
  readonly version_count: number;
  readonly pending_number: number | null;
  readonly pending_state: string | null;
  readonly pending_error_json: string | null;
};
export type VersionRow = Omit<DatasetVersionTable, 'profile_json'>;
export type Profile = z.infer<typeof datasetProfile>;
export type Warnings = Dataset['warnings'];
type State = z.infer<typeof datasetState>;

/** A row as the contract shows it to its owner; what the columns hold was checked when it was written. */
export function datasetOf(row: DatasetRow): Dataset {
  return {
    dataset_id: row.dataset_id,
    name: row.name,
    filename: row.filename,
    format: formatOf(row),
    kind: kindOf(row),
    size_bytes: row.size_bytes,
    sha256: row.sha256,
    rows: row.rows,
    columns: row.columns,
    encoding: row.encoding,
    suggested_target: row.suggested_target,
    warnings: warningsOf(row),
    state: row.state as State,
    error: errorOf(row.error_json),
    source_id: row.source_id,
    version: row.head_number,
    versions: row.version_count,
    pending:
      row.pending_number === null
        ? null
        : {
            version: row.pending_number,
            state: row.pending_state as State,
            error: errorOf(row.pending_error_json),
          },
    tags: tagsOf(row),
    shared: row.shared as Dataset['shared'],
    mine: true,
    owner: { user_id: row.user_id, name: row.owner_name },
    created_at: row.created_at,
  };
}

/** As those see it whom its owner lets read it. */
export function sharedDatasetOf(row: DatasetRow): Dataset {
  const { pending, ...shown } = datasetOf(row);
  return {
    ...shown,
    error: errorForOthers(shown.error),
    pending: pending && { ...pending, error: errorForOthers(pending.error) },
    mine: false,
  };
}

export function tagsOf(row: Pick<DatasetRow, 'tags_json'>): string[] {
  return JSON.parse(row.tags_json) as string[];
}
export function formatOf(row: Pick<DatasetTable, 'format'>): z.infer<typeof datasetFormat> | null {
  return row.format as z.infer<typeof datasetFormat> | null;
}
export function kindOf(row: Pick<DatasetTable, 'kind'>): z.infer<typeof datasetKind> | null {
  return row.kind as z.infer<typeof datasetKind> | null;
}
export function warningsOf(row: Pick<DatasetTable, 'warnings_json'>): Warnings {
  return JSON.parse(row.warnings_json) as Warnings;
}
export function errorOf(json: string | null): Failure | null {
  return json === null ? null : (JSON.parse(json) as Failure);
}
export function originOf(row: Pick<DatasetVersionTable, 'origin_json'>): Origin {
  return JSON.parse(row.origin_json) as Origin;
}
/** Addresses, queries, connections and paths are their owner's; others learn of what kind the origin is. */
export function originForOthers(row: Pick<DatasetVersionTable, 'origin_json'>): Origin {
  const origin = originOf(row);
  return origin.kind === 'reread' || origin.kind === 'source' ? origin : { kind: origin.kind };
}
/** Names no host, path or query of the owner's. */
const SAID_TO_OTHERS = /^(?!url_|file_|connection_|query_)/u;
export function errorForOthers(error: Failure | null): Failure | null {
  return error === null || SAID_TO_OTHERS.test(error.code) ? error : failureOf('dataset_failed');
}
/** How it was asked to be read. */
export function askedOf(row: Pick<DatasetVersionTable, 'asked_json'>): Reading {
  return JSON.parse(row.asked_json) as Reading;
}
