import type { Failure } from '../contract/errors.js';
import { failureOf, KargahError } from '../errors.js';
import type { DatasetsDeps } from './deps.js';
import { sha256Of, sizeOf, type DatasetsRoot } from './folders.js';
import type { Reader, ReadResult } from './reader.js';
import type { DatasetStore, ReadColumns } from './store.js';
import { datasetOf, type Profile } from './view.js';

const PARALLEL = 2;

/** Reads uploaded files, two at a time, and settles their datasets as `ready` or `failed`. */
export class ReadingQueue {
  private readonly waiting: string[] = [];
  private readonly running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  private stopped = false;

  constructor(
    private readonly deps: Pick<DatasetsDeps, 'live' | 'log'>,
    private readonly store: DatasetStore,
    private readonly root: DatasetsRoot,
    private readonly reader: Reader,
  ) {}

  enqueue(datasetId: string): void {
    if (this.waiting.includes(datasetId) || this.running.has(datasetId)) return;
    this.waiting.push(datasetId);
    this.next();
  }

  /** Resolves when nothing reads this dataset any more. */
  async cancel(datasetId: string): Promise<void> {
    const index = this.waiting.indexOf(datasetId);
    if (index >= 0) this.waiting.splice(index, 1);
    const running = this.running.get(datasetId);
    running?.abort.abort(new Error('reading was cancelled'));
    await running?.done;
  }

  /** Ends the reading processes; their datasets stay `profiling` and are read again at the next start. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.length = 0;
    await Promise.all([...this.running.keys()].map((datasetId) => this.cancel(datasetId)));
  }

  private next(): void {
    while (!this.stopped && this.running.size < PARALLEL) {
      const datasetId = this.waiting.shift();
      if (datasetId === undefined) return;
      const abort = new AbortController();
      const done = this.read(datasetId, abort.signal)
        .catch((error: unknown) => {
          if (!abort.signal.aborted) this.deps.log.error({ err: error, datasetId }, 'a dataset could not be settled');
        })
        .finally(() => {
          this.running.delete(datasetId);
          this.next();
        });
      this.running.set(datasetId, { abort, done });
    }
  }

  private async read(datasetId: string, signal: AbortSignal): Promise<void> {
    const row = await this.store.find(datasetId);
    if (row?.state !== 'profiling' || row.deleted_at !== null) return;
    const folder = this.root.of(datasetId);
    await folder.make();
    const input = {
      folder: folder.path,
      filename: row.filename,
      sizeBytes: row.size_bytes,
      sourceId: row.source_id,
    };
    let result: ReadResult | null = null;
    let failure: Failure | null = null;
    try {
      result = await this.reader.read(input, signal);
    } catch (error) {
      signal.throwIfAborted();
      failure = this.failureFor(error, datasetId);
    }
    const size = await sizeOf(folder.original);
    const original = size === null ? null : { size_bytes: size, sha256: await sha256Of(folder.original) };
    signal.throwIfAborted();
    const settled =
      result !== null && original !== null
        ? await this.store.settle(datasetId, { ...columnsOf(datasetId, result), ...original })
        : await this.store.fail(datasetId, failure ?? failureOf('damaged_file'), original ?? {});
    const now = settled ? await this.store.find(datasetId) : undefined;
    if (now) this.deps.live.datasetChanged(now.user_id, datasetOf(now));
  }

  private failureFor(error: unknown, datasetId: string): Failure {
    if (error instanceof KargahError) return error.toFailure();
    this.deps.log.error({ err: error, datasetId }, 'reading a dataset failed');
    return failureOf('internal', { request_id: datasetId });
  }
}

function columnsOf(datasetId: string, read: ReadResult): Omit<ReadColumns, 'sha256' | 'size_bytes'> {
  const profile: Profile = { dataset_id: datasetId, ...read.profile };
  return {
    format: read.format,
    kind: read.kind,
    rows: read.rows,
    columns: read.columns,
    encoding: read.encoding,
    suggested_target: read.suggested_target,
    warnings_json: JSON.stringify(read.warnings),
    profile_json: JSON.stringify(profile),
  };
}
