import type { JobLog } from '../contract/live.js';

export interface LogPiece {
  readonly offset: number;
  readonly nextOffset: number;
  readonly text: string;
}
/** What a feed reads: the bytes of a job's log from an offset on; null at the end. */
export type ReadLog = (jobId: string, offset: number) => Promise<LogPiece | null>;

/** One viewer of one log: sends it from an offset on, in order, each byte once, and no faster than the viewer takes it. */
export class LogFeed {
  #busy = false;
  #again = false;
  #closed = false;

  constructor(
    private readonly jobId: string,
    private offset: number,
    private readonly read: ReadLog,
    private readonly send: (chunk: JobLog) => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  close(): void {
    this.#closed = true;
  }

  /** Something was appended: sent as it is where it fits on, else read from the file. */
  appended(piece: LogPiece): void {
    if (!this.#busy && piece.offset === this.offset) {
      this.#busy = true;
      this.#deliver(piece)
        .catch(this.failed)
        .finally(() => {
          this.#busy = false;
          if (this.#again) this.catchUp();
        });
    } else this.catchUp();
  }

  catchUp(): void {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#readOn()
      .catch(this.failed)
      .finally(() => (this.#busy = false));
  }

  async #readOn(): Promise<void> {
    while (this.#again && this.#open()) {
      this.#again = false;
      for (
        let piece = await this.read(this.jobId, this.offset);
        piece !== null && this.#open();
        piece = await this.read(this.jobId, this.offset)
      ) {
        await this.#deliver(piece);
      }
    }
  }

  #open(): boolean {
    return !this.#closed;
  }

  async #deliver({ offset, nextOffset, text }: LogPiece): Promise<void> {
    this.offset = nextOffset;
    await this.send({ job_id: this.jobId, offset, next_offset: nextOffset, text });
  }
}
