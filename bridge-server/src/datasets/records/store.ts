import type { Kysely, Transaction } from 'kysely';
import type { Caller } from '../../access/caller.js';
import type { Resource } from '../../access/resource.js';
import {
  granteesOf,
  grantOnly,
  holderOf,
  isGranted,
  isTo,
  peopleAmong,
  type Grantee,
  type Holder,
} from '../../access/grants.js';
import { isThere } from '../../access/projects.js';
import { inProjectsOf, type Scope } from '../../access/scope.js';
import type { Database, UploadTable } from '../../storage/schema.js';
import { untold } from '../../ledger/index.js';
import { readPage, type Page, type PageQuery } from '../../lib/pages.js';
import { KargahError } from '../../lib/errors.js';
import { folded } from '../../lib/search/folding.js';
import { contains } from '../../lib/search/like.js';
import { searchText } from './search-text.js';
import { tagsOf, type DatasetRow } from './view.js';

const COLUMNS = [
  'd.dataset_id',
  'd.project_id',
  'd.user_id',
  'd.owner_name',
  'd.name',
  'd.search_text',
  'd.filename',
  'd.format',
  'd.kind',
  'd.size_bytes',
  'd.sha256',
  'd.rows',
  'd.columns',
  'd.encoding',
  'd.suggested_target',
  'd.warnings_json',
  'd.state',
  'd.error_json',
  'd.source_id',
  'd.created_at',
  'd.deleted_at',
  'd.head_version_id',
  'd.tags_json',
  'd.shared',
  'h.number as head_number',
  'p.number as pending_number',
  'p.state as pending_state',
  'p.error_json as pending_error_json',
] as const;

export interface ListQuery extends PageQuery {
  readonly search?: string | undefined;
  readonly tag?: string | undefined;
  readonly sha256?: string | undefined;
  readonly size_bytes?: number | undefined;
}
/** What the grants come to. */
export function sharingOf(to: readonly Grantee[]): DatasetRow['shared'] {
  if (to.some(({ kind }) => kind === 'everyone')) return 'everyone';
  return to.length > 0 ? 'people' : 'nobody';
}

/** Rows of datasets and of their uploads. A deleted dataset's row stays until the bytes of its versions are free. */
export class DatasetStore {
  constructor(readonly db: Kysely<Database>) {}

  find(datasetId: string): Promise<DatasetRow | undefined> {
    return this.rows().where('d.dataset_id', '=', datasetId).executeTakeFirst();
  }

  /** The dataset, for `requireAccess`. */
  async resource(caller: Caller, datasetId: string): Promise<Resource<DatasetRow> | null> {
    const row = await this.find(datasetId);
    if (row === undefined) return null;
    const granted = { kind: 'dataset', id: datasetId } as const;
    const isShared = row.shared !== 'nobody' && (await isGranted(this.db, holderOf(caller), granted, 'dataset.read'));
    const isSharedWithCaller = isShared && (await isThere(this.db, row.project_id));
    return { kind: 'dataset', id: datasetId, projectId: row.project_id, isSharedWithCaller, row };
  }

  /** Those of the scope's projects and those that others share with the person, newest first. */
  async list(scope: Scope, query: ListQuery): Promise<Page<DatasetRow>> {
    // Each by its own index.
    const own = this.narrowed(this.rows().where(inProjectsOf(scope, 'd.project_id')), query);
    const shared = scope.grantedTo === null ? [] : [this.narrowed(this.sharedOnly(scope, scope.grantedTo), query)];
    return readPage([own, ...shared], { by: 'created_at', then: 'dataset_id', table: 'd' }, query);
  }

