import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FakeLauncher, FakeWorld } from '../../test/support/fake-launcher.js';
import { launcherConformance, processConformance, scriptJob } from '../../test/support/launcher-conformance.js';
import { removeFolder } from '../../test/folders.js';
import { launcherName, type LauncherName } from '../contract/training/training.js';
import { createLaunchers } from './index.js';
import { Launchers } from './launchers.js';
import type { LaunchKind } from './port.js';
import { LAUNCHERS } from './registry.js';

const python = process.env['KARGAH_PYTHON'] ?? join(resolve(import.meta.dirname, '../../..'), '.venv/bin/python');
const log = { info: () => undefined, warn: () => undefined };

/** Which start each promises once it is ready. */
const STARTS: Record<LauncherName, LaunchKind['launch']> = { local: 'warm', 'local-cold': 'cold' };

describe.each(launcherName.options)('the launcher %s', (name) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'kargah-launchers-'));
  const parts = { python, dataDir, log };
  const own = LAUNCHERS[name](parts);
  const launchers = new Launchers([name], () => own);
  afterAll(async () => {
    await launchers.close();
    removeFolder(dataDir);
  });
  const open = async (): Promise<Launchers> => {
    launchers.start();
    if ('warmed' in own) await own.warmed(python);
    return launchers;
  };
  const candidate = { name, python, launch: STARTS[name], open, fresh: () => createLaunchers([name], parts) };
  launcherConformance(candidate);
  // Both run on this machine.
  processConformance(candidate);
});

describe('several launchers', () => {
  const root = mkdtempSync(join(tmpdir(), 'kargah-several-'));
  afterAll(() => removeFolder(root));
  const worlds = { local: new FakeWorld(), 'local-cold': new FakeWorld() };
  const offering = (...names: [LauncherName, ...LauncherName[]]): Launchers =>
    new Launchers(names, (name) => new FakeLauncher(worlds[name]));
  const job = async (launcher: LauncherName | null) => ({ ...(await scriptJob(root, process.execPath, '')), launcher });

  it('give each job to the one that it names, and others to the first', async () => {
    const both = offering('local-cold', 'local');
    const named = await job('local');
    expect(await both.submit(named)).toMatchObject({ launcher: 'local' });
    expect(worlds.local.jobs.has(named.folder)).toBe(true);
    const usual = await job(null);
    expect(await both.submit(usual)).toMatchObject({ launcher: 'local-cold' });
    expect(worlds['local-cold'].jobs.has(usual.folder)).toBe(true);
  });

  it('stay with a job whose launcher is no longer offered, and take no new one for it', async () => {
    const spec = await job('local');
    const handle = await offering('local').submit(spec);
    const others = offering('local-cold');
    expect(await others.probe(handle)).toEqual({ state: 'running' });
    await others.stop(handle, 1);
    expect(await others.probe(handle)).toMatchObject({ state: 'ended', outcome: { stopped: true } });
    const refused = { code: 'launcher_not_offered', params: { launcher: 'local', offered: 'local-cold' } };
    await expect(others.submit(await job('local'))).rejects.toMatchObject(refused);
  });

  it('take a handle that names none for one of this machine', async () => {
    const { launcher: _, ...handle } = await offering('local').submit(await job('local'));
    expect(await offering('local-cold').probe(handle)).toEqual({ state: 'running' });
  });
});
