import type { Kysely, Transaction } from 'kysely';
import type { Dataset, Reading } from '../../contract/datasets/datasets.js';
import type { Failure } from '../../contract/errors.js';
import type { Origin } from '../../contract/datasets/versions.js';
import { forgetGrants } from '../../access/grants.js';
import { KargahError } from '../../lib/errors.js';
import type { Database, DatasetTable, DatasetVersionTable, UploadTable } from '../../storage/schema.js';
import { newId } from '../../lib/ids.js';
import { searchText } from './search-text.js';
import { tagsOf, type VersionRow } from './view.js';

const COLUMNS = [
  'version_id',
  'dataset_id',
  'project_id',
  'number',
  'content_id',
  'state',
  'filename',
  'format',
  'kind',
  'size_bytes',
  'sha256',
  'data_sha256',
  'rows',
  'columns',
  'encoding',
  'asked_json',
  'reading_json',
  'derived_bytes',
  'suggested_target',
  'warnings_json',
  'error_json',
  'origin_json',
  'user_id',
  'owner_name',
  'created_at',
  'deleted_at',
  'freed_at',
] as const satisfies readonly (keyof VersionRow)[];

/** What the row of a dataset repeats of its head. */
const HEAD_COLUMNS = [
  'filename',
  'format',
  'kind',
  'size_bytes',
  'sha256',
  'rows',
  'columns',
  'encoding',
  'suggested_target',
  'warnings_json',
  'state',
  'error_json',
] as const satisfies readonly (keyof DatasetTable & keyof VersionRow)[];

/** What reading a file found out, ready to be stored. */
export type ReadColumns = Pick<
  DatasetVersionTable,
  | 'format'
  | 'kind'
  | 'rows'
  | 'columns'
  | 'encoding'
  | 'reading_json'
  | 'derived_bytes'
  | 'data_sha256'
  | 'suggested_target'
  | 'warnings_json'
  | 'profile_json'
  | 'sha256'
  | 'size_bytes'
>;

export interface NewVersion {
  /** Whose next version it is; null makes a dataset of it. */
  readonly datasetId: string | null;
  readonly projectId: string;
  readonly userId: string;
  readonly ownerName: string;
  /** Of a new dataset. */
  readonly name: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly state: 'uploading' | 'profiling';
  readonly asked: Reading;
  readonly origin: Origin;
}

/** Rows of versions, and of the datasets that show the newest of them. */
export class VersionStore {
  constructor(readonly db: Kysely<Database>) {}

  /** @throws {KargahError} `not_found` where the dataset was deleted meanwhile. */
  async insert(
    given: NewVersion,
    upload: Omit<UploadTable, 'dataset_id' | 'version_id'> | null,
  ): Promise<{ datasetId: string; versionId: string }> {
    const [datasetId, versionId] = [given.datasetId ?? newId('ds'), newId('dv')];
    const created_at = new Date().toISOString();
    await this.db.transaction().execute(async (tx) => {
      let number = 1;
      if (given.datasetId !== null) {
        // Of two versions that begin at once one waits here for its number.
        await holdDataset(tx, datasetId);
        const last = await tx
          .selectFrom('dataset_versions')
          .select((eb) => eb.fn.max('number').as('number'))
          .where('dataset_id', '=', datasetId)
          .executeTakeFirst();
        number = (last?.number ?? 0) + 1;
      }
      const repeated = {
        filename: given.filename,
        size_bytes: given.sizeBytes,
        state: given.state,
        format: null,
        kind: null,
        sha256: null,
        rows: null,
        columns: null,
        encoding: null,
        suggested_target: null,
        warnings_json: '[]',
        profile_json: null,
        error_json: null,
        created_at,
        deleted_at: null,
        user_id: given.userId,
        owner_name: given.ownerName,
        project_id: given.projectId,
        dataset_id: datasetId,
      };
      await tx
        .insertInto('dataset_versions')
        .values({
          ...repeated,
          version_id: versionId,
          number,
          content_id: versionId,
          data_sha256: null,
          asked_json: JSON.stringify(given.asked),
          reading_json: '{}',
          derived_bytes: 0,
          origin_json: JSON.stringify(given.origin),
          freed_at: null,
        })
        .execute();
      if (given.datasetId === null)
        await tx
          .insertInto('datasets')
          .values({
            ...repeated,
            name: given.name,
            search_text: searchText(given.name, given.filename, []),
            source_id: 'source_id' in given.origin ? (given.origin.source_id ?? null) : null,
            head_version_id: versionId,
            tags_json: '[]',
            shared: 'nobody' satisfies Dataset['shared'],
          })
          .execute();
      if (upload)
        await tx
          .insertInto('uploads')
          .values({ ...upload, dataset_id: datasetId, version_id: versionId })
          .execute();
    });
    return { datasetId, versionId };
  }

