// Bridge start → first /healthz, and its memory; beside it a bare Node HTTP server: the floor, which nothing in Node gets below.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { residentBytes, startBridge } from './bridge.mjs';
import { mb, median, ms, ratio, ratios } from './figures.mjs';

const ROUNDS = 5;
const BARE = `const s = require('node:http').createServer((q, r) => r.end('ok')).listen(0, '127.0.0.1', () => console.log(s.address().port));`;

async function bare() {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', BARE], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  await fetch(`http://127.0.0.1:${port}/`);
  const result = { startedMs: performance.now() - began, bytes: residentBytes(child.pid) };
  child.kill('SIGTERM');
  await once(child, 'exit');
  return result;
}

export async function measureStart(dataDir, workspaceDir) {
  // The first start makes the tables and keys; people wait for it once.
  const first = await startBridge(dataDir, workspaceDir);
  await first.stop();
  const ours = [];
  const rival = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rival.push(await bare());
    const bridge = await startBridge(dataDir, workspaceDir);
    ours.push({ answeredMs: bridge.answeredMs, startedMs: bridge.startedMs, bytes: residentBytes(bridge.pid) });
    await bridge.stop();
  }
  const [a, b] = [median(ours.map((r) => r.answeredMs)), median(rival.map((r) => r.startedMs))];
  const [x, y] = [median(ours.map((r) => r.bytes)), median(rival.map((r) => r.bytes))];
  return [
    {
      what: 'bridge start → /healthz',
      ours: ms(a),
      rival: `bare Node server ${ms(b)}`,
      ratio: `${ratio(a, b)} the floor`,
      compared: {
        'start.time': ratios(
          rival.map((r) => r.startedMs),
          ours.map((r) => r.answeredMs),
        ),
      },
      note: `median of ${String(ROUNDS)}; everything loaded after ${ms(median(ours.map((r) => r.startedMs)))}, at the first start ever after ${ms(first.startedMs)}`,
    },
    {
      what: 'bridge memory (RSS) after start',
      ours: mb(x),
      rival: `bare Node server ${mb(y)}`,
      ratio: `${ratio(x, y)} the floor`,
      compared: {
        'start.memory': ratios(
          rival.map((r) => r.bytes),
          ours.map((r) => r.bytes),
        ),
      },
      note: `median of ${String(ROUNDS)}; MLflow is a process of its own`,
    },
  ];
}
