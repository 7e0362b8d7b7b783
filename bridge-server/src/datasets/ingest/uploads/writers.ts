import type { Request } from 'express';
import { KargahError } from '../../../lib/errors.js';

const STALE_MS = 10_000;

interface Writer {
  readonly req: Request;
  readonly done: Promise<void>;
  lastByteAt: number;
}

/** Who writes which upload: one request at a time. */
export class Writers {
  private readonly active = new Map<string, Writer>();

  /**
   * Runs `work` as the only writer of an upload; it calls back for each chunk that comes.
   *
   * @throws {KargahError} `upload_locked` while another request writes. One that has been silent for ten seconds is a connection
   * that broke unnoticed, and makes way.
   */
  async write<T>(uploadId: string, req: Request, work: (heard: () => void) => Promise<T>): Promise<T> {
    await this.requireFree(uploadId);
    let finish = (): void => undefined;
    const done = new Promise<void>((resolve) => (finish = resolve));
    const writer: Writer = { req, done, lastByteAt: Date.now() };
    this.active.set(uploadId, writer);
    try {
      return await work(() => void (writer.lastByteAt = Date.now()));
    } finally {
      this.active.delete(uploadId);
      finish();
    }
  }

  async requireFree(uploadId: string): Promise<void> {
    const writer = this.active.get(uploadId);
    if (!writer) return;
    if (Date.now() - writer.lastByteAt < STALE_MS) throw new KargahError('upload_locked');
    await this.interrupt(uploadId);
  }

  /** Breaks off the request that writes, and resolves when it has let go of the file. */
  async interrupt(uploadId: string): Promise<void> {
    const writer = this.active.get(uploadId);
    writer?.req.destroy();
    await writer?.done;
  }
}
