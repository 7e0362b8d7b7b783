// Starts the built bridge on a data folder of its own, and speaks to it as a client would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { python, root } from '../scripts/setup.mjs';

const START_MS = 30_000;

/**
 * A running bridge: `{url, pid, startedMs, answeredMs, stop()}`, in ms from the start of its process: to the line that says where it
 * listens, with everything loaded, and to its first answered `/healthz`, for which the data folder must know the port already.
 */
export async function startBridge(dataDir, workspaceDir) {
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, 'bridge-server/dist/main.js')], {
    env: {
      ...process.env,
      KARGAH_DATA_DIR: dataDir,
      KARGAH_WORKSPACE_DIR: workspaceDir,
      KARGAH_PYTHON: python,
      KARGAH_PORT: '0',
      KARGAH_MAX_PARALLEL_JOBS: '2',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const answered = firstHealthz(dataDir, began, child);
  let lastLine = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (lastLine = text.trimEnd().split('\n').at(-1) ?? lastLine));
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the bridge did not say where it listens')), START_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listening on (http:\/\/\S+)/u.exec(line);
      if (found) resolve(found[1].replace(/\/$/u, ''));
      clearTimeout(found ? timer : undefined);
    });
    child.once('exit', (code) => reject(new Error(`the bridge ended with code ${String(code)}: ${lastLine}`)));
  });
  const startedMs = performance.now() - began;
  const health = await fetch(`${url}/healthz`);
  if (!health.ok) throw new Error(`/healthz answered ${String(health.status)}`);
  return {
    url,
    pid: child.pid,
    startedMs,
    answeredMs: await answered,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Asks until the bridge answers, as its clients do; null where the folder does not know its port yet. */
async function firstHealthz(dataDir, began, child) {
  const place = join(dataDir, 'port');
  if (!existsSync(place)) return null;
  const port = Number(readFileSync(place, 'utf8'));
  const ask = () =>
    new Promise((resolve) => {
      get({ host: '127.0.0.1', port, path: '/healthz' }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode === 200));
      }).once('error', () => resolve(false));
    });
  while (!(await ask())) {
    if (child.exitCode !== null) return null;
    await wait(2);
  }
  return performance.now() - began;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid) {
  const found = /^VmRSS:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  return Number(found[1]) * 1024;
}

/** Calls that a person's program would make. */
export function client(url, token) {
  const headers = {
    'content-type': 'application/json',
    'x-kargah-client': 'bench',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const call = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${String(answer.status)}: ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return { url, token, get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}

const ACCOUNT = { email: 'bench@example.org', password: 'a sentence nobody guesses', name: 'Bench' };
/** Makes the first account of a bridge on this data folder. */
export async function signUp(url, dataDir) {
  const signup_code = readFileSync(join(dataDir, 'signup-code'), 'utf8').trim();
  return client(url, (await client(url).post('/api/v1/auth/register', { ...ACCOUNT, signup_code })).token);
}
export async function signIn(url) {
  return client(url, (await client(url).post('/api/v1/auth/login', ACCOUNT)).token);
}

/** A connected Socket.IO client that can wait for an event that fits. */
export async function subscribe(api) {
  const socket = io(api.url, { path: '/socket.io/', transports: ['websocket'], auth: { token: api.token } });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('connect_error', reject);
  });
  const until = (event, fits, deadlineMs) => {
    const waiting = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.off(event, check);
        reject(new Error(`no fitting ${event} within ${String(deadlineMs / 1000)} s`));
      }, deadlineMs);
      const check = (message) => {
        if (!fits(message)) return;
        clearTimeout(timer);
        socket.off(event, check);
        resolve(message);
      };
      socket.on(event, check);
    });
    // The caller that waits gets the failure; one that has given up waiting must not end the process.
    waiting.catch(() => undefined);
    return waiting;
  };
  return { socket, until };
}

/** Resolves once the database and MLflow answer. Only waits; nothing is timed here. */
export async function ready(url, deadlineMs = 60_000) {
  const end = Date.now() + deadlineMs;
  while (Date.now() < end) {
    if ((await fetch(`${url}/readyz`)).ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('MLflow did not come up');
}

/** Jobs that ended at once: what counts is that their runs are jobs' runs. */
export async function someJobs(api, workspaceDir, count) {
  writeFileSync(join(workspaceDir, 'nothing.py'), 'pass\n');
  const live = await subscribe(api);
  try {
    const jobs = [];
    for (let n = 0; n < count; n += 1) {
      let jobId;
      const ended = live.until('job_changed', ({ job }) => job.job_id === jobId && job.ended_at !== null, 60_000);
      jobId = (await api.post('/api/v1/train', { script: { path: 'nothing.py' } })).job_id;
      await ended;
      jobs.push(await api.get(`/api/v1/train/jobs/${jobId}`));
    }
    return jobs;
  } finally {
    live.socket.close();
  }
}
