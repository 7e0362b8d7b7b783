import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeFolder } from '../folders.js';
import { HUNG_MS } from '../hung.js';
import type { FakeProgram } from './fake-launcher.js';
import type { JobSpec, Launcher, LaunchHandle, Outcome } from '../../src/launchers/port.js';
import { taggedProcesses } from '../../src/launchers/local/processes.js';
import { startTimeOf } from '../../src/lib/processes.js';

/** For what listens: as long as it takes on any machine. */
const GRACE_SECONDS = 120;

interface Limits {
  readonly graceSeconds?: number;
  readonly memoryBytes?: number;
  readonly timeLimitSeconds?: number;
}

/** A job folder with a script in it, as the bridge prepares one. */
export async function scriptJob(root: string, python: string, source: string, limits: Limits = {}): Promise<JobSpec> {
  const jobId = `job_${Math.random().toString(36).slice(2, 14).padEnd(12, '0')}`;
  const folder = join(root, 'jobs', jobId);
  const { graceSeconds = 5, memoryBytes = null, timeLimitSeconds = null } = limits;
  await mkdir(folder, { recursive: true });
  const script = join(folder, 'script.py');
  await writeFile(script, source);
  await writeFile(join(root, 'bridge.json'), JSON.stringify({ url: 'http://127.0.0.1:9' }));
  await writeFile(join(folder, 'token'), 'kgj_test');
  const job = {
    job_id: jobId,
    name: 'test',
    recipe: null,
    script: { path: script, args: ['یک', '--two'] },
    params: {},
    cwd: folder,
    dataset: null,
    mlflow: { run_id: 'r', experiment_id: '1', workspace: 'w' },
    bridge_file: join(root, 'bridge.json'),
    grace_seconds: graceSeconds,
    memory_bytes: memoryBytes,
    time_limit_seconds: timeLimitSeconds,
    cpus: null,
    resume_from: null,
  };
  await writeFile(join(folder, 'job.json'), JSON.stringify(job));
  return {
    jobId,
    folder,
    launcher: null,
    python,
    cwd: folder,
    variables: [],
    graceSeconds,
    memoryBytes,
    timeLimitSeconds,
  };
}

/** Resolves once `condition` holds; looks at files and processes, which tell nobody when they change. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + HUNG_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function logOf({ folder }: { readonly folder: string }): string {
  const path = join(folder, 'log.txt');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

const ended = (launcher: Launcher, handle: LaunchHandle): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the job did not end')), HUNG_MS);
    launcher.watch(handle, () => {
      clearTimeout(timer);
      resolve();
    });
  });

async function outcomeOf(launcher: Launcher, handle: LaunchHandle): Promise<Outcome> {
  const probe = await launcher.probe(handle);
  if (probe.state !== 'ended') throw new Error(`expected an ended job, found ${probe.state}`);
  return probe.outcome;
}

/** A launcher under test. */
export interface Candidate {
  readonly name: string;
  readonly python: string;
  readonly launch: 'warm' | 'cold';
  readonly open: () => Promise<Launcher>;
  /** Stands for a bridge that restarted and knows only the handle. */
  readonly fresh: () => Launcher;
}

