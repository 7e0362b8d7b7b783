#!/usr/bin/env node
// Makes a fresh checkout ready: Node packages, a Python environment, the three builds. Needs nothing but Node >= 20 and
// Python >= 3.11, and does nothing where nothing changed since the last time.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, step } from './terminal.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, '.setup');
const windows = process.platform === 'win32';

/** The Python of the project's own environment. */
export const python = join(root, '.venv', windows ? 'Scripts/python.exe' : 'bin/python');
/** Node 24, which comes with the project's packages. */
export const node = join(root, 'node_modules/node/bin/node');
/** For `PYTHONPATH` of a test's script that trains with Lightning. */
const scriptPackages = '.venv/scripts-of-tests';
const NEEDED_BYTES = 6e9;

function files(path, keep) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [absolute];
  return readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    if (
      ['node_modules', 'dist', 'lib', 'labextension', '__pycache__', 'test', 'tests', 'ui-tests'].includes(entry.name)
    )
      return [];
    const child = join(path, entry.name);
    return entry.isDirectory() ? files(child, keep) : keep.test(entry.name) ? [join(root, child)] : [];
  });
}

function fingerprint(inputs) {
  const hash = createHash('sha256').update(process.platform).update(process.arch);
  for (const path of inputs
    .flatMap((input) => files(input, /\.(ts|tsx|mjs|js|json|css|svg|py|txt|toml|woff2)$/u))
    .sort()) {
    hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** Runs `make` unless `name` was made from the same `inputs` before and `outputs` are still there. */
async function once(name, inputs, outputs, make) {
  const stamp = join(stamps, name);
  const wanted = fingerprint(inputs);
  if (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === wanted &&
    outputs.every((path) => existsSync(join(root, path)))
  )
    return;
  rmSync(stamp, { force: true });
  await make();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, fingerprint(inputs));
}

/** @throws {SetupError} when `version` is older than what set-up runs on. */
export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) < 20) throw new SetupError(`Node ${version} is too old: install Node 20 or newer.`);
}

/** The first Python >= 3.11 that can make a virtual environment. */
function findPython() {
  const asked = process.env.KARGAH_SETUP_PYTHON;
  const candidates = asked
    ? [asked]
    : windows
      ? ['py', 'python']
      : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'];
  const seen = [];
  for (const command of candidates) {
    try {
      const found = execFileSync(
        command,
        ['-c', 'import sys\nprint("%d.%d" % sys.version_info[:2])\nimport venv, ensurepip'],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      ).trim();
      const [major, minor] = found.split('.').map(Number);
      if (major === 3 && minor >= 11) return command;
      seen.push(`${command} is ${found}`);
    } catch (error) {
      const version = String(error.stdout ?? '').trim();
      if (version) seen.push(`${command} ${version} has no venv (on Debian and Ubuntu: apt install python3-venv)`);
    }
  }
  throw new SetupError(
    `Python 3.11 or newer with venv is missing${seen.length > 0 ? ` (${seen.join('; ')})` : ''}: install it and run the command again.`,
  );
}

function checkDisk() {
  if (existsSync(python)) return;
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < NEEDED_BYTES) {
    throw new SetupError(
      `The disk has ${((Number(bavail) * Number(bsize)) / 1e9).toFixed(1)} GB free; set-up needs about ${String(NEEDED_BYTES / 1e9)} GB. Free some space and run the command again.`,
    );
  }
}

function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true, recursive: true });
  symlinkSync(target, path, windows ? 'junction' : undefined);
}

/**
 * Brings the checkout to a state in which everything runs.
 * @param {{ tests?: boolean }} wants `tests`: also what the tests need.
 * @throws {SetupError} with one line that says what is missing.
 */
