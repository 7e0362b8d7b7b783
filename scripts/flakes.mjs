#!/usr/bin/env node
// `npm run test:flakes`: runs each runner's tests again and again, on one processor beside a busy loop, in another order
// each time, and says which test ever passed in one round and failed in another.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judge, lineOf, orderOf } from './flakes-judgement.mjs';
import { env, runners } from './runners.mjs';
import { node, root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';
import { filesOf, touchesTime } from './touching.mjs';

const USAGE = `npm run test:flakes -- [--rounds N] [--runner NAME]... [--touching time] [--file TEXT]... [--seed N] [--report FILE] [--list]
  --rounds N       how often each runner runs (3)
  --runner NAME    only this one; may be said again: ${runners.map(({ name }) => name).join(', ')}
  --touching time  only the files of tests that use clocks, sockets or processes
  --file TEXT      only the files whose path holds this; may be said again
  --seed N         the first round's order; the second has N + 1, and so on
  --report FILE    writes all that was found as JSON
  --list           says which files would run, and runs nothing
`;

function refuse(message) {
  process.stderr.write(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function asked() {
  const options = {
    rounds: { type: 'string', default: '3' },
    runner: { type: 'string', multiple: true, default: [] },
    touching: { type: 'string' },
    file: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string' },
    report: { type: 'string' },
    list: { type: 'boolean', default: false },
  };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    refuse(error.message);
  }
  const whole = (name, text) => (/^\d{1,9}$/u.test(text) ? Number(text) : refuse(`--${name} takes a whole number.`));
  const unknown = values.runner.filter((name) => !runners.some((runner) => runner.name === name));
  if (unknown.length > 0) refuse(`There is no runner named ${unknown.join(', ')}.`);
  if (values.touching !== undefined && values.touching !== 'time') refuse('--touching knows only: time.');
  const rounds = whole('rounds', values.rounds);
  if (rounds < 1) refuse('--rounds takes at least 1.');
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e6) : whole('seed', values.seed);
  return { ...values, rounds, seed };
}

/** The arguments that keep a command on one processor, and whether there is a way to. */
function oneProcessor() {
  const allowed = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const first = /^Cpus_allowed_list:\s*(\d+)/mu.exec(allowed)?.[1];
  const works = first !== undefined && spawnSync('taskset', ['-c', first, 'true']).status === 0;
  return works ? ['taskset', '-c', first] : [];
}

/** A busy loop on the same processor; answers the function that ends it. */
function beside(pinned) {
  const [command, ...args] = [...pinned, node, '-e', 'for (;;);'];
  const loop = spawn(command, args, { stdio: 'ignore' });
  const end = () => loop.kill('SIGKILL');
  process.once('exit', end);
  return () => {
    process.off('exit', end);
    end();
  };
}

/** What to run of a runner: `null` where all of it, `[]` where nothing. */
function selection(runner, { touching, file }) {
  if (touching === undefined && file.length === 0) return null;
  const files = filesOf(runner.name);
  // These are runs rather than files, and all of them kill processes and wait.
  if (files === null) return file.length === 0 ? null : [];
  return files
    .filter((path) => touching === undefined || touchesTime(path))
    .filter((path) => file.length === 0 || file.some((text) => path.includes(text)));
}

async function runOnce(runner, files, { round, seed, pinned, folder }) {
  const name = `${runner.name}-${String(round)}`;
  const report = join(folder, `${name}.report`);
  const log = join(folder, `${name}.log`);
  rmSync(report, { force: true });
  const [command, ...args] = [
    ...pinned,
    ...runner.argv(report),
    ...runner.shuffle(seed),
    ...(files ?? []).map((path) => join(root, path)),
  ];
  const output = openSync(log, 'w');
  const began = performance.now();
  const code = await foreground(command, args, {
    cwd: join(root, runner.cwd),
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    stdio: ['ignore', output, output],
  }).finally(() => closeSync(output));
  const outcomes = existsSync(report) ? runner.outcomes(readFileSync(report, 'utf8')) : [];
  // A runner that failed without a failed test (a crash, an error after the last test) has failed all the same.
  if (code !== 0 && !outcomes.some(({ status }) => status === 'failed'))
    outcomes.push({ id: '(the run)', status: 'failed', error: `it ended with code ${String(code)}; see ${log}` });
  return { runner: runner.name, round, seed, log, seconds: (performance.now() - began) / 1000, outcomes };
}

const wanted = asked();
const chosen = runners
  .filter(({ name }) => wanted.runner.length === 0 || wanted.runner.includes(name))
  .map((runner) => ({ runner, files: selection(runner, wanted) }))
  .filter(({ files }) => files === null || files.length > 0);
if (chosen.length === 0) refuse('No test is like that.');
if (wanted.list) {
  for (const { runner, files } of chosen)
    process.stdout.write(
      files === null ? `${runner.name}: all of it\n` : files.map((path) => `${runner.name}: ${path}\n`).join(''),
    );
  process.exit(0);
}

await setupOrExit({ tests: true });
const folder = join(root, 'artefacts/flakes');
mkdirSync(folder, { recursive: true });
const pinned = oneProcessor();
process.stdout.write(
  pinned.length > 0
    ? `On processor ${pinned[2]}, beside a loop that never rests.\n`
    : 'No processor can be chosen here: beside a loop that never rests, wherever the system puts both.\n',
);
const endLoop = beside(pinned);
const runs = [];
for (let round = 1; round <= wanted.rounds; round += 1) {
  for (const { runner, files } of chosen) {
    const seed = orderOf(wanted.seed, round);
    const run = await runOnce(runner, files, { round, seed, pinned, folder });
    runs.push(run);
    process.stdout.write(`${lineOf(run, wanted.rounds)}\n`);
  }
}
endLoop();

const judgement = judge(runs);
process.stdout.write(`\n${judgement.text}\n`);
if (wanted.report !== undefined)
  writeFileSync(
    wanted.report,
    `${JSON.stringify({ seed: wanted.seed, pinned: pinned.length > 0, ...judgement.found }, null, 2)}\n`,
  );
process.exitCode = judgement.found.failed.length > 0 ? 1 : 0;
