import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { signal, startTimeOf } from '../../lib/processes.js';

/** A process and when it began: a number used again by another process is not the same one. */
const identity = z.object({ pid: z.number().int().positive(), start_time: z.string() });
type Identity = z.infer<typeof identity>;

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
