import { statfs } from 'node:fs/promises';
import { Mutex } from 'async-mutex';
import type { Person } from '../../access/caller.js';
import type { LimitStore } from '../../access/limits.js';
import { KargahError } from '../../lib/errors.js';
import type { Contents } from './store.js';
import type { DatasetsDeps } from '../deps.js';

/** Shares of the free disk that reservations of one person, and of everybody, may keep from another person. */
const SHARE_OF_ONE = 1 / 4;
const SHARE_OF_ALL = 1 / 2;

/** Whose the bytes are. */
type Owner = Pick<Person, 'userId' | 'projectId'>;
interface Held {
  readonly code: 'quota_exceeded' | 'project_quota_exceeded';
  readonly limit: number;
  readonly used: number;
}

/** Whether more bytes may come: what a person may have, and what the disk has. */
export class StorageQuota {
  private readonly mutex = new Mutex();
  /** Temporary bytes that are being written and count for no person's quota. */
  private reserved = 0;

  /** @param awaited by person, bytes that unfinished uploads were promised and have not sent. */
  constructor(
    private readonly deps: Pick<DatasetsDeps, 'dataDir' | 'limits'>,
    private readonly contents: Pick<Contents, 'bytesOf'>,
    private readonly limits: Pick<LimitStore, 'own'>,
    private readonly awaited: () => Promise<ReadonlyMap<string, number>>,
  ) {}

  /**
   * Runs `take`, which writes down that the bytes are coming, where there is room for them: one after the other, so that two at once
   * do not both take the last of it.
   *
   * @throws {KargahError} `quota_exceeded`, `project_quota_exceeded` or `storage_full`.
   */
  reserve<T>(owner: Owner, bytes: number, take: () => Promise<T>): Promise<T> {
    return this.mutex.runExclusive(async () => {
      await this.requireQuota(owner, bytes);
      await this.requireSpace(bytes, owner.userId);
      return take();
    });
  }

  /**
   * Runs `take`, which writes down that bytes are here, `more` of them than were claimed; of several that end at once, those that
   * still fit.
   *
   * @throws {KargahError} `quota_exceeded`
   */
  commit<T>(owner: Owner, more: number, take: () => Promise<T>): Promise<T> {
    return this.mutex.runExclusive(async () => {
      if (more > 0) await this.requireQuota(owner, more);
      return take();
    });
  }

  /**
   * Runs `take`, which takes bytes to a project that are somebody's already.
   *
   * @throws {KargahError} `project_quota_exceeded`
   */
  takeTo<T>(projectId: string, bytes: number, take: () => Promise<T>): Promise<T> {
    return this.mutex.runExclusive(async () => {
      await this.#requireInProject(projectId, bytes);
      return take();
    });
  }

  /**
   * Runs `take`, which writes a copy of bytes that are here into a project: all of them count there, and those of others count for
   * who copies.
   *
   * @throws {KargahError} `quota_exceeded`, `project_quota_exceeded`
   */
  takeCopy<T>(owner: Owner, bytes: { readonly others: number; readonly all: number }, take: () => Promise<T>) {
    return this.mutex.runExclusive(async (): Promise<T> => {
      if (bytes.others > 0) await this.requireQuota(owner, bytes.others);
      await this.#requireInProject(owner.projectId, bytes.all);
      return take();
    });
  }

  /**
   * Whether a project has room for bytes that are of no dataset; without a limit they are not asked for.
   *
   * @throws {KargahError} `project_quota_exceeded`
   */
  async requireRoom(projectId: string, bytes: () => Promise<number>): Promise<void> {
    if ((await this.limits.own({ kind: 'project', id: projectId })).bytes === null) return;
    const more = await bytes();
    await this.mutex.runExclusive(() => this.#requireInProject(projectId, more));
  }

  async #requireInProject(projectId: string, bytes: number): Promise<void> {
    const project = { kind: 'project', id: projectId } as const;
    const limit = (await this.limits.own(project)).bytes;
    if (limit !== null)
      requireWithin({ code: 'project_quota_exceeded', limit, used: await this.contents.bytesOf(project) }, bytes);
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
   * @returns throws `quota_exceeded`, `project_quota_exceeded`
   */
  async quotaCheck(owner: Owner, claimed: number): Promise<(bytes: number) => void> {
    const held = await this.#held(owner);
    return (bytes) => {
      for (const { used, ...limit } of held) requireWithin({ ...limit, used: used - claimed }, bytes);
    };
  }

  private async requireQuota(owner: Owner, bytes: number): Promise<void> {
    for (const held of await this.#held(owner)) requireWithin(held, bytes);
  }

  /** What the person, and the project, have of what they may have, where there is a limit. */
  async #held({ userId, projectId }: Owner): Promise<Held[]> {
    const [person, project] = [{ kind: 'person', id: userId } as const, { kind: 'project', id: projectId } as const];
    const ofPerson = (await this.limits.own(person)).bytes ?? this.deps.limits.quotaBytes;
    const ofProject = (await this.limits.own(project)).bytes;
    const held: Held[] = [];
    if (ofPerson !== null)
      held.push({ code: 'quota_exceeded', limit: ofPerson, used: await this.contents.bytesOf(person) });
    if (ofProject !== null)
      held.push({ code: 'project_quota_exceeded', limit: ofProject, used: await this.contents.bytesOf(project) });
    return held;
  }

  /** A person's own reservations count in full, those of others only up to their shares: else announcing uploads would be enough to lock everybody out. */
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

function requireWithin({ code, limit, used }: Held, more: number): void {
  if (used + more > limit) throw new KargahError(code, { used: bytesText(used), limit: bytesText(limit) });
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 2 ** (10 * power)).toFixed(1))} ${units[power] ?? 'B'}`;
}
