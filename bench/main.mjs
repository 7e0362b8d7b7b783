// All measurements one after the other on one data folder; a measurement that fails says why and the others go on.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ready, signIn, signUp, startBridge } from './bridge.mjs';
import { measureBundle } from './bundle.mjs';
import { print, unmeasured } from './figures.mjs';
import { measureFirstStep } from './first-step.mjs';
import { measureIngest } from './ingest.mjs';
import { fillJobs, jobsListRow, timeFirstPage } from './jobs-list.mjs';
import { measureLive } from './live.mjs';
import { measureScale } from './live-scale.mjs';
import { measureLoader } from './loader.mjs';
import { measureLogCall } from './log-call.mjs';
import { measurePreview } from './preview.mjs';
import { measureProfile } from './profile.mjs';
import { measureStart } from './start.mjs';
import { measureTraining } from './training.mjs';
import { measureUpload } from './upload.mjs';

const dataDir = mkdtempSync(join(tmpdir(), 'kargah-bench-'));
const workspaceDir = join(dataDir, 'workspace');
mkdirSync(workspaceDir);
const rows = [];
let failed = 0;
let bridge;

async function attempt(what, measure) {
  process.stderr.write(`· ${what} …\n`);
  try {
    rows.push(...(await measure()));
  } catch (error) {
    failed += 1;
    rows.push(unmeasured(what, error));
  }
}

const load = loadavg()[0];
try {
  await attempt('bridge start', () => measureStart(dataDir, workspaceDir));
  bridge = await startBridge(dataDir, workspaceDir);
  const api = await signUp(bridge.url, dataDir);
  await ready(bridge.url);
  await attempt('submit → first optimizer step', () => measureFirstStep(api, dataDir));
  await attempt('logged point → subscriber', () => measureLive(api, workspaceDir));
  await attempt('100 viewers', () => measureScale(api, workspaceDir, bridge.pid));
  await attempt('one log()', () => measureLogCall(api, workspaceDir));
  await attempt('points through the gateway', () => measureIngest(api, dataDir));
  await attempt('upload', () => measureUpload(api, dataDir));
  await attempt('pages of a long table', () => measurePreview(api, workspaceDir));
  await attempt('profile of a million rows', () => measureProfile(dataDir));
  await attempt('jobs list of 100,000 rows', async () => {
    const { items } = await api.get('/api/v1/train/jobs?limit=50');
    const few = { count: items.length, times: await timeFirstPage(api) };
    await bridge.stop();
    const count = fillJobs(dataDir);
    bridge = await startBridge(dataDir, workspaceDir);
    return [jobsListRow(few, await timeFirstPage(await signIn(bridge.url)), count)];
  });
  await attempt('samples a second', measureTraining);
  await attempt('batches of an epoch', measureLoader);
  await attempt('size of the panels', () => Promise.resolve(measureBundle()));
} finally {
  await bridge?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
print(rows);
process.stdout.write(
  `\n${String(availableParallelism())} cores, Node ${process.version}, load average at the start ${load.toFixed(1)}. Times change with the machine; ratios are what can be compared.\n`,
);
process.exitCode = failed > 0 ? 1 : 0;
