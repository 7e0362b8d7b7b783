import { constants } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import type { Transaction } from 'kysely';
import type { Person } from '../../access/caller.js';
import { holdProject, inProject } from '../../access/projects.js';
import { projectOf } from '../../access/resource.js';
import { requireAccess } from '../../access/require-access.js';
import type { Dataset } from '../../contract/datasets/datasets.js';
import type { Act, Ledger } from '../../ledger/index.js';
import { KargahError } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { Database } from '../../storage/schema.js';
import type { StorageQuota } from '../content/quota.js';
import type { Contents } from '../content/store.js';
import type { Access } from '../records/access.js';
import type { DatasetNotifier } from '../records/notifier.js';
import { searchText } from '../records/search-text.js';
import type { SplitStore } from '../records/split-store.js';
import type { DatasetStore } from '../records/store.js';
import type { VersionStore } from '../records/version-store.js';
import { datasetOf, tagsOf, type DatasetRow, type VersionRow } from '../records/view.js';

interface TransferDeps {
  readonly store: DatasetStore;
  readonly versions: VersionStore;
  readonly splits: SplitStore;
  readonly contents: Contents;
  readonly quota: StorageQuota;
  readonly access: Access;
  readonly notifier: DatasetNotifier;
  readonly ledger: Ledger;
}

/** Takes datasets to another project, for who may write in both: with every version, split and reading, whole or not at all. */
export class TransferService {
  constructor(private readonly deps: TransferDeps) {}

  /**
   * Jobs and models that learned from it stay where they are and go on saying so; a job that runs keeps what it was given.
   *
   * @throws {KargahError} `not_found`, `forbidden`, `already_in_project`, `dataset_not_ready`, `project_quota_exceeded`
   */
  async move(caller: Person, datasetId: string, projectId: string): Promise<Dataset> {
    const { store, access, quota, notifier, ledger } = this.deps;
    const row = await this.#allowed(caller, datasetId, projectId);
    const audience = await notifier.audienceOf(row);
    const bytes = bytesOf((await this.deps.versions.all(datasetId)).filter(({ freed_at }) => freed_at === null));
    await quota.takeTo(projectId, bytes, () =>
      store.db.transaction().execute(async (trx) => {
        await holdProject(trx, projectId);
        await store.moveTo(trx, row, projectId);
        const act = { caller, action: 'dataset.move', object: { kind: 'dataset', id: datasetId } } as const;
        const facts = { before: { name: row.name, project_id: row.project_id }, after: { project_id: projectId } };
        // The owners of both projects read of it.
        for (const of of [row.project_id, projectId]) await ledger.record(trx, { ...act, ...facts, projectId: of });
      }),
    );
    notifier.gone(row, audience);
    const moved = await notifier.changed(datasetId);
    return moved ?? datasetOf(await access.dataset(caller, 'dataset.read', datasetId));
  }

  /**
   * The copy has the versions that are ready, under their numbers, and is shared with nobody. Its bytes are the same ones.
   *
   * @throws {KargahError} `not_found`, `forbidden`, `dataset_not_ready`, `quota_exceeded`, `project_quota_exceeded`
   */
  async copy(caller: Person, datasetId: string, projectId: string, name?: string): Promise<Dataset> {
    const { store, contents, quota, notifier, ledger } = this.deps;
    const row = await this.#allowed(caller, datasetId, projectId);
    const versions = await this.#readyOf(row);
    const dataset_id = newId('ds');
    const copies = versions.map((version) => ({ version, version_id: newId('dv') }));
    const of = { others: bytesOfOthers(versions, caller.userId), all: bytesOf(versions) };
    // Within it no content is freed between the look and the use.
    await contents.runExclusive(async () => {
      const split = await this.#copySplits(copies);
      try {
        await quota.takeCopy({ userId: caller.userId, projectId }, of, () =>
          store.db.transaction().execute(async (trx) => {
            await holdProject(trx, projectId);
            await insertCopy(trx, caller, { row, copies, dataset_id, projectId, name: name ?? row.name });
            if (split.length > 0)
              await trx
                .insertInto('dataset_splits')
                .values(split.map((one) => one.row))
                .execute();
            const act = { caller, action: 'dataset.copy' } as const;
            const acts: Act[] = [
              {
                ...act,
                object: { kind: 'dataset', id: datasetId },
                projectId: row.project_id,
                after: { copied_to: dataset_id, project_id: projectId },
              },
              {
                ...act,
                object: { kind: 'dataset', id: dataset_id },
                projectId,
                after: { name: name ?? row.name, project_id: projectId },
              },
            ];
            for (const one of acts) await ledger.record(trx, one);
          }),
        );
      } catch (error) {
        for (const { path } of split) await rm(path, { force: true });
        throw error;
      }
    });
    return (await notifier.changed(dataset_id))!;
  }