/** Each test in a folder of its own; `act` is what a launcher that starts no process makes of the script. */
async function stage({ python, open }: Candidate) {
  const root = await mkdtemp(join(tmpdir(), 'kargah-launcher-'));
  const launcher = await open();
  const start = async (source: string, act: FakeProgram = {}, limits: Limits = {}) => {
    const spec = await scriptJob(root, python, source, limits);
    await writeFile(join(spec.folder, 'act.json'), JSON.stringify(act));
    return { spec, handle: await launcher.submit(spec) };
  };
  const printed = async (handle: LaunchHandle, text: string): Promise<void> => {
    const deadline = Date.now() + HUNG_MS;
    while (!(await launcher.logs(handle, 0, 1 << 16)).bytes.includes(text)) {
      if (Date.now() > deadline) throw new Error(`waited in vain for the job to print ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const log = async (handle: LaunchHandle) => (await launcher.logs(handle, 0, 1 << 16)).bytes.toString();
  afterAll(() => removeFolder(root));
  return { root, launcher, start, printed, log };
}

/** What every launcher promises, wherever it runs jobs. */
export function launcherConformance(candidate: Candidate): void {
  const { name, python, launch, fresh } = candidate;
  describe(`${name} as a launcher`, async () => {
    const { root, launcher, start, printed, log } = await stage(candidate);

    it('shows what it would run without running it', async () => {
      const spec = await scriptJob(root, python, '');
      const plan = launcher.plan(spec);
      expect(plan.argv).toContain(spec.folder);
      expect(plan.launch).toBe(launch);
      expect(Object.keys(plan.env).filter((key) => /TOKEN|SECRET|KARGAH/u.test(key))).toEqual([]);
      expect(existsSync(join(spec.folder, 'log.txt'))).toBe(false);
    });

    it('tells of a job that succeeds, with its arguments and log as written', async () => {
      const { handle } = await start('import sys\nprint("سلام", *sys.argv[1:])', { prints: 'سلام یک --two\n' });
      expect(handle).toMatchObject({ launch, note: null });
      await ended(launcher, handle);
      expect(await outcomeOf(launcher, handle)).toMatchObject({
        exit_code: 0,
        signal: null,
        stopped: false,
        error: null,
      });
      expect(await log(handle)).toBe('سلام یک --two\n');
    });

    it('tells the exit code of a script that fails', async () => {
      const { handle } = await start('raise SystemExit(3)', { exit: 3 });
      await ended(launcher, handle);
      expect(await outcomeOf(launcher, handle)).toMatchObject({
        exit_code: 3,
        error: { code: 'script_silent', params: { exit_code: 3 } },
      });
    });

    it.each([
      [
        'saves its work on KeyboardInterrupt',
        'import time\ntry:\n    print("up")\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    print("saved")',
      ],
      [
        'is deaf to SIGINT and listens to SIGTERM',
        'import signal, sys, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n' +
          'signal.signal(signal.SIGTERM, lambda *_: (print("saved"), sys.exit(0)))\nprint("up")\ntime.sleep(600)',
      ],
    ])('stops a job that %s, and says that it was stopped', async (_, source) => {
      const { handle } = await start(source, { prints: 'up\n', until: 'stopped', last: 'saved\n' });
      await printed(handle, 'up');
      expect(await launcher.probe(handle)).toEqual({ state: 'running' });
      await launcher.stop(handle, GRACE_SECONDS);
      expect(await outcomeOf(launcher, handle)).toMatchObject({ stopped: true, error: null });
      expect(await log(handle)).toContain('saved');
    });

    it('may be asked to stop twice, and after the end', async () => {
      const { handle } = await start('import time\nprint("up")\ntime.sleep(600)', { prints: 'up\n', until: 'stopped' });
      await printed(handle, 'up');
      await Promise.all([launcher.stop(handle, 1), launcher.stop(handle, 1)]);
      await launcher.stop(handle, 1);
      expect(await outcomeOf(launcher, handle)).toMatchObject({ stopped: true });
    });

    it('finds a running job again from its handle alone, and tells when it ends', async () => {
      const { spec, handle } = await start(
        'import pathlib, time\nprint("up")\nwhile not pathlib.Path("go").exists(): time.sleep(.02)',
        { prints: 'up\n', until: 'go' },
      );
      const other = fresh();
      const kept = JSON.parse(JSON.stringify(handle)) as LaunchHandle;
      expect(await other.probe(kept)).toEqual({ state: 'running' });
      const end = ended(other, kept);
      await writeFile(join(spec.folder, 'go'), '');
      await end;
      expect(await outcomeOf(other, kept)).toMatchObject({ exit_code: 0 });
    });

    it('finds a launch of which no handle was kept, and nothing where there was none', async () => {
      const { spec, handle } = await start('import time\ntime.sleep(600)', { until: 'stopped' });
      expect(await fresh().find(spec)).toEqual(handle);
      expect(await fresh().find(await scriptJob(root, python, ''))).toBeNull();
      await launcher.stop(handle, GRACE_SECONDS);
    });

    it('ends what was launched where no handle was kept', async () => {
      const { spec, handle } = await start('import time\ntime.sleep(600)', { until: 'stopped' });
      const told = ended(launcher, handle);
      await fresh().endAll(spec);
      await told;
      expect((await launcher.probe(handle)).state).not.toBe('running');
    });

    it('starts nothing where that was forbidden before, and says that the job was stopped', async () => {
      const spec = await scriptJob(root, python, 'print("begun")');
      expect(await fresh().fenceOff(spec)).toMatchObject({ stopped: true, exit_code: null });
      await expect(launcher.submit(spec)).rejects.toMatchObject({ code: 'launch_failed' });
    });

    it('starts a job once, however often it is submitted', async () => {
      const { spec, handle } = await start('print("once")', { prints: 'once\n' });
      expect(await fresh().submit(spec)).toEqual(handle);
      await ended(launcher, handle);
      expect(await fresh().submit(spec)).toEqual(handle);
      expect(await log(handle)).toBe('once\n');
    });

    it('does not take another process for the job because it has the same pid', async () => {
      const { handle } = await start('pass');
      await ended(launcher, handle);
      const stranger = { ...handle, pid: process.pid, folder: join(root, 'elsewhere') };
      expect(await launcher.probe(stranger)).toEqual({ state: 'gone' });
      expect(await launcher.probe({ ...stranger, bootId: 'another boot' })).toEqual({ state: 'gone' });
    });

    it('gives the log in pieces, and nothing beyond its end', async () => {
      const { handle } = await start('print("0123456789", end="")', { prints: '0123456789' });
      await ended(launcher, handle);
      expect(await launcher.logs(handle, 3, 4)).toEqual({ bytes: Buffer.from('3456'), size: 10 });
      expect((await launcher.logs(handle, 50, 4)).bytes).toHaveLength(0);
    });

    it('tells the signal that ended a job', async () => {
      const { handle } = await start('import os\nos.kill(os.getpid(), 6)', { signal: 'SIGABRT' });
      await ended(launcher, handle);
      expect(await outcomeOf(launcher, handle)).toMatchObject({
        signal: 'SIGABRT',
        error: { code: 'killed_by_signal', params: { signal: 'SIGABRT' } },
      });
    });

    it('says launch_failed when the interpreter is not there', async () => {
      const spec = await scriptJob(root, join(root, 'no-python'), '');
      await expect(launcher.submit(spec)).rejects.toMatchObject({ code: 'launch_failed' });
    });
  });
}

/** What a launcher on this machine promises beside that of the processes it starts here. */
export function processConformance(candidate: Candidate): void {
  describe(`the processes of ${candidate.name}`, async () => {
    const { fresh } = candidate;
    const { launcher, start } = await stage(candidate);

    it('kills a job that ignores SIGINT and SIGTERM, and its child that moved to a session of its own', async () => {
      const { spec, handle } = await start(
        'import signal, subprocess, sys, time\n' +
          'for number in (2, 15): signal.signal(number, signal.SIG_IGN)\n' +
          'subprocess.Popen([sys.executable, "-c", "import signal,time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"], start_new_session=True)\n' +
          'print("up")\ntime.sleep(600)',
      );
      await eventually(() => logOf(spec).includes('up') && logOf(spec).includes('1'), 'both processes');
      expect(taggedProcesses(spec.jobId)).toHaveLength(2);
      await launcher.stop(handle, 0.3);
      expect(taggedProcesses(spec.jobId)).toEqual([]);
      expect(await outcomeOf(launcher, handle)).toMatchObject({ stopped: true, signal: 'SIGKILL' });
    });

    it('says that a job is gone when its supervisor was killed, and leaves no process of it', async () => {
      const { spec, handle } = await start(
        'import subprocess, sys, time\nsubprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)\nprint("up")\ntime.sleep(600)',
      );
      await eventually(() => logOf(spec).includes('up'), 'the script to begin');
      process.kill(handle.pid, 'SIGKILL');
      await ended(launcher, handle);
      expect(await launcher.probe(handle)).toEqual({ state: 'gone' });
      await launcher.stop(handle, 0);
      expect(taggedProcesses(spec.jobId)).toEqual([]);
    });

    it('finds a child without environment, name, session or parent when the supervisor was killed', async () => {
      const { spec, handle } = await start(
        'import subprocess, sys, time\n' +
          'code = """import ctypes, os, time\nif os.fork(): os._exit(0)\n' +
          'ctypes.CDLL(None).prctl(15, b"innocent", 0, 0, 0)\nprint("hidden", os.getpid(), flush=True)\ntime.sleep(600)"""\n' +
          'subprocess.run([sys.executable, "-c", code], env={}, start_new_session=True)\nprint("up")\ntime.sleep(600)',
      );
      await eventually(() => /hidden \d+\n/u.test(logOf(spec)) && logOf(spec).includes('up'), 'both processes');
      const hidden = Number(/hidden (\d+)/u.exec(logOf(spec))?.[1]);
      process.kill(handle.pid, 'SIGKILL');
      await ended(launcher, handle);
      expect(startTimeOf(hidden)).not.toBeNull();
      await fresh().stop(handle, 0);
      expect([startTimeOf(hidden), taggedProcesses(spec.jobId)]).toEqual([null, []]);
    });

    it.each([
      ['whose parent waits for it', 'child.wait()'],
      ['whose parent does not', ''],
    ])('warns a child in a session of its own of a stop, once, %s', async (_, waits) => {
      const { spec, handle } = await start(
        'import signal, subprocess, sys, time\n' +
          'code = """import signal, time\nsignal.signal(15, lambda *_: (print("heard"), time.sleep(.5), exit()))\n' +
          'print("child")\ntime.sleep(600)"""\n' +
          'child = subprocess.Popen([sys.executable, "-u", "-c", code], env={}, start_new_session=True)\n' +
          `signal.signal(2, lambda *_: exit(${waits}))\nprint("up")\ntime.sleep(600)`,
      );
      await eventually(() => logOf(spec).includes('up') && logOf(spec).includes('child'), 'both processes');
      await launcher.stop(handle, GRACE_SECONDS);
      expect(logOf(spec).match(/heard/gu)).toHaveLength(1);
      expect(await outcomeOf(launcher, handle)).toMatchObject({ stopped: true, exit_code: 0 });
    });

    it.each([
      [
        'an error in its syntax',
        'def f(:',
        { exit_code: 1, error: { code: 'script_syntax', params: { exception: 'SyntaxError: invalid syntax' } } },
      ],
      [
        'an exception',
        'def f():\n    raise KeyError("loss")\nf()',
        { exit_code: 1, error: { code: 'script_failed', params: { exception: "KeyError: 'loss'" } } },
      ],
      [
        'a message for whoever reads its log',
        'import sys\nsys.exit("no data in ./data")',
        { exit_code: 1, error: { code: 'script_exited', params: { exception: 'no data in ./data' } } },
      ],
      ['its end before anyone looks', 'import os\nos._exit(0)', { exit_code: 0, error: null }],
    ])('tells of a job that ends with %s', async (_, source, expected) => {
      const { handle } = await start(source);
      await ended(launcher, handle);
      expect(await outcomeOf(launcher, handle)).toMatchObject(expected);
    });

    it.each([
      [
        'closed all it had open and took another name',
        'ctypes.CDLL(None).prctl(15, b"innocent", 0, 0, 0)\nup()\nos.closerange(0, 4096)\ntime.sleep(600)',
      ],
      [
        'wrote over its arguments and its environment',
        'begin, end, environ, environ_end = map(int, open("/proc/self/stat").read().rpartition(")")[2].split()[45:49])\n' +
          'ctypes.memmove(begin, b"innocent".ljust(end - begin, b"\\0"), end - begin)\n' +
          'ctypes.memset(environ, 0, environ_end - environ)\nup()\ntime.sleep(600)',
      ],
      [
        'became another program, with arguments that lie and no environment',
        'up()\nos.execve(shutil.which("sleep"), ["innocent", "60"], {})',
      ],
    ])('stops a job that %s', async (_, source) => {
      const { spec, handle } = await start(
        'import ctypes, os, shutil, signal, time\nfor number in (2, 15): signal.signal(number, signal.SIG_IGN)\n' +
          `def up(): open("up", "w").close()\n${source}`,
      );
      await eventually(() => existsSync(join(spec.folder, 'up')), 'the script to begin');
      expect(await fresh().probe(handle)).toEqual({ state: 'running' });
      expect(taggedProcesses(spec.jobId)).toHaveLength(1);
      await launcher.stop(handle, 0.2);
      expect(taggedProcesses(spec.jobId)).toEqual([]);
      expect(await outcomeOf(launcher, handle)).toMatchObject({ stopped: true, signal: 'SIGKILL' });
    });

    it('stops a job on a disk that has no room left to write how long that may take', async () => {
      const { spec, handle } = await start('import time\nprint("up")\ntime.sleep(600)');
      await eventually(() => logOf(spec).includes('up'), 'the script to begin');
      await symlink('/dev/full', join(spec.folder, 'stop.json'));
      await launcher.stop(handle, 5);
      expect(await outcomeOf(launcher, handle)).toMatchObject({ stopped: true });
    });

    it('ends a thousand children', async () => {
      const { spec, handle } = await start(
        'import signal, subprocess, sys, time\n' +
          'for number in (2, 15): signal.signal(number, signal.SIG_IGN)\n' +
          'code = "import os, time\\nfor n in range(1000):\\n    if os.fork() == 0: os.setsid(); time.sleep(600); os._exit(0)"\n' +
          'subprocess.run([sys.executable, "-S", "-c", code])\nprint("up")\ntime.sleep(600)',
      );
      await eventually(() => logOf(spec).includes('up'), 'the children');
      await launcher.stop(handle, 0.2);
      expect(taggedProcesses(spec.jobId)).toEqual([]);
      expect(await outcomeOf(launcher, handle)).toMatchObject({ stopped: true });
    });

    it('keeps up with a job that prints a hundred megabytes', async () => {
      const { handle } = await start(
        'import sys\nline = b"x" * 99 + b"\\n"\nfor n in range(100): sys.stdout.buffer.write(line * 10485)\nprint("end")',
      );
      await ended(launcher, handle);
      expect(await outcomeOf(launcher, handle)).toMatchObject({ exit_code: 0 });
      const { size } = await launcher.logs(handle, 0, 0);
      expect(size).toBe(100 * 10485 * 100 + 4);
      expect((await launcher.logs(handle, size - 4, 4)).bytes.toString()).toBe('end\n');
    });
  });
}
