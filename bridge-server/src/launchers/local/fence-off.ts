import { linkSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { blankOutcome, OUTCOME_FILE } from '../folder.js';
import { killEverythingOf } from './processes.js';
import { pids, readProc, signal } from '../../lib/processes.js';

/**
 * For a job that was to be stopped, of which no handle is known: from now on no supervisor begins in its folder, and one that is
 * just beginning is ended with everything it started. A supervisor looks for an outcome before it starts anything: the one that is
 * left here says that the job was stopped, unless a true one stands there already.
 */
export async function fenceOff(folder: string): Promise<void> {
  leaveOutcome(folder);
  await endAllIn(folder);
}

/** Ends whatever belongs to a job's folder, where no handle says what that is. */
export async function endAllIn(folder: string): Promise<void> {
  for (let left = supervisorsOf(folder); left.length > 0; left = supervisorsOf(folder)) {
    for (const pid of left) signal(pid, 'SIGKILL');
    await wait(20);
  }
  await killEverythingOf(basename(folder));
}

/** Processes that supervise this folder, or are about to: by their arguments, and by the lock that they hold open. */
export function supervisorsOf(folder: string): number[] {
  const lock = join(folder, 'supervisor.lock');
  return pids().filter((pid) => pid !== process.pid && (beginsIn(pid, folder) || holdsOpen(pid, lock)));
}

function beginsIn(pid: number, folder: string): boolean {
  const argv = readProc(pid, 'cmdline').split('\0');
  return argv.includes('kargah.launch.supervise') && argv.includes(folder);
}

function holdsOpen(pid: number, path: string): boolean {
  try {
    const open = `/proc/${String(pid)}/fd`;
    return readdirSync(open).some((fd) => linkOf(join(open, fd)) === path);
  } catch {
    // It ended between two looks, or is another user's.
    return false;
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function leaveOutcome(folder: string): void {
  const stopped = { ...blankOutcome(), stopped: true };
  const draft = join(folder, '.outcome.forbidden');
  try {
    writeFileSync(draft, JSON.stringify(stopped), { mode: 0o600 });
    // Unlike a rename, a link does not replace what is there.
    linkSync(draft, join(folder, OUTCOME_FILE));
  } catch (error) {
    // Already ended; or never prepared, and then there is nothing in which a supervisor could begin.
    if (!['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
