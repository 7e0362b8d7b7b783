// The runners of all tests, for `npm test` and `npm run test:flakes`: how each is started, and how its report is read.
import { join } from 'node:path';
import { node, python, root } from './setup.mjs';

const bin = (path) => join(root, 'node_modules', path);
const crash = (program, args) => (report) => [
  ...[node, '--disable-warning=ExperimentalWarning', join(root, program)],
  ...[...args, '--report', report],
];
const vitest = (report) => [
  bin('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
];

/** For whatever a runner starts: Node 24 first on the path, and no colours in what is kept. */
export const env = {
  ...process.env,
  FORCE_COLOR: '0',
  // pytest takes any FORCE_COLOR, 0 too, for yes.
  PY_COLORS: '0',
  PATH: `${join(root, 'node_modules/node/bin')}:${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
};

/**
 * `counts` and `outcomes` read a report's text; `outcomes` gives each test's `{id, status, error}`. `shuffle` are the arguments for an
 * order, or the moments, of a seed; where there is none the runner knows one order only.
 */
export const runners = [
  {
    name: 'scripts',
    title: 'Set-up (vitest)',
    cwd: '.',
    argv: (report) => [node, ...vitest(report), '--config', 'scripts/vitest.config.mjs'],
    shuffle: vitestOrder,
    counts: countsOfJest,
    outcomes: outcomesOfJest,
  },
  {
    name: 'mlflow-client',
    title: 'MLflow client (vitest)',
    cwd: 'mlflow/client',
    argv: (report) => [node, ...vitest(report)],
    shuffle: vitestOrder,
    counts: countsOfJest,
    outcomes: outcomesOfJest,
  },
  {
    name: 'bridge',
    title: 'Bridge (vitest)',
    cwd: 'bridge-server',
    argv: (report) => [node, ...vitest(report)],
    shuffle: vitestOrder,
    counts: countsOfJest,
    outcomes: outcomesOfJest,
  },
  {
    name: 'extension',
    title: 'Extension (jest)',
    cwd: 'jupyterlab-extension',
    argv: (report) => [node, bin('jest/bin/jest.js'), '--json', `--outputFile=${report}`, '--testLocationInResults'],
    shuffle: (seed) => ['--randomize', `--seed=${String(seed)}`],
    counts: countsOfJest,
    outcomes: outcomesOfJest,
  },
  {
    name: 'pytest',
    title: 'Trainer, MLflow plugin, JupyterLab side (pytest)',
    cwd: '.',
    argv: (report) => [python, '-m', 'pytest', '-q', `--junitxml=${report}`],
    shuffle: (seed) => ['-p', 'scripts.pytest_order', `--order-seed=${String(seed)}`],
    counts: countsOfJunit,
    outcomes: outcomesOfJunit,
  },
  {
    name: 'crash',
    title: 'Parts killed at random moments',
    cwd: '.',
    argv: crash('crash/main.mjs', ['--cycles', '50', '--seed', '4']),
    shuffle: (seed) => ['--seed', String(seed)],
    counts: JSON.parse,
    outcomes: outcomeOfCounts,
  },
  {
    name: 'uploads',
    title: 'Uploads cut off by killing the bridge',
    cwd: '.',
    argv: crash('crash/uploads/main.mjs', ['--uploads', '6', '--size', '8MB', '--cuts', '10', '--seed', '5']),
    shuffle: (seed) => ['--seed', String(seed)],
    counts: JSON.parse,
    outcomes: outcomeOfCounts,
  },
  {
    name: 'ledger',
    title: 'Acts and their ledger, the bridge killed in between',
    cwd: '.',
    argv: crash('crash/ledger/main.mjs', ['--cycles', '8', '--seed', '6']),
    shuffle: (seed) => ['--seed', String(seed)],
    counts: JSON.parse,
    outcomes: outcomeOfCounts,
  },
  {
    name: 'promotion',
    title: 'Aliases of models moved, the bridge killed in between',
    cwd: '.',
    argv: crash('crash/promotion/main.mjs', ['--cycles', '4', '--seed', '7']),
    shuffle: (seed) => ['--seed', String(seed)],
    counts: JSON.parse,
    outcomes: outcomeOfCounts,
  },
  {
    name: 'e2e',
    title: 'The whole product in Chromium (Playwright)',
    cwd: 'jupyterlab-extension/ui-tests',
    argv: () => [node, bin('@playwright/test/cli.js'), 'test'],
    // A story is told in one order, and the stories share one JupyterLab.
    shuffle: () => [],
    counts: countsOfPlaywright,
    outcomes: outcomesOfPlaywright,
  },
];

function vitestOrder(seed) {
  return ['--sequence.shuffle.files', '--sequence.shuffle.tests', `--sequence.seed=${String(seed)}`];
}

/** vitest and jest share this form. */
export function countsOfJest(text) {
  const {
    numPassedTests,
    numFailedTests,
    numPendingTests,
    numTodoTests = 0,
    numFailedTestSuites,
    success,
  } = JSON.parse(text);
  // A file that does not load fails as a suite and counts no test.
  const broken = !success && numFailedTests === 0 ? Math.max(1, numFailedTestSuites) : 0;
  return { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests + numTodoTests };
}

export function outcomesOfJest(text) {
  return JSON.parse(text).testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = name.startsWith(root) ? name.slice(root.length + 1) : name;
    const tests = assertionResults.map((test) => ({
      id: `${file} › ${test.fullName}`,
      status: test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped',
      error: firstLine(test.failureMessages?.[0]),
    }));
    // A file that does not load, or whose hooks fail, has failed without a test of its own that did.
    const broken = status === 'failed' && !tests.some((test) => test.status === 'failed');
    return broken ? [...tests, { id: `${file} › (the file)`, status: 'failed', error: firstLine(message) }] : tests;
  });
}

export function countsOfJunit(text) {
  const sum = (name) =>
    [...text.matchAll(/<testsuite [^>]*>/gu)].reduce(
      (total, [tag]) => total + Number(new RegExp(` ${name}="(\\d+)"`, 'u').exec(tag)?.[1] ?? 0),
      0,
    );
  const [failed, skipped] = [sum('failures') + sum('errors'), sum('skipped')];
  return { passed: sum('tests') - failed - skipped, failed, skipped };
}

export function outcomesOfJunit(text) {
  return [...text.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/gu)].map(
    ([, attributes, inside = '']) => {
      const of = (name) => unescaped(new RegExp(`(?:^|\\s)${name}="([^"]*)"`, 'u').exec(attributes)?.[1] ?? '');
      const wrong = /<(?:failure|error)(?:\s[^>]*?message="([^"]*)")?/u.exec(inside);
      return {
        id: `${of('classname')} › ${of('name')}`,
        status: wrong ? 'failed' : /<skipped/u.test(inside) ? 'skipped' : 'passed',
        error: firstLine(unescaped(wrong?.[1] ?? '')),
      };
    },
  );
}

