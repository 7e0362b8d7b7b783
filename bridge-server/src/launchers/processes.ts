import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Names a process once and for all: a pid alone may be given to another process later, or after a boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'ascii').trim();
}

/** False for a process that has ended and waits to be reaped, too. */
export function isAlive({ pid, startTime, bootId: boot }: ProcessIdentity): boolean {
  if (boot !== bootId()) return false;
  const stat = readOrNull(`/proc/${String(pid)}/stat`);
  if (stat === null) return false;
  // The command's name, in parentheses, may hold anything; fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[19] === startTime && fields[0] !== 'Z' && fields[0] !== 'X';
}

/** Kills every process that carries this job's id in its environment, until none is left. */
export async function killEverythingOf(jobId: string): Promise<void> {
  for (let left = carriers(jobId); left.length > 0; left = carriers(jobId)) {
    for (const pid of left) signal(pid, 'SIGKILL');
    await wait(20);
  }
}

export function carriers(jobId: string): number[] {
  const mark = `\0KARGAH_JOB_ID=${jobId}\0`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => `\0${readOrNull(`/proc/${String(pid)}/environ`) ?? ''}\0`.includes(mark));
}

/** Sends a signal; one that ended meanwhile is passed over. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // The process ended between two looks, or is another user's.
    return null;
  }
}
