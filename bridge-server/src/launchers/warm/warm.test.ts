import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { eventually, logOf, scriptJob } from '../../../test/support/launcher-conformance.js';
import { removeFolder } from '../../../test/folders.js';
import { LocalLauncher } from '../local/local.js';
import { pids, readProc } from '../../lib/processes.js';
import { WarmLauncher } from './warm.js';

const python = process.env['KARGAH_PYTHON'] ?? join(resolve(import.meta.dirname, '../../../..'), '.venv/bin/python');
const dataDir = mkdtempSync(join(tmpdir(), 'kargah-warm-'));
const log = { info: () => undefined, warn: () => undefined };
const launcher = new WarmLauncher(new LocalLauncher(python), { python, dataDir, log });

afterAll(async () => {
  await launcher.close();
  removeFolder(dataDir);
});

async function open(): Promise<WarmLauncher> {
  launcher.start();
  await launcher.warmed(python);
  return launcher;
}

it('a job with a variable that counts when a Python starts is started cold, says why, and has it', async () => {
  const own = await open();
  const bare = await scriptJob(
    dataDir,
    python,
    'import sys\nprint(sys.flags.hash_randomization, hash("a") == hash("a"))',
  );
  writeFileSync(join(bare.folder, 'environment.json'), '{"env": {"PYTHONHASHSEED": "0"}, "secrets": {}}');
  const spec = { ...bare, variables: ['MODE', 'PYTHONHASHSEED'] };
  const reason = { code: 'warm_launcher_variable', params: { name: 'PYTHONHASHSEED' } };
  expect(own.plan(spec)).toMatchObject({ launch: 'cold', note: reason });
  const handle = await own.submit(spec);
  expect(handle).toMatchObject({ launch: 'cold', note: reason });
  await eventually(() => logOf(handle).endsWith('\n'), 'its line');
  expect(logOf(handle)).toBe('0 True\n');
});

/** Code that a Python runs before anything else. Debian's has a `sitecustomize` of its own, which hides any other. */
function atItsStart(packages: string, code: string): void {
  writeFileSync(join(packages, 'at_its_start.py'), code);
  writeFileSync(join(packages, 'at_its_start.pth'), 'import at_its_start\n');
}

describe('another Python of the user’s', () => {
  it('runs its first job cold, says why, and the next ones warm, each as that Python would', async () => {
    const own = await open();
    const environment = join(dataDir, 'environment');
    execFileSync(python, ['-m', 'venv', '--without-pip', environment]);
    const other = join(environment, 'bin/python');
    const source = 'import importlib.util, sys\nprint(sys.prefix, importlib.util.find_spec("torch"))';
    const run = async (): Promise<string[]> => {
      const spec = await scriptJob(dataDir, other, source);
      const planned = own.plan(spec).launch;
      const handle = await own.submit(spec);
      await eventually(() => logOf(handle).endsWith('\n'), 'its line');
      expect(handle.launch).toBe(planned);
      return [handle.launch, handle.note?.code ?? '', logOf(handle).trim()];
    };
    // Nothing of our own environment is found there.
    const printed = `${environment} None`;
    expect(await run()).toEqual(['cold', 'warm_launcher_first_job', printed]);
    expect(await own.warmed(other)).toBeNull();
    expect(await run()).toEqual(['warm', '', printed]);
  });
});

const KARGAH = execFileSync(python, ['-c', 'import kargah, pathlib; print(pathlib.Path(kargah.__file__).parents[1])']);

/** A new environment, with Kargah or without it, and nothing else: that loads in a moment. */
function environment(name: string, kargah: 'with Kargah' | 'without' = 'with Kargah') {
  const folder = join(dataDir, name);
  execFileSync(python, ['-m', 'venv', '--without-pip', folder]);
  const own = join(folder, 'bin/python');
  const told = execFileSync(own, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
    encoding: 'utf8',
  });
  const packages = told.trim();
  if (kargah === 'with Kargah') writeFileSync(join(packages, 'kargah.pth'), KARGAH);
  return { python: own, packages };
}

/** A launcher of its own for one such environment. */
function opened(own: string) {
  const mine = new WarmLauncher(new LocalLauncher(own), { python: own, dataDir: join(own, '../..'), log });
  mine.start();
  const run = async (source = 'print("here")', by = own) => {
    const spec = await scriptJob(dataDir, by, source);
    const planned = mine.plan(spec);
    const handle = await mine.submit(spec);
    await eventually(() => logOf(handle).endsWith('\n'), 'its line');
    return { planned, handle, printed: logOf(handle).trim() };
  };
  return { launcher: mine, run };
}

/** The process of this Python's daemon; its forks look like it until they are a job. */
function daemonOf(own: string): number | undefined {
  const parent = (pid: number): number => Number(readProc(pid, 'stat').split(') ').at(-1)?.split(' ')[1]);
  return pids().find((pid) => {
    const argv = readProc(pid, 'cmdline').split('\0');
    return argv[0] === own && argv.includes('kargah.launch.daemon') && parent(pid) === process.pid;
  });
}

async function another(own: string, than: number): Promise<void> {
  await eventually(() => ![undefined, than].includes(daemonOf(own)), 'another daemon');
}

