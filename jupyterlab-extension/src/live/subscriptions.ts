import type { Socket } from 'socket.io-client';
import type { JobGap, JobLog, JobUpdate } from '../api/types.js';

export interface JobListener {
  update(update: JobUpdate): void;
  /** Reads the history again and resolves with the `seq` it reaches. */
  reload(): Promise<number>;
  /** The bridge refused (deleted, not mine). */
  refused?(code: string): void;
}
export interface LogListener {
  chunk(chunk: JobLog): void;
  refused?(code: string): void;
}

type SubscribeAnswer = { ok: true; seq: number; reload: boolean } | { ok: false; code: string };

/** Between tries to read a history that could not be read. */
const AGAIN_MS = 1_000;
const AGAIN_AT_MOST_MS = 30_000;

/** One listener of one job: knows the last number it saw, so that nothing comes twice or is missed. */
export class JobSubscription {
  private held: JobUpdate[] | null = null;
  /** Another gap came while the history was being read. */
  private torn = false;
  private again: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly jobId: string,
    private readonly listener: JobListener,
    private last: number | undefined,
  ) {}

  open(socket: Socket): void {
    const after = this.last;
    socket.emit(
      'subscribe_job',
      after === undefined ? { job_id: this.jobId } : { job_id: this.jobId, after },
      (answer: SubscribeAnswer) => {
        if (!answer.ok) {
          this.listener.refused?.(answer.code);
        } else if (answer.reload) {
          this.reload();
        } else if (after === undefined) {
          this.last = Math.max(this.last ?? 0, answer.seq);
        }
      },
    );
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.again);
  }

  take(update: JobUpdate): void {
    if (this.held !== null) {
      this.held.push(update);
    } else if (this.last === undefined || update.seq > this.last) {
      this.last = update.seq;
      this.listener.update(update);
    }
  }

  /** The bridge skipped updates for this slow client; the history reaches at least `seq`. */
  gap({ seq }: JobGap): void {
    if (this.last === undefined || seq > this.last) this.reload();
  }

  private reload(wait = AGAIN_MS): void {
    clearTimeout(this.again);
    if (this.held !== null) {
      this.torn = true;
      return;
    }
    // What arrives while the history is being read waits, then is taken up from where the history ends.
    this.held = [];
    this.listener
      .reload()
      .then(
        (seq) => (this.last = seq),
        () => {
          // New points are shown, but the gap stays until the history can be read.
          if (!this.closed) this.again = setTimeout(() => this.reload(Math.min(2 * wait, AGAIN_AT_MOST_MS)), wait);
        },
      )
      .finally(() => {
        const waiting = this.held ?? [];
        this.held = null;
        waiting.forEach((update) => this.take(update));
        if (this.torn) {
          this.torn = false;
          this.reload();
        }
      });
  }
}

/** One listener of one log: knows the next byte. */
export class LogSubscription {
  constructor(
    private readonly jobId: string,
    private readonly listener: LogListener,
    private next: number,
  ) {}

  open(socket: Socket): void {
    socket.emit('subscribe_log', { job_id: this.jobId, offset: this.next }, (answer: SubscribeAnswer) => {
      if (!answer.ok) {
        this.listener.refused?.(answer.code);
      }
    });
  }

  close(): void {
    this.next = Infinity;
  }

  take(chunk: JobLog): void {
    if (chunk.next_offset <= this.next) {
      return;
    }
    const seen = this.next - chunk.offset;
    this.next = chunk.next_offset;
    this.listener.chunk(
      seen > 0 ? { ...chunk, offset: chunk.offset + seen, text: withoutBytes(chunk.text, seen) } : chunk,
    );
  }
}

/** Offsets count bytes of UTF-8, strings count UTF-16 units. */
function withoutBytes(text: string, count: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(count));
}