export async function setup(wants = {}) {
  checkNode();
  checkDisk();
  // Asked before anything is downloaded, so that whoever lacks it learns so at once.
  const systemPython = existsSync(python) ? null : findPython();
  const lockfiles = [
    'package-lock.json',
    'package.json',
    'mlflow/client/package.json',
    'bridge-server/package.json',
    'jupyterlab-extension/package.json',
  ];
  await once('npm', lockfiles, ['node_modules/node/bin/node'], () =>
    step('Node packages', windows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      shell: windows,
    }),
  );

  await once('venv', [], ['.venv/pyvenv.cfg'], () =>
    step('Python environment', systemPython ?? findPython(), ['-m', 'venv', '--clear', join(root, '.venv')]),
  );
  const pip = (title, args) =>
    step(
      title,
      python,
      ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--progress-bar=off', ...args],
      { cwd: root },
    );
  await once('python', ['requirements/runtime.txt'], [], () =>
    pip('Python packages: JupyterLab, MLflow, readers', ['--require-hashes', '-r', 'requirements/runtime.txt']),
  );
  await once('torch', ['requirements/torch.txt', 'requirements/runtime.txt'], [], () =>
    pip('PyTorch', ['-r', 'requirements/torch.txt']),
  );
  if (wants.tests) {
    await once('python-dev', ['requirements/dev.txt'], [], () =>
      pip('Python packages for tests', ['--require-hashes', '-r', 'requirements/dev.txt']),
    );
    await once('python-scripts', ['requirements/scripts.txt'], [scriptPackages], () =>
      pip('Python packages for scripts of the tests', [
        ...['--no-deps', '--upgrade', '--target', join(root, scriptPackages)],
        ...['--require-hashes', '-r', 'requirements/scripts.txt'],
      ]),
    );
  }
  await once('package', ['pyproject.toml'], [], () =>
    pip('The kargah package', ['--no-deps', '--no-build-isolation', '-e', '.']),
  );

  const run = (title, script, cwd = root) => step(title, node, [join(root, script)], { cwd });
  await once(
    'mlflow-client',
    ['mlflow/client/src', 'mlflow/client/package.json', 'mlflow/client/tsconfig.build.json', 'tsconfig.base.json'],
    ['mlflow/client/dist/index.js'],
    () =>
      step('MLflow client', node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
        cwd: join(root, 'mlflow/client'),
      }),
  );
  await once(
    'bridge',
    [
      'bridge-server/src',
      'bridge-server/openapi.json',
      'mlflow/client/src',
      'package-lock.json',
      'scripts/build-bridge.mjs',
    ],
    ['bridge-server/dist/main.js'],
    () => run('Bridge server', 'scripts/build-bridge.mjs'),
  );
  await once(
    'extension',
    [
      'jupyterlab-extension/src',
      'jupyterlab-extension/style',
      'jupyterlab-extension/schema',
      'jupyterlab-extension/package.json',
      'jupyterlab-extension/tsconfig.json',
      'jupyterlab-extension/build.mjs',
      'package-lock.json',
    ],
    ['jupyterlab-extension/kargah_lab/labextension/package.json'],
    () => run('JupyterLab extension', 'jupyterlab-extension/build.mjs', join(root, 'jupyterlab-extension')),
  );
  const configuration = 'jupyterlab-extension/jupyter-config';
  const places = [
    ['jupyterlab-extension/kargah_lab/labextension', '.venv/share/jupyter/labextensions/@kargah/jupyterlab-extension'],
    [`${configuration}/server-config/kargah_lab.json`, '.venv/etc/jupyter/jupyter_server_config.d/kargah_lab.json'],
    // Our own JupyterLab asks no one about news.
    [`${configuration}/labconfig/page_config.json`, '.venv/etc/jupyter/labconfig/page_config.json'],
  ];
  await once('links', [], [...places.map(([, path]) => path), '.venv/package.json'], () => {
    for (const [target, path] of places) link(join(root, target), join(root, path));
    // JupyterLab's own scripts are CommonJS, which the package.json above them would deny.
    writeFileSync(join(root, '.venv/package.json'), '{ "type": "commonjs" }\n');
  });
}

/** Ends the process with one line where set-up cannot go on. */
export async function setupOrExit(wants) {
  try {
    await setup(wants);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--rebuild'))
    for (const name of ['mlflow-client', 'bridge', 'extension']) rmSync(join(stamps, name), { force: true });
  await setupOrExit({ tests: process.argv.includes('--tests') });
}
