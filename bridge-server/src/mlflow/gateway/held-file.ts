import { open, unlink, type FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { KargahError } from '../../lib/errors.js';

/** An unlinked temporary file: the system frees it with the process. */
export class HeldFile {
  #size = 0;

  private constructor(private readonly handle: FileHandle) {}

  static async in(folder: string): Promise<HeldFile> {
    const path = join(folder, randomUUID());
    const handle = await full(open(path, 'wx+', 0o600));
    await unlink(path);
    return new HeldFile(handle);
  }

  get size(): number {
    return this.#size;
  }

  /** @throws {KargahError} `storage_full`. */
  async append(chunk: Uint8Array): Promise<void> {
    for (let sent = 0; sent < chunk.length;) {
      const { bytesWritten } = await full(this.handle.write(chunk, sent, chunk.length - sent, this.#size));
      sent += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  /** What lies from `position` on, at most `bytes`; empty at the end. */
  async read(position: number, bytes: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(bytes);
    const { bytesRead } = await this.handle.read(buffer, 0, bytes, position);
    return buffer.subarray(0, bytesRead);
  }

  /** All of it, in order. */
  async *chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#size;) {
      const chunk = await this.read(at, 256 * 1024);
      if (chunk.length === 0) return;
      at += chunk.length;
      yield chunk;
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

async function full<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? new KargahError('storage_full', {}, { cause }) : cause;
  }
}
