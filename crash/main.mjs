// `npm run test:crash -- --cycles N --seed S [--from C] [--report FILE]`: kills and stops parts of the running product at random,
// seeded moments, and judges from outside whether what it says of every job is true.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { python, root } from '../scripts/setup.mjs';
import { Bridge } from './bridge.mjs';
import { FAULTS } from './faults.mjs';
import { Job } from './jobs.mjs';
import { commandOf, Folder, isAlive, processesWith, Table, TERMINAL, until } from './outside.mjs';
import { chooser } from './random.mjs';
import { runViolations, violations } from './truth.mjs';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    from: { type: 'string', default: '1' },
    report: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const [cycles, seed, first] = [values.cycles, values.seed, values.from].map(Number);

const LEASE_SECONDS = 2;
/** Counted from the moment at which the new bridge listens. */
const READOPTED_MS = 240_000;
/** These and the others only end what hangs: no cycle relies on being quick. */
const SETTLED_MS = 600_000;
const CARED_FOR_MS = 600_000;
const PATIENCE_MS = 240_000;
/** Cycles that are under way at once, so that one that waits for a lease does not keep the others. */
const LANES = 4;
/** What a bridge that is started again starts jobs with: loading a warm Python costs seconds of every core. */
const LAUNCHERS = [
  [1, 'local'],
  [3, 'local-cold'],
];
const FAULTLESS = { passed: 0, failed: 0 };

const dataDir = mkdtempSync(join(tmpdir(), 'kargah-crash-'));
// Nothing of the data folder may be a script.
const workspaceDir = mkdtempSync(join(tmpdir(), 'kargah-crash-work-'));
const notesDir = join(dataDir, 'notes');
mkdirSync(notesDir);
cpSync(join(import.meta.dirname, 'job.py'), join(workspaceDir, 'job.py'));
// What is built anew beside a run must not change what runs.
cpSync(join(root, 'bridge-server/dist'), join(dataDir, 'bridge'), { recursive: true });

const bridge = new Bridge(
  { main: join(dataDir, 'bridge/main.js'), dataDir, workspaceDir, python, leaseSeconds: LEASE_SECONDS, parallel: 4 },
  (what) => {
    complaints.push(what);
    void bridge.alone(() => bridge.start('local-cold'));
  },
);
const counts = { ...FAULTLESS };
const starts = [];
const readoptions = [];
const settled = new Map();
const complaints = [];
const began = performance.now();
let table;
let datasetId;

const world = {
  bridge,
  dataDir,
  leaseSeconds: LEASE_SECONDS,
  /** Starts the bridge again and measures how long it takes until it watches every job. */
  async readopted(dice) {
    const rows = table.unsettled().filter(({ state }) => state !== 'queued');
    const over = new Set(rows.filter((row) => isOver(row)).map((row) => row.job_id));
    starts.push(await bridge.start(dice.weighted(LAUNCHERS)));
    const from = performance.now();
    const inHand = async ({ job_id: id, state }) => {
      const now = table.job(id).state;
      if (TERMINAL.includes(now)) return true;
      if (over.has(id)) return false;
      // One that was not yet launched goes back to the queue.
      if (state === 'starting') return now !== 'starting' || !new Folder(dataDir, id).has('supervisor.json');
      const answer = await bridge.ask('GET', `/api/v1/train/jobs/${id}`).catch(() => null);
      return answer?.status === 200;
    };
    let open = rows;
    await until(async () => {
      const still = [];
      for (const row of open) if (!(await inHand(row))) still.push(row);
      open = still;
      return open.length === 0;
    }, READOPTED_MS);
    readoptions.push(performance.now() - from);
    for (const { job_id: id, state } of open)
      complaints.push(`${id} was ${state} and not taken up again within ${String(READOPTED_MS / 1000)} s`);
  },
};

function isOver({ job_id: id }) {
  const folder = new Folder(dataDir, id);
  const supervisor = folder.supervisor;
  return (
    folder.has('outcome.json') ||
    (supervisor !== null && !isAlive({ pid: supervisor.pid, startTime: supervisor.start_time }))
  );
}

async function cycle(number) {
  const dice = chooser(seed, number);
  const from = performance.now();
  const jobs = Array.from(
    { length: 1 + (dice.below(3) === 0 ? 1 : 0) },
    (_, index) =>
      new Job(`cycle-${String(number)}-${String(index + 1)}`, dice, { bridge, table, dataDir, notesDir, datasetId }),
  );
  const fault = dice.weighted(FAULTS);
  for (const job of jobs) await job.submit();
  const ends = jobs.map((job) => end(job));
  const [how] = await Promise.all([fault.run(jobs[0], dice, world), ...ends, ...jobs.map((job) => job.stopLater())]);
  const wrong = (await Promise.all(ends)).flat();
  return { number, what: [fault.what, how].filter(Boolean).join(', '), jobs, wrong, ms: performance.now() - from };
}

