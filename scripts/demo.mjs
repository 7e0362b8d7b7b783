#!/usr/bin/env node
// `npm run demo`: the whole way in a terminal, on a data folder of its own, so that its account is not the first of yours.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { foreground } from './terminal.mjs';
import { node, python, root, setupOrExit } from './setup.mjs';

await setupOrExit();

const dataDir =
  process.env.KARGAH_DATA_DIR ?? join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'kargah-demo');
const models = join(dataDir, 'models');
mkdirSync(models, { recursive: true, mode: 0o700 });
const env = {
  ...process.env,
  KARGAH_DATA_DIR: dataDir,
  KARGAH_PYTHON: process.env.KARGAH_PYTHON ?? python,
  // Each run makes an account.
  KARGAH_SIGNUP: process.env.KARGAH_SIGNUP ?? 'open',
};

/** Whether a bridge already serves this folder. */
async function alreadyRuns() {
  const file = join(dataDir, 'bridge.json');
  if (process.env.KARGAH_URL) return true;
  if (!existsSync(file)) return false;
  try {
    const { url } = JSON.parse(readFileSync(file, 'utf8'));
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** Starts a bridge and resolves once it listens. */
function startBridge() {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [join(root, 'bridge-server/dist/main.js')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let last = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (last = (last + text).slice(-2000)));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The bridge ended with code ${String(code)} before it listened.\n${last}`)),
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('listening on')) resolve(child);
    });
  });
}

const bridge = (await alreadyRuns()) ? undefined : await startBridge();
// Also when the demo is interrupted.
process.on('exit', () => bridge?.kill('SIGTERM'));
let code = 1;
try {
  code = await foreground(python, ['-m', 'kargah.cli', 'demo', '--out', models, ...process.argv.slice(2)], {
    cwd: root,
    env,
  });
} finally {
  if (bridge !== undefined && bridge.exitCode === null) {
    const ended = new Promise((resolve) => bridge.once('exit', resolve));
    bridge.kill('SIGTERM');
    await ended;
  }
}
process.exit(code);
