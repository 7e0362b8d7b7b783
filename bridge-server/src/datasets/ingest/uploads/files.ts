import { createHash, type Hash } from 'node:crypto';
import { open, readFile, rm, truncate } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { KargahError } from '../../../lib/errors.js';
import { isErrno, sizeOf, sync } from '../../content/folders.js';
import { UploadWriter, type Reached } from './upload-writer.js';
import type { Checksum } from './checksum.js';
import { Ledger, readLedger, type Announcement, type LedgerContent } from './ledger.js';

/** How many unfinished uploads keep their hash state in memory; any other is hashed from the disk when it goes on. */
const AT_HAND = 1024;
const PIECE = 1 << 18;

interface Stored {
  readonly announced: Announcement;
  readonly reached: Reached;
  /** Where in the ledger the point that counts lies. */
  readonly place: 1 | 2;
}

/** What one request brings. */
export interface UploadBody {
  /** Its chunks are given away: their memory is freed once they are written. */
  readonly body: Readable;
  readonly checksum: Checksum | null;
  /** Called with each piece that comes. */
  readonly onChunk: () => void;
}

/**
 * Unfinished uploads: `<id>` holds the bytes and `<id>.ledger` how many of them were acknowledged, with their hash. No offset is
 * answered before its bytes are on the disk, and the hash of the whole is known when the last byte is.
 */
export class UploadFiles {
  private readonly stored = new Map<string, Promise<Stored>>();

  constructor(private readonly directory: string) {}

  /** Makes the files of a new upload. */
  async create(id: string, announced: Announcement): Promise<void> {
    const hash = createHash('sha256');
    await naming(async () => {
      const file = await open(this.path(id), 'wx', 0o600);
      await file.sync().finally(() => file.close());
      await Ledger.create(this.ledger(id), announced, { offset: 0, sha256: hash.copy().digest('hex') });
      await sync(this.directory);
    });
    this.keep(id, Promise.resolve({ announced, reached: { offset: 0, hash }, place: 1 }));
  }

  /** How many bytes are on the disk; null where there is no such upload. */
  async offsetOf(id: string): Promise<number | null> {
    try {
      return (await this.get(id)).reached.offset;
    } catch (error) {
      if (error instanceof KargahError && error.code === 'upload_gone') return null;
      throw error;
    }
  }

  /** As `offsetOf`, from what was last said of it, without looking at the bytes. */
  async roughOffsetOf(id: string): Promise<number | null> {
    const size = await sizeOf(this.path(id));
    if (size === null) return null;
    const said = await readLedger(this.ledger(id));
    if (said !== null) return Math.min(size, Math.max(0, ...said.points.map(({ offset }) => offset)));
    // Killed while it was made, unless an older bridge made it.
    return (await sizeOf(`${this.path(id)}.json`)) === null ? null : size;
  }

  /** The hash of a complete upload's bytes beside the one that was announced, also once its bytes were moved on. */
  async proofOf(id: string): Promise<{ readonly sha256: string | null; readonly announced: string | null }> {
    if ((await sizeOf(this.path(id))) !== null) {
      const { announced, reached } = await this.get(id);
      return { sha256: reached.hash.copy().digest('hex'), announced: announced.sha256 };
    }
    const said = await readLedger(this.ledger(id));
    const last = said?.points.find(({ offset }) => offset === said.announced.size);
    return { sha256: last?.sha256 ?? null, announced: said?.announced.sha256 ?? null };
  }

  /**
   * Appends the body of one request; resolves with how much is on the disk then.
   *
   * @throws {KargahError} as `UploadWriter.take`, and `storage_full`.
   */
  async write(id: string, { body, checksum, onChunk }: UploadBody): Promise<number> {
    const { announced, reached, place } = await this.get(id);
    return naming(async () => {
      const ledger = await Ledger.open(this.ledger(id), place);
      let writer: UploadWriter | null = null;
      try {
        writer = await UploadWriter.open(this.path(id), ledger, announced.size, reached);
        await writer.take(body, checksum, onChunk);
        return writer.reached.offset;
      } finally {
        await writer?.close();
        this.keep(id, Promise.resolve({ announced, reached: writer?.reached ?? reached, place: ledger.last }));
        await ledger.close();
      }
    });
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
    await this.forget(id);
  }

