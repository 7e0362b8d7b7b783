import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Response } from 'express';
import type { ExportFormat } from '../contract/dataset-data.js';
import { KargahError } from '../errors.js';
import type { Caller } from '../http/route.js';
import type { Access } from './access.js';
import { sendFile } from './content.js';
import type { Contents } from './contents.js';
import { requireKind } from './data.js';
import type { DatasetLimits } from './deps.js';
import { sha256Of, sizeOf, type DatasetsRoot } from './folders.js';
import { newId } from './ids.js';
import type { Reader } from './reader.js';
import type { Room } from './room.js';
import type { DatasetStore } from './store.js';
import type { VersionRow } from './view.js';

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
interface Held {
  readonly contentId: string;
  readonly written: Promise<Written>;
  bytes: number;
  /** Requests that wait for it or send it. */
  readers: number;
  usedAt: number;
}

/** For how long a broken download finds the file that it began with. */
const IDLE_MS = 30 * 60_000;

/** The typed table, or the pictures, as a file: written once for all who fetch it, or pieces of it, and kept for a while. */
export class Exports {
  /** The longest unused first. */
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly store: DatasetStore,
    private readonly root: DatasetsRoot,
    private readonly contents: Contents,
    private readonly access: Access,
    private readonly reader: Reader,
    private readonly room: Room,
    private readonly limits: Pick<DatasetLimits, 'keptExportBytes'>,
  ) {}

  /** What an earlier bridge had written. */
  async clear(): Promise<void> {
    this.held.clear();
    await rm(this.root.exports, { recursive: true, force: true });
    await mkdir(this.root.exports, { recursive: true, mode: 0o700 });
  }

  /** Frees what nobody has fetched for a while, and what was written of content that is gone. */
  async sweep(): Promise<void> {
    const since = Date.now() - IDLE_MS;
    for (const [name, one] of this.held) {
      const gone = (await sizeOf(this.contents.of({ content_id: one.contentId }).path)) === null;
      if (one.readers === 0 && (gone || one.usedAt < since)) await this.free(name, one);
    }
  }

  /**
   * Its ETag is of the bytes themselves, so that a download goes on only in the file that it began with, also after a restart.
   *
   * @throws {KargahError} `dataset_wrong_kind` for pictures as a table or a table as pictures, `storage_full`, besides what writing the file may fail for
   */
  async send(caller: Caller, datasetId: string, { version, format }: Wanted, res: Response): Promise<void> {
    const row = await this.access.ready(caller, datasetId, version);
    requireKind(row, format === 'zip' ? 'images' : 'tabular');
    const name = (await this.store.find(datasetId))?.name ?? row.filename;
    const filename = `${name.replace(/(?:\.tar)?\.[^.]{1,8}$/u, '')}.${format}`;
    if (format === 'parquet') {
      await sendFile(res, this.contents.of(row).table, filename, row.data_sha256);
      return;
    }
    const one = this.take(row, format);
    try {
      const { path, sha256 } = await one.written;
      await sendFile(res, path, filename, sha256);
    } finally {
      one.readers -= 1;
      await this.shrink();
    }
  }

  private take(row: VersionRow, format: WrittenFormat): Held {
    const name = `${row.content_id}.${format}`;
    const one = this.held.get(name) ?? this.begin(row, format, name);
    one.readers += 1;
    one.usedAt = Date.now();
    // Behind all others.
    this.held.delete(name);
    this.held.set(name, one);
    return one;
  }

  private begin(row: VersionRow, format: WrittenFormat, name: string): Held {
    const into = join(this.root.exports, newId('exp'));
    const written = this.write(row, format, into);
    const one: Held = { contentId: row.content_id, written, bytes: 0, readers: 0, usedAt: 0 };
    written.then(
      ({ bytes }) => (one.bytes = bytes),
      () => this.held.delete(name),
    );
    return one;
  }

  private async write(row: VersionRow, format: WrittenFormat, into: string): Promise<Written> {
    const folder = this.contents.of(row).path;
    // Pictures come to what they take here; a table, which is packed here, to about what its file was.
    const about = Math.max(row.size_bytes, row.derived_bytes);
    await this.room.lend(about, () => this.reader.export({ folder, format, into }, about));
    const bytes = await sizeOf(into);
    if (bytes === null) throw new KargahError('not_found');
    return { path: into, sha256: await sha256Of(into), bytes };
  }

  /** Frees the longest unused while all of them are too much. */
  private async shrink(): Promise<void> {
    let bytes = 0;
    for (const one of this.held.values()) bytes += one.bytes;
    for (const [name, one] of [...this.held]) {
      if (bytes <= this.limits.keptExportBytes) return;
      if (one.readers > 0) continue;
      bytes -= one.bytes;
      await this.free(name, one);
    }
  }

  private async free(name: string, one: Held): Promise<void> {
    this.held.delete(name);
    await one.written.then(
      ({ path }) => rm(path, { force: true }),
      () => undefined,
    );
  }
}
