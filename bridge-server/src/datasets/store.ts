import { sql, type Kysely } from 'kysely';
import type { Failure } from '../contract/errors.js';
import { KargahError } from '../errors.js';
import type { Database, DatasetTable, UploadTable } from '../storage/schema.js';
import { folded } from './folding.js';
import type { DatasetRow } from './view.js';

const COLUMNS = [
  'dataset_id',
  'project_id',
  'user_id',
  'owner_name',
  'name',
  'search_text',
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
  'source_id',
  'created_at',
  'deleted_at',
  'head_version_id',
  'tags_json',
  'shared',
] as const satisfies readonly (keyof DatasetRow)[];

export interface ListQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
}
/** What reading a file found out, ready to be stored. */
export type ReadColumns = Pick<
  DatasetTable,
  | 'format'
  | 'kind'
  | 'rows'
  | 'columns'
  | 'encoding'
  | 'suggested_target'
  | 'warnings_json'
  | 'profile_json'
  | 'sha256'
  | 'size_bytes'
>;

/** Rows of datasets and of their uploads. A deleted dataset's row stays until its bytes are free. */
export class DatasetStore {
  constructor(private readonly db: Kysely<Database>) {}

  /** Makes the row of a dataset that is being uploaded or imported. */
  async insert(
    row: Pick<
      DatasetTable,
      | 'dataset_id'
      | 'project_id'
      | 'user_id'
      | 'owner_name'
      | 'name'
      | 'filename'
      | 'size_bytes'
      | 'state'
      | 'source_id'
    >,
    upload: UploadTable | null,
  ): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await tx
        .insertInto('datasets')
        .values({
          ...row,
          search_text: searchText(row.name, row.filename),
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
          created_at: new Date().toISOString(),
          deleted_at: null,
          head_version_id: `dv_${row.dataset_id.slice(3)}`,
          tags_json: '[]',
          shared: 'nobody',
        })
        .execute();
      if (upload !== null) await tx.insertInto('uploads').values(upload).execute();
    });
  }

  find(datasetId: string): Promise<DatasetRow | undefined> {
    return this.db.selectFrom('datasets').select(COLUMNS).where('dataset_id', '=', datasetId).executeTakeFirst();
  }

  async profileOf(datasetId: string): Promise<string | null> {
    const row = await this.db
      .selectFrom('datasets')
      .select('profile_json')
      .where('dataset_id', '=', datasetId)
      .executeTakeFirst();
    return row?.profile_json ?? null;
  }

  /** Newest first; the cursor names the last row of the page before. */
  async list(projectId: string, query: ListQuery): Promise<{ rows: DatasetRow[]; nextCursor: string | null }> {
    let select = this.db
      .selectFrom('datasets')
      .select(COLUMNS)
      .where('project_id', '=', projectId)
      .where('deleted_at', 'is', null)
      .orderBy('created_at', 'desc')
      .orderBy('dataset_id', 'desc')
      .limit(query.limit + 1);
    const wanted = folded(query.search ?? '').trim();
    if (wanted !== '') {
      const pattern = `%${wanted.replace(/[\\%_]/gu, '\\$&')}%`;
      // SQLite knows no escape character unless one is named.
      select = select.where(sql<boolean>`search_text like ${pattern} escape '\\'`);
    }
    if (query.cursor !== undefined) {
      const [createdAt, datasetId] = decodeCursor(query.cursor);
      select = select.where((eb) =>
        eb.or([
          eb('created_at', '<', createdAt),
          eb.and([eb('created_at', '=', createdAt), eb('dataset_id', '<', datasetId)]),
        ]),
      );
    }
    const rows = await select.execute();
    const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
    return { rows: rows.slice(0, query.limit), nextCursor: last ? encodeCursor(last) : null };
  }

  async change(row: DatasetRow): Promise<void> {
    await this.db
      .updateTable('datasets')
      .set({ name: row.name, tags_json: row.tags_json, search_text: searchText(row.name, row.filename) })
      .where('dataset_id', '=', row.dataset_id)
      .execute();
  }

  /** From `uploading` to `profiling`; false where it was cancelled meanwhile. */
  async beginReading(datasetId: string): Promise<boolean> {
    const done = await this.db
      .updateTable('datasets')
      .set({ state: 'profiling' })
      .where('dataset_id', '=', datasetId)
      .where('state', '=', 'uploading')
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return done.numUpdatedRows > 0n;
  }
  async settle(datasetId: string, read: ReadColumns): Promise<boolean> {
    return this.endReading(datasetId, { ...read, state: 'ready', error_json: null });
  }
  async fail(datasetId: string, failure: Failure, original: Partial<ReadColumns>): Promise<boolean> {
    return this.endReading(datasetId, { ...original, state: 'failed', error_json: JSON.stringify(failure) });
  }
  private async endReading(datasetId: string, set: Partial<DatasetTable>): Promise<boolean> {
    const done = await this.db
      .updateTable('datasets')
      .set(set)
      .where('dataset_id', '=', datasetId)
      .where('state', '=', 'profiling')
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return done.numUpdatedRows > 0n;
  }

  async markDeleted(datasetId: string): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      const deletedAt = new Date().toISOString();
      await tx.updateTable('datasets').set({ deleted_at: deletedAt }).where('dataset_id', '=', datasetId).execute();
      await tx.deleteFrom('uploads').where('dataset_id', '=', datasetId).execute();
    });
  }
  async forget(datasetId: string): Promise<void> {
    await this.db.deleteFrom('datasets').where('dataset_id', '=', datasetId).execute();
  }
  async deletedIds(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('datasets')
      .select('dataset_id')
      .where('deleted_at', 'is not', null)
      .execute();
    return rows.map((row) => row.dataset_id);
  }
  async inState(state: 'uploading' | 'profiling'): Promise<DatasetRow[]> {
    return this.db
      .selectFrom('datasets')
      .select(COLUMNS)
      .where('state', '=', state)
      .where('deleted_at', 'is', null)
      .orderBy('created_at')
      .execute();
  }

  findUpload(uploadId: string): Promise<UploadTable | undefined> {
    return this.db.selectFrom('uploads').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();
  }
  uploadOf(datasetId: string): Promise<UploadTable | undefined> {
    return this.db.selectFrom('uploads').selectAll().where('dataset_id', '=', datasetId).executeTakeFirst();
  }
  async prolong(uploadId: string, expiresAt: string): Promise<void> {
    await this.db.updateTable('uploads').set({ expires_at: expiresAt }).where('upload_id', '=', uploadId).execute();
  }
  uploadsExpiredBefore(moment: string): Promise<UploadTable[]> {
    return this.db.selectFrom('uploads').selectAll().where('expires_at', '<', moment).execute();
  }
  /** The row of an expired upload stays for a while without its dataset, so that it can still answer that it is gone. */
  async detachUpload(uploadId: string): Promise<void> {
    await this.db.updateTable('uploads').set({ dataset_id: null }).where('upload_id', '=', uploadId).execute();
  }
  async forgetUpload(uploadId: string): Promise<void> {
    await this.db.deleteFrom('uploads').where('upload_id', '=', uploadId).execute();
  }
}

function searchText(name: string, filename: string): string {
  return `${folded(name)}\n${folded(filename)}`;
}

function encodeCursor(row: DatasetRow): string {
  return Buffer.from(JSON.stringify([row.created_at, row.dataset_id])).toString('base64url');
}
function decodeCursor(cursor: string): [string, string] {
  const invalid = (cause?: unknown): KargahError =>
    new KargahError(
      'validation_failed',
      {},
      {
        errors: [{ path: 'cursor', message: 'not a cursor of this list', code: 'invalid_cursor' }],
        cause,
      },
    );
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string')
      return [value[0], value[1]];
  } catch (error) {
    throw invalid(error);
  }
  throw invalid();
}
