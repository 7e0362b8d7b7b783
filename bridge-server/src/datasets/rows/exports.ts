import type { Response } from 'express';
import type { ExportFormat } from '../../contract/datasets/dataset-data.js';
import { KargahError } from '../../lib/errors.js';
import type { Caller } from '../../access/caller.js';
import { KeptFiles } from '../../storage/kept-files.js';
import type { Access } from '../records/access.js';
import { sendFile } from '../../http/answers/send-file.js';
import type { Contents } from '../content/store.js';
import { requireKind } from './data.js';
import type { DatasetLimits } from '../deps.js';
import { sha256Of, sizeOf, type DatasetsRoot } from '../content/folders.js';
import type { Reader } from '../reading/reader.js';
import type { StorageQuota } from '../content/quota.js';
import type { DatasetStore } from '../records/store.js';
import type { VersionRow } from '../records/view.js';

interface Wanted {
  readonly version?: number | undefined;
  readonly format: ExportFormat;
}
/** Those that have to be written first: the table itself is Parquet. */
type WrittenFormat = Exclude<ExportFormat, 'parquet'>;
interface Written {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

interface ExportsDeps {
  readonly store: DatasetStore;
  readonly root: DatasetsRoot;
  readonly contents: Contents;
  readonly access: Access;
  readonly reader: Reader;
  readonly quota: StorageQuota;
  readonly limits: Pick<DatasetLimits, 'keptExportBytes'>;
}

/** The typed table, or the pictures, as a file: written once for all who fetch it, or pieces of it, and kept for a while. */
export class Exports {
  private readonly files: KeptFiles<Written>;

  constructor(private readonly deps: ExportsDeps) {
    this.files = new KeptFiles(deps.root.exports, deps.limits.keptExportBytes);
  }

  /** What an earlier bridge had written. */
  clear(): Promise<void> {
    return this.files.clear();
  }

  /** Frees what nobody has fetched for a while, and what was written of content that is gone. */
  sweep(): Promise<void> {
    return this.files.sweep(
      async (key) => (await sizeOf(this.deps.contents.of({ content_id: key.replace(/\..*$/u, '') }).path)) === null,
    );
  }

  /**
   * Its ETag is of the bytes themselves, so that a download goes on only in the file that it began with, also after a restart.
   *
   * @throws {KargahError} `dataset_wrong_kind` for pictures as a table or a table as pictures, `storage_full`, besides what writing the file may fail for
   */
  async send(caller: Caller, datasetId: string, { version, format }: Wanted, res: Response): Promise<void> {
    const row = await this.deps.access.ready(caller, datasetId, version);
    requireKind(row, format === 'zip' ? 'images' : 'tabular');
    const name = (await this.deps.store.find(datasetId))?.name ?? row.filename;
    const filename = `${name.replace(/(?:\.tar)?\.[^.]{1,8}$/u, '')}.${format}`;
    if (format === 'parquet') {
      await sendFile(res, this.deps.contents.of(row).table, filename, row.data_sha256);
      return;
    }
    await this.files.use(
      `${row.content_id}.${format}`,
      (into) => this.write(caller, row, format, into),
      ({ path, sha256 }) => sendFile(res, path, filename, sha256),
    );
  }

  private async write({ userId }: Caller, row: VersionRow, format: WrittenFormat, into: string): Promise<Written> {
    const folder = this.deps.contents.of(row).path;
    // Pictures come to what they take here; a table, which is packed here, to about what its file was.
    const about = Math.max(row.size_bytes, row.derived_bytes);
    await this.deps.quota.reserveTemporary(about, () =>
      this.deps.reader.export({ folder, format, into }, about, { userId }),
    );
    const bytes = await sizeOf(into);
    if (bytes === null) throw new KargahError('not_found');
    return { path: into, sha256: await sha256Of(into), bytes };
  }
}
