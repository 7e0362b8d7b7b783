import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  watch as watchFolder,
  writeFileSync,
  type FSWatcher,
} from 'node:fs';
import { basename, join } from 'node:path';
import { systemClock, type Clock } from '../../lib/clock.js';
import { KargahError } from '../../lib/errors.js';
import { isStorageFull } from '../../http/answers/problems.js';
import { inherited } from '../../lib/environment.js';
import { OUTCOME_FILE, readHandle, readLog, readOutcome, SUPERVISOR_FILE, SUPERVISOR_LOG } from '../folder.js';
import type {
  JobPlace,
  JobSpec,
  Launcher,
  LaunchHandle,
  LaunchNote,
  LaunchPlan,
  LogPart,
  Outcome,
  Probe,
} from '../port.js';
import { endAllIn, fenceOff, supervisorsOf } from './fence-off.js';
import { Lease, signOf } from './lease.js';
import { killEverythingOf } from './processes.js';
import { isAlive, signal } from '../../lib/processes.js';

/** How long a supervisor may take, beyond the grace, to end what SIGKILL ends. */
const KILL_MARGIN_MS = 10_000;
/** How often an adopted supervisor is looked at: one that was killed writes no file, and no event tells of a process not our child. */
const LIVENESS_MS = 1_000;
/** How long a supervisor is believed without a sign of life, where nobody says otherwise. */
const LEASE_SECONDS = 30;
/** A bridge that died right after a launch left a supervisor that is about to write its file. */
const ALREADY_SUPERVISED = 75;
/** How long a supervisor may take, at least, until it has started its job; on a busy machine a Python takes seconds. */
const BEGIN_LIMIT_MS = 20_000;
const BEGIN_LOOK_MS = 500;

/** Starts a supervisor per job on this machine; it belongs to no group or session of the bridge and outlives it. */
export class LocalLauncher implements Launcher {
  /** Folders of those that fell silent; what they say later counts only if it is a proof of their end. */
  readonly #silent = new Set<string>();

  /** @param python runs the supervisors; a job may ask for another, which need not have Kargah */
  constructor(
    private readonly python: string,
    private readonly leaseSeconds = LEASE_SECONDS,
    private readonly clock: Clock = systemClock,
  ) {}

  plan(spec: JobSpec, note: LaunchNote | null = null): LaunchPlan {
    const why = note === null ? [] : [JSON.stringify(note)];
    return {
      argv: [this.python, '-m', 'kargah.launch.supervise', spec.folder, spec.python, ...why],
      cwd: spec.folder,
      env: inherited(process.env),
      launch: 'cold',
      note,
    };
  }

