import type { ErrorCode } from '../contract/errors.js';
import type { Best, LauncherName } from '../contract/training/training.js';
import type { ErrorParams } from '../lib/errors.js';

/** Where a job lies, and who runs it. */
export interface JobPlace {
  /** The job's own folder. */
  readonly folder: string;
  /** Null: the usual one. */
  readonly launcher: LauncherName | null;
}
/** A launcher starts job processes. It knows no HTTP and no database; everything it needs is in the spec and the job's folder, where `job.json` and `token` lie already. */
export interface JobSpec extends JobPlace {
  readonly jobId: string;
  readonly python: string;
  readonly cwd: string;
  /** The names of what it is given in its environment; the values lie in its folder. */
  readonly variables: readonly string[];
  readonly graceSeconds: number;
  readonly memoryBytes: number | null;
  readonly timeLimitSeconds: number | null;
}
/** A coded reason; its sentences are made where it is shown. */
export interface LaunchNote {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}
/** How a job's process comes to be: forked from a Python that has everything loaded, or a new one, with the reason. */
export interface LaunchKind {
  readonly launch: 'warm' | 'cold';
  /** Why it is a cold one; null where no warm one was to be expected. */
  readonly note: LaunchNote | null;
}
/** What would be run; shown by a dry run and compared in tests. */
export interface LaunchPlan extends LaunchKind {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}
/** Enough to find the process again after the bridge restarted, and to be sure that it is the same one. */
export interface LaunchHandle extends LaunchKind {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  readonly folder: string;
  /** The number of its launch; what a launch of another number says does not count. Null for one that was given none. */
  readonly fence: number | null;
  /** Left out by a bridge that knew only this machine. */
  readonly launcher?: LauncherName;
}
/** What the job's own parent proved, from `outcome.json`. */
export interface Outcome {
  readonly fence: number | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly stopped: boolean;
  readonly oom: boolean;
  readonly timed_out: boolean;
  readonly error: { readonly code: string; readonly params?: Record<string, string | number> } | null;
  readonly model: { readonly uri: string; readonly artifact_path: string; readonly size_bytes: number } | null;
  readonly best_metric: Best | null;
  readonly peak_memory_bytes: number | null;
  readonly cpu_seconds: number | null;
  readonly started_at: string;
  readonly ended_at: string;
  /** Points that the job logged but could not deliver yet lie in its spool. */
  readonly spool_pending: boolean;
}
export type Probe =
  | { readonly state: 'running' }
  | { readonly state: 'ended'; readonly outcome: Outcome }
  | { readonly state: 'gone' }
  /** It may still be there, but gave no sign of life for as long as it is believed without one. */
  | { readonly state: 'silent'; readonly seconds: number };

/** A piece of a job's log, and how long all of it is now. */
export interface LogPart {
  readonly bytes: Buffer;
  readonly size: number;
}

/** A launcher that has something of its own to keep ready, as a process or a connection. */
export interface ConfiguredLauncher extends Launcher {
  start?(): void;
  /** Jobs go on. */
  close?(): Promise<void>;
}

export interface Launcher {
  plan(spec: JobSpec): LaunchPlan;
  submit(spec: JobSpec): Promise<LaunchHandle>;
  probe(handle: LaunchHandle): Promise<Probe>;
  /**
   * Calls `ended` once, as soon as the process is no longer running or fell silent (adopted processes too). Returns how to stop
   * watching.
   */
  watch(handle: LaunchHandle, ended: () => void): () => void;
  /**
   * SIGINT for a script, then SIGTERM (a recipe hears it at once), after the grace SIGKILL, for everything the job started; resolves
   * when nothing is left. Idempotent.
   */
  stop(handle: LaunchHandle, graceSeconds: number): Promise<void>;
  /** What the job printed, stdout and stderr in order, from byte `offset`; nothing beyond the end. */
  logs(handle: LaunchHandle, offset: number, limit: number): Promise<LogPart>;
  /** The launch in this place, of which no handle was kept; null where there is none. */
  find(place: JobPlace): Promise<LaunchHandle | null>;
  /** Ends whatever was launched in this place, where no handle says what that is. Answers what is proved of its end. */
  endAll(place: JobPlace): Promise<Outcome | null>;
  /** As `endAll`, and from now on nothing begins there: of a job that was to be stopped before its launch was written down. */
  fenceOff(place: JobPlace): Promise<Outcome | null>;
}