  private sharedOnly(scope: Scope, holder: Holder): ReturnType<DatasetStore['rows']> {
    return this.rows()
      .where((eb) => eb.not(inProjectsOf(scope, 'd.project_id')))
      .where('d.shared', '!=', 'nobody')
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('projects as pr')
            .select('pr.project_id')
            .whereRef('pr.project_id', '=', 'd.project_id')
            .where('pr.deleted_at', 'is', null),
        ),
      )
      .where((eb) =>
        eb(
          'd.dataset_id',
          'in',
          eb
            .selectFrom('grants as g')
            .select('g.object_id')
            .where('g.object_kind', '=', 'dataset')
            .where('g.permission', '=', 'dataset.read')
            .where(isTo(holder)),
        ),
      );
  }

  /** Those of a project that people outside it see. */
  async sharedOf(projectId: string): Promise<DatasetRow[]> {
    return this.rows()
      .where('d.project_id', '=', projectId)
      .where('d.shared', '!=', 'nobody')
      .where('d.deleted_at', 'is', null)
      .execute();
  }
  /** Every one that is not deleted. */
  async allOf(projectId: string): Promise<DatasetRow[]> {
    return this.rows().where('d.project_id', '=', projectId).where('d.deleted_at', 'is', null).execute();
  }
  private narrowed(rows: ReturnType<DatasetStore['rows']>, query: ListQuery): ReturnType<DatasetStore['rows']> {
    let select = rows.where('d.deleted_at', 'is', null);
    const wanted = folded(query.search ?? '').trim();
    if (wanted !== '') select = select.where(contains('d.search_text', wanted));
    if (query.tag !== undefined) select = select.where(contains('d.tags_json', JSON.stringify(query.tag)));
    for (const column of ['sha256', 'size_bytes'] as const) {
      const value = query[column];
      if (value === undefined) continue;
      select = select.where((eb) =>
        eb.exists(
          eb
            .selectFrom('dataset_versions as f')
            .select('f.version_id')
            .whereRef('f.dataset_id', '=', 'd.dataset_id')
            .where(`f.${column}`, '=', value)
            .where('f.deleted_at', 'is', null),
        ),
      );
    }
    return select;
  }

  async change(row: DatasetRow): Promise<void> {
    await this.db
      .updateTable('datasets')
      .set({
        name: row.name,
        tags_json: row.tags_json,
        search_text: searchText(row.name, row.filename, tagsOf(row)),
      })
      .where('dataset_id', '=', row.dataset_id)
      .execute();
  }

  /** Gone for everyone; answers false where it was already. */
  async markDeleted(datasetId: string, tell = untold): Promise<boolean> {
    return this.db.transaction().execute(async (tx) => {
      const deleted_at = new Date().toISOString();
      const done = await tx
        .updateTable('datasets')
        .set({ deleted_at })
        .where('dataset_id', '=', datasetId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst();
      await tx
        .updateTable('dataset_versions')
        .set({ deleted_at })
        .where('dataset_id', '=', datasetId)
        .where('deleted_at', 'is', null)
        .execute();
      await tx.deleteFrom('uploads').where('dataset_id', '=', datasetId).execute();
      if (done.numUpdatedRows > 0n) await tell(tx);
      return done.numUpdatedRows > 0n;
    });
  }

  /**
   * Takes its rows to another project.
   *
   * @throws {KargahError} `already_in_project`; `not_found` where somebody moved or deleted it meanwhile; `dataset_not_ready` while a
   *   version of it is on its way or is read, which looks for it where it was.
   */
  async moveTo(trx: Transaction<Database>, row: DatasetRow, projectId: string): Promise<void> {
    const { dataset_id: id } = row;
    if (row.project_id === projectId) throw new KargahError('already_in_project');
    const { numUpdatedRows } = await trx
      .updateTable('datasets')
      .set({ project_id: projectId })
      .where('dataset_id', '=', id)
      .where('project_id', '=', row.project_id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw new KargahError('not_found');
    const busy = await trx
      .selectFrom('dataset_versions')
      .select('version_id')
      .where('dataset_id', '=', id)
      .where('state', 'in', ['uploading', 'profiling'])
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (busy !== undefined) throw new KargahError('dataset_not_ready');
    for (const table of ['dataset_versions', 'uploads'] as const)
      await trx.updateTable(table).set({ project_id: projectId }).where('dataset_id', '=', id).execute();
  }

  async share(
    datasetId: string,
    { to, by }: { readonly to: readonly Grantee[]; readonly by: string },
    tell = untold,
  ): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await tx
        .updateTable('datasets')
        .set({ shared: sharingOf(to) })
        .where('dataset_id', '=', datasetId)
        .execute();
      await grantOnly(tx, { kind: 'dataset', id: datasetId }, { to, permission: 'dataset.read', by });
      await tell(tx);
    });
  }
  sharedWith(datasetId: string): Promise<Grantee[]> {
    return granteesOf(this.db, { kind: 'dataset', id: datasetId });
  }
  /** The people who see it by a grant to them or to a project of theirs. */
  async seenBy(datasetId: string): Promise<string[]> {
    return peopleAmong(this.db, await this.sharedWith(datasetId));
  }

  findUpload(uploadId: string): Promise<UploadTable | undefined> {
    return this.db.selectFrom('uploads').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();
  }
  uploadOf(versionId: string): Promise<UploadTable | undefined> {
    return this.db.selectFrom('uploads').selectAll().where('version_id', '=', versionId).executeTakeFirst();
  }
  /** Those whose last byte has not come. */
  unfinishedUploads(): Promise<Pick<UploadTable, 'upload_id' | 'user_id' | 'size_bytes' | 'created_at'>[]> {
    return this.db
      .selectFrom('uploads as u')
      .innerJoin('dataset_versions as v', 'v.version_id', 'u.version_id')
      .select(['u.upload_id', 'u.user_id', 'u.size_bytes', 'u.created_at'])
      .where('v.state', '=', 'uploading')
      .where('v.deleted_at', 'is', null)
      .execute();
  }
  async prolong(uploadId: string, expiresAt: string): Promise<void> {
    await this.db.updateTable('uploads').set({ expires_at: expiresAt }).where('upload_id', '=', uploadId).execute();
  }
  uploadsExpiredBefore(moment: string): Promise<UploadTable[]> {
    return this.db.selectFrom('uploads').selectAll().where('expires_at', '<', moment).execute();
  }
  /** The row of an expired upload stays for a while without its version, so that it can still answer that it is gone. */
  async detachUpload(uploadId: string): Promise<void> {
    await this.db
      .updateTable('uploads')
      .set({ dataset_id: null, version_id: null })
      .where('upload_id', '=', uploadId)
      .execute();
  }
  async forgetUpload(uploadId: string): Promise<void> {
    await this.db.deleteFrom('uploads').where('upload_id', '=', uploadId).execute();
  }

  private rows() {
    return this.db
      .selectFrom('datasets as d')
      .innerJoin('dataset_versions as h', 'h.version_id', 'd.head_version_id')
      .leftJoin('dataset_versions as p', (join) =>
        join.on((eb) =>
          eb(
            'p.version_id',
            '=',
            // The newest of all, where it is newer than the head.
            eb
              .selectFrom('dataset_versions as n')
              .select('n.version_id')
              .whereRef('n.dataset_id', '=', 'd.dataset_id')
              .whereRef('n.number', '>', 'h.number')
              .where('n.deleted_at', 'is', null)
              .orderBy('n.number', 'desc')
              .limit(1),
          ),
        ),
      )
      .select(COLUMNS)
      .select((eb) =>
        eb
          .selectFrom('dataset_versions as c')
          .select((c) => c.fn.countAll<number>().as('n'))
          .whereRef('c.dataset_id', '=', 'd.dataset_id')
          .where('c.deleted_at', 'is', null)
          .$asScalar()
          .$notNull()
          .as('version_count'),
      );
  }
}
