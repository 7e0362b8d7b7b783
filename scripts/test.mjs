#!/usr/bin/env node
// `npm test`: sets up, runs every runner, shows each one's own report, and closes with the counts added up over all of them.
// `npm test -- bridge pytest` runs only the named ones.
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { env, runners } from './runners.mjs';
import { root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';

const reports = mkdtempSync(join(tmpdir(), 'kargah-reports-'));
/**
 * What runs at the same time as what, one lane beside the other, each lane in its order: only runners that leave a processor free and
 * promise no time. What is in no group runs alone.
 */
const together = [
  [['extension'], ['scripts', 'mlflow-client']],
  [['bridge', 'crash', 'uploads', 'ledger'], ['pytest']],
];

/** Runs one runner, its output written to `output`: 'inherit', or an open file. */
async function run({ name, cwd, argv, counts: countsOf, outcomes }, output) {
  const report = join(reports, `${name}.report`);
  const [command, ...args] = argv(report);
  const code = await foreground(command, args, {
    cwd: join(root, cwd),
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    stdio: ['ignore', output, output],
  });
  const text = existsSync(report) ? readFileSync(report, 'utf8') : undefined;
  const counts = text === undefined ? { passed: 0, failed: 1, skipped: 0 } : countsOf(text);
  // A runner that failed without a failed test (a crash, an error after the last test) has failed all the same.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  const failures = text === undefined ? [] : outcomes(text).filter(({ status }) => status === 'failed');
  return { ...counts, failures };
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
// Repeated at the end, where a log that was cut short still has it.
for (const { title, failed, failures = [] } of results.filter((result) => result.failed > 0)) {
  process.stdout.write(`\n${title}: ${String(failed)} failed\n`);
  for (const { id, error } of failures) process.stdout.write(`  ✗ ${id}${error ? `\n      ${error}` : ''}\n`);
}
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
