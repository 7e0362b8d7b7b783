// Ten runs that log ten points a second each, through the gateway: how long a point takes to reach 100 viewers of one of them and
// one of all, and what those viewers cost the bridge beside a single one.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../scripts/setup.mjs';
import { someJobs } from './bridge.mjs';
import { median, ms, quantile } from './figures.mjs';

const JOBS = 10;
const POINTS_A_SECOND = 10;
const SECONDS = 6;
const VIEWERS = 100;
const TICK_MS = 1000 / (JOBS * POINTS_A_SECOND);
const now = () => performance.timeOrigin + performance.now();

export async function measureScale(api, workspaceDir, bridgePid) {
  const jobs = await someJobs(api, workspaceDir, JOBS);
  const alone = await measure(api, jobs, 1, bridgePid);
  const crowd = await measure(api, jobs, VIEWERS, bridgePid);
  const figure = (times) => `p50 ${ms(median(times))}, p95 ${ms(quantile(times, 0.95))}`;
  const cost = ({ cpuSeconds }) => `${(cpuSeconds / SECONDS).toFixed(2)} CPU s per s`;
  return [
    {
      what: `point sent → received, ${String(VIEWERS)} viewers of one job`,
      ours: figure(crowd.delays),
      rival: `1 viewer: ${figure(alone.delays)}; its sender is answered after ${figure(crowd.acknowledged)}`,
      ratio: '',
      note: `${String(JOBS)} jobs × ${String(POINTS_A_SECOND)} points/s through the gateway, ${String(SECONDS)} s; every point reached every viewer`,
    },
    {
      what: `what ${String(VIEWERS)} viewers of one job cost the bridge`,
      ours: cost(crowd),
      rival: `1 viewer: ${cost(alone)}`,
      ratio: `${(crowd.cpuSeconds / alone.cpuSeconds).toFixed(1)}× for ${String(VIEWERS)}×`,
      note: 'user and system time of its process, the same points',
    },
  ];
}

async function measure(api, jobs, viewers, bridgePid) {
  const ids = jobs.map(({ job_id }) => job_id);
  const child = fork(join(root, 'bench/viewers.mjs'), [api.url, api.token, String(viewers), ...ids]);
  try {
    await said(child, ({ ready }) => ready);
    const before = cpuSeconds(bridgePid);
    const acknowledged = await logPoints(api, jobs);
    const after = cpuSeconds(bridgePid);
    // What was acknowledged last is still on its way to the last viewer.
    await sleep(200);
    child.send('how long?');
    const { delays } = await said(child, (message) => message.delays);
    const { length: sent } = acknowledged;
    const expected = sent + (viewers - 1) * (sent / JOBS);
    if (delays.length !== expected) throw new Error(`${String(delays.length)} of ${String(expected)} points arrived`);
    return { delays, acknowledged, cpuSeconds: after - before };
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

async function said(child, fits) {
  for await (const [message] of on(child)) if (fits(message)) return message;
}
async function* on(child) {
  for (;;)
    yield await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('the viewers ended'))),
    ]);
}

/** How long each acknowledgement took. As a clock ticks, whether or not the last one was answered: a slow bridge must not be asked for less. */
async function logPoints(api, jobs) {
  const began = now();
  const answers = [];
  for (let n = 0; n < JOBS * POINTS_A_SECOND * SECONDS; n += 1) {
    await sleep(Math.max(0, began + n * TICK_MS - now()));
    const timestamp = Date.now();
    const asked = now();
    answers.push(
      api
        .post('/mlflow/api/2.0/mlflow/runs/log-batch', {
          run_id: jobs[n % JOBS].mlflow_run_id,
          metrics: [{ key: 'sent', value: now(), timestamp, step: n }],
        })
        .then(() => now() - asked),
    );
  }
  return Promise.all(answers);
}

/** User and system time of a process so far; the kernel counts in hundredths. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .split(') ')[1]
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
