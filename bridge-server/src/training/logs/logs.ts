import { createReadStream, mkdirSync, statSync, watch, type FSWatcher, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LivePort } from '../../live/port.js';
import type { JobFolders } from '../records/job-folder.js';
import { FairSlots } from '../../lib/async/fair-slots.js';
import type { LogMatches } from './log-search.js';
import { LogSearcher } from './log-searcher.js';
import { CoalescedTask } from '../../lib/async/coalesced-task.js';

const CHUNK = 64 * 1024;
/** A watcher further behind than this goes on near the end, and is told of the gap. */
const FAR_BYTES = 4 * 2 ** 20;
const NEAR_BYTES = 256 * 1024;
/** At most this much of a log is read for its watchers before a pause, however fast it grows. */
const BURST_BYTES = 512 * 1024;
const PAUSE_MS = 100;
const NEWLINE = 0x0a;
/** A search answers what it found in so much of the processor's time, and where to go on. */
const SEARCH_MS = 2_000;
const SEARCHES = { atOnce: 4, each: 1 };

export interface LogPiece {
  readonly offset: number;
  readonly nextOffset: number;
  readonly text: string;
}

/** Reads and follows the logs of jobs. A log is followed only while somebody watches it. */
export class JobLogs {
  readonly #searcher = new LogSearcher();
  readonly #searches = new FairSlots(SEARCHES);
  readonly #tails = new Map<string, { readonly tail: Tail; watchers: number }>();

  constructor(
    private readonly folders: JobFolders,
    private readonly live: Pick<LivePort, 'logAppended'>,
    private readonly failed: (jobId: string, error: unknown) => void,
  ) {}

  /** From now on what is appended goes to `LivePort.logAppended`; answers how to stop watching. */
  watch(jobId: string): () => void {
    const known = this.#tails.get(jobId) ?? {
      watchers: 0,
      tail: new Tail(
        this.folders.of(jobId),
        this.folders.log(jobId),
        (piece) => this.live.logAppended(jobId, piece.offset, piece.nextOffset, piece.text),
        (error) => this.failed(jobId, error),
      ),
    };
    known.watchers += 1;
    this.#tails.set(jobId, known);
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      known.watchers -= 1;
      if (known.watchers > 0) return;
      known.tail.close();
      this.#tails.delete(jobId);
    };
  }

  /** One piece of at most 64 KiB, cut between letters, from `offset`, or near the end where that is far away; null at the end. */
  async piece(jobId: string, offset: number): Promise<LogPiece | null> {
    const file = this.folders.log(jobId);
    return pieceAt(file, await nearEnd(file, offset));
  }

  /**
   * Lines that hold `wanted`, from byte `offset` on: of each person one search at a time, ended by the signal.
   *
   * @throws {KargahError} `rate_limited`, `query_timeout`
   */
  search(
    jobId: string,
    { wanted, offset, limit }: { readonly wanted: string; readonly offset: number; readonly limit: number },
    { userId, signal }: { readonly userId: string; readonly signal: AbortSignal },
  ): Promise<LogMatches> {
    const question = { path: this.folders.log(jobId), wanted, offset, limit, budgetMs: SEARCH_MS };
    return this.#searches.take(userId, signal, () => this.#searcher.search(question, signal));
  }

  size(jobId: string): number {
    return sizeOf(this.folders.log(jobId));
  }

  /** `limit` bytes from `offset`, as they are. */
  stream(jobId: string, offset: number, limit: number): ReadStream {
    return createReadStream(this.folders.log(jobId), { start: offset, end: offset + limit - 1 });
  }

  async close(): Promise<void> {
    for (const { tail } of this.#tails.values()) tail.close();
    this.#tails.clear();
    await this.#searcher.close();
  }
}

/** Follows one file from its present end. */
class Tail {
  readonly #watcher: FSWatcher;
  readonly #reading = new CoalescedTask(() => this.#read());
  #offset: number;
  #closed = false;

  constructor(
    folder: string,
    private readonly file: string,
    private readonly appended: (piece: LogPiece) => void,
    private readonly failed: (error: unknown) => void,
  ) {
    this.#offset = sizeOf(file);
    const name = basename(file);
    // A job that still waits has no folder, and nothing else tells when its log begins.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#watcher = watch(folder, { persistent: false }, (_, changed) => {
      if (changed === name) this.#reading.run().catch(this.failed);
    });
    this.#watcher.on('error', () => this.close());
  }

  close(): void {
    this.#closed = true;
    this.#watcher.close();
  }

  async #read(): Promise<void> {
    let read = 0;
    while (!this.#closed) {
      this.#offset = await nearEnd(this.file, this.#offset);
      const piece = await pieceAt(this.file, this.#offset);
      if (piece === null || this.#isClosed()) return;
      this.#offset = piece.nextOffset;
      this.appended(piece);
      read += piece.nextOffset - piece.offset;
      if (read < BURST_BYTES) continue;
      read = 0;
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}

/** `offset`, or the beginning of a line near the end of a file that is far longer. */
async function nearEnd(path: string, offset: number): Promise<number> {
  const size = sizeOf(path);
  if (size - offset <= FAR_BYTES) return offset;
  const file = await open(path);
  try {
    const from = size - NEAR_BYTES;
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, from);
    const tail = buffer.subarray(0, bytesRead);
    return from + Math.max(tail.indexOf(NEWLINE) + 1, firstLetter(tail));
  } finally {
    await file.close();
  }
}

/** Where the first whole letter begins in bytes that were cut anywhere. */
function firstLetter(bytes: Uint8Array): number {
  let at = 0;
  while (at < Math.min(3, bytes.length) && (bytes[at]! & 0xc0) === 0x80) at += 1;
  return at;
}

async function pieceAt(file: string, offset: number): Promise<LogPiece | null> {
  if (sizeOf(file) <= offset) return null;
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, offset);
    const whole = buffer.subarray(0, wholeLetters(buffer.subarray(0, bytesRead)));
    return whole.length === 0 ? null : { offset, nextOffset: offset + whole.length, text: whole.toString('utf8') };
  } finally {
    await handle.close();
  }
}

/** How many bytes remain when a UTF-8 letter that is cut off at the end is left for the next time. */
export function wholeLetters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
