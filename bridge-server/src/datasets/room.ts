import { statfs } from 'node:fs/promises';
import { KargahError } from '../errors.js';
import type { Contents } from './contents.js';
import type { DatasetsDeps } from './deps.js';

/** Whether more bytes may come: what a person may have, and what the disk has. */
export class Room {
  private turn: Promise<unknown> = Promise.resolve();

  /** @param awaited bytes that unfinished uploads were promised and have not sent. */
  constructor(
    private readonly deps: Pick<DatasetsDeps, 'dataDir' | 'limits'>,
    private readonly contents: Pick<Contents, 'bytesOf'>,
    private readonly awaited: () => Promise<number>,
  ) {}

  /**
   * Runs `take`, which writes down that the bytes are coming, where there is room for them: one after the other, so that two at once
   * do not both take the last of it.
   *
   * @throws {KargahError} `quota_exceeded` or `storage_full`.
   */
  claim<T>(userId: string, bytes: number, take: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(async () => {
      await this.requireQuota(userId, bytes);
      await this.requireSpace(bytes);
      return take();
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async requireQuota(userId: string, bytes: number): Promise<void> {
    const { quotaBytes } = this.deps.limits;
    if (quotaBytes === null) return;
    const used = await this.contents.bytesOf(userId);
    if (used + bytes > quotaBytes)
      throw new KargahError('quota_exceeded', { used: bytesText(used), limit: bytesText(quotaBytes) });
  }

  private async requireSpace(bytes: number): Promise<void> {
    const disk = await statfs(this.deps.dataDir);
    const free = disk.bavail * disk.bsize - (await this.awaited());
    if (free < bytes + this.deps.limits.reserveBytes) throw new KargahError('storage_full');
  }
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 2 ** (10 * power)).toFixed(1))} ${units[power] ?? 'B'}`;
}