describe.concurrent('a daemon', () => {
  it('is followed by another when a package is installed: the next job has it, and waits for it as long as it usually takes', async () => {
    const { python: own, packages } = environment('installed');
    const { launcher: mine, run } = opened(own);
    expect(await mine.warmed(own)).toBeNull();
    const before = daemonOf(own);
    writeFileSync(join(packages, 'new.py'), 'name = "new"\n');
    mkdirSync(join(packages, 'new-1.dist-info'));
    const { handle, printed } = await run('import new\nprint(new.name)');
    expect(printed).toBe('new');
    // On a busy machine loading may take longer than it did before.
    if (handle.launch === 'cold') expect(handle.note?.code).toBe('warm_launcher_starting');
    expect(daemonOf(own)).not.toBe(before);
    expect(await mine.warmed(own)).toBeNull();
    const next = await run('import new\nprint(new.name)');
    expect([next.handle.launch, next.handle.note, next.printed]).toEqual(['warm', null, 'new']);
    await mine.close();
  });

  it('that has a second thread is not used: jobs start cold, and show why', async () => {
    const { python: own, packages } = environment('threads');
    const thread = 'import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n';
    atItsStart(packages, thread);
    const { launcher: mine, run } = opened(own);
    const note = { code: 'warm_launcher_unsafe', params: { reason: 'the daemon has 2 threads' } };
    expect(await mine.warmed(own)).toEqual(note);
    const { planned, handle, printed } = await run();
    expect(planned).toMatchObject({ launch: 'cold', note });
    expect([handle.launch, handle.note, printed]).toEqual(['cold', note, 'here']);
    await mine.close();
  });

  it('that was killed is followed by another, and the job that came between begins all the same', async () => {
    const { python: own } = environment('killed');
    const { launcher: mine, run } = opened(own);
    await mine.warmed(own);
    const before = daemonOf(own)!;
    process.kill(before, 'SIGKILL');
    const { handle, printed } = await run();
    expect(printed).toBe('here');
    if (handle.launch === 'cold') expect(handle.note?.code).toBe('warm_launcher_failed');
    await another(own, before);
    expect(await mine.warmed(own)).toBeNull();
    expect((await run()).handle.launch).toBe('warm');
    await mine.close();
  });

  it('that is silent is given up after ten seconds: the job starts cold, says why, and the next is warm', async () => {
    const { python: own } = environment('silent');
    const { launcher: mine, run } = opened(own);
    await mine.warmed(own);
    const before = daemonOf(own)!;
    process.kill(before, 'SIGSTOP');
    const { handle, printed } = await run();
    expect([handle.launch, handle.note, printed]).toEqual([
      'cold',
      { code: 'warm_launcher_failed', params: { reason: 'it did not answer' } },
      'here',
    ]);
    await another(own, before);
    expect(await mine.warmed(own)).toBeNull();
    expect((await run()).handle.launch).toBe('warm');
    await mine.close();
  });

  it('that does not come to an end with loading keeps its first job for nine seconds, which then starts cold', async () => {
    const { python: own, packages } = environment('loading');
    const slow = 'import sys, time\nif "kargah.launch.daemon" in sys.orig_argv: time.sleep(600)\n';
    atItsStart(packages, slow);
    const { launcher: mine, run } = opened(own);
    const { handle, printed } = await run();
    expect([handle.launch, handle.note?.code, printed]).toEqual(['cold', 'warm_launcher_starting', 'here']);
    await mine.close();
  });

  it('of another Python goes when two others were used later, and its next job is a first one again', async () => {
    const { python: own } = environment('evicting');
    const { launcher: mine, run } = opened(own);
    await mine.warmed(own);
    const [first, ...later] = ['first', 'second', 'third'].map((name) => environment(name, 'without').python);
    for (const other of [first!, ...later]) {
      expect((await run(undefined, other)).handle.note?.code).toBe('warm_launcher_first_job');
      expect(await mine.warmed(other)).toBeNull();
    }
    await eventually(() => daemonOf(first!) === undefined, 'the one that was not used for longest to go');
    expect([own, ...later].map(daemonOf)).not.toContain(undefined);
    expect((await run(undefined, first)).handle.note?.code).toBe('warm_launcher_first_job');
    await mine.close();
  });
});

describe('a daemon that nobody uses', () => {
  afterAll(() => vi.useRealTimers());

  it('goes after ten minutes that passed, not because the clock was set; our own Python’s stays', async () => {
    const own = environment('idle').python;
    const other = environment('other', 'without').python;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] });
    const { launcher: mine, run } = opened(own);
    await mine.warmed(own);
    await run(undefined, other);
    await mine.warmed(other);
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(9 * 60_000);
    expect((await run(undefined, other)).handle.launch).toBe('warm');
    vi.setSystemTime(Date.now() - 7_200_000);
    vi.advanceTimersByTime(9 * 60_000);
    expect(daemonOf(other)).toBeDefined();
    vi.advanceTimersByTime(2 * 60_000);
    await eventually(() => daemonOf(other) === undefined, 'it to go');
    expect(daemonOf(own)).toBeDefined();
    await mine.close();
  });
});
