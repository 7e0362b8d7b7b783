#!/usr/bin/env node
// `npm test`: sets up, runs every runner, shows each one's own report, and closes with the counts added up over all of them.
// `npm test -- bridge pytest` runs only the named ones.
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { node, python, root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';

const reports = mkdtempSync(join(tmpdir(), 'kargah-reports-'));
const bin = (path) => join(root, 'node_modules', path);
const env = {
  ...process.env,
  FORCE_COLOR: '0',
  PATH: `${join(root, 'node_modules/node/bin')}:${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
};

/** vitest and jest share this form. */
function fromJestJson(text) {
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

function fromJunit(text) {
  const sum = (name) =>
    [...text.matchAll(/<testsuite [^>]*>/gu)].reduce(
      (total, [tag]) => total + Number(new RegExp(` ${name}="(\\d+)"`, 'u').exec(tag)?.[1] ?? 0),
      0,
    );
  const [failed, skipped] = [sum('failures') + sum('errors'), sum('skipped')];
  return { passed: sum('tests') - failed - skipped, failed, skipped };
}

function fromPlaywright(text) {
  const { stats, errors } = JSON.parse(text);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped };
}

const vitest = (report) => [
  bin('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
];
const runners = [
  {
    name: 'scripts',
    title: 'Set-up (vitest)',
    cwd: '.',
    argv: (report) => [node, ...vitest(report), '--dir', 'scripts'],
    read: fromJestJson,
  },
  {
    name: 'mlflow-client',
    title: 'MLflow client (vitest)',
    cwd: 'mlflow/client',
    argv: (report) => [node, ...vitest(report)],
    read: fromJestJson,
  },
  {
    name: 'bridge',
    title: 'Bridge (vitest)',
    cwd: 'bridge-server',
    argv: (report) => [node, ...vitest(report)],
    read: fromJestJson,
  },
  {
    name: 'extension',
    title: 'Extension (jest)',
    cwd: 'jupyterlab-extension',
    argv: (report) => [node, bin('jest/bin/jest.js'), '--json', `--outputFile=${report}`, '--testLocationInResults'],
    read: fromJestJson,
  },
  {
    name: 'pytest',
    title: 'Trainer, MLflow plugin, JupyterLab side (pytest)',
    cwd: '.',
    argv: (report) => [python, '-m', 'pytest', '-q', `--junitxml=${report}`],
    read: fromJunit,
  },
  {
    name: 'crash',
    title: 'Parts killed at random moments',
    cwd: '.',
    argv: (report) => [
      ...[node, '--disable-warning=ExperimentalWarning', join(root, 'crash/main.mjs')],
      ...['--cycles', '50', '--seed', '4', '--report', report],
    ],
    read: (text) => JSON.parse(text),
  },
  {
    name: 'uploads',
    title: 'Uploads cut off by killing the bridge',
    cwd: '.',
    argv: (report) => [
      ...[node, '--disable-warning=ExperimentalWarning', join(root, 'crash/uploads/main.mjs')],
      ...['--uploads', '6', '--size', '8MB', '--cuts', '10', '--seed', '5', '--report', report],
    ],
    read: (text) => JSON.parse(text),
  },
  {
    name: 'e2e',
    title: 'The whole product in Chromium (Playwright)',
    cwd: 'jupyterlab-extension/ui-tests',
    argv: () => [node, bin('@playwright/test/cli.js'), 'test'],
    read: fromPlaywright,
  },
];

/**
 * What runs at the same time as what, one lane beside the other, each lane in its order: only runners that leave a processor free and
 * promise no time. What is in no group runs alone.
 */
const together = [
  [['extension'], ['scripts', 'mlflow-client']],
  [['bridge', 'crash', 'uploads'], ['pytest']],
];

/** Runs one runner, its output written to `output`: 'inherit', or an open file. */
async function run({ name, cwd, argv, read }, output) {
  const report = join(reports, `${name}.report`);
  const [command, ...args] = argv(report);
  const code = await foreground(command, args, {
    cwd: join(root, cwd),
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    stdio: ['ignore', output, output],
  });
  const counts = existsSync(report) ? read(readFileSync(report, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
  // A runner that failed without a failed test (a crash, an error after the last test) has failed all the same.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

const heading = (title) => process.stdout.write(`\n── ${title}\n`);

async function runAlone(runner) {
  heading(runner.title);
  return { title: runner.title, ...(await run(runner, 'inherit')) };
}

/** Runs lanes beside each other; each report is shown whole when its runner has ended. */
async function runTogether(lanes) {
  const lane = async (named) => {
    const results = [];
    for (const runner of named) {
      const file = join(reports, `${runner.name}.output`);
      const output = openSync(file, 'w');
      const counts = await run(runner, output).finally(() => closeSync(output));
      heading(runner.title);
      process.stdout.write(readFileSync(file));
      results.push({ title: runner.title, ...counts });
    }
    return results;
  };
  return (await Promise.all(lanes.map(lane))).flat();
}

await setupOrExit({ tests: true });
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => name !== 'checks' && !runners.some((runner) => runner.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no runner named ${unknown.join(', ')}; there are checks, ${runners.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}

const results = [];
if (asked.length === 0 || asked.includes('checks')) {
  process.stdout.write('\n── Types, style and generated files\n');
  results.push({ title: 'Types, style and generated files', ...(await runChecks()) });
}
const waiting = runners.filter(({ name }) => asked.length === 0 || asked.includes(name));
while (waiting.length > 0) {
  const group = together.find((lanes) => lanes.flat().includes(waiting[0].name)) ?? [[waiting[0].name]];
  const take = (name) => {
    const at = waiting.findIndex((runner) => runner.name === name);
    return at < 0 ? [] : waiting.splice(at, 1);
  };
  const lanes = group.map((names) => names.flatMap(take)).filter((lane) => lane.length > 0);
  const one = lanes.flat().length === 1 ? lanes[0][0] : undefined;
  results.push(...(one === undefined ? await runTogether(lanes) : [await runAlone(one)]));
}
rmSync(reports, { recursive: true, force: true });

const line = ({ passed, failed, skipped }) =>
  `${String(passed)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ''}`;
process.stdout.write('\n');
for (const result of results) process.stdout.write(`${result.title}: ${line(result)}\n`);
const total = results.reduce(
  (sum, { passed, failed, skipped }) => ({
    passed: sum.passed + passed,
    failed: sum.failed + failed,
    skipped: sum.skipped + skipped,
  }),
  { passed: 0, failed: 0, skipped: 0 },
);
process.stdout.write(`\n${line(total)}\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