export function countsOfPlaywright(text) {
  const { stats, errors } = JSON.parse(text);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped };
}

export function outcomesOfPlaywright(text) {
  const { suites, errors } = JSON.parse(text);
  const statuses = { expected: 'passed', skipped: 'skipped' };
  const within = (suite, above) => {
    const path = [...above, suite.title].filter((title) => title !== '');
    const own = (suite.specs ?? []).map((spec) => {
      const [test] = spec.tests;
      const error = test?.results.flatMap((result) => result.errors ?? []).at(0)?.message;
      const status = statuses[test?.status] ?? 'failed';
      return { id: [...path, spec.title].join(' › '), status, error: firstLine(error) };
    });
    return [...own, ...(suite.suites ?? []).flatMap((inner) => within(inner, path))];
  };
  const outside = errors.map(({ message }) => ({
    id: '(outside the tests)',
    status: 'failed',
    error: firstLine(message),
  }));
  return [...suites.flatMap((suite) => within(suite, [])), ...outside];
}

/** Of a run that is one test. */
function outcomeOfCounts(text) {
  const { failed } = JSON.parse(text);
  return [{ id: '(the run)', status: failed > 0 ? 'failed' : 'passed', error: `${String(failed)} failed` }];
}

function unescaped(text) {
  const signs = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text
    .replaceAll(/&#(x?)([0-9a-fA-F]+);/gu, (_, hex, digits) => String.fromCodePoint(parseInt(digits, hex ? 16 : 10)))
    .replaceAll(/&(lt|gt|quot|apos|amp);/gu, (_, name) => signs[name]);
}

/** The first line that says something, without colours. */
function firstLine(text) {
  // eslint-disable-next-line no-control-regex -- what a terminal would show in colour
  const plain = (text ?? '').replaceAll(/\u001b\[[0-9;]*m/gu, '');
  return (plain.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 300);
}
