import { constants } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { isErrno } from '../../content/folders.js';

const SLOT = 256;

/** So many bytes were acknowledged, and this is the hash of all of them. */
export interface Point {
  readonly offset: number;
  readonly sha256: string;
}
/** What an upload announced and still needs when it is complete. */
export interface Announcement {
  readonly size: number;
  readonly sha256: string | null;
}

/**
 * The small file beside an upload's bytes: what was announced, then two places that acknowledged offsets are written to in turn. A
 * write that a power cut tears leaves the one before; one that came to the disk ahead of its bytes shows by its hash.
 */
export class Ledger {
  private turn: 1 | 2;

  private constructor(
    private readonly file: FileHandle,
    last: 1 | 2,
  ) {
    this.turn = last === 1 ? 2 : 1;
  }

  /** Makes the file and syncs its content; the folder is the caller's to sync. */
  static async create(path: string, announced: Announcement, first: Point): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.write(Buffer.concat([slot(announced), slot(first), slot({})]), 0, 3 * SLOT, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** @param last where the point lies that counts. */
  static async open(path: string, last: 1 | 2): Promise<Ledger> {
    return new Ledger(await open(path, constants.O_RDWR), last);
  }

  /** Where the point that was written last lies. */
  get last(): 1 | 2 {
    return this.turn === 1 ? 2 : 1;
  }

  async write(point: Point): Promise<void> {
    const at = this.turn;
    await this.file.write(slot(point), 0, SLOT, at * SLOT);
    await this.file.datasync();
    this.turn = at === 1 ? 2 : 1;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

export interface LedgerContent {
  readonly announced: Announcement;
  /** As far as they can be read, by their place. */
  readonly points: readonly (Point & { readonly place: 1 | 2 })[];
}

/** What a ledger says, or null where there is none that can be read. */
export async function readLedger(path: string): Promise<LedgerContent | null> {
  let bytes;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
  const [announced, first, second] = [0, 1, 2].map((at) => parsed(bytes.subarray(at * SLOT, (at + 1) * SLOT)));
  if (typeof announced?.['size'] !== 'number') return null;
  const points = ([1, 2] as const).flatMap((place) => {
    const found = place === 1 ? first : second;
    return typeof found?.['offset'] === 'number' && typeof found['sha256'] === 'string'
      ? [{ offset: found['offset'], sha256: found['sha256'], place }]
      : [];
  });
  const sha256 = typeof announced['sha256'] === 'string' ? announced['sha256'] : null;
  return { announced: { size: announced['size'], sha256 }, points };
}

function slot(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value).padEnd(SLOT - 1)}\n`);
}

function parsed(bytes: Buffer): Record<string, unknown> | null {
  try {
    return JSON.parse(bytes.toString()) as Record<string, unknown>;
  } catch {
    return null;
  }
}
