import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { KargahError } from '../../lib/errors.js';
import { isStorageFull } from '../../http/answers/problems.js';
import { decode, type Entry, type Position } from './record.js';

export interface Extent extends Position {
  readonly size: number;
}

export interface SegmentLimits {
  /** A segment that has reached it gets no more. */
  readonly segmentBytes: number;
  /** All segments together; beyond it nothing is taken. */
  readonly totalBytes: number;
}

interface Waiting {
  readonly record: Buffer;
  readonly resolve: (at: Extent) => void;
  readonly reject: (error: unknown) => void;
}

/** How much is written at once, at most. */
const COMMIT_BYTES = 4 * 2 ** 20;
/** Each write returns when its bytes are on the disk, as if `fdatasync` followed it: one round of the thread pool less. */
const DURABLE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_DSYNC;
const NAME = /^(\d{10})\.log$/u;

/**
 * An append-only log in segment files. What is appended while the disk is busy is written together and shares one wait for it;
 * an append that has resolved survives a power cut, one that was rejected left nothing behind.
 */
export class Segments {
  readonly #queue: Waiting[] = [];
  readonly #readers = new Map<number, FileHandle>();
  #sizes: Map<number, number>;
  #committing: Promise<void> | null = null;
  #current: { readonly number: number; readonly file: FileHandle } | null = null;

  /** Reads what an earlier process left, cutting off what its end left half written. Old segments get no more records. */
  static open(folder: string, limits: SegmentLimits, visit: (entry: Entry, at: Extent) => void): Segments {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const sizes = new Map<number, number>();
    const segments = segmentsIn(folder);
    for (const segment of segments) {
      const path = pathOf(folder, segment);
      const { entries, whole } = decode(readFileSync(path));
      if (segment === segments.at(-1) && whole < statSync(path).size) cut(path, whole);
      if (entries.length === 0) {
        rmSync(path);
        continue;
      }
      sizes.set(segment, whole);
      for (const { entry, at, size } of entries) visit(entry, { segment, offset: at, size });
    }
    return new Segments(folder, limits, sizes);
  }

  private constructor(
    private readonly folder: string,
    private readonly limits: SegmentLimits,
    sizes: Map<number, number>,
  ) {
    this.#sizes = sizes;
    this.#next = Math.max(0, ...sizes.keys()) + 1;
  }
  #next: number;

  get bytes(): number {
    let sum = 0;
    for (const size of this.#sizes.values()) sum += size;
    return sum;
  }

  /** Resolves, in the order of the calls, once the record is on the disk. @throws {KargahError} `storage_full`, `points_waiting` where it holds too much. */
  async append(record: Buffer): Promise<Extent> {
    if (this.bytes > this.limits.totalBytes)
      throw new KargahError('points_waiting', {}, { headers: { 'Retry-After': '5' } });
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      this.#committing ??= this.#commit();
    });
  }

  async read({ segment, offset, size }: Extent): Promise<Buffer> {
    let file = this.#readers.get(segment);
    if (file === undefined) {
      file = await open(pathOf(this.folder, segment), 'r');
      this.#readers.set(segment, file);
    }
    const bytes = Buffer.allocUnsafe(size);
    const { bytesRead } = await file.read(bytes, 0, size, offset);
    if (bytesRead < size) throw new Error(`segment ${String(segment)} ends before ${String(offset + size)}`);
    return bytes;
  }

  /** Removes the segments before `position`; with null, all of them that are worth it. */
  async forgetBefore(position: Position | null): Promise<void> {
    for (const segment of [...this.#sizes.keys()].toSorted((a, b) => a - b)) {
      if (position !== null && segment >= position.segment) return;
      if (segment === this.#current?.number) {
        if (position !== null || this.#committing !== null || this.#sizes.get(segment)! < this.limits.segmentBytes / 8)
          return;
        await this.#leave();
      }
      this.#sizes.delete(segment);
      const reader = this.#readers.get(segment);
      this.#readers.delete(segment);
      rmSync(pathOf(this.folder, segment), { force: true });
      await reader?.close();
    }
  }

  /** Resolves once everything appended so far was written, or refused. */
  async settled(): Promise<void> {
    await this.#committing;
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#leave();
    for (const reader of this.#readers.values()) await reader.close();
    this.#readers.clear();
  }

  async #commit(): Promise<void> {
    while (this.#queue.length > 0) {
      const together = this.#take();
      try {
        const extents = await this.#write(together.map(({ record }) => record));
        for (const [index, { resolve }] of together.entries()) resolve(extents[index]!);
      } catch (error) {
        const refusal = isStorageFull(error) ? new KargahError('storage_full', {}, { cause: error }) : error;
        for (const { reject } of together) reject(refusal);
      }
    }
    this.#committing = null;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && (count === 0 || bytes < COMMIT_BYTES))
      bytes += this.#queue[count++]!.record.length;
    return this.#queue.splice(0, count);
  }

  async #write(records: readonly Buffer[]): Promise<Extent[]> {
    const { number: segment, file } = await this.#writable();
    const start = this.#sizes.get(segment)!;
    const bytes = records.length === 1 ? records[0]! : Buffer.concat(records);
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, start + done);
        done += bytesWritten;
      }
    } catch (error) {
      // A refused sender sends again, so nothing of it may stay, and nothing may be appended behind a torn write.
      await file.truncate(start).catch(() => undefined);
      await this.#leave();
      throw error;
    }
    this.#sizes.set(segment, start + bytes.length);
    let offset = start;
    return records.map(({ length: size }) => {
      const extent = { segment, offset, size };
      offset += size;
      return extent;
    });
  }

  async #writable(): Promise<{ readonly number: number; readonly file: FileHandle }> {
    if (this.#current !== null && this.#sizes.get(this.#current.number)! < this.limits.segmentBytes)
      return this.#current;
    await this.#leave();
    const number = this.#next;
    const file = await open(pathOf(this.folder, number), DURABLE, 0o600);
    this.#next += 1;
    this.#sizes.set(number, 0);
    this.#current = { number, file };
    // Syncs the folder, so that the file's name survives a power cut.
    syncFolder(this.folder);
    return this.#current;
  }

  async #leave(): Promise<void> {
    const file = this.#current?.file;
    this.#current = null;
    await file?.close();
  }
}

const pathOf = (folder: string, segment: number): string => join(folder, `${String(segment).padStart(10, '0')}.log`);

function segmentsIn(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => NAME.exec(name)?.slice(1) ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

function cut(path: string, size: number): void {
  truncateSync(path, size);
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
