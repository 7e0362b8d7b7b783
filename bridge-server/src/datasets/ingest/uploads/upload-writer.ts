import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { finished, type Readable } from 'node:stream';
import { KargahError } from '../../../lib/errors.js';
import { bytesText } from '../../content/quota.js';
import type { Checksum } from './checksum.js';
import type { Ledger } from './ledger.js';

/** Bytes that are written at once. */
const BATCH = 1 << 18;
/** How often bytes are sent on to the disk while more comes. */
const SYNC_EVERY = 2 * 2 ** 20;
/** How often a long request writes a point to the ledger: what came since is lost if the bridge is killed. */
const POINT_EVERY = 32 * 2 ** 20;
const POINT_EVERY_MS = 5_000;

/** How far an upload is on the disk, and the hash's state there. */
export interface Reached {
  readonly offset: number;
  readonly hash: Hash;
}

/** The body of one request on its way into the file; hashed and written as it comes, acknowledged when it is on the disk. */
export class UploadWriter {
  /** What is on the disk and in the ledger. */
  reached: Reached;
  private readonly hash: Hash;
  /** How much has come, of which `written` was handed to the file. */
  private position: number;
  private written: number;
  private batch: Buffer[] = [];
  private held = 0;
  private writing: Promise<void> = Promise.resolve();
  /** Batches on their way into the file. */
  private queued = 0;
  /** What is written is brought to the disk while more comes, so that little is left to wait for at the end. */
  private syncing: Promise<void> = Promise.resolve();
  private isSyncing = false;
  private syncedTo: number;
  private saving: Promise<void> = Promise.resolve();
  /** Up to where a point was taken, though it may still be on its way to the disk. */
  private pointAt: number;
  private pointTaken = performance.now();

  private constructor(
    private readonly file: FileHandle,
    private readonly ledger: Ledger,
    private readonly size: number,
    from: Reached,
  ) {
    this.reached = from;
    this.hash = from.hash.copy();
    this.position = this.written = this.pointAt = this.syncedTo = from.offset;
  }

  static async open(path: string, ledger: Ledger, size: number, from: Reached): Promise<UploadWriter> {
    return new UploadWriter(await open(path, 'r+'), ledger, size, from);
  }

