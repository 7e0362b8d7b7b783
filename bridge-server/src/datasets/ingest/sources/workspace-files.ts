import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Dataset } from '../../../contract/datasets/datasets.js';
import { KargahError } from '../../../lib/errors.js';
import type { Person } from '../../../access/caller.js';
import { type Grounds, type Place, placeOf } from '../../../lib/places.js';
import type { Ingestion } from '../ingestion.js';
import { isKnownFormat, plainName } from '../uploads/names.js';
import type { StorageQuota } from '../../content/quota.js';
import type { VersionStore } from '../../records/version-store.js';
import { originOf } from '../../records/view.js';
import { seen, seenIn } from '../../content/registered.js';
import type { IngestTarget } from './request.js';

/** Files of the Jupyter server, registered where they lie: the folder's `original` only points at them. */
export class FileOrigin {
  /** @param grounds the folder that JupyterLab shows; null where the bridge serves others than its own person */
  constructor(
    private readonly grounds: Grounds | null,
    private readonly ingestion: Ingestion,
    private readonly versions: VersionStore,
    private readonly quota: StorageQuota,
  ) {}

  /** @throws {KargahError} `files_off`, `file_outside`, `file_hidden`, `file_missing`, `unsupported_format`, `empty_file`, `quota_exceeded`, `storage_full` */
  async register(caller: Person, path: string, into: IngestTarget): Promise<Dataset> {
    const { absolute, shown } = await jupyterFile(this.grounds, path);
    const filename = plainName(basename(absolute));
    if (!isKnownFormat(filename)) throw new KargahError('unsupported_format');
    const facts = await stat(absolute);
    if (facts.size === 0) throw new KargahError('empty_file');
    // It takes no room itself, but what is made of it does.
    const started = await this.quota.reserve(caller, 0, () =>
      this.ingestion.begin(caller, {
        datasetId: into.dataset_id ?? null,
        name: into.name ?? null,
        filename,
        sizeBytes: facts.size,
        reading: into.reading ?? null,
        origin: { kind: 'file', path: shown },
      }),
    );
    try {
      await mkdir(started.folder.path, { recursive: true, mode: 0o700 });
      await writeFile(seenIn(started.folder), JSON.stringify(seen.parse(facts)), { mode: 0o600 });
      await symlink(absolute, started.folder.original);
      await this.ingestion.received(started.versionId, null, facts.size);
    } catch (error) {
      await this.ingestion.cancel(started.versionId);
      throw error;
    }
    return this.ingestion.announce(started.datasetId);
  }

  /** A registration that an earlier bridge did not come to the end of. */
  async recover(): Promise<void> {
    for (const row of await this.versions.inState('uploading'))
      if (originOf(row).kind === 'file') await this.ingestion.cancel(row.version_id);
  }
}

/**
 * Where a path of the Jupyter server really leads.
 *
 * @throws {KargahError} `files_off`, and those of {@link placeOf}
 */
export async function jupyterFile(grounds: Grounds | null, path: string): Promise<Place> {
  if (grounds === null) throw new KargahError('files_off');
  return placeOf(grounds, path);
}
