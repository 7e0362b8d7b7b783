import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import {
  type Condition,
  datasetPreview,
  type ExportFormat,
  queryResult,
  readingPreview,
} from '../../contract/datasets/dataset-data.js';
import { dataset, datasetFormat, datasetKind, datasetProfile, reading } from '../../contract/datasets/datasets.js';
import type { Reading } from '../../contract/datasets/datasets.js';
import { failure } from '../../contract/errors.js';
import { source } from '../../contract/datasets/intake.js';
import { datasetProfileEvent } from '../../contract/live.js';
import { split, type SplitSpec, versionDiff } from '../../contract/datasets/versions.js';
import { failureOf } from '../../lib/errors.js';
import { FairSlots } from '../../lib/async/fair-slots.js';
import { inherited } from '../../lib/environment.js';
import type { DatasetsDeps } from '../deps.js';
import { Worker, type Asked } from './worker.js';

const readResult = z.object({
  format: datasetFormat,
  kind: datasetKind,
  rows: z.number().int(),
  columns: z.number().int().nullable(),
  encoding: z.string().nullable(),
  /** The options that were used, detected or given. */
  reading,
  data_sha256: z.string(),
  suggested_target: z.string().nullable(),
  warnings: dataset.shape.warnings,
  profile: datasetProfile.omit({ dataset_id: true }),
});
export type ReadResult = z.infer<typeof readResult>;

export const previewResult = datasetPreview.pick({ rows: true, images: true });
export type PreviewResult = z.infer<typeof previewResult>;
const page = datasetPreview.pick({ rows: true, images: true, total_rows: true });

const measured = datasetProfileEvent.pick({ columns: true, rows: true, done: true, total: true });
export type Measured = z.infer<typeof measured>;

const sniffed = readingPreview.extend({ error: failure.pick({ code: true, params: true }).nullable() });
const dealt = split.pick({ rows: true, sha256: true, warnings: true });
const compared = versionDiff.omit({ from: true, to: true });

const PREVIEW_SECONDS = 30;
const QUERY_SECONDS = 10;
const SLOW_SECONDS = 300;
/** Questions that somebody waits for; of one person two, so that a page answers while another thinks. */
const PREVIEWS = { atOnce: 4, each: 2 };
/** Those among them that may take long: a place is left for what does not. */
const QUERIES = { atOnce: 3, each: 1 };
const EXPORTS = { atOnce: 2, each: 1 };
const BYTES_PER_SECOND = 2 ** 20;

export interface FileToRead {
  /** Where its data is put. */
  readonly folder: string;
  /** Where the file is, if not `original` in the folder. */
  readonly original?: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly sourceId: string | null;
  readonly reading?: Reading;
}

/** Aborts when the caller leaves. */
export interface Asker {
  readonly userId: string;
  readonly signal?: AbortSignal;
}

/** Opens users' files in Python processes of their own; the bridge itself never parses one. */
export class Reader {
  private readonly worker: Worker;
  private readonly previews = new FairSlots(PREVIEWS);
  private readonly queries = new FairSlots(QUERIES);
  /** Their own: one of all pictures takes as long as a disk needs to copy them, and no preview waits for that. */
  private readonly exports = new FairSlots(EXPORTS);

  constructor(private readonly deps: Pick<DatasetsDeps, 'python' | 'limits' | 'log'>) {
    this.worker = new Worker(deps);
  }

  /** Loads the worker's libraries ahead of the first request. */
  warm(): Promise<void> {
    return this.worker.warm();
  }
  stop(): Promise<void> {
    return this.worker.stop();
  }

  /** @throws {KargahError} with the reason why the file is no dataset; an abort rejects with the signal's reason. */
  async read(file: FileToRead, signal: AbortSignal, onColumns?: (columns: Measured) => void): Promise<ReadResult> {
    const { limits } = this.deps;
    const request = {
      folder: file.folder,
      original: file.original ?? null,
      filename: file.filename,
      source_id: file.sourceId,
      reading: file.reading ?? {},
      memory_bytes: limits.readerMemoryBytes,
      max_image_bytes: limits.maxImageBytes,
    };
    const seconds = limits.readerSeconds + file.sizeBytes / BYTES_PER_SECOND;
    const onEvent = (event: unknown): void => onColumns?.(measured.parse(event));
    return readResult.parse(await this.worker.ask({ verb: 'read', request, seconds, signal, onEvent }));
  }

