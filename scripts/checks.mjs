// What `npm run lint` and the first part of `npm test` look at: types, style, and that nothing generated has drifted.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { node, python, root } from './setup.mjs';

const bin = (path) => join(root, 'node_modules', path);
const pythonCode = [
  'trainer',
  'mlflow/kargah_mlflow',
  'mlflow/tests',
  'jupyterlab-extension/kargah_lab',
  'jupyterlab-extension/tests',
];

export const checks = [
  ['types: TypeScript', [node, bin('typescript/bin/tsc'), '--build']],
  ['types: Python', [python, '-m', 'mypy', 'trainer/src', 'mlflow/kargah_mlflow', 'jupyterlab-extension/kargah_lab']],
  ['lint: TypeScript', [node, bin('eslint/bin/eslint.js'), '--max-warnings=0', '.']],
  ['lint: CSS', [node, bin('stylelint/bin/stylelint.mjs'), 'jupyterlab-extension/{src,style}/**/*.css']],
  ['lint: Python', [python, '-m', 'ruff', 'check', ...pythonCode]],
  [
    'floors: TypeScript',
    [
      node,
      bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.mjs',
      'bridge-server/src',
      'jupyterlab-extension/src',
      'mlflow/client/src',
    ],
  ],
  ['floors: Python', [python, '-c', 'from importlinter.cli import lint_imports_command as c; c()', '--no-cache']],
  ['dead code: TypeScript', [node, bin('knip/bin/knip.js'), '--no-progress']],
  ['links: of the documents', [node, 'scripts/links.mjs']],
  ['format: TypeScript', [node, bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.']],
  ['format: Python', [python, '-m', 'ruff', 'format', '--check', ...pythonCode]],
  ['generated: OpenAPI and types match the contract', [node, 'scripts/generate.mjs', '--check']],
  ['generated: recipe descriptions match the recipes', [python, '-m', 'kargah.recipes', 'describe', '--check']],
  ['licences: every package that is installed may be part of this', [node, 'scripts/licences.mjs']],
  ['generated: Python wire types match the contract', [python, 'scripts/generate_wire.py', '--check']],
];

/** Runs one check and answers its output and whether it passed. */
export function runCheck([title, [command, ...args]]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ title, passed: false, output: error.message }));
    child.on('close', (code) => resolve({ title, passed: code === 0, output }));
  });
}

/** Runs every check, two at a time, prints each result, and answers how many passed and failed. */
export async function runChecks() {
  const waiting = [...checks];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { title, passed, output } = await runCheck(check);
      counts[passed ? 'passed' : 'failed'] += 1;
      process.stdout.write(passed ? `✓ ${title}\n` : `✗ ${title}\n${output}\n`);
    }
  };
  await Promise.all([worker(), worker()]);
  return counts;
}
