import { Mutex } from 'async-mutex';
import { link, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Subject } from '../../access/limits.js';
import type { Database } from '../../storage/schema.js';
import { isErrno, isOwn, sync, type DatasetFolder, type DatasetsRoot } from './folders.js';
import { carryFacts } from './registered.js';
import type { VersionStore } from '../records/version-store.js';
import { originOf, type VersionRow } from '../records/view.js';

/**
 * The folders that hold the bytes of versions. What takes a folder into use and what frees one go through `runExclusive`, one after the
 * other, so that none is freed between the look and the use.
 */
export class Contents {
  private readonly mutex = new Mutex();

  constructor(
    private readonly db: Kysely<Database>,
    private readonly root: DatasetsRoot,
    private readonly versions: VersionStore,
  ) {}

  of(version: Pick<VersionRow, 'content_id'>): DatasetFolder {
    return this.root.of(version.content_id);
  }

  runExclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.mutex.runExclusive(work);
  }

  /** Content of the same bytes, read as this version is to be read; within `runExclusive`. */
  async findDuplicate(version: VersionRow, sha256: string): Promise<VersionRow | null> {
    for (const other of await this.versions.ofBytes(version.project_id, sha256)) {
      const same =
        other.state === 'ready' &&
        other.asked_json === version.asked_json &&
        suffixOf(other.filename) === suffixOf(version.filename);
      if (same && (await isOwn(this.of(other).original))) return other;
    }
    return null;
  }

  /** The original file of these bytes, where it lies here already; within `runExclusive`. */
  async originalOf(projectId: string, sha256: string): Promise<VersionRow | null> {
    for (const other of await this.versions.ofBytes(projectId, sha256)) {
      if (await isOwn(this.of(other).original)) return other;
    }
    return null;
  }

  /** Gives a version the original of another one as a hard link; false where the file system has none. */
  async share(from: DatasetFolder, to: DatasetFolder): Promise<boolean> {
    await to.make();
    const fresh = `${to.original}.new`;
    try {
      await rm(fresh, { force: true });
      await link(from.original, fresh);
    } catch (error) {
      if (isErrno(error, 'EMLINK', 'EPERM', 'EXDEV', 'ENOTSUP')) return false;
      throw error;
    }
    await rename(fresh, to.original);
    await carryFacts(from, to);
    await sync(to.path);
    return true;
  }

  /** Bytes that the versions of a person or a project take: the same file once, whatever versions it is in. */
  async bytesOf({ kind, id }: Subject): Promise<number> {
    const rows = await this.db
      .selectFrom('dataset_versions')
      .select(['version_id', 'content_id', 'sha256', 'size_bytes', 'derived_bytes', 'origin_json'])
      .where(kind === 'person' ? 'user_id' : 'project_id', '=', id)
      .where('freed_at', 'is', null)
      .execute();
    const originals = new Map<string, number>();
    const derived = new Map<string, number>();
    for (const row of rows) {
      const { kind } = originOf(row);
      // Another reading of a registered file is a link like the first, unless the same bytes lie here.
      const isHere = kind === 'file' || kind === 'reread' ? await isOwn(this.of(row).original) : true;
      if (isHere) originals.set(row.sha256 ?? row.version_id, row.size_bytes);
      derived.set(row.content_id, row.derived_bytes);
    }
    return sum(originals.values()) + sum(derived.values());
  }
}

/** Bytes of what was made of the original. */
export async function derivedBytes(folder: DatasetFolder): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder.path, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && path !== folder.original) bytes += (await stat(path)).size;
  }
  return bytes;
}

function suffixOf(filename: string): string {
  return /(?:\.tar)?\.[^.]*$/u.exec(filename.toLowerCase())?.[0] ?? '';
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
