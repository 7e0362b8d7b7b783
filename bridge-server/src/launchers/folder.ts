import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../contract/errors.js';
import { best } from '../contract/training/training.js';
import type { LaunchHandle, LogPart, Outcome } from './port.js';

/** What the bridge reads from a job's folder; every file there is written whole or not at all. */
const coded = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export const launchNote = z.object({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && code in ERRORS),
  params: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});
/** What a job's process says of itself is not taken for a way out of its run. */
const INSIDE = /^(?!(?:.*\/)?\.{1,2}(?:\/|$))[^/\\\0][^\\\0]*$/u;
const fence = z.number().int().nullable().default(null);
const outcome = z.object({
  fence,
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
  best_metric: best.nullable().catch(null).default(null),
  peak_memory_bytes: z.number().int().nullable(),
  cpu_seconds: z.number().nullable(),
  started_at: z.string(),
  ended_at: z.string(),
  spool_pending: z.boolean(),
});
const supervisor = z.object({
  pid: z.number().int(),
  start_time: z.string(),
  boot_id: z.string(),
  fence,
  launch: z.enum(['warm', 'cold']).default('cold'),
  launch_note: launchNote.nullable().catch(null).default(null),
});
const bestMetric = z.object({ key: z.string().min(1), mode: z.enum(['max', 'min']) });
export type BestMetric = z.infer<typeof bestMetric>;

export const OUTCOME_FILE = 'outcome.json';
export const SUPERVISOR_FILE = 'supervisor.json';
export const BEST_METRIC_FILE = 'best_metric.json';
const LOG_FILE = 'log.txt';
export const SUPERVISOR_LOG = 'supervisor.log';

/** An outcome with every field empty, to be filled in. */
export function blankOutcome(): Outcome {
  const now = new Date().toISOString();
  return {
    fence: null,
    exit_code: null,
    signal: null,
    stopped: false,
    oom: false,
    timed_out: false,
    error: null,
    model: null,
    best_metric: null,
    peak_memory_bytes: null,
    cpu_seconds: null,
    started_at: now,
    ended_at: now,
    spool_pending: false,
  };
}

export function readOutcome(folder: string): Outcome | null {
  return parse(join(folder, OUTCOME_FILE), outcome) as Outcome | null;
}

/** What a recipe says, before its first point, that it keeps its weights by; null before that. */
export function readBestMetric(folder: string): BestMetric | null {
  return parse(join(folder, BEST_METRIC_FILE), bestMetric);
}

/** How the supervisor of this folder is found again; null when none has begun. */
export function readHandle(folder: string): LaunchHandle | null {
  const found = parse(join(folder, SUPERVISOR_FILE), supervisor);
  if (!found) return null;
  const { pid, start_time: startTime, boot_id: bootId, fence: number, launch, launch_note: note } = found;
  return { pid, startTime, bootId, folder, fence: number, launch, note };
}

/** A piece of the job's log; empty where none was written yet. */
export async function readLog(folder: string, offset: number, limit: number): Promise<LogPart> {
  const path = join(folder, LOG_FILE);
  if (!existsSync(path)) return { bytes: Buffer.alloc(0), size: 0 };
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, Math.min(limit, size - offset)));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return { bytes: bytes.subarray(0, bytesRead), size };
  } finally {
    await file.close();
  }
}

function parse<T>(path: string, schema: z.ZodType<T>): T | null {
  if (!existsSync(path)) return null;
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Not written by Kargah, which renames whole files into place; a damaged file proves nothing.
    return null;
  }
}
