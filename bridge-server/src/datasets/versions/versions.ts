import type { Dataset, Reading } from '../../contract/datasets/datasets.js';
import type { DatasetVersion } from '../../contract/datasets/versions.js';
import type { Kysely } from 'kysely';
import { KargahError } from '../../lib/errors.js';
import type { Caller, Person } from '../../access/caller.js';
import type { Database } from '../../storage/schema.js';
import { isOwn } from '../../access/policy.js';
import { requireReady, type Access } from '../records/access.js';
import type { DatasetNotifier } from '../records/notifier.js';
import { BAD_CURSOR } from '../../lib/pages.js';
import type { Retention } from '../content/retention.js';
import type { Ingestion } from '../ingest/ingestion.js';
import type { ReadingQueue } from '../reading/reading.js';
import type { StorageQuota } from '../content/quota.js';
import { splitOf, type SplitStore } from '../records/split-store.js';
import type { VersionStore } from '../records/version-store.js';
import {
  errorForOthers,
  errorOf,
  formatOf,
  kindOf,
  originForOthers,
  originOf,
  warningsOf,
  type VersionRow,
} from '../records/view.js';

interface Counts {
  readonly jobs: number;
  readonly models: number;
}

interface VersionServiceDeps {
  readonly db: Kysely<Database>;
  readonly versions: VersionStore;
  readonly splits: SplitStore;
  readonly access: Access;
  readonly ingestion: Ingestion;
  readonly reading: ReadingQueue;
  readonly retention: Retention;
  readonly notifier: DatasetNotifier;
  readonly quota: StorageQuota;
  readonly cancelUpload: (versionId: string) => Promise<void>;
}

/** The versions of a dataset: seeing them, reading one anew, deleting one. */
export class VersionService {
  constructor(private readonly deps: VersionServiceDeps) {}

  async list(
    caller: Caller,
    datasetId: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ items: DatasetVersion[]; next_cursor: string | null }> {
    const mine = isOwn(caller, await this.deps.access.dataset(caller, 'dataset.read', datasetId));
    const before = cursor === undefined ? null : Number(cursor);
    if (before !== null && !Number.isSafeInteger(before))
      throw new KargahError('validation_failed', {}, { errors: [BAD_CURSOR] });
    const rows = await this.deps.versions.list(datasetId, limit + 1, before);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: await this.shown(rows.slice(0, limit), mine),
      next_cursor: last ? String(last.number) : null,
    };
  }

  async get(caller: Caller, datasetId: string, number: number): Promise<DatasetVersion> {
    const mine = isOwn(caller, await this.deps.access.dataset(caller, 'dataset.read', datasetId));
    return this.one(await this.deps.access.version(caller, datasetId, number), mine);
  }

  /** A new version of the same file, read with other options. */
  async reread(
    caller: Person,
    datasetId: string,
    asked: { readonly version?: number | undefined; readonly reading: Reading },
  ): Promise<Dataset> {
    await this.deps.access.dataset(caller, 'dataset.write', datasetId);
    const from = await this.deps.access.version(caller, datasetId, asked.version);
    // One that could not be read is what is most often read anew.
    if (from.state !== 'failed' || from.sha256 === null) requireReady(from);
    return this.deps.quota.reserve(caller, 0, () => this.deps.ingestion.reread(caller, from, asked.reading));
  }

  /** Deletes a version; what a model learned from keeps its bytes. */
  async remove(caller: Person, datasetId: string, number: number): Promise<DatasetVersion> {
    await this.deps.access.dataset(caller, 'dataset.write', datasetId);
    const row = await this.deps.access.version(caller, datasetId, number);
    await this.deps.versions.markDeleted(row);
    await this.deps.cancelUpload(row.version_id);
    await this.deps.reading.cancel(row.version_id);
    await this.deps.retention.release(datasetId);
    await this.deps.notifier.changed(datasetId);
    return this.one((await this.deps.versions.find(row.version_id)) ?? row, true);
  }

  private async one(row: VersionRow, mine: boolean): Promise<DatasetVersion> {
    const [version] = await this.shown([row], mine);
    if (!version) throw new KargahError('not_found');
    return version;
  }

  private async shown(rows: readonly VersionRow[], mine: boolean): Promise<DatasetVersion[]> {
    const ids = rows.map((row) => row.version_id);
    const splits = Map.groupBy(await this.deps.splits.ofVersions(ids), (split) => split.version_id);
    const counts = await this.countsOf(ids);
    return rows.map((row) => ({
      version_id: row.version_id,
      dataset_id: row.dataset_id,
      version: row.number,
      state: row.state as DatasetVersion['state'],
      error: mine ? errorOf(row.error_json) : errorForOthers(errorOf(row.error_json)),
      filename: row.filename,
      format: formatOf(row),
      kind: kindOf(row),
      size_bytes: row.size_bytes,
      sha256: row.sha256,
      data_sha256: row.data_sha256,
      rows: row.rows,
      columns: row.columns,
      encoding: row.encoding,
      warnings: warningsOf(row),
      reading: JSON.parse(row.state === 'ready' ? row.reading_json : row.asked_json) as Reading,
      origin: mine ? originOf(row) : originForOthers(row),
      splits: (splits.get(row.version_id) ?? []).map((split) => splitOf(split, row.number)),
      ...(counts.get(row.version_id) ?? { jobs: 0, models: 0 }),
      deleted: row.deleted_at !== null,
      freed: row.freed_at !== null,
      created_by: { user_id: row.user_id, name: row.owner_name },
      created_at: row.created_at,
    }));
  }

  private async countsOf(versionIds: readonly string[]): Promise<Map<string, Counts>> {
    if (versionIds.length === 0) return new Map();
    const rows = await this.deps.db
      .selectFrom('jobs')
      .select((eb) => [
        'dataset_version_id',
        eb.fn.countAll<number>().as('jobs'),
        eb.fn.count<number>('model_json').as('models'),
      ])
      .where('dataset_version_id', 'in', versionIds)
      .where('deleted_at', 'is', null)
      .groupBy('dataset_version_id')
      .execute();
    return new Map(rows.map(({ dataset_version_id, jobs, models }) => [dataset_version_id ?? '', { jobs, models }]));
  }
}