  /** Removes what is kept beside an upload's bytes, which were moved on. */
  async forget(id: string): Promise<void> {
    this.stored.delete(id);
    await rm(this.ledger(id), { force: true });
    // As an older bridge left it.
    await rm(`${this.path(id)}.json`, { force: true });
  }

  private get(id: string): Promise<Stored> {
    const known = this.stored.get(id);
    const stored = known ?? this.load(id);
    this.keep(id, stored);
    return stored;
  }

  private keep(id: string, stored: Promise<Stored>): void {
    this.stored.delete(id);
    this.stored.set(id, stored);
    stored.catch(() => {
      if (this.stored.get(id) === stored) this.stored.delete(id);
    });
    const [oldest] = this.stored.keys();
    if (this.stored.size > AT_HAND && oldest !== undefined) this.stored.delete(oldest);
  }

  /** After a restart: hashes what is there once, and believes the last point that it agrees with. */
  private async load(id: string): Promise<Stored> {
    const path = this.path(id);
    const size = await sizeOf(path);
    if (size === null) throw new KargahError('upload_gone');
    const said = await readLedger(this.ledger(id));
    if (said === null) return this.adopt(id, size);
    const found = await lastTrue(path, size, said.points);
    await truncate(path, found.reached.offset);
    return { announced: said.announced, ...found };
  }

  /** An upload that an older bridge began has no ledger but a note of tus' own: what its file holds is what arrived. */
  private async adopt(id: string, offset: number): Promise<Stored> {
    const noted: unknown = JSON.parse(await readFile(`${this.path(id)}.json`, 'utf8').catch(() => 'null'));
    const size = typeof noted === 'object' && noted !== null && 'size' in noted ? Number(noted.size) : 0;
    if (size < offset || size === 0) throw new KargahError('upload_gone');
    await sync(this.path(id));
    const hash = await hashed(this.path(id), createHash('sha256'), 0, offset);
    const announced = { size, sha256: null };
    await Ledger.create(this.ledger(id), announced, { offset, sha256: hash.copy().digest('hex') });
    await sync(this.directory);
    return { announced, reached: { offset, hash }, place: 1 };
  }

  private path(id: string): string {
    return `${this.directory}/${id}`;
  }
  private ledger(id: string): string {
    return `${this.path(id)}.ledger`;
  }
}

async function lastTrue(
  path: string,
  size: number,
  points: LedgerContent['points'],
): Promise<{ readonly reached: Reached; readonly place: 1 | 2 }> {
  let hash = createHash('sha256');
  let at = 0;
  let found: { reached: Reached; place: 1 | 2 } = { reached: { offset: 0, hash: hash.copy() }, place: 1 };
  for (const { offset, sha256, place } of [...points].sort((a, b) => a.offset - b.offset)) {
    if (offset > size) break;
    hash = await hashed(path, hash, at, offset);
    at = offset;
    if (hash.copy().digest('hex') === sha256) found = { reached: { offset, hash: hash.copy() }, place };
  }
  return found;
}

/** Takes more of a file into a hash; piece by piece through one buffer, since many may be hashed at once after a restart. */
async function hashed(path: string, hash: Hash, from: number, to: number): Promise<Hash> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE);
    for (let at = from; at < to;) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE, to - at), at);
      if (bytesRead === 0) throw new Error(`${path} ends at ${String(at)}`);
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return hash;
}

async function naming<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG')) throw new KargahError('storage_full', {}, { cause: error });
    throw error;
  }
}