  /** @param note why it is not a warm start; kept with the job */
  async submit(spec: JobSpec, note: LaunchNote | null = null): Promise<LaunchHandle> {
    const begun = readHandle(spec.folder);
    if (begun) return begun;
    const { argv, cwd, env } = this.plan(spec, note);
    const log = openSync(join(spec.folder, SUPERVISOR_LOG), 'a', 0o600);
    const child = spawn(argv[0]!, argv.slice(1), { cwd, env, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    try {
      await once(child, 'spawn');
    } catch (cause) {
      throw new KargahError('launch_failed', { reason: (cause as Error).message }, { cause });
    }
    await this.#begun(spec.folder, child);
    const handle = readHandle(spec.folder);
    if (handle) return handle;
    await endAllIn(spec.folder);
    const reason = readOutcome(spec.folder)?.error?.params?.['reason'] ?? lastLine(join(spec.folder, SUPERVISOR_LOG));
    throw new KargahError('launch_failed', { reason });
  }

  probe(handle: LaunchHandle): Promise<Probe> {
    // Looked at in this order: the outcome is written while the supervisor is still alive.
    const alive = isAlive(handle);
    const outcome = outcomeOf(handle);
    if (outcome) return Promise.resolve({ state: 'ended', outcome });
    if (this.#silent.has(handle.folder)) return Promise.resolve({ state: 'silent', seconds: this.leaseSeconds });
    return Promise.resolve({ state: alive ? 'running' : 'gone' });
  }

  watch(handle: LaunchHandle, ended: () => void): () => void {
    let told = false;
    const everyMs = Math.min(LIVENESS_MS, this.leaseSeconds * 250);
    const lease = new Lease(this.leaseSeconds, everyMs, this.clock);
    const look = (): void => {
      if (told) return;
      if (isAlive(handle) && !outcomeOf(handle)) {
        if (!lease.expired(signOf(handle.folder))) return;
        this.#silent.add(handle.folder);
      }
      told = true;
      stop();
      ended();
    };
    const watcher = watchOrNull(handle.folder, (name) => {
      if (name === OUTCOME_FILE) look();
    });
    // The folder went away under the watch: the next look finds out about the process itself.
    watcher?.on('error', () => watcher.close());
    const endLooking = this.clock.every(everyMs, look);
    const first = setImmediate(look);
    const stop = (): void => {
      clearImmediate(first);
      endLooking();
      watcher?.close();
    };
    return () => {
      told = true;
      stop();
    };
  }

  async stop(handle: LaunchHandle, graceSeconds: number): Promise<void> {
    if (isAlive(handle) && !this.#silent.has(handle.folder)) {
      tellGrace(handle.folder, graceSeconds);
      signal(handle.pid, 'SIGTERM');
      await this.#gone(handle, graceSeconds * 1000 + KILL_MARGIN_MS);
    }
    // A supervisor that was killed, or hangs, leaves its job behind.
    if (isAlive(handle) && !outcomeOf(handle)) signal(handle.pid, 'SIGKILL');
    await killEverythingOf(basename(handle.folder));
  }

  logs({ folder }: LaunchHandle, offset: number, limit: number): Promise<LogPart> {
    return readLog(folder, offset, limit);
  }

  find({ folder }: JobPlace): Promise<LaunchHandle | null> {
    return Promise.resolve(readHandle(folder));
  }

  async endAll({ folder }: JobPlace): Promise<Outcome | null> {
    await endAllIn(folder);
    return readOutcome(folder);
  }

  async fenceOff({ folder }: JobPlace): Promise<Outcome | null> {
    await fenceOff(folder);
    return readOutcome(folder);
  }

  /** Resolves once the training process was started, or the supervisor ended or fell silent without one. */
  async #begun(folder: string, child: ChildProcess): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const look = (): void => {
      const gone = child.signalCode !== null || (child.exitCode !== null && child.exitCode !== ALREADY_SUPERVISED);
      if (gone || existsSync(join(folder, SUPERVISOR_FILE)) || existsSync(join(folder, OUTCOME_FILE)))
        resolve(undefined);
    };
    // The one of before may be killed, or hang, without a word.
    const lookAtOther = (): void => {
      if (child.exitCode === ALREADY_SUPERVISED && supervisorsOf(folder).length === 0) resolve(undefined);
    };
    const watcher = watchOrNull(folder, look);
    watcher?.on('error', () => watcher.close());
    child.once('exit', look);
    const timer = setInterval(() => {
      look();
      lookAtOther();
    }, BEGIN_LOOK_MS);
    const limit = setTimeout(() => resolve(undefined), Math.max(BEGIN_LIMIT_MS, this.leaseSeconds * 1000));
    look();
    await promise;
    clearInterval(timer);
    clearTimeout(limit);
    watcher?.close();
  }

  async #gone(handle: LaunchHandle, withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const unwatch = this.watch(handle, () => resolve(undefined));
    const callOff = this.clock.after(withinMs, () => resolve(undefined));
    await promise;
    callOff();
    unwatch();
  }
}

function tellGrace(folder: string, seconds: number): void {
  try {
    writeFileSync(join(folder, 'stop.json'), JSON.stringify({ grace_seconds: seconds }), { mode: 0o600 });
  } catch (error) {
    // The job may have filled the disk; the grace that it was launched with counts then.
    if (!isStorageFull(error)) throw error;
  }
}

/** The proof of this launch's end; what another launch left behind is none. */
function outcomeOf(handle: LaunchHandle): Outcome | null {
  const outcome = readOutcome(handle.folder);
  return outcome && outcome.fence === handle.fence ? outcome : null;
}

/** Null where the folder is gone or the system has no watch left: the look at the process itself still tells. */
function watchOrNull(folder: string, changed: (name: string | null) => void): FSWatcher | null {
  try {
    return watchFolder(folder, { persistent: false }, (_, name) => changed(name));
  } catch {
    return null;
  }
}

function lastLine(path: string): string {
  return readFileSync(path, 'utf8').trim().split('\n').at(-1)?.slice(0, 300) || 'it did not begin';
}
