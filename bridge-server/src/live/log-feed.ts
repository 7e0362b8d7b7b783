import type { JobLog } from '../contract/live.js';

export interface LogPiece {
  readonly offset: number;
  readonly nextOffset: number;
  readonly text: string;
}
/** One piece of a job's log from an offset on, or from near the end where that is too far away; null at the end. */
export type ReadLog = (jobId: string, offset: number) => Promise<LogPiece | null>;

interface LogFeedDeps {
  readonly jobId: string;
  /** Where it begins. */
  readonly offset: number;
  readonly read: ReadLog;
  readonly send: (chunk: JobLog) => Promise<void>;
  readonly isBehind: () => boolean;
  readonly failed: (error: unknown) => void;
}

/**
 * One viewer of one log: sends it from an offset on, in order, no byte twice, and no faster than the viewer takes it. What a
 * viewer far behind cannot be sent is left out; the offsets of what comes next tell so.
 */
export class LogFeed {
  #busy = false;
  #again = false;
  #closed = false;
  #offset: number;

  constructor(private readonly deps: LogFeedDeps) {
    this.#offset = deps.offset;
  }

  close(): void {
    this.#closed = true;
  }

  /** Whether `piece` is what comes next and can be sent as it is; then it counts as sent. */
  follows(piece: LogPiece): boolean {
    if (this.#busy || piece.offset !== this.#offset || this.deps.isBehind()) return false;
    this.#offset = piece.nextOffset;
    return true;
  }

  catchUp(): void {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#readOn().catch(this.deps.failed);
  }

  async #readOn(): Promise<void> {
    try {
      while (this.#again && this.#open()) {
        this.#again = false;
        for (let piece = await this.#next(); piece !== null && this.#open(); piece = await this.#next()) {
          const { offset, nextOffset, text } = piece;
          this.#offset = nextOffset;
          await this.deps.send({ job_id: this.deps.jobId, offset, next_offset: nextOffset, text });
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  #next(): Promise<LogPiece | null> {
    return this.deps.read(this.deps.jobId, this.#offset);
  }

  #open(): boolean {
    return !this.#closed;
  }
}
