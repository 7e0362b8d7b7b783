import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { KargahError } from '../../src/lib/errors.js';
import { blankOutcome } from '../../src/launchers/folder.js';
import type {
  JobPlace,
  JobSpec,
  Launcher,
  LaunchHandle,
  LaunchPlan,
  LogPart,
  Outcome,
  Probe,
} from '../../src/launchers/port.js';

/** What a job does where no process is started: `act.json` in its folder; without one it runs until it is ended. */
export interface FakeProgram {
  readonly prints?: string;
  /** Until it is stopped, or until a file `go` appears in its folder. */
  readonly until?: 'stopped' | 'go';
  /** Printed when it is stopped. */
  readonly last?: string;
  readonly exit?: number;
  readonly signal?: string;
}

interface ActedJob {
  readonly handle: LaunchHandle;
  readonly act: FakeProgram;
  log: string;
  outcome: Outcome | null;
  readonly watchers: Set<() => void>;
}

/** The jobs of several launchers: what outlives a bridge. */
export class FakeWorld {
  readonly jobs = new Map<string, ActedJob>();
  readonly forbidden = new Set<string>();
}

/** A launcher for tests that starts no process: a job acts what its folder says, or what the test says of it. */
export class FakeLauncher implements Launcher {
  constructor(private readonly world = new FakeWorld()) {}

  plan({ folder, cwd }: JobSpec): LaunchPlan {
    return { launch: 'cold', note: null, argv: ['fake', folder], cwd, env: {} };
  }

  async submit({ folder, python }: JobSpec): Promise<LaunchHandle> {
    const known = this.world.jobs.get(folder);
    if (known) return known.handle;
    if (this.world.forbidden.has(folder)) throw new KargahError('launch_failed', { reason: 'it was forbidden' });
    if (!existsSync(python)) throw new KargahError('launch_failed', { reason: 'there is no such interpreter' });
    const place = join(folder, 'act.json');
    const act = (existsSync(place) ? JSON.parse(readFileSync(place, 'utf8')) : { until: 'stopped' }) as FakeProgram;
    const pid = this.world.jobs.size + 1;
    const handle: LaunchHandle = {
      ...{ launch: 'cold', note: null, pid, startTime: String(pid), bootId: 'fake' },
      ...{ folder, fence: null },
    };
    const job: ActedJob = { handle, act, log: act.prints ?? '', outcome: null, watchers: new Set() };
    this.world.jobs.set(folder, job);
    if (act.until === undefined) setImmediate(() => this.end(folder, endingOf(act)));
    else if (act.until === 'go') this.#endAtFile(folder, act);
    return Promise.resolve(handle);
  }

  probe({ folder, bootId }: LaunchHandle): Promise<Probe> {
    const job = this.world.jobs.get(folder);
    if (bootId !== 'fake' || !job) return Promise.resolve({ state: 'gone' });
    return Promise.resolve(job.outcome ? { state: 'ended', outcome: job.outcome } : { state: 'running' });
  }

  watch({ folder }: LaunchHandle, ended: () => void): () => void {
    const job = this.world.jobs.get(folder);
    if (!job || job.outcome) setImmediate(ended);
    else job.watchers.add(ended);
    return () => job?.watchers.delete(ended);
  }

  stop({ folder }: LaunchHandle): Promise<void> {
    const job = this.world.jobs.get(folder);
    if (job?.outcome === null) {
      job.log += job.act.last ?? '';
      this.end(folder, { exit_code: null, signal: 'SIGTERM', stopped: true });
    }
    return Promise.resolve();
  }

  logs({ folder }: LaunchHandle, offset: number, limit: number): Promise<LogPart> {
    const bytes = Buffer.from(this.world.jobs.get(folder)?.log ?? '');
    return Promise.resolve({ bytes: bytes.subarray(offset, offset + limit), size: bytes.length });
  }

  find({ folder }: JobPlace): Promise<LaunchHandle | null> {
    return Promise.resolve(this.world.jobs.get(folder)?.handle ?? null);
  }

  async endAll({ folder }: JobPlace): Promise<Outcome | null> {
    const job = this.world.jobs.get(folder);
    if (job) await this.stop(job.handle);
    return job?.outcome ?? null;
  }

  async fenceOff(place: JobPlace): Promise<Outcome | null> {
    this.world.forbidden.add(place.folder);
    return (await this.endAll(place)) ?? { ...blankOutcome(), stopped: true };
  }

  /** The job has ended, so as the test says. */
  end(folder: string, changes: Partial<Outcome>): void {
    const job = this.world.jobs.get(folder);
    if (!job || job.outcome) return;
    job.outcome = { ...blankOutcome(), exit_code: 0, ...changes };
    for (const ended of job.watchers) ended();
    job.watchers.clear();
  }

  #endAtFile(folder: string, act: FakeProgram): void {
    const watcher = watch(folder, { persistent: false }, () => {
      if (!existsSync(join(folder, 'go'))) return;
      watcher.close();
      this.end(folder, endingOf(act));
    });
  }
}

function endingOf({ exit = 0, signal }: FakeProgram): Partial<Outcome> {
  if (signal !== undefined) return { exit_code: null, signal, error: { code: 'killed_by_signal', params: { signal } } };
  return { exit_code: exit, error: exit === 0 ? null : { code: 'script_silent', params: { exit_code: exit } } };
}