  /**
   * Resolves when all of `body` is on the disk. What was received of a body that broke off stays, unless it came with a checksum that
   * nothing can now be compared with.
   *
   * @throws {KargahError} `file_too_large` for more than was announced and `upload_checksum_mismatch`: nothing of the body is kept.
   */
  async take(body: Readable, checksum: Checksum | null, onChunk: () => void): Promise<void> {
    const before = this.reached;
    const proof = checksum ? createHash(checksum.algorithm) : null;
    try {
      await this.pour(body, proof, onChunk);
      if (proof && checksum && !proof.digest().equals(checksum.digest))
        throw new KargahError('upload_checksum_mismatch');
      await this.point();
      await this.saving;
    } catch (error) {
      // Of what is refused nothing stays, and a file that cannot be written ends at its last point.
      if (error instanceof KargahError) await this.cut(before);
      else if (isOfFile(error)) await this.cut();
      else {
        if (proof === null) await this.point();
        else await this.cut(before);
        await this.saving;
        throw new KargahError('upload_protocol', { reason: 'the connection broke off' }, { cause: error });
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.settle();
    await this.file.close();
  }

  /**
   * By events, since a loop over the stream takes twice as long as all the rest. The request is left whole, since its answer is still to
   * come; the rest of a refused one is read and dropped, or the next request of its connection would wait behind it.
   */
  private pour(body: Readable, proof: Hash | null, onChunk: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (error?: unknown): void => {
        body.off('data', take).resume();
        stop();
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error('the request ended', { cause: error }));
      };
      const take = (chunk: Buffer): void => {
        onChunk();
        if (this.position + chunk.length > this.size) {
          leave(new KargahError('file_too_large', { limit: bytesText(this.size) }));
          return;
        }
        this.hash.update(chunk);
        proof?.update(chunk);
        this.batch.push(chunk);
        this.held += chunk.length;
        this.position += chunk.length;
        const isTime = proof === null && this.isTime();
        if (this.held < BATCH && !isTime) return;
        if (this.queued === 0 && !isTime) this.flush().catch(leave);
        // While one batch is written the next one comes in, and only what is more than that waits.
        else if (this.held >= 2 * BATCH || isTime) {
          body.pause();
          (isTime ? this.point() : this.flush()).then(() => body.resume(), leave);
        }
      };
      const stop = finished(body, { writable: false }, (error) => leave(error ?? undefined));
      body.on('data', take);
    });
  }

  private isTime(): boolean {
    return this.position - this.pointAt >= POINT_EVERY || performance.now() - this.pointTaken >= POINT_EVERY_MS;
  }

  /** Hands what is held to the file, behind what is being written. */
  private flush(): Promise<void> {
    if (this.held === 0) return this.writing;
    const [batch, at] = [this.batch, this.written];
    this.written += this.held;
    this.batch = [];
    this.held = 0;
    this.queued += 1;
    this.writing = this.writing.then(() => this.store(batch, at)).finally(() => (this.queued -= 1));
    this.writing.catch(() => undefined);
    return this.writing;
  }

  private async store(batch: readonly Buffer[], at: number): Promise<void> {
    let left = batch;
    let to = at;
    while (left.length > 0) {
      const { bytesWritten } = await this.file.writev(left, to);
      to += bytesWritten;
      left = behind(left, bytesWritten);
    }
    for (const piece of batch) free(piece);
    if (this.isSyncing || to - this.syncedTo < SYNC_EVERY) return;
    this.isSyncing = true;
    this.syncedTo = to;
    // One after the other: a failure is told once, and must not be forgotten for a later success.
    this.syncing = this.syncing.then(() => this.file.datasync()).finally(() => (this.isSyncing = false));
    this.syncing.catch(() => undefined);
  }

  /** Begins to bring what has come to the disk, once the point before is there. */
  private async point(): Promise<void> {
    await this.flush();
    await this.saving;
    if (this.position === this.pointAt) return;
    const reached = { offset: this.position, hash: this.hash.copy() };
    this.pointAt = reached.offset;
    this.pointTaken = performance.now();
    this.saving = this.save(reached);
    this.saving.catch(() => undefined);
  }

  /** Bytes and ledger may come to the disk in either order: a point counts only with the bytes that it is the hash of. */
  private async save(reached: Reached): Promise<void> {
    const sha256 = reached.hash.copy().digest('hex');
    await Promise.all([this.syncing, this.file.datasync(), this.ledger.write({ offset: reached.offset, sha256 })]);
    this.reached = reached;
  }

  private async settle(): Promise<void> {
    await Promise.allSettled([this.writing, this.syncing, this.saving]);
  }

  /** Ends the file at `to`, or at the last point. */
  private async cut(to?: Reached): Promise<void> {
    await this.settle();
    const end = to ?? this.reached;
    if (end.offset < this.reached.offset) {
      const point = { offset: end.offset, sha256: end.hash.copy().digest('hex') };
      // Both places, so that neither says more.
      await this.ledger.write(point);
      await this.ledger.write(point);
    }
    this.reached = end;
    // Frees what nobody counts any more; where that fails it is written over.
    await this.file.truncate(end.offset).catch(() => undefined);
  }
}

/** What is left of `pieces` after their first `bytes`. */
function behind(pieces: readonly Buffer[], bytes: number): Buffer[] {
  let skip = bytes;
  return pieces.flatMap((piece) => {
    const rest = piece.subarray(Math.min(skip, piece.length));
    skip -= piece.length - rest.length;
    return rest.length > 0 ? [rest] : [];
  });
}

/**
 * Gives a piece's memory back at once. Left to the garbage collector, which does not see that 64 KiB hang on each small object, it brings
 * a full collection every few megabytes: more work than all the rest of an upload.
 */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** Whether the file failed; what else ends a body is the connection. */
function isOfFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && /^(?:writev?|fdatasync)$/u.test(String(error.syscall));
}