/** Waits for a job's end and judges it. */
async function end(job) {
  const look = () => {
    // Read after the state, so that the gap between heartbeats that cost the job its lease is seen in full.
    const over = TERMINAL.includes(job.state);
    job.silence.look(job.folder.sign);
    return over;
  };
  const over = await until(look, SETTLED_MS, 25);
  job.settled = true;
  // No fault of this run stopped it: the machine was too busy to let it run.
  const expired = table.job(job.id).error_json?.includes('"lease_expired"') === true;
  if (expired && job.silence.longestMs > LEASE_SECONDS * 1000) job.hits.push({ what: 'supervisor silent' });
  if (!over) return [`${job.name} (${job.id}) is still ${job.state} after ${String(SETTLED_MS / 1000)} s`];
  settled.set(job.id, job.state);
  return (await violations(job)).map((text) => `${job.name} (${job.id}, ${job.way}, ${job.ending}) ${text}`);
}

/** The points are counted once MLflow was told of the end, which may be long after: no cycle waits for it. */
async function care(job) {
  const cared = await until(() => table.job(job.id).mlflow_end_pending === null, CARED_FOR_MS, 100);
  const wrong = cared ? await runViolations(job) : [`the end of its MLflow run is still owed`];
  return wrong.map((text) => `${job.name} (${job.id}, ${job.way}, ${job.ending}) ${text}`);
}

function tell({ number, what, jobs, wrong, ms }) {
  const verdict = wrong.length === 0 ? 'ok' : 'VIOLATED';
  const ended = jobs.map((job) => `${job.way} ${job.ending} → ${job.state}`).join('; ');
  const [cycleText, time] = [String(number).padStart(5), (ms / 1000).toFixed(1).padStart(5)];
  process.stdout.write(`${cycleText}  ${time} s  ${verdict}  ${what} [${ended}]\n`);
  for (const text of wrong) process.stdout.write(`        ✗ ${text}\n`);
  if (wrong.length === 0) counts.passed += 1;
  else counts.failed += 1;
}

async function lane(numbers) {
  for (const number of numbers) {
    const done = await cycle(number);
    done.wrong.push(...complaints.splice(0));
    done.wrong.push(...(await Promise.all(done.jobs.map(care))).flat());
    tell(done);
  }
}

function* count() {
  for (let number = first; number < first + cycles; number += 1) yield number;
}

/** After the last cycle: nothing of it all is left, and nothing was damaged. */
async function afterwards() {
  const wrong = [...complaints.splice(0)];
  for (const [id, state] of settled)
    if (table.job(id).state !== state) wrong.push(`${id} had ${state} and is ${table.job(id).state} now`);
  const open = table.unsettled();
  if (open.length > 0) wrong.push(`${String(open.length)} jobs never ended`);
  if (table.damage() !== 'ok') wrong.push(`the database is damaged: ${table.damage()}`);
  await bridge.end('SIGTERM');
  const gone = await until(() => processesWith(dataDir).length === 0, PATIENCE_MS, 100);
  if (!gone) wrong.push(...processesWith(dataDir).map((pid) => `left behind: ${String(pid)} ${commandOf(pid)}`));
  return wrong;
}

/** What recipes learn from. */
async function iris() {
  const { body } = await bridge.ask('POST', '/api/v1/sources/iris/import');
  const stateOf = async () => (await bridge.ask('GET', `/api/v1/datasets/${body.dataset_id}`)).body.state;
  if (!(await until(async () => (await stateOf()) === 'ready', PATIENCE_MS, 50)))
    throw new Error('the data are not ready');
  return body.dataset_id;
}

process.stdout.write(`seed ${String(seed)}, cycles ${String(first)} to ${String(first + cycles - 1)}\n`);
let ended = false;
try {
  await bridge.start('local');
  await bridge.signUp();
  table = new Table(dataDir);
  await until(async () => (await bridge.ask('GET', '/readyz')).status === 200, PATIENCE_MS, 100);
  datasetId = await iris();
  const numbers = count();
  await Promise.all(Array.from({ length: Math.min(LANES, cycles) }, () => lane(numbers)));
  const wrong = await afterwards();
  ended = true;
  for (const text of wrong) process.stdout.write(`✗ afterwards: ${text}\n`);
  if (wrong.length > 0) counts.failed += 1;
} catch (error) {
  counts.failed += 1;
  process.stdout.write(`✗ the run broke off: ${error.stack}\n`);
} finally {
  if (!ended) for (const pid of processesWith(dataDir)) process.kill(pid, 'SIGKILL');
}
await wait(0);
const seconds = (performance.now() - began) / 1000;
const slowest = (times) => (times.length === 0 ? '-' : `${(Math.max(...times) / 1000).toFixed(1)} s`);
process.stdout.write(
  `${String(settled.size)} jobs in ${seconds.toFixed(0)} s (${(seconds / cycles).toFixed(2)} s a cycle); ` +
    `${String(starts.length)} bridges killed, the next one listened after ${slowest(starts)} at most and had every job in hand ${slowest(readoptions)} later at most\n`,
);
if (counts.failed > 0)
  process.stdout.write(
    `Repeat with: npm run test:crash -- --seed ${String(seed)} --cycles ${String(cycles)} --from ${String(first)}\n`,
  );
process.stdout.write(`${String(counts.passed)} passed, ${String(counts.failed)} failed\n`);
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ ...counts, skipped: 0 }));
if (values.keep || counts.failed > 0) process.stdout.write(`Kept: ${dataDir}\n`);
else for (const folder of [dataDir, workspaceDir]) rmSync(folder, { recursive: true, force: true });
process.exitCode = counts.failed > 0 ? 1 : 0;
