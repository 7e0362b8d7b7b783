import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeFolder } from '../../../test/folders.js';
import { eventually, logOf, scriptJob } from '../../../test/support/launcher-conformance.js';
import { readOutcome } from '../folder.js';
import { endAllIn, fenceOff, supervisorsOf } from './fence-off.js';
import { LocalLauncher } from './local.js';
import { taggedProcesses } from './processes.js';

const python = process.env['KARGAH_PYTHON'] ?? join(resolve(import.meta.dirname, '../../../..'), '.venv/bin/python');
const SLEEPER = 'import time\nprint("up", flush=True)\ntime.sleep(600)';

describe('a supervisor of which no handle is known', () => {
  const root = mkdtempSync(join(tmpdir(), 'kargah-begin-'));
  const launcher = new LocalLauncher(python);
  afterAll(() => removeFolder(root));

  it('is not waited for once it was killed without a word', async () => {
    const busy = join(root, 'busy.sh');
    writeFileSync(busy, '#!/bin/sh\nexit 75\n', { mode: 0o755 });
    const spec = await scriptJob(root, python, '');
    await expect(new LocalLauncher(busy).submit(spec)).rejects.toMatchObject({ code: 'launch_failed' });
  });

  it('is found by the lock it holds, and ended with everything it started', async () => {
    const spec = await scriptJob(root, python, SLEEPER);
    const { pid } = await launcher.submit(spec);
    await eventually(() => logOf(spec).includes('up'), 'the script to begin');
    rmSync(join(spec.folder, 'supervisor.json'));
    expect(supervisorsOf(spec.folder)).toEqual([pid]);
    await endAllIn(spec.folder);
    expect([supervisorsOf(spec.folder), taggedProcesses(spec.jobId)]).toEqual([[], []]);
  });

  it('starts nothing in a folder where that was forbidden before', async () => {
    const spec = await scriptJob(root, python, SLEEPER);
    await fenceOff(spec.folder);
    await expect(launcher.submit(spec)).rejects.toMatchObject({ code: 'launch_failed' });
    expect(existsSync(join(spec.folder, 'log.txt'))).toBe(false);
    expect(readOutcome(spec.folder)).toMatchObject({ stopped: true, exit_code: null });
  });

  it('keeps the proof that it has given already', async () => {
    const spec = await scriptJob(root, python, 'raise SystemExit(3)');
    await launcher.submit(spec);
    await eventually(() => readOutcome(spec.folder) !== null, 'the end');
    await fenceOff(spec.folder);
    expect(readOutcome(spec.folder)).toMatchObject({ stopped: false, exit_code: 3 });
  });
});