  /** The dataset, where the caller may write in its project and in the other one. */
  async #allowed(caller: Person, datasetId: string, projectId: string): Promise<DatasetRow> {
    const row = await this.deps.access.dataset(caller, 'dataset.write', datasetId);
    requireAccess(caller, 'dataset.write', projectOf(inProject(caller, projectId)));
    return row;
  }

  async #readyOf({ dataset_id: id, head_version_id: head }: DatasetRow): Promise<VersionRow[]> {
    const versions = (await this.deps.versions.all(id)).filter(
      ({ state, deleted_at, freed_at }) => state === 'ready' && deleted_at === null && freed_at === null,
    );
    if (!versions.some(({ version_id }) => version_id === head)) throw new KargahError('dataset_not_ready');
    return versions;
  }

  /** A split's file lies with the content, under the split's own name. */
  async #copySplits(copies: readonly { readonly version: VersionRow; readonly version_id: string }[]) {
    const made = [];
    for (const { version, version_id } of copies) {
      const folder = this.deps.contents.of(version);
      for (const row of await this.deps.splits.ofVersions([version.version_id])) {
        const split_id = newId('spl');
        const path = folder.split(split_id);
        await copyFile(folder.split(row.split_id), path, constants.COPYFILE_FICLONE);
        made.push({ path, row: { ...row, split_id, version_id } });
      }
    }
    return made;
  }
}

interface Copy {
  readonly row: DatasetRow;
  readonly copies: readonly { readonly version: VersionRow; readonly version_id: string }[];
  readonly dataset_id: string;
  readonly projectId: string;
  readonly name: string;
}

/** @throws {KargahError} `dataset_freed` where a version was deleted and freed meanwhile */
async function insertCopy(
  trx: Transaction<Database>,
  caller: Person,
  { row, copies, dataset_id, projectId, name }: Copy,
): Promise<void> {
  const ids = copies.map(({ version }) => version.version_id);
  const kept = await trx
    .selectFrom('dataset_versions')
    .selectAll()
    .where('version_id', 'in', ids)
    .where('freed_at', 'is', null)
    .execute();
  if (kept.length < ids.length) throw new KargahError('dataset_freed');
  const from = await trx
    .selectFrom('datasets')
    .selectAll()
    .where('dataset_id', '=', row.dataset_id)
    .executeTakeFirstOrThrow();
  const theirs = {
    dataset_id,
    project_id: projectId,
    user_id: caller.userId,
    owner_name: caller.name,
    created_at: new Date().toISOString(),
  };
  const idOf = (versionId: string): string =>
    copies.find(({ version }) => version.version_id === versionId)!.version_id;
  await trx
    .insertInto('dataset_versions')
    .values(kept.map((version) => ({ ...version, ...theirs, version_id: idOf(version.version_id) })))
    .execute();
  await trx
    .insertInto('datasets')
    .values({
      ...from,
      ...theirs,
      name,
      search_text: searchText(name, from.filename, tagsOf(row)),
      head_version_id: idOf(row.head_version_id),
      shared: 'nobody',
    })
    .execute();
}

/** What counts as the person's besides, once a copy of it is theirs. */
function bytesOfOthers(versions: readonly VersionRow[], userId: string): number {
  return bytesOf(versions.filter((version) => version.user_id !== userId));
}

/** The same content once. */
function bytesOf(versions: readonly VersionRow[]): number {
  const contents = new Map(versions.map((version) => [version.content_id, version]));
  return [...contents.values()].reduce((sum, one) => sum + one.size_bytes + one.derived_bytes, 0);
}
