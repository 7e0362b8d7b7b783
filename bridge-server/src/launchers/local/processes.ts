import { setTimeout as wait } from 'node:timers/promises';
import { pids, readProc, signal, startTimeOf } from '../../lib/processes.js';
import { processTagOf } from './process-tag.js';

/** Kills every process of this job, until none is left. */
export async function killEverythingOf(jobId: string): Promise<void> {
  const carries = carriesMarkOf(jobId);
  // Each in the moment in which it was looked at: its pid is not another's by then.
  const killOne = (pid: number): boolean => carries(pid) && signal(pid, 'SIGKILL');
  while (pids().filter(killOne).length > 0) await wait(20);
}

export function taggedProcesses(jobId: string): number[] {
  return pids().filter(carriesMarkOf(jobId));
}

/** By its environment, which a process can write over, or the number that it was handed down. */
function carriesMarkOf(jobId: string): (pid: number) => boolean {
  const variable = `\0KARGAH_JOB_ID=${jobId}\0`;
  const limit = new RegExp(`^Max file locks +${String(processTagOf(jobId))} `, 'mu');
  return (pid) =>
    isOurs(pid) && (`\0${readProc(pid, 'environ')}\0`.includes(variable) || limit.test(readProc(pid, 'limits')));
}

/** Looked at first: limits are shown of ended processes and of other users' ones, too. */
function isOurs(pid: number): boolean {
  try {
    return signal(pid, 0) && startTimeOf(pid) !== null;
  } catch {
    return false;
  }
}
