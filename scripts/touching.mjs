// Which files of tests use clocks, sockets or processes, by what they and the helpers that they load say.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from './setup.mjs';

const FILES = {
  scripts: ['scripts/*.test.mjs'],
  'mlflow-client': ['mlflow/client/test/**/*.test.ts'],
  bridge: ['bridge-server/src/**/*.test.ts', 'bridge-server/test/**/*.test.ts'],
  extension: ['jupyterlab-extension/src/**/*.test.{ts,tsx}'],
  pytest: ['trainer/tests/**/test_*.py', 'jupyterlab-extension/tests/test_*.py', 'mlflow/tests/test_*.py'],
  e2e: ['jupyterlab-extension/ui-tests/tests/*.spec.ts'],
};

const SCRIPT =
  /setTimeout|setInterval|Date\.now|performance\.now|new Date\(\)|spyOn\(Date|[fF]akeTimers|AbortSignal\.timeout|HandClock|expect\.poll|waitFor|findBy|node:(?:net|https?|child_process|timers|worker_threads|dgram)|socket\.io|\bfetch\(|process\.kill|esbuild|playwright/u;
const PYTHON =
  /^\s*(?:import|from) (?:time|subprocess|socket|threading|multiprocessing|signal|asyncio|http|httpx|psutil|selectors|concurrent)\b|os\.(?:fork|kill|spawn)|monkeypatch\.setattr\(time\b/mu;

/**
 * The files of a runner's tests, from the root; null where it is one run. In the order of the patterns, as the runner itself takes
 * them: our folder `mlflow` collected first would be what `import mlflow` finds in the others.
 */
export function filesOf(runner) {
  const patterns = FILES[runner];
  return patterns === undefined ? null : patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).sort());
}

export function touchesTime(path) {
  return path.endsWith('.py') ? pythonTouches(path) : scriptTouches(path, new Set());
}

/** Whether a test, or a helper that it loads from a folder or file of tests, touches these; the product's files do not count. */
function scriptTouches(path, seen) {
  if (seen.has(path)) return false;
  seen.add(path);
  const text = readFileSync(join(root, path), 'utf8');
  if (SCRIPT.test(text)) return true;
  return [...text.matchAll(/from '(\.[^']+)'/gu)]
    .map(([, name]) => normalize(join(dirname(path), name)))
    .filter((name) => /\/test(?:ing)?[/.-]|conformance|ui-tests/u.test(name))
    .flatMap((name) => ['', '.ts', '.tsx'].map((ending) => (ending === '' ? name : name.replace(/\.js$/u, ending))))
    .filter((name) => existsSync(join(root, name)))
    .some((name) => scriptTouches(name, seen));
}

/** A test touches what the fixtures and helpers touch that it names: those of each `conftest.py` above it, and of files beside it. */
function pythonTouches(path) {
  const text = readFileSync(join(root, path), 'utf8');
  if (PYTHON.test(text)) return true;
  const names = new Set();
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const shared = join(folder, 'conftest.py');
    if (existsSync(join(root, shared))) touchingNames(readFileSync(join(root, shared), 'utf8'), names);
  }
  for (const [, name] of text.matchAll(/^from \.(\w+) import/gmu)) {
    const beside = join(dirname(path), `${name}.py`);
    if (name !== 'conftest' && existsSync(join(root, beside)) && pythonTouches(beside)) return true;
  }
  return [...names].some((name) => new RegExp(`\\b${name}\\b`, 'u').test(text));
}

const PYTHON_USE = /\b(?:time|subprocess|socket|threading|multiprocessing|signal|httpx|psutil)\.\w|os\.(?:fork|kill)/u;

/** Adds the functions and classes of a module that touch, or name one that does. */
function touchingNames(text, names) {
  const blocks = text.split(/^(?=@|def |class )/mu);
  // A decorator belongs to what follows it.
  const whole = blocks.map((block, at) =>
    block.startsWith('@') && !/^(?:def|class) /mu.test(block) ? block + (blocks[at + 1] ?? '') : block,
  );
  for (let before = -1; before !== names.size;) {
    before = names.size;
    for (const block of whole) {
      const name = /^(?:def|class) (\w+)/mu.exec(block)?.[1];
      const named = [...names].some((other) => other !== name && new RegExp(`\\b${other}\\b`, 'u').test(block));
      if (name !== undefined && (PYTHON_USE.test(block) || named)) names.add(name);
    }
  }
}
