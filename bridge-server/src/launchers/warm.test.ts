import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  eventually,
  launcherConformance,
  logOf,
  processConformance,
  scriptJob,
  type Candidate,
} from './conformance.js';
import { LocalLauncher } from './local.js';
import { WarmLauncher } from './warm.js';

const python = process.env['KARGAH_PYTHON'] ?? join(resolve(import.meta.dirname, '../../..'), '.venv/bin/python');
const dataDir = mkdtempSync(join(tmpdir(), 'kargah-warm-'));
const log = { info: () => undefined, warn: () => undefined };
const fresh = () => new WarmLauncher(new LocalLauncher(python), { python, dataDir, log });
const launcher = fresh();

afterAll(async () => {
  await launcher.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function open(): Promise<WarmLauncher> {
  launcher.start();
  await launcher.warmed(python);
  return launcher;
}

const warm: Candidate = { name: 'WarmLauncher', python, launch: 'warm', open, fresh };
launcherConformance(warm);
processConformance(warm);

describe('another Python of the user’s', { timeout: 60_000 }, () => {
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
