#!/usr/bin/env node
// MLflow's own tests against its server, or against a gateway of ours with a real MLflow behind it:
//   node mlflow/compatibility/run.mjs <checkout of MLflow> plain|gateway [arguments of pytest, as tests/tracking/test_rest_tracking.py]
// The checkout is read, and nothing of it is kept. PYTHONPATH may add what its tests import and `.venv` has not (polars, plotly).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
const python = join(root, '.venv/bin/python');
const [checkout, mode, ...wanted] = process.argv.slice(2);
if (checkout === undefined || (mode !== 'plain' && mode !== 'gateway')) {
  process.stderr.write('run.mjs <checkout of MLflow> plain|gateway [arguments of pytest]\n');
  process.exit(64);
}

/** Starts the gateway, and answers where it listens and how it ends. */
async function gateway() {
  // Beside the packages that it imports.
  const folder = mkdtempSync(join(root, 'bridge-server/.compatibility-'));
  const outfile = join(folder, 'gateway.mjs');
  const entryPoints = [join(root, 'bridge-server/src/mlflow/testing-gateway.ts')];
  await build({
    entryPoints,
    outfile,
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node24', packages: 'external' },
  });
  const env = { ...process.env, KARGAH_PYTHON: process.env.KARGAH_PYTHON ?? python };
  const child = spawn(join(root, 'node_modules/.bin/node'), [outfile], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the gateway ended');
  });
  const [url] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  return {
    url,
    end: async () => {
      child.kill();
      await ended.catch(() => undefined);
      rmSync(folder, { recursive: true });
    },
  };
}

const served = mode === 'gateway' ? await gateway() : null;
const paths = [import.meta.dirname, resolve(checkout), process.env.PYTHONPATH].filter(Boolean);
const tests = spawn(
  python,
  [
    ...['-m', 'pytest', '-p', 'plugin', '-p', 'no:cacheprovider', '-q', '--tb=short', `--rootdir=${resolve(checkout)}`],
    ...wanted,
  ],
  {
    cwd: resolve(checkout),
    env: {
      ...process.env,
      PYTHONPATH: paths.join(delimiter),
      MLFLOW_DISABLE_TELEMETRY: 'true',
      ...(served === null ? {} : { KARGAH_COMPAT_URL: served.url }),
    },
    stdio: 'inherit',
  },
);
const [code] = await once(tests, 'exit');
await served?.end();
process.exit(code ?? 1);
