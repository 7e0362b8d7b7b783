// `npm run test:uploads -- --uploads N --size 200MB --cuts C --seed S`: sends N files at the same time, kills the bridge at seeded
// moments until each was cut C times in the middle of a request, and compares what arrived with what was sent.
import { createHash } from 'node:crypto';
import { createReadStream, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { python, root } from '../../scripts/setup.mjs';
import { Bridge } from '../bridge.mjs';
import { processesWith, until } from '../outside.mjs';
import { chooser } from '../random.mjs';
import { Upload } from './upload.mjs';

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '6' },
    size: { type: 'string', default: '8MB' },
    cuts: { type: 'string', default: '10' },
    parallel: { type: 'string', default: '25' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    report: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const [uploads, cuts, parallel, seed] = [values.uploads, values.cuts, values.parallel, values.seed].map(Number);
const size = bytesOf(values.size);
const CHUNK = Math.min(8 << 20, Math.ceil(size / 8));
const GROWTH_LIMIT = 150 * 2 ** 20;
const MOMENT_MS = 30_000;
const SETTLED_MS = 300_000;

const dataDir = mkdtempSync(join(tmpdir(), 'kargah-uploads-'));
const workspaceDir = mkdtempSync(join(tmpdir(), 'kargah-uploads-work-'));
// What is built anew beside a run must not change what runs.
cpSync(join(root, 'bridge-server/dist'), join(dataDir, 'bridge'), { recursive: true });
const complaints = [];
const bridge = new Bridge(
  { main: join(dataDir, 'bridge/main.js'), dataDir, workspaceDir, python, leaseSeconds: 30, parallel: 1 },
  (what) => complaints.push(what),
);

const counts = { passed: 0, failed: 0 };
const active = new Set();
const finished = new Set();
const dice = chooser(seed, 0);
const began = performance.now();
let kills = 0;
let [least, most] = [Infinity, 0];
let over = false;

function bytesOf(text) {
  const [, number, unit = ''] = /^([\d.]+)\s*([kmg]?)b?$/iu.exec(text) ?? [];
  if (number === undefined) throw new Error(`--size ${text} is no size`);
  return Math.round(Number(number) * { '': 1, k: 1e3, m: 1e6, g: 1e9 }[unit.toLowerCase()]);
}

/** Memory that is the process' own: pages of the program's file come and go with what the machine has to spare. */
function ownBytes(pid) {
  try {
    const found = /^VmRSS:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
    return found ? Number(found[1]) * 1024 : null;
  } catch {
    // It was killed between the look and the reading.
    return null;
  }
}

async function watchMemory() {
  while (!over) {
    const now = ownBytes(bridge.pid);
    if (now !== null) most = Math.max(most, now);
    await wait(50);
  }
}

/** Kills the bridge, while it lives, at moments that follow from the seed, until nobody needs a cut any more. */
async function cut() {
  for (;;) {
    const inNeed = () => [...active].filter((upload) => !upload.done && upload.cuts < upload.wanted);
    const some = await until(() => over || inNeed().length > 0, SETTLED_MS);
    if (over || some === null) return;
    // When some of them, or all, stand in the middle of a piece; the others are wherever they are.
    const standing = 1 + dice.below(inNeed().length);
    await until(
      () => inNeed().filter((upload) => upload.waits).length >= Math.min(standing, inNeed().length),
      MOMENT_MS,
      5,
    );
    await wait(dice.below(60));
    if (over || inNeed().length === 0) continue;
    await bridge.end('SIGKILL');
    for (const upload of active) upload.cut();
    kills += 1;
    await bridge.start('local-cold');
  }
}

async function lane(numbers, token) {
  for (const number of numbers) {
    const upload = new Upload(number, chooser(seed, number), { seed, size, chunk: CHUNK, wanted: cuts });
    active.add(upload);
    try {
      await upload.send(bridge, token);
      finished.add(upload.uploadId);
      upload.wrong.push(...(await judge(upload)));
    } catch (error) {
      upload.wrong.push(`broke off: ${error.message}`);
    }
    active.delete(upload);
    tell(upload);
  }
}

async function judge(upload) {
  const expected = upload.content.sha256();
  // Whether it can be read is no matter here.
  const received = async () => {
    const answer = await bridge.ask('GET', `/api/v1/datasets/${upload.datasetId}`).catch(() => null);
    return typeof answer?.body?.sha256 === 'string' ? answer.body : null;
  };
  const dataset = await until(received, SETTLED_MS, 100);
  const wrong = [];
  if (upload.cuts < upload.wanted) wrong.push(`was cut ${String(upload.cuts)} times only`);
  if (dataset === null) return [...wrong, 'never became a dataset'];
  if (dataset.sha256 !== expected) wrong.push(`is said to be ${String(dataset.sha256)}`);
  const folder = join(dataDir, 'datasets', contentOf(upload));
  const hash = createHash('sha256');
  for await (const piece of createReadStream(join(folder, 'original'), { highWaterMark: 1 << 20 })) hash.update(piece);
  if (hash.digest('hex') !== expected) wrong.push('lies on the disk with other bytes');
  // Makes room for the others.
  const { status } = await bridge.askPatiently('DELETE', `/api/v1/datasets/${upload.datasetId}`);
  if (status !== 204 && status !== 404) wrong.push(`could not be deleted: ${String(status)}`);
  return wrong;
}

/** The folder is named by the version, or in older data by the dataset. */
function contentOf(upload) {
  const db = new DatabaseSync(join(dataDir, 'kargah.db'), { readOnly: true, timeout: 5000 });
  const rows = db.prepare('select content_id from dataset_versions where dataset_id = ?').all(upload.datasetId);
  db.close();
  return rows[0]?.content_id ?? upload.datasetId;
}

function tell(upload) {
  const verdict = upload.wrong.length === 0 ? 'ok' : 'VIOLATED';
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(7);
  process.stdout.write(`${seconds} s  ${verdict}  ${upload.name}  cut ${String(upload.cuts)} times\n`);
  for (const text of upload.wrong) process.stdout.write(`        ✗ ${text}\n`);
  counts[upload.wrong.length === 0 ? 'passed' : 'failed'] += 1;
}

function violation(text) {
  counts.failed += 1;
  process.stdout.write(`✗ afterwards: ${text}\n`);
}

process.stdout.write(
  `seed ${String(seed)}, ${String(uploads)} uploads of ${values.size}, ${String(Math.min(parallel, uploads))} at a time\n`,
);
try {
  await bridge.start('local-cold');
  await bridge.signUp();
  await wait(500);
  least = ownBytes(bridge.pid) ?? 0;
  const numbers = Array.from({ length: uploads }, (_, at) => at + 1).values();
  const memory = watchMemory();
  const cutting = cut();
  await Promise.all(Array.from({ length: Math.min(parallel, uploads) }, () => lane(numbers, bridge.token)));
  over = true;
  await Promise.all([memory, cutting]);
  for (const text of complaints) violation(text);
  // Those whose first answer was lost with a bridge were begun again under another name, and wait to expire.
  const left = readdirSync(join(dataDir, 'uploads')).filter((name) => finished.has(name.split('.')[0]));
  if (left.length > 0) violation(`left behind in uploads/: ${left.join(', ')}`);
  if (most - least > GROWTH_LIMIT) violation(`the bridge grew by ${String(Math.round((most - least) / 2 ** 20))} MB`);
  await bridge.end('SIGKILL');
} catch (error) {
  over = true;
  violation(`the run broke off: ${error.stack}`);
} finally {
  for (const pid of processesWith(dataDir)) process.kill(pid, 'SIGKILL');
}
const seconds = (performance.now() - began) / 1000;
process.stdout.write(
  `${String(uploads)} uploads of ${values.size} in ${seconds.toFixed(0)} s; the bridge was killed ${String(kills)} times; ` +
    `its memory grew from ${(least / 2 ** 20).toFixed(0)} to ${(most / 2 ** 20).toFixed(0)} MB at most\n`,
);
if (counts.failed > 0) {
  const again = `--uploads ${String(uploads)} --size ${values.size} --cuts ${String(cuts)} --seed ${String(seed)}`;
  process.stdout.write(`Repeat with: npm run test:uploads -- ${again}\n`);
}
process.stdout.write(`${String(counts.passed)} passed, ${String(counts.failed)} failed\n`);
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ ...counts, skipped: 0 }));
if (values.keep || counts.failed > 0) process.stdout.write(`Kept: ${dataDir}\n`);
else for (const folder of [dataDir, workspaceDir]) rmSync(folder, { recursive: true, force: true });
process.exit(counts.failed > 0 ? 1 : 0);
