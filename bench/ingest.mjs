// Batches of ten points through the gateway beside the same batches sent straight to the same MLflow, and all of them counted afterwards.
import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { median, ms, ratio } from './figures.mjs';

const WRITERS = [1, 8, 64];
const POINTS = 10;
/** Turns of each side; many writers fill one of them. */
const rounds = (writers) => (writers > 8 ? 1 : 2);
const OURS_MS = 1000;
const RIVAL_MS = 1500;
const API = '/api/2.0/mlflow';

export async function measureIngest(api, dataDir) {
  const gateway = side(new URL(api.url), '/mlflow', { authorization: `Bearer ${api.token}` });
  const { user_id } = await api.get('/api/v1/auth/me');
  const { workspaces } = await gateway.ask('GET', '/api/3.0/mlflow/workspaces');
  const direct = mlflowItself(dataDir, user_id, workspaces[0].name);
  const { experiment_id } = await gateway.ask('POST', `${API}/experiments/create`, { name: 'ingest' });
  const rows = [];
  for (const writers of WRITERS) rows.push(...(await compare(gateway, direct, experiment_id, writers)));
  gateway.close();
  direct.close();
  return rows;
}

async function compare(gateway, direct, experiment_id, writers) {
  const newRuns = () =>
    Promise.all(
      Array.from({ length: writers }, async () => {
        const { run } = await gateway.ask('POST', `${API}/runs/create`, { experiment_id, start_time: Date.now() });
        return { id: run.info.run_id, sent: 0 };
      }),
    );
  const [ours, rival] = [await newRuns(), await newRuns()];
  const [mine, theirs] = [phases(), phases()];
  let drainMs = 0;
  // The first batch of a run asks MLflow who may write to it; connections open.
  await write(gateway, ours, 0, phases());
  await write(direct, rival, 0, phases());
  for (let round = 0; round < rounds(writers); round += 1) {
    await write(gateway, ours, OURS_MS, mine);
    // Reading waits until MLflow has every point; only then is it free for its own measurement.
    const began = performance.now();
    await Promise.all(ours.map(({ id }) => gateway.ask('GET', `${API}/runs/get?run_id=${id}`)));
    drainMs += performance.now() - began;
    await write(direct, rival, RIVAL_MS, theirs);
  }
  for (const { id, sent } of [...ours, ...rival]) {
    const found = await count(direct, id);
    if (found !== sent)
      throw new Error(`MLflow has ${String(found)} of the ${String(sent)} acknowledged points of a run`);
  }
  const [a, b] = [mine.requests / mine.seconds, theirs.requests / theirs.seconds];
  const show = (rate, { times }) =>
    `${rate.toFixed(0)} requests/s, ${(rate * POINTS).toFixed(0)} points/s, p50 ${ms(median(times))}`;
  return [
    {
      what: `log-batch of ${String(POINTS)} points, ${String(writers)} writer${writers > 1 ? 's' : ''}`,
      ours: show(a, mine),
      rival: `straight to MLflow: ${show(b, theirs)}`,
      ratio: ratio(a, b),
      compared: { [`ingest.${String(writers)}`]: [a / b] },
      note: `all ${String(mine.requests * POINTS)} points counted in MLflow, ${ms(drainMs)} after the last`,
    },
  ];
}

const phases = () => ({ requests: 0, seconds: 0, times: [] });

/** Each writer sends one batch after the other to its own run for `limitMs`, at least one. */
async function write(to, runs, limitMs, phase) {
  const began = performance.now();
  await Promise.all(
    runs.map(async (run) => {
      do {
        const metrics = Array.from({ length: POINTS }, (_, at) => ({
          key: at % 2 ? 'accuracy' : 'loss',
          value: 1 / (run.sent + at + 1),
          timestamp: 1_700_000_000_000 + run.sent + at,
          step: run.sent + at,
        }));
        const sentAt = performance.now();
        await to.ask('POST', `${API}/runs/log-batch`, { run_id: run.id, metrics });
        phase.times.push(performance.now() - sentAt);
        phase.requests += 1;
        run.sent += POINTS;
      } while (performance.now() - began < limitMs);
    }),
  );
  phase.seconds += (performance.now() - began) / 1000;
}

async function count(direct, runId) {
  let found = 0;
  for (const key of ['loss', 'accuracy']) {
    for (let page = ''; page !== undefined;) {
      const token = page === '' ? '' : `&page_token=${encodeURIComponent(page)}`;
      const path = `${API}/metrics/get-history?run_id=${runId}&metric_key=${key}&max_results=25000${token}`;
      const answer = await direct.ask('GET', path);
      found += answer.metrics?.length ?? 0;
      page = answer.next_page_token || undefined;
    }
  }
  return found;
}

/** MLflow with the same sign-in, past the gateway: a token of the same person, over the socket that the bridge uses. */
function mlflowItself(dataDir, userId, workspace) {
  const secret = readFileSync(join(dataDir, 'secret'), 'utf8').trim();
  const seed = createHmac('sha256', secret).update('kargah:jwt:mlflow').digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const iat = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: userId, workspace, role: 'user', iss: 'kargah', aud: 'mlflow', iat, exp: iat + 600 };
  const text = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part(claims)}`;
  const authorization = `Bearer ${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
  const socketPath = join(dataDir, 'mlflow/run/mlflow.sock');
  if (!existsSync(socketPath)) throw new Error('MLflow does not listen where it is looked for');
  return side({ socketPath }, '', { authorization, host: 'mlflow', 'x-mlflow-workspace': workspace });
}

function side(where, prefix, headers) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: Math.max(...WRITERS) });
  const target =
    where instanceof URL ? { hostname: where.hostname, port: where.port } : { socketPath: where.socketPath };
  const ask = (method, path, body) =>
    once(method, path, body).catch((error) => {
      // A kept connection that the server closed while the other side was measured: the same batch again counts once.
      if (error.code === 'ECONNRESET') return once(method, path, body);
      throw error;
    });
  const once = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request = http.request(
        {
          ...target,
          path: prefix + path,
          method,
          agent,
          headers: {
            ...headers,
            ...(text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          },
        },
        (answer) => {
          const chunks = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('end', () => {
            const got = Buffer.concat(chunks).toString();
            if (answer.statusCode === 200) resolve(JSON.parse(got));
            else reject(new Error(`${path.split('?')[0]} answered ${String(answer.statusCode)}: ${got.slice(0, 200)}`));
          });
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  return { ask, close: () => agent.destroy() };
}