  find(versionId: string): Promise<VersionRow | undefined> {
    return this.db
      .selectFrom('dataset_versions')
      .select(COLUMNS)
      .where('version_id', '=', versionId)
      .executeTakeFirst();
  }

  numbered(datasetId: string, number: number): Promise<VersionRow | undefined> {
    return this.db
      .selectFrom('dataset_versions')
      .select(COLUMNS)
      .where('dataset_id', '=', datasetId)
      .where('number', '=', number)
      .executeTakeFirst();
  }

  /** Newest first, those below `before`. */
  list(datasetId: string, limit: number, before: number | null): Promise<VersionRow[]> {
    let query = this.db.selectFrom('dataset_versions').select(COLUMNS).where('dataset_id', '=', datasetId);
    if (before !== null) query = query.where('number', '<', before);
    return query.orderBy('number', 'desc').limit(limit).execute();
  }

  all(datasetId: string): Promise<VersionRow[]> {
    return this.db.selectFrom('dataset_versions').select(COLUMNS).where('dataset_id', '=', datasetId).execute();
  }

  /** Versions whose bytes are there and have this hash, the oldest first. */
  ofBytes(projectId: string, sha256: string): Promise<VersionRow[]> {
    return this.db
      .selectFrom('dataset_versions')
      .select(COLUMNS)
      .where('project_id', '=', projectId)
      .where('sha256', '=', sha256)
      .where('freed_at', 'is', null)
      .orderBy('created_at')
      .execute();
  }

  /** The first dataset of the project, other than this one, that has these bytes as a version; those deleted do not count. */
  async otherOfBytes(projectId: string, sha256: string, datasetId: string): Promise<string | null> {
    const found = await this.db
      .selectFrom('dataset_versions')
      .select('dataset_id')
      .where('project_id', '=', projectId)
      .where('sha256', '=', sha256)
      .where('dataset_id', '!=', datasetId)
      .where('deleted_at', 'is', null)
      .where('freed_at', 'is', null)
      // One that could not be read is nothing to open instead.
      .where('state', '!=', 'failed')
      .orderBy('created_at')
      .orderBy('version_id')
      .executeTakeFirst();
    return found?.dataset_id ?? null;
  }

  async profileOf(versionId: string): Promise<string | null> {
    const row = await this.db
      .selectFrom('dataset_versions')
      .select('profile_json')
      .where('version_id', '=', versionId)
      .executeTakeFirst();
    return row?.profile_json ?? null;
  }

  inState(state: 'uploading' | 'profiling'): Promise<VersionRow[]> {
    return this.db
      .selectFrom('dataset_versions')
      .select(COLUMNS)
      .where('state', '=', state)
      .where('deleted_at', 'is', null)
      .orderBy('created_at')
      .execute();
  }

  /** From `uploading` to `profiling`; false where it was cancelled meanwhile. */
  async beginReading(versionId: string, set: Partial<DatasetVersionTable> = {}): Promise<boolean> {
    return this.move(versionId, ['uploading'], { ...set, state: 'profiling' });
  }
  async settle(versionId: string, read: ReadColumns): Promise<boolean> {
    return this.move(versionId, ['profiling'], { ...read, state: 'ready', error_json: null });
  }
  /** @param original what is kept of it; null where nothing is, whatever was announced. */
  async fail(
    versionId: string,
    failure: Failure,
    original: Pick<ReadColumns, 'sha256' | 'size_bytes'> | null,
  ): Promise<boolean> {
    return this.move(versionId, ['uploading', 'profiling'], {
      ...(original ?? { size_bytes: 0, sha256: null }),
      state: 'failed',
      error_json: JSON.stringify(failure),
    });
  }

