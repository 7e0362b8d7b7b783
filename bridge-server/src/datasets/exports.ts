import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Response } from 'express';
import type { Caller } from '../http/route.js';
import type { Access } from './access.js';
import { sendFile } from './content.js';
import type { Contents } from './contents.js';
import { requireTable } from './data.js';
import type { DatasetsRoot } from './folders.js';
import { newId } from './ids.js';
import type { Reader } from './reader.js';
import type { DatasetStore } from './store.js';

interface Wanted {
  readonly version?: number | undefined;
  readonly format: 'csv' | 'parquet' | 'jsonl';
}

/** The typed table as a file. */
export class Exports {
  constructor(
    private readonly store: DatasetStore,
    private readonly root: DatasetsRoot,
    private readonly contents: Contents,
    private readonly access: Access,
    private readonly reader: Reader,
  ) {}

  /** What a bridge that was killed had begun to write. */
  async clear(): Promise<void> {
    await rm(this.root.exports, { recursive: true, force: true });
    await mkdir(this.root.exports, { recursive: true, mode: 0o700 });
  }

  /** @throws {KargahError} `dataset_wrong_kind` for images */
  async send(caller: Caller, datasetId: string, { version, format }: Wanted, res: Response): Promise<void> {
    const row = await this.access.ready(caller, datasetId, version);
    requireTable(row);
    const name = (await this.store.find(datasetId))?.name ?? row.filename;
    const filename = `${name.replace(/\.[^.]{1,8}$/u, '')}.${format}`;
    const folder = this.contents.of(row);
    if (format === 'parquet') {
      await sendFile(res, folder.table, filename);
      return;
    }
    const into = join(this.root.exports, newId('exp'));
    try {
      await this.reader.export({ folder: folder.path, format, into });
      await sendFile(res, into, filename);
    } finally {
      await rm(into, { force: true });
    }
  }
}
