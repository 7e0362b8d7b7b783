/** A launcher starts job processes. It knows no HTTP and no database; everything it needs is in the spec and the job's folder. */
export interface JobSpec {
  readonly jobId: string;
  /** The job's own folder; `job.json` and `token` are already in it. */
  readonly folder: string;
  readonly python: string;
  readonly cwd: string;
  readonly graceSeconds: number;
  readonly memoryBytes: number | null;
  readonly timeLimitSeconds: number | null;
}
/** What would be run; shown by a dry run and compared in tests. */
export interface LaunchPlan {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}
/** Enough to find the process again after the bridge restarted, and to be sure that it is the same one. */
export interface LaunchHandle {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  readonly folder: string;
}
/** What the job's own parent proved, from `outcome.json`. */
export interface Outcome {
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly stopped: boolean;
  readonly oom: boolean;
  readonly timed_out: boolean;
  readonly error: { readonly code: string; readonly params?: Record<string, string | number> } | null;
  readonly model: { readonly uri: string; readonly artifact_path: string; readonly size_bytes: number } | null;
  readonly best_metric: { readonly key: string; readonly value: number } | null;
  readonly peak_memory_bytes: number | null;
  readonly cpu_seconds: number | null;
  readonly started_at: string;
  readonly ended_at: string;
  /** Points that the job logged but could not deliver yet lie in its spool. */
  readonly spool_pending: boolean;
}
export type Probe =
  { readonly state: 'running' } | { readonly state: 'ended'; readonly outcome: Outcome } | { readonly state: 'gone' };

export interface Launcher {
  plan(spec: JobSpec): LaunchPlan;
  submit(spec: JobSpec): Promise<LaunchHandle>;
  probe(handle: LaunchHandle): Promise<Probe>;
  /** Calls `ended` once, as soon as the process is no longer running (adopted processes too). Returns how to stop watching. */
  watch(handle: LaunchHandle, ended: () => void): () => void;
  /** SIGTERM, after the grace SIGKILL, for everything the job started; resolves when nothing is left. Idempotent. */
  stop(handle: LaunchHandle, graceSeconds: number): Promise<void>;
}
