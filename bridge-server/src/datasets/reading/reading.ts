import type { Failure } from '../../contract/errors.js';
import { failureOf, KargahError } from '../../lib/errors.js';
import type { DatasetNotifier } from '../records/notifier.js';
import { derivedBytes, type Contents } from '../content/store.js';
import type { DatasetsDeps } from '../deps.js';
import { sha256Of, sizeOf, type DatasetFolder } from '../content/folders.js';
import { requireUnchanged } from '../content/registered.js';
import type { Reader, ReadResult } from './reader.js';
import type { ReadColumns, VersionStore } from '../records/version-store.js';
import { askedOf, originOf, type Profile, type VersionRow } from '../records/view.js';

const PARALLEL = 2;

interface ReadingQueueDeps extends Pick<DatasetsDeps, 'live' | 'log'> {
  readonly versions: VersionStore;
  readonly contents: Contents;
  readonly notifier: DatasetNotifier;
  readonly reader: Reader;
  /** Keeps the parts that a file itself has as a split of its version. */
  readonly keepGiven: (version: VersionRow, profile: ReadResult['profile']) => Promise<void>;
}

/** Reads the files of versions, two at a time, and settles them as `ready` or `failed`. */
export class ReadingQueue {
  private readonly waiting: string[] = [];
  private readonly running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  private stopped = false;

  constructor(private readonly deps: ReadingQueueDeps) {}

  enqueue(versionId: string): void {
    if (this.waiting.includes(versionId) || this.running.has(versionId)) return;
    this.waiting.push(versionId);
    this.next();
  }

  /** Resolves when nothing reads this version any more. */
  async cancel(versionId: string): Promise<void> {
    const index = this.waiting.indexOf(versionId);
    if (index >= 0) this.waiting.splice(index, 1);
    const running = this.running.get(versionId);
    running?.abort.abort(new Error('reading was cancelled'));
    await running?.done;
  }

  /** Ends the reading processes; their versions stay `profiling` and are read again at the next start. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.length = 0;
    await Promise.all([...this.running.keys()].map((versionId) => this.cancel(versionId)));
  }

  private next(): void {
    while (!this.stopped && this.running.size < PARALLEL) {
      const versionId = this.waiting.shift();
      if (versionId === undefined) return;
      const abort = new AbortController();
      const done = this.read(versionId, abort.signal)
        .catch((error: unknown) => {
          if (!abort.signal.aborted) this.deps.log.error({ err: error, versionId }, 'a version could not be settled');
        })
        .finally(() => {
          this.running.delete(versionId);
          this.next();
        });
      this.running.set(versionId, { abort, done });
    }
  }

  private async read(versionId: string, signal: AbortSignal): Promise<void> {
    const row = await this.deps.versions.find(versionId);
    if (row?.state !== 'profiling' || row.deleted_at !== null) return;
    const folder = this.deps.contents.of(row);
    await folder.make();
    let result: ReadResult | null = null;
    let failure: Failure | null = null;
    try {
      await requireUnchanged(folder);
      result = await this.ask(row, folder, signal);
      // Whoever sees the version ready finds its split.
      await this.deps.keepGiven({ ...row, kind: result.kind }, result.profile);
    } catch (error) {
      signal.throwIfAborted();
      result = null;
      failure = this.failureFor(error, versionId);
    }
    const size = await sizeOf(folder.original);
    const original =
      size === null ? null : { size_bytes: size, sha256: row.sha256 ?? (await sha256Of(folder.original)) };
    // What was hashed is what was read.
    await requireUnchanged(folder).catch((error: unknown) => {
      result = null;
      failure = this.failureFor(error, versionId);
    });
    signal.throwIfAborted();
    const settled =
      result !== null && original !== null
        ? await this.deps.versions.settle(versionId, { ...(await columnsOf(row, result, folder)), ...original })
        : await this.deps.versions.fail(versionId, failure ?? failureOf('damaged_file'), original);
    if (settled) await this.deps.notifier.changed(row.dataset_id);
  }

  private ask(row: VersionRow, folder: DatasetFolder, signal: AbortSignal): Promise<ReadResult> {
    const origin = originOf(row);
    const file = {
      folder: folder.path,
      filename: row.filename,
      sizeBytes: row.size_bytes,
      // What the administrator's list gave lies here with its hash; what comes along is written out by the reading, which knows its id.
      sourceId: origin.kind === 'source' && row.sha256 === null ? origin.source_id : null,
      reading: askedOf(row),
    };
    const place = { dataset_id: row.dataset_id, version: row.number };
    return this.deps.reader.read(file, signal, (columns) =>
      this.deps.live.datasetProfiled(row.project_id, { ...place, ...columns }),
    );
  }

  private failureFor(error: unknown, versionId: string): Failure {
    if (error instanceof KargahError) return error.toFailure();
    this.deps.log.error({ err: error, versionId }, 'reading a file failed');
    return failureOf('internal', { request_id: versionId });
  }
}

async function columnsOf(
  row: VersionRow,
  read: ReadResult,
  folder: DatasetFolder,
): Promise<Omit<ReadColumns, 'sha256' | 'size_bytes'>> {
  const profile: Profile = { dataset_id: row.dataset_id, ...read.profile };
  return {
    format: read.format,
    kind: read.kind,
    rows: read.rows,
    columns: read.columns,
    encoding: read.encoding,
    reading_json: JSON.stringify(read.reading),
    derived_bytes: await derivedBytes(folder),
    data_sha256: read.data_sha256,
    suggested_target: read.suggested_target,
    warnings_json: JSON.stringify(read.warnings),
    profile_json: JSON.stringify(profile),
  };
}
