import { statfs } from 'node:fs/promises';
import { Mutex } from 'async-mutex';
import { KargahError } from '../../lib/errors.js';
import type { Contents } from './store.js';
import type { DatasetsDeps } from '../deps.js';

/** Of the free disk, what promises to one person, and to everybody, keep from another. */
const SHARE_OF_ONE = 1 / 4;
const SHARE_OF_ALL = 1 / 2;

/** Whether more bytes may come: what a person may have, and what the disk has. */
export class StorageQuota {
  private readonly mutex = new Mutex();
  /** Bytes that are being written and are nobody's. */
  private reserved = 0;

  /** @param awaited by person, bytes that unfinished uploads were promised and have not sent. */
  constructor(
    private readonly deps: Pick<DatasetsDeps, 'dataDir' | 'limits'>,
    private readonly contents: Pick<Contents, 'bytesOf'>,
    private readonly awaited: () => Promise<ReadonlyMap<string, number>>,
  ) {}

  /**
   * Runs `take`, which writes down that the bytes are coming, where there is room for them: one after the other, so that two at once
   * do not both take the last of it.
   *
   * @throws {KargahError} `quota_exceeded` or `storage_full`.
   */
  reserve<T>(userId: string, bytes: number, take: () => Promise<T>): Promise<T> {
    return this.mutex.runExclusive(async () => {
      await this.requireQuota(userId, bytes);
      await this.requireSpace(bytes, userId);
      return take();
    });
  }

  /**
   * Runs `take`, which writes down that bytes are here, `more` of them than were claimed; of several that end at once, those that
   * still fit.
   *
   * @throws {KargahError} `quota_exceeded`
   */
  commit<T>(userId: string, more: number, take: () => Promise<T>): Promise<T> {
    return this.mutex.runExclusive(async () => {
      if (more > 0) await this.requireQuota(userId, more);
      return take();
    });
  }

  /**
   * Runs `write`, which puts so many bytes on the disk that are of nobody's quota. Until it ends all of them count as still to come.
   *
   * @throws {KargahError} `storage_full`
   */
  async reserveTemporary<T>(bytes: number, write: () => Promise<T>): Promise<T> {
    await this.mutex.runExclusive(async () => {
      await this.requireSpace(bytes, null);
      this.reserved += bytes;
    });
    try {
      return await write();
    } finally {
      this.reserved -= bytes;
    }
  }

  /**
   * A check of how many bytes have come so far, for what does not say how many will.
   *
   * @param claimed how many of them were claimed
   * @returns throws `quota_exceeded`
   */
  async quotaCheck(userId: string, claimed: number): Promise<(bytes: number) => void> {
    const { quotaBytes } = this.deps.limits;
    if (quotaBytes === null) return () => undefined;
    const others = (await this.contents.bytesOf(userId)) - claimed;
    return (bytes) => requireWithin(quotaBytes, others, bytes);
  }

  private async requireQuota(userId: string, bytes: number): Promise<void> {
    const { quotaBytes } = this.deps.limits;
    if (quotaBytes !== null) requireWithin(quotaBytes, await this.contents.bytesOf(userId), bytes);
  }

  /** A person's own promises count in full; those of others only for their shares, or announcing would be enough to shut everybody out. */
  private async requireSpace(bytes: number, userId: string | null): Promise<void> {
    const disk = await statfs(this.deps.dataDir);
    const free = disk.bavail * disk.bsize;
    let [own, others] = [0, 0];
    for (const [who, promised] of await this.awaited())
      if (who === userId) own += promised;
      else others += Math.min(promised, free * SHARE_OF_ONE);
    const left = free - own - Math.min(others, free * SHARE_OF_ALL) - this.reserved;
    if (left < bytes + this.deps.limits.reserveBytes) throw new KargahError('storage_full');
  }
}

function requireWithin(quotaBytes: number, used: number, more: number): void {
  if (used + more > quotaBytes)
    throw new KargahError('quota_exceeded', { used: bytesText(used), limit: bytesText(quotaBytes) });
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 2 ** (10 * power)).toFixed(1))} ${units[power] ?? 'B'}`;
}
