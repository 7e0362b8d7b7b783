// `npm run test:ledger -- --cycles N --seed S`: kills the bridge while it changes who may do what, at seeded moments, and compares what its
// tables say with what the ledger says: never an act without its row, or a row without its act.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { python, root } from '../../scripts/setup.mjs';
import { Bridge } from '../bridge.mjs';
import { processesWith } from '../outside.mjs';
import { chooser } from '../random.mjs';
import { acts } from './acts.mjs';
import { differences } from './truth.mjs';

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
const LANES = 6;
/** The bridge is killed before it has answered so many. */
const MOST_ANSWERED = 24;

const dataDir = mkdtempSync(join(tmpdir(), 'kargah-ledger-'));
const workspaceDir = mkdtempSync(join(tmpdir(), 'kargah-ledger-work-'));
// What is built anew beside a run must not change what runs.
cpSync(join(root, 'bridge-server/dist'), join(dataDir, 'bridge'), { recursive: true });
// None of these acts needs it, and without it the bridge starts sooner.
Object.assign(process.env, { KARGAH_MLFLOW_URL: 'http://127.0.0.1:1', KARGAH_SIGNUP: 'open' });
const complaints = [];
const bridge = new Bridge(
  { main: join(dataDir, 'bridge/main.js'), dataDir, workspaceDir, python, leaseSeconds: 30, parallel: 1 },
  (what) => complaints.push(what),
);
const counts = { passed: 0, failed: 0 };
const began = performance.now();
let answered = 0;
let cutOff = 0;

/** Acts in several lanes until the bridge is killed, at a moment that follows from the seed. */
async function cycle(number) {
  const dice = chooser(seed, number);
  const killAfter = 1 + dice.below(MOST_ANSWERED);
  const moment = dice.below(8);
  const { promise: reached, resolve } = Promise.withResolvers();
  let over = false;
  let done = 0;
  const lane = async (which) => {
    const ask = async (method, path, body) => {
      const answer = await bridge.ask(method, path, body);
      if (answer.status >= 500) complaints.push(`${method} ${path} answered ${String(answer.status)}`);
      return answer;
    };
    for (const act of acts(chooser(seed, number * LANES + which), `${String(number)}-${String(which)}`)) {
      if (over) return;
      try {
        await act(ask);
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
  answered += done;
  const wrong = [...differences(dataDir), ...complaints.splice(0)];
  counts[wrong.length === 0 ? 'passed' : 'failed'] += 1;
  if (wrong.length === 0) return;
  process.stdout.write(`cycle ${String(number)}: VIOLATED\n${wrong.map((text) => `        ✗ ${text}\n`).join('')}`);
}

process.stdout.write(`seed ${String(seed)}, ${String(cycles)} cycles\n`);
try {
  await bridge.start('local-cold');
  await bridge.signUp();
  for (let number = 1; number <= cycles; number += 1) {
    await cycle(number);
    if (number < cycles) await bridge.start('local-cold');
  }
  const verify = ['-m', 'kargah.cli', 'ledger', 'verify', join(dataDir, 'kargah.db')];
  const { stdout } = await promisify(execFile)(python, verify);
  process.stdout.write(`kargah ledger verify: ${stdout}`);
} catch (error) {
  counts.failed += 1;
  process.stdout.write(`✗ the run broke off: ${error.stack}\n`);
} finally {
  for (const pid of processesWith(dataDir)) process.kill(pid, 'SIGKILL');
}
const seconds = (performance.now() - began) / 1000;
process.stdout.write(
  `${String(answered)} acts answered and ${String(cutOff)} cut off in ${seconds.toFixed(0)} s, the bridge killed ${String(cycles)} times\n`,
);
if (counts.failed > 0)
  process.stdout.write(`Repeat with: npm run test:ledger -- --cycles ${String(cycles)} --seed ${String(seed)}\n`);
process.stdout.write(`${String(counts.passed)} passed, ${String(counts.failed)} failed\n`);
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ ...counts, skipped: 0 }));
if (values.keep || counts.failed > 0) process.stdout.write(`Kept: ${dataDir}\n`);
else for (const folder of [dataDir, workspaceDir]) rmSync(folder, { recursive: true, force: true });
process.exit(counts.failed > 0 ? 1 : 0);
