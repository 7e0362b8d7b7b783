import { readdirSync, readFileSync } from 'node:fs';

/** Names a process once and for all: a pid alone may be given to another process later, or after a boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'ascii').trim();
}

/** False for a process that has ended and waits to be reaped, too. */
export function isAlive({ pid, startTime, bootId: boot }: ProcessIdentity): boolean {
  return boot === bootId() && startTimeOf(pid) === startTime;
}

/** When a living process began, in clock ticks since boot; null where there is none. */
export function startTimeOf(pid: number): string | null {
  const stat = readProc(pid, 'stat');
  // The command's name, in parentheses, may hold anything; fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 'ZX'.includes(fields[0] ?? '') ? null : (fields[19] ?? null);
}

export function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number);
}

/** What a process shows of itself below `/proc`; empty where it has ended, or is another user's. */
export function readProc(pid: number, file: 'stat' | 'environ' | 'cmdline' | 'limits'): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Sends a signal; false for one that ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
