// `npm run bench -- [part …] [--record file] [--compare file]`: all measurements, or those named, one after the other on one data
// folder. One that fails says why, the others go on, and the run ends with 1. `--record` keeps the ratios of the run, `--compare` says what
// became slower than a run that was kept, beyond noise, and ends with 1 where anything did.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ready, signIn, signUp, someJobs, startBridge } from './bridge.mjs';
import { measureBundle } from './bundle.mjs';
import { compared, printCompared, ratiosOf } from './compare.mjs';
import { print, unmeasured } from './figures.mjs';
import { measureFirstStep } from './first-step.mjs';
import { measureHistory } from './history.mjs';
import { measureIngest } from './ingest.mjs';
import { fillJobs, jobsListRow, timeFirstPage } from './jobs-list.mjs';
import { measureLive } from './live.mjs';
import { measureScale } from './live-scale.mjs';
import { measureLoader } from './loader.mjs';
import { measureLogCall } from './log-call.mjs';
import { measurePreview } from './preview.mjs';
import { measureProfile } from './profile.mjs';
import { measureQuality } from './quality.mjs';
import { measureStart } from './start.mjs';
import { measureTraining } from './training.mjs';
import { measureUpload } from './upload.mjs';

/** In this order: each leaves the machine and the data folder as the next one needs it. The key of a ratio begins with its part. */
const PARTS = {
  start: ['bridge start', () => measureStart(dataDir, workspaceDir)],
  'first-step': ['submit → first optimizer step', () => measureFirstStep(api, dataDir)],
  live: ['logged point → subscriber', () => measureLive(api, workspaceDir)],
  viewers: ['100 viewers', () => measureScale(api, workspaceDir, bridge.pid)],
  'log-call': ['one log()', () => measureLogCall(api, workspaceDir)],
  ingest: ['points through the gateway', () => measureIngest(api, dataDir)],
  history: ['history of a job', () => measureHistory(api, workspaceDir)],
  upload: ['upload', () => measureUpload(api, dataDir)],
  preview: ['pages of a long table', () => measurePreview(api, workspaceDir)],
  profile: ['profile of a million rows', () => measureProfile(dataDir)],
  'jobs-list': ['jobs list of 100,000 rows', () => measureJobsList()],
  training: ['samples a second', measureTraining],
  loader: ['batches of an epoch', measureLoader],
  quality: ['quality of the table recipe', measureQuality],
  bundle: ['size of the panels', () => Promise.resolve(measureBundle())],
};
/** What is measured without a bridge. */
const ALONE = new Set(['start', 'profile', 'training', 'loader', 'quality', 'bundle']);
/** What takes half an hour is measured only where it is named. */
const LONG = new Set(['quality']);

const { values: options, positionals: named } = asked();
const chosen = Object.keys(PARTS).filter((part) => (named.length === 0 ? !LONG.has(part) : named.includes(part)));
const dataDir = mkdtempSync(join(tmpdir(), 'kargah-bench-'));
// Nothing of the data folder may be a script.
const workspaceDir = mkdtempSync(join(tmpdir(), 'kargah-bench-work-'));
const rows = [];
let failed = 0;
let bridge;
let api;

function asked() {
  const found = parseArgs({
    allowPositionals: true,
    options: { record: { type: 'string' }, compare: { type: 'string' } },
  });
  for (const part of found.positionals)
    if (!(part in PARTS)) throw new Error(`there is no part ${part}; there are ${Object.keys(PARTS).join(', ')}`);
  return found;
}

async function attempt(part) {
  const [what, measure] = PARTS[part];
  process.stderr.write(`· ${what} …\n`);
  try {
    if (bridge === undefined && !ALONE.has(part)) {
      bridge = await startBridge(dataDir, workspaceDir);
      api = await signUp(bridge.url, dataDir);
      await ready(bridge.url);
    }
    rows.push(...(await measure()));
  } catch (error) {
    failed += 1;
    rows.push(unmeasured(what, error));
    process.stderr.write(`  NOT MEASURED: ${error.stack ?? String(error)}\n`);
  }
}

async function measureJobsList() {
  // One job that others are copies of, where no other part left some.
  await someJobs(api, workspaceDir, 1);
  const { items } = await api.get('/api/v1/train/jobs?limit=50');
  const few = { count: items.length, times: await timeFirstPage(api) };
  await bridge.stop();
  const count = fillJobs(dataDir);
  bridge = await startBridge(dataDir, workspaceDir);
  api = await signIn(bridge.url);
  return [jobsListRow(few, await timeFirstPage(api), count)];
}

const recorded = options.compare === undefined ? null : JSON.parse(readFileSync(resolve(options.compare), 'utf8'));
const load = loadavg()[0];
try {
  for (const part of chosen) await attempt(part);
} finally {
  await bridge?.stop();
  for (const folder of [dataDir, workspaceDir]) rmSync(folder, { recursive: true, force: true });
}
print(rows);
process.stdout.write(
  `\n${String(availableParallelism())} cores, Node ${process.version}, load average at the start ${load.toFixed(1)}. Times change with the machine; ratios are what can be compared.\n`,
);
process.exitCode = failed > 0 ? 1 : 0;
if (recorded !== null) {
  const here = machine();
  if (recorded.machine.cores !== here.cores || recorded.machine.processor !== here.processor)
    process.stdout.write(
      `\nRecorded on ${String(recorded.machine.cores)} cores of ${recorded.machine.processor}, measured on ${String(here.cores)} of ${here.processor}: ratios move a little with the machine too.\n`,
    );
  const isAsked = (key) => chosen.includes(key.split('.')[0]);
  if (!printCompared(compared(recorded.ratios, ratiosOf(rows), isAsked), (text) => process.stdout.write(text)))
    process.exitCode = 1;
}
if (options.record !== undefined && failed === 0) {
  const path = resolve(options.record);
  const ratios = { ...before(path), ...ratiosOf(rows) };
  const shown = Object.fromEntries(
    Object.entries(ratios).map(([key, values]) => [key, values.map((value) => Number(value.toPrecision(4)))]),
  );
  writeFileSync(path, `${JSON.stringify({ machine: machine(), ratios: shown }, null, 2)}\n`);
  process.stdout.write(`\nRecorded in ${path}.\n`);
} else if (options.record !== undefined) process.stdout.write('\nNot recorded: a part was not measured.\n');

function machine() {
  return { cores: availableParallelism(), processor: cpus()[0]?.model.trim() ?? 'an unknown processor' };
}
/** Where only some parts were measured, the rest of what was recorded stays. */
function before(path) {
  if (named.length === 0) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')).ratios;
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}