  /** How the file would be read with these options. */
  async sniff(
    file: Required<Pick<FileToRead, 'folder' | 'original' | 'filename' | 'reading'>>,
    asker: Asker,
  ): Promise<z.infer<typeof readingPreview>> {
    const request = { ...file, ...this.memory(), max_image_bytes: this.deps.limits.maxImageBytes };
    const { error, ...shown } = sniffed.parse(
      await this.short({ verb: 'sniff', request, seconds: PREVIEW_SECONDS }, asker),
    );
    return { ...shown, error: error && failureOf(error.code, error.params) };
  }

  async preview(
    input: {
      readonly folder: string;
      readonly kind: string;
      readonly offset: number;
      readonly limit: number;
      /** Rows in all, or images. */
      readonly rows?: number;
      readonly sort?: string | undefined;
      readonly order?: 'asc' | 'desc';
      readonly conditions?: readonly Condition[];
    },
    asker: Asker,
  ): Promise<z.infer<typeof page>> {
    const request = { rows: 0, order: 'asc', conditions: [], ...input, ...this.memory() };
    return page.parse(await this.short({ verb: 'preview', request, seconds: PREVIEW_SECONDS }, asker));
  }

  /** One SELECT over the table `data`. */
  async query(folder: string, sql: string, asker: Asker): Promise<z.infer<typeof queryResult>> {
    const request = { folder, sql, ...this.memory() };
    return queryResult.parse(await this.long({ verb: 'query', request, seconds: QUERY_SECONDS }, asker));
  }

  /** Writes which row is in which part to the file `into`. */
  async split(
    input: { folder: string; kind: string; spec: SplitSpec; into: string },
    asker: Asker,
  ): Promise<z.infer<typeof dealt>> {
    const request = { ...input, ...this.memory() };
    return dealt.parse(await this.long({ verb: 'split', request, seconds: SLOW_SECONDS }, asker));
  }

  /** What changed from the content `older` to the content `folder`. */
  async diff(input: { folder: string; older: string; kind: string }, asker: Asker): Promise<z.infer<typeof compared>> {
    const request = { ...input, ...this.memory() };
    return compared.parse(await this.long({ verb: 'diff', request, seconds: SLOW_SECONDS }, asker));
  }

  /**
   * Writes the table, or the pictures, to the file `into`, which appears only when it is whole.
   *
   * @param bytes about how many are written
   */
  async export(
    input: { folder: string; format: ExportFormat; into: string },
    bytes: number,
    asker: Asker,
  ): Promise<void> {
    const request = { ...input, ...this.memory() };
    const seconds = SLOW_SECONDS + bytes / BYTES_PER_SECOND;
    const { userId, signal } = asker;
    await this.exports.take(userId, signal, () => this.worker.ask({ verb: 'export', request, seconds, signal }));
  }

  async sources(): Promise<z.infer<typeof source>[]> {
    const { stdout } = await promisify(execFile)(this.deps.python, ['-m', 'kargah.datasets.sources'], {
      env: { ...inherited(process.env), PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
      timeout: PREVIEW_SECONDS * 1000,
    });
    return z.array(source).parse(JSON.parse(stdout));
  }

  /** Half of what a fork may reserve is for the engine's tables; the rest is what it needs beside them. */
  private memory(): { memory_bytes: number } {
    return { memory_bytes: Math.floor(this.deps.limits.readerMemoryBytes / 2) };
  }

  /** A question that somebody waits for: only so many at once, in turn by person, and never behind the reading of files. */
  private short(asked: Asked, { userId, signal }: Asker): Promise<unknown> {
    return this.previews.take(userId, signal, () => this.worker.ask({ ...asked, signal }));
  }

  private long(asked: Asked, asker: Asker): Promise<unknown> {
    return this.queries.take(asker.userId, asker.signal, () => this.short(asked, asker));
  }
}
