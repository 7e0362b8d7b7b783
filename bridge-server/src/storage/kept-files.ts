import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type Clock } from '../lib/clock.js';

interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
}
interface Kept<F> {
  readonly written: Promise<F>;
  bytes: number;
  /** How many requests wait for it or send it. */
  readers: number;
  /** By the monotonic clock. */
  usedAt: number;
}

/** For how long a file is kept after its last use, so that a broken download can go on with the same bytes. */
const IDLE_MS = 30 * 60_000;

/** Files that are written to be sent: once for all who fetch one, or pieces of it, and kept for a while in a folder of their own. */
export class KeptFiles<F extends WrittenFile> {
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept<F>>();

  /** @param maxBytes what files that nobody fetches just now may take on the disk */
  constructor(
    private readonly folder: string,
    private readonly maxBytes: number,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Removes what an earlier bridge had written. */
  async clear(): Promise<void> {
    this.#kept.clear();
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Frees what nobody has fetched for a while, and what `isGone` says has lost its source. */
  async sweep(isGone: (key: string) => Promise<boolean> = () => Promise.resolve(false)): Promise<void> {
    const since = this.clock.elapsed() - IDLE_MS;
    for (const [key, one] of this.#kept)
      if (one.readers === 0 && (one.usedAt <= since || (await isGone(key)))) await this.#free(key, one);
  }

  /**
   * Has `send` use the file of `key`, which `write` puts at the path it is given where it is not kept already.
   *
   * @throws what `write` and `send` throw; what failed to be written is tried again the next time
   */
  async use(key: string, write: (into: string) => Promise<F>, send: (file: F) => Promise<void>): Promise<void> {
    const one = this.#kept.get(key) ?? this.#begin(key, write);
    one.readers += 1;
    one.usedAt = this.clock.elapsed();
    // Behind all others.
    this.#kept.delete(key);
    this.#kept.set(key, one);
    try {
      await send(await one.written);
    } finally {
      one.readers -= 1;
      await this.#shrink();
    }
  }

  #begin(key: string, write: (into: string) => Promise<F>): Kept<F> {
    const into = join(this.folder, randomUUID());
    const written = write(into);
    const one: Kept<F> = { written, bytes: 0, readers: 0, usedAt: 0 };
    written.then(
      ({ bytes }) => (one.bytes = bytes),
      async () => {
        if (this.#kept.get(key) === one) this.#kept.delete(key);
        await rm(into, { force: true });
      },
    );
    return one;
  }

  /** Frees the longest unused while all of them are too much. */
  async #shrink(): Promise<void> {
    let bytes = 0;
    for (const one of this.#kept.values()) bytes += one.bytes;
    for (const [key, one] of [...this.#kept]) {
      if (bytes <= this.maxBytes) return;
      if (one.readers > 0) continue;
      bytes -= one.bytes;
      await this.#free(key, one);
    }
  }

  async #free(key: string, one: Kept<F>): Promise<void> {
    this.#kept.delete(key);
    await one.written.then(
      ({ path }) => rm(path, { force: true }),
      () => undefined,
    );
  }
}
