import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LaunchHandle, Outcome } from './port.js';

/** What the bridge reads from a job's folder; every file there is written whole or not at all. */
const coded = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
/** What a job's process says of itself is not taken for a way out of its run. */
const INSIDE = /^(?!(?:.*\/)?\.{1,2}(?:\/|$))[^/\\\0][^\\\0]*$/u;
const outcome = z.object({
  exit_code: z.number().int().nullable(),
  signal: z.string().nullable(),
  stopped: z.boolean(),
  oom: z.boolean(),
  timed_out: z.boolean(),
  error: coded.nullable(),
  model: z
    .object({ uri: z.string(), artifact_path: z.string().regex(INSIDE), size_bytes: z.number().int() })
    .nullable()
    .catch(null),
  best_metric: z.object({ key: z.string(), value: z.number() }).nullable().catch(null).default(null),
  peak_memory_bytes: z.number().int().nullable(),
  cpu_seconds: z.number().nullable(),
  started_at: z.string(),
  ended_at: z.string(),
  spool_pending: z.boolean(),
});
const supervisor = z.object({ pid: z.number().int(), start_time: z.string(), boot_id: z.string() });

export const OUTCOME_FILE = 'outcome.json';
export const SUPERVISOR_FILE = 'supervisor.json';
export const SUPERVISOR_LOG = 'supervisor.log';

export function readOutcome(folder: string): Outcome | null {
  return parse(join(folder, OUTCOME_FILE), outcome) as Outcome | null;
}

/** How the supervisor of this folder is found again; null when none has begun. */
export function readHandle(folder: string): LaunchHandle | null {
  const found = parse(join(folder, SUPERVISOR_FILE), supervisor);
  return found && { pid: found.pid, startTime: found.start_time, bootId: found.boot_id, folder };
}

function parse<T>(path: string, schema: z.ZodType<T>): T | null {
  if (!existsSync(path)) return null;
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Not ours: what the supervisor writes is renamed into place whole. A damaged file proves nothing.
    return null;
  }
}
