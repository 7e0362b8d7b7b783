import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { launcherConformance, processConformance, type Candidate } from './conformance.js';
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
