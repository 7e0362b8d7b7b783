import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

/** What jobs, notebooks and a second bridge read about the bridge that owns a data folder. */
const announcement = z.object({ pid: z.number(), start_time: z.string(), url: z.string(), version: z.string() });
export type Announcement = z.infer<typeof announcement>;

/** Another bridge owns the data folder. */
export class FolderTaken extends Error {
  override readonly name = 'FolderTaken';
  /** EX_TEMPFAIL: it may be free later. */
  readonly exitCode = 75;

  constructor(dataDir: string) {
    const pid = readAnnouncement(dataDir)?.pid;
    super(
      `Another bridge${pid === undefined ? '' : ` (process ${String(pid)})`} works on ${dataDir}; end it first, or set KARGAH_DATA_DIR.`,
    );
  }
}

/** The lock of a data folder. */
export interface FolderLock {
  /** Whether the folder at its path is still the one that was locked: it may have been deleted, moved or replaced. */
  holds(): boolean;
  release(): void;
}

/** How long a start waits for a bridge that is just ending. */
const PATIENCE_MS = 2_000;

/**
 * Makes this process the one bridge of a data folder. The lock is SQLite's lock of a file, kept by the system: it ends with the
 * process however that ends, and no other process can inherit it.
 *
 * @throws {FolderTaken}
 */
export function lockFolder(dataDir: string): FolderLock {
  const path = join(dataDir, 'lock');
  const lock = new DatabaseSync(path, { timeout: PATIENCE_MS });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === 5) throw new FolderTaken(dataDir);
    throw error;
  }
  const { dev, ino } = statSync(path);
  return {
    holds: () => {
      try {
        const found = statSync(path);
        return found.dev === dev && found.ino === ino;
      } catch (error) {
        // Any other error, such as an unreachable disk, does not mean that the folder is gone.
        return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
      }
    },
    release: () => lock.close(),
  };
}

export function announce(dataDir: string, { url, version }: { url: string; version: string }): void {
  const facts: Announcement = { pid: process.pid, start_time: startTime(), url, version };
  const path = join(dataDir, 'bridge.json');
  writeFileSync(`${path}.new`, JSON.stringify(facts), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function readAnnouncement(dataDir: string): Announcement | null {
  try {
    return announcement.parse(JSON.parse(readFileSync(join(dataDir, 'bridge.json'), 'utf8')));
  } catch {
    // No announcement that can be read: the owner is unknown.
    return null;
  }
}

export function withdraw(dataDir: string): void {
  rmSync(join(dataDir, 'bridge.json'), { force: true });
}

/** When this process began, in the system's own count; with the pid it names the process for good. */
function startTime(): string {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    // Not Linux.
    return String(Math.round(Date.now() - process.uptime() * 1000));
  }
}
