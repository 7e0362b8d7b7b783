// `npm run test:promotion -- --cycles N --seed S`: kills the bridge while people move aliases and move them back, at seeded moments. After
// each kill where an alias points, its history, its requests and the ledger agree; after each start MLflow agrees with them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { python, root } from '../../scripts/setup.mjs';
import { Bridge } from '../bridge.mjs';
import { processesWith, until } from '../outside.mjs';
import { chooser } from '../random.mjs';
import { acts, prepare, strayed } from './acts.mjs';
import { Promotion } from './truth.mjs';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    report: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const [cycles, seed] = [values.cycles, values.seed].map(Number);
/** So many are under way at once. */
const LANES = 4;
/** The bridge is killed before it has answered so many. */
const MOST_ANSWERED = 10;
/** Only ends what hangs. */
const FOLLOWED_MS = 240_000;

const dataDir = mkdtempSync(join(tmpdir(), 'kargah-promotion-'));
const workspaceDir = mkdtempSync(join(tmpdir(), 'kargah-promotion-work-'));
// What is built anew beside a run must not change what runs.
cpSync(join(root, 'bridge-server/dist'), join(dataDir, 'bridge'), { recursive: true });
// The bridge's own MLflow ends with it and takes longer to start than everything else here: this one stays.
const port = await freePort();
process.env.KARGAH_MLFLOW_URL = `http://127.0.0.1:${String(port)}`;
const complaints = [];
const bridge = new Bridge(
  { main: join(dataDir, 'bridge/main.js'), dataDir, workspaceDir, python, leaseSeconds: 30, parallel: 1 },
  (what) => complaints.push(what),
);
const counts = { passed: 0, failed: 0 };
const began = performance.now();
/** The moves that somebody was told of, over all cycles. */
const answered = [];
let behind = 0;
let cutOff = 0;
let tables;
let mlflow;

/** Acts in several lanes until the bridge is killed, at a moment that follows from the seed; then it is started again. */
async function cycle(number) {
  const dice = chooser(seed, number);
  const killAfter = 1 + dice.below(MOST_ANSWERED);
  const moment = dice.below(20);
  const { promise: reached, resolve } = Promise.withResolvers();
  let over = false;
  let done = 0;
  const ask = async (method, path, body) => {
    const answer = await bridge.ask(method, path, body);
    if (answer.status >= 500) complaints.push(`${method} ${path} answered ${String(answer.status)}`);
    return answer;
  };
  const lane = async (which) => {
    for (const act of acts(chooser(seed, number * LANES + which))) {
      if (over) return;
      try {
        const move = await act(ask);
        if (move !== null) answered.push(move);
      } catch {
        // The bridge was killed.
        cutOff += 1;
        return;
      }
      done += 1;
      if (done >= killAfter) resolve(undefined);
    }
  };
  const lanes = Promise.all(Array.from({ length: LANES }, (_, which) => lane(which)));
  await Promise.race([reached, lanes]);
  await wait(moment);
  await bridge.end('SIGKILL');
  over = true;
  await lanes;
  const wrong = [...tables.differences(answered), ...complaints.splice(0)];
  behind += tables.untold();
  await bridge.start('local-cold');
  await settled();
  wrong.push(...tables.differences(answered), ...(await strayed(bridge, tables.stages())));
  if (tables.checking() > 0) wrong.push('a request is still being checked by a bridge that was killed');
  counts[wrong.length === 0 ? 'passed' : 'failed'] += 1;
  if (wrong.length === 0) return;
  process.stdout.write(`cycle ${String(number)}: VIOLATED\n${wrong.map((text) => `        ✗ ${text}\n`).join('')}`);
}

/** A real MLflow, with the permissions that the bridge's has. */
function startMlflow() {
  const ours = join(dataDir, 'mlflow');
  const log = openSync(join(dataDir, 'mlflow.log'), 'a');
  const key = join(ours, 'bridge-public-key.pem');
  const argv = ['--root', join(dataDir, 'mlflow-root'), '--bind', `127.0.0.1:${String(port)}`, '--public-key', key];
  const parent = ['--parent', String(process.pid)];
  return spawn(python, ['-m', 'kargah_mlflow.serve', ...argv, ...parent], { stdio: ['ignore', log, log] });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function settled() {
  const ready = async () => (await bridge.ask('GET', '/readyz').catch(() => null))?.status === 200;
  await until(ready, FOLLOWED_MS, 50);
  if (!(await until(() => tables.untold() === 0, FOLLOWED_MS, 25))) complaints.push('MLflow was not told');
}

process.stdout.write(`seed ${String(seed)}, ${String(cycles)} cycles\n`);
try {
  await bridge.start('local-cold');
  mlflow = startMlflow();
  await bridge.signUp();
  tables = new Promotion(dataDir);
  await settled();
  await prepare(bridge);
  for (let number = 1; number <= cycles; number += 1) await cycle(number);
  if (answered.length === 0) throw new Error('nobody moved an alias');
  await bridge.end('SIGTERM');
  mlflow.kill();
  await once(mlflow, 'exit');
} catch (error) {
  counts.failed += 1;
  process.stdout.write(`✗ the run broke off: ${error.stack}\n`);
} finally {
  for (const pid of processesWith(dataDir)) process.kill(pid, 'SIGKILL');
}
const seconds = (performance.now() - began) / 1000;
process.stdout.write(
  `${String(answered.length)} moves answered, ${String(tables?.moves() ?? 0)} made, ${String(cutOff)} acts cut off in ${seconds.toFixed(0)} s; ` +
    `the bridge was killed ${String(cycles)} times, and owed MLflow ${String(behind)} words\n`,
);
tables?.close();
if (counts.failed > 0)
  process.stdout.write(`Repeat with: npm run test:promotion -- --cycles ${String(cycles)} --seed ${String(seed)}\n`);
process.stdout.write(`${String(counts.passed)} passed, ${String(counts.failed)} failed\n`);
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ ...counts, skipped: 0 }));
if (values.keep || counts.failed > 0) process.stdout.write(`Kept: ${dataDir}\n`);
else for (const folder of [dataDir, workspaceDir]) rmSync(folder, { recursive: true, force: true });
process.exit(counts.failed > 0 ? 1 : 0);
