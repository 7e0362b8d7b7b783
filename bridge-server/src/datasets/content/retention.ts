import { forgetGrants } from '../../access/grants.js';
import { readdir } from 'node:fs/promises';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from '../../storage/schema.js';
import { TERMINAL } from '../../training/index.js';
import type { Contents } from './store.js';
import type { DatasetsRoot } from './folders.js';

/** A job that keeps the bytes of a version from being freed. */
export interface Use {
  readonly versionId: string;
  readonly project_id: string;
  readonly jobId: string;
  readonly name: string;
  readonly hasModel: boolean;
}

/**
 * Frees the bytes of deleted versions that nobody needs. First it is written down that a version is freed, so that nothing begins to
 * use it, then the folder goes; a bridge that dies in between removes, at its next start, every folder that no version names.
 */
export class Retention {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly root: DatasetsRoot,
    private readonly contents: Contents,
  ) {}

  /** Deleted versions of a dataset; answers the bytes that came free. */
  async release(datasetId: string): Promise<number> {
    const rows = await this.db
      .selectFrom('dataset_versions')
      .select(['version_id', 'content_id', 'size_bytes', 'derived_bytes'])
      .where('dataset_id', '=', datasetId)
      .where('deleted_at', 'is not', null)
      .execute();
    let freed = 0;
    for (const row of rows) {
      await this.free(row.version_id);
      if (await this.clear(row.content_id)) freed += row.size_bytes + row.derived_bytes;
    }
    await this.forget(datasetId);
    return freed;
  }

  /** Everything that may go: at the start, and from time to time. */
  async collect(): Promise<void> {
    const deleted = await this.db
      .selectFrom('dataset_versions')
      .select('dataset_id')
      .distinct()
      .where('deleted_at', 'is not', null)
      .where('freed_at', 'is', null)
      .execute();
    for (const row of deleted) await this.release(row.dataset_id);
    const emptied = await this.db
      .selectFrom('datasets')
      .select('dataset_id')
      .where('deleted_at', 'is not', null)
      .execute();
    for (const row of emptied) await this.forget(row.dataset_id);
    // Listed before the rows are looked at: a folder is made after its row.
    for (const name of await readdir(this.root.datasets)) await this.clear(name);
  }

  /** Jobs that need these versions: those that have not ended, and those that left a model. */
  async usesOf(versionIds: readonly string[]): Promise<Use[]> {
    return versionIds.length === 0 ? [] : usesOf(this.db, versionIds);
  }

  private async free(versionId: string): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      // Holds the row: a job that begins now waits, and then finds it freed, or has begun and is seen below.
      const held = await tx
        .updateTable('dataset_versions')
        .set((eb) => ({ version_id: eb.ref('version_id') }))
        .where('version_id', '=', versionId)
        .where('deleted_at', 'is not', null)
        .where('freed_at', 'is', null)
        .executeTakeFirst();
      if (held.numUpdatedRows === 0n || (await usesOf(tx, [versionId])).length > 0) return;
      await tx
        .updateTable('dataset_versions')
        .set({ freed_at: new Date().toISOString() })
        .where('version_id', '=', versionId)
        .execute();
    });
  }

  /** Removes a folder that no version has any more; answers whether there was one. */
  private clear(contentId: string): Promise<boolean> {
    return this.contents.runExclusive(async () => {
      const needed = await this.db
        .selectFrom('dataset_versions')
        .select('version_id')
        .where('content_id', '=', contentId)
        .where('freed_at', 'is', null)
        .executeTakeFirst();
      if (needed) return false;
      return this.root.of(contentId).remove();
    });
  }

  /** The rows of a deleted dataset go with its last bytes. */
  private async forget(datasetId: string): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      const dataset = await tx
        .selectFrom('datasets')
        .select('deleted_at')
        .where('dataset_id', '=', datasetId)
        .executeTakeFirst();
      const versions = await tx
        .selectFrom('dataset_versions')
        .select(['version_id', 'freed_at'])
        .where('dataset_id', '=', datasetId)
        .execute();
      if (!dataset || dataset.deleted_at === null || versions.some((version) => version.freed_at === null)) return;
      const ids = versions.map((version) => version.version_id);
      if (ids.length > 0) await tx.deleteFrom('dataset_splits').where('version_id', 'in', ids).execute();
      await forgetGrants(tx, { kind: 'dataset', id: datasetId });
      for (const table of ['dataset_versions', 'datasets'] as const)
        await tx.deleteFrom(table).where('dataset_id', '=', datasetId).execute();
    });
  }
}

async function usesOf(db: Kysely<Database> | Transaction<Database>, versionIds: readonly string[]): Promise<Use[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['dataset_version_id', 'project_id', 'job_id', 'name', 'model_json'])
    .where('dataset_version_id', 'in', versionIds)
    .where((eb) =>
      eb.or([
        eb('state', 'not in', TERMINAL),
        eb('model_json', 'is not', null),
        // Ended, but whether it left a model is only known once MLflow has answered.
        eb('mlflow_end_pending', '=', 'FINISHED'),
      ]),
    )
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map((row) => ({
    versionId: row.dataset_version_id ?? '',
    project_id: row.project_id,
    jobId: row.job_id,
    name: row.name,
    hasModel: row.model_json !== null,
  }));
}
