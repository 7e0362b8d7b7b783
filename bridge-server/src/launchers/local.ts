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
import { KargahError } from '../errors.js';
import { inherited } from './environment.js';
import { OUTCOME_FILE, readHandle, readOutcome, SUPERVISOR_FILE, SUPERVISOR_LOG } from './folder.js';
import type { JobSpec, Launcher, LaunchHandle, LaunchPlan, Probe } from './port.js';
import { isAlive, killEverythingOf, signal } from './processes.js';

/** How long a supervisor may take, beyond the grace, to end what SIGKILL ends. */
const KILL_MARGIN_MS = 10_000;
/** How often an adopted supervisor is looked at: one that was killed writes no file, and no event tells of a process not our child. */
const LIVENESS_MS = 2_000;
/** A bridge that died right after a launch left a supervisor that is about to write its file. */
const ALREADY_SUPERVISED = 75;

/** Starts a supervisor per job on this machine; it belongs to no group or session of the bridge and outlives it. */
export class LocalLauncher implements Launcher {
  plan(spec: JobSpec): LaunchPlan {
    return {
      argv: [spec.python, '-m', 'kargah.launch.supervise', spec.folder],
      cwd: spec.folder,
      env: inherited(process.env),
    };
  }

  async submit(spec: JobSpec): Promise<LaunchHandle> {
    const begun = readHandle(spec.folder);
    if (begun) return begun;
    const { argv, cwd, env } = this.plan(spec);
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
    const reason = readOutcome(spec.folder)?.error?.params?.['reason'] ?? lastLine(join(spec.folder, SUPERVISOR_LOG));
    throw new KargahError('launch_failed', { reason });
  }

  probe(handle: LaunchHandle): Promise<Probe> {
    // Looked at in this order: the outcome is written while the supervisor is still alive.
    const alive = isAlive(handle);
    const outcome = readOutcome(handle.folder);
    return Promise.resolve(outcome ? { state: 'ended', outcome } : { state: alive ? 'running' : 'gone' });
  }

  watch(handle: LaunchHandle, ended: () => void): () => void {
    let told = false;
    const look = (): void => {
      if (told || (isAlive(handle) && !existsSync(join(handle.folder, OUTCOME_FILE)))) return;
      told = true;
      stop();
      ended();
    };
    const watcher = watchOrNull(handle.folder, (name) => {
      if (name === OUTCOME_FILE) look();
    });
    // The folder went away under the watch: the next look finds out about the process itself.
    watcher?.on('error', () => watcher.close());
    const timer = setInterval(look, LIVENESS_MS).unref();
    const first = setImmediate(look);
    const stop = (): void => {
      clearImmediate(first);
      clearInterval(timer);
      watcher?.close();
    };
    return () => {
      told = true;
      stop();
    };
  }

  async stop(handle: LaunchHandle, graceSeconds: number): Promise<void> {
    if (isAlive(handle)) {
      writeFileSync(join(handle.folder, 'stop.json'), JSON.stringify({ grace_seconds: graceSeconds }), { mode: 0o600 });
      signal(handle.pid, 'SIGTERM');
      await this.#gone(handle, graceSeconds * 1000 + KILL_MARGIN_MS);
    }
    // A supervisor that was killed, or hangs, leaves its job behind.
    if (isAlive(handle) && !readOutcome(handle.folder)) signal(handle.pid, 'SIGKILL');
    await killEverythingOf(basename(handle.folder));
  }

  /** Resolves once the training process was started, or the supervisor ended without one. */
  async #begun(folder: string, child: ChildProcess): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const look = (): void => {
      const gone = child.signalCode !== null || (child.exitCode !== null && child.exitCode !== ALREADY_SUPERVISED);
      if (gone || existsSync(join(folder, SUPERVISOR_FILE)) || existsSync(join(folder, OUTCOME_FILE)))
        resolve(undefined);
    };
    const watcher = watchFolder(folder, look);
    child.once('exit', look);
    look();
    await promise;
    watcher.close();
  }

  async #gone(handle: LaunchHandle, withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const unwatch = this.watch(handle, () => resolve(undefined));
    const timer = setTimeout(() => resolve(undefined), withinMs);
    await promise;
    clearTimeout(timer);
    unwatch();
  }
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
  return readFileSync(path, 'utf8').trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
