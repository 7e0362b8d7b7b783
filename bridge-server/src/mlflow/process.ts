import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** A process and when it began: a number used again by another process is not the same one. */
const identity = z.object({ pid: z.number().int().positive(), start_time: z.string() });
type Identity = z.infer<typeof identity>;

/** Field 22 of `/proc/<pid>/stat`; null where there is no such process (or no procfs). */
export function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The command's name is in brackets and may hold anything; fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

export function remember(file: string, pid: number): void {
  writeFileSync(file, JSON.stringify({ pid, start_time: startTimeOf(pid) ?? '' } satisfies Identity), { mode: 0o600 });
}

/** Ends the process named in `file`, where it is proved to be the same one. */
export async function endRemembered(file: string): Promise<void> {
  let found: Identity;
  try {
    found = identity.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return;
  }
  const alive = (): boolean => found.start_time !== '' && startTimeOf(found.pid) === found.start_time;
  if (alive()) signal(found.pid, 'SIGTERM');
  for (let waited = 0; alive() && waited < 6000; waited += 50) await sleep(50);
  if (alive()) signal(-found.pid, 'SIGKILL');
  rmSync(file, { force: true });
}

/** Sends a signal; a process (or group) that is gone is not a fault. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