  /** Makes it a further version of content that is there: nothing of it needs to be read. */
  async adopt(versionId: string, from: VersionRow): Promise<boolean> {
    const profile_json = await this.profileOf(from.version_id);
    const { content_id, format, kind, size_bytes, sha256, data_sha256, rows, columns, encoding } = from;
    const { reading_json, derived_bytes, suggested_target, warnings_json } = from;
    const facts = { content_id, format, kind, size_bytes, sha256, data_sha256, rows, columns, encoding };
    const read = { reading_json, derived_bytes, suggested_target, warnings_json, profile_json };
    return this.move(versionId, ['uploading', 'profiling'], { ...facts, ...read, state: 'ready', error_json: null });
  }

  private async move(versionId: string, from: readonly string[], set: Partial<DatasetVersionTable>): Promise<boolean> {
    const row = await this.find(versionId);
    if (!row) return false;
    return this.db.transaction().execute(async (tx) => {
      // Whoever touches both rows takes the dataset's first.
      if (!(await heldDataset(tx, row.dataset_id))) return false;
      const moved = await tx
        .updateTable('dataset_versions')
        .set(set)
        .where('version_id', '=', versionId)
        .where('state', 'in', from)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      if (moved.numUpdatedRows === 0n) return false;
      await showHead(tx, row.dataset_id);
      return true;
    });
  }

  /**
   * Deletes one version; the dataset shows the newest of the others.
   *
   * @throws {KargahError} `last_version` where there is no other, `not_found` where it is gone already.
   */
  async markDeleted(row: VersionRow): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await holdDataset(tx, row.dataset_id);
      const living = await tx
        .selectFrom('dataset_versions')
        .select('version_id')
        .where('dataset_id', '=', row.dataset_id)
        .where('deleted_at', 'is', null)
        .execute();
      if (!living.some((version) => version.version_id === row.version_id)) throw new KargahError('not_found');
      if (living.length === 1) throw new KargahError('last_version');
      await tx
        .updateTable('dataset_versions')
        .set({ deleted_at: new Date().toISOString() })
        .where('version_id', '=', row.version_id)
        .execute();
      await tx.deleteFrom('uploads').where('version_id', '=', row.version_id).execute();
      await showHead(tx, row.dataset_id);
    });
  }

  /** Takes away a version that never came to be, and its dataset where it has no other. Answers whether it went too. */
  async drop(row: VersionRow): Promise<'dataset' | 'version'> {
    return this.db.transaction().execute(async (tx) => {
      await tx.deleteFrom('dataset_versions').where('version_id', '=', row.version_id).execute();
      const other = await tx
        .selectFrom('dataset_versions')
        .select('version_id')
        .where('dataset_id', '=', row.dataset_id)
        .executeTakeFirst();
      if (other) {
        await showHead(tx, row.dataset_id);
        return 'version';
      }
      await forgetGrants(tx, { kind: 'dataset', id: row.dataset_id });
      await tx.deleteFrom('datasets').where('dataset_id', '=', row.dataset_id).execute();
      return 'dataset';
    });
  }
}

async function holdDataset(tx: Transaction<Database>, datasetId: string): Promise<void> {
  if (!(await heldDataset(tx, datasetId))) throw new KargahError('not_found');
}

/** Takes the row of a dataset that lives, so that others wait until this transaction ends. */
async function heldDataset(tx: Transaction<Database>, datasetId: string): Promise<boolean> {
  const held = await tx
    .updateTable('datasets')
    .set((eb) => ({ dataset_id: eb.ref('dataset_id') }))
    .where('dataset_id', '=', datasetId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return held.numUpdatedRows > 0n;
}

/** Lets the dataset show its newest ready version, or its first while none is ready. */
async function showHead(tx: Transaction<Database>, datasetId: string): Promise<void> {
  const living = tx
    .selectFrom('dataset_versions')
    .select(['version_id', ...HEAD_COLUMNS])
    .where('dataset_id', '=', datasetId)
    .where('deleted_at', 'is', null);
  const head =
    (await living.where('state', '=', 'ready').orderBy('number', 'desc').limit(1).executeTakeFirst()) ??
    (await living.orderBy('number').limit(1).executeTakeFirst());
  const dataset = await tx
    .selectFrom('datasets')
    .select(['name', 'tags_json'])
    .where('dataset_id', '=', datasetId)
    .executeTakeFirst();
  if (!head || !dataset) return;
  const { version_id: head_version_id, ...facts } = head;
  await tx
    .updateTable('datasets')
    .set({
      ...facts,
      head_version_id,
      profile_json: null,
      search_text: searchText(dataset.name, facts.filename, tagsOf(dataset)),
    })
    .where('dataset_id', '=', datasetId)
    .execute();
}
