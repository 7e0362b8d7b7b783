import { mkdtempSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { person as anyPerson } from '../app.js';
import { removeFolder } from '../folders.js';
import { systemClock } from '../../src/lib/clock.js';
import { TokenKey } from '../../src/auth/keys/keys.js';
import { loadConfig } from '../../src/config.js';
import type { MetricPoint } from '../../src/contract/training/metrics.js';
import { workspaceUser } from '../../src/access/workspace-user.js';
import { KargahError } from '../../src/lib/errors.js';
import type { Caller, JobIdentity, Person } from '../../src/access/caller.js';
import { createMlflow, type Mlflow } from '../../src/mlflow/index.js';
import type { LoggedProgress } from '../../src/mlflow/points.js';
import { OwnMlflowServer } from '../../src/mlflow/server/server.js';

export interface Logged {
  readonly jobId: string;
  readonly points: readonly MetricPoint[];
  readonly progress: LoggedProgress;
}

export interface LoggedParams {
  readonly jobId: string;
  readonly params: Readonly<Record<string, string>>;
}

export interface RunSaid {
  readonly jobId: string;
  readonly runId: string;
  readonly status: string;
}

/** A real MLflow behind the gateway on a loopback port, with two people and whatever jobs a test adds. */
export interface TestMlflow {
  readonly mlflow: Mlflow;
  readonly server: OwnMlflowServer;
  readonly url: string;
  readonly root: string;
  readonly people: { readonly sara: Person; readonly reza: Person };
  readonly jobOfRun: Map<string, string>;
  /** Jobs in whose runs a later one may go on. */
  readonly endedJobs: Set<string>;
  readonly logged: Logged[];
  readonly loggedParams: LoggedParams[];
  /** What scripts said of the ends of their runs. */
  readonly said: RunSaid[];
  /** Runs whose points are no longer what the listener was told; null for all of a workspace. */
  readonly changed: (string | null)[];
  /** Somebody else, with a token and a project of their own. */
  newPerson(name: string): { readonly person: Person; readonly token: string };
  /** Makes the job token of a run. */
  jobToken(person: Person, jobId: string): string;
  tokenOf(person: Person): string;
  /** What the bridge itself shows MLflow. */
  serviceToken(): Promise<string>;
  /** Asks MLflow itself, past the gateway, with every right in a workspace. */
  direct(workspace: string, method: 'GET' | 'POST', path: string, body?: string, type?: string): Promise<Answer>;
  /** Called for each delivery of points. */
  onLogged(listener: () => void): void;
  close(): Promise<void>;
}

const person = (userId: string): Person =>
  anyPerson(userId, { workspace: `p-${userId}`, expiresAt: Number.MAX_SAFE_INTEGER });

export async function startTestMlflow(): Promise<TestMlflow> {
  const root = mkdtempSync(join(tmpdir(), 'kargah-mlflow-'));
  const config = loadConfig({ KARGAH_DATA_DIR: root }, []);
  const people = { sara: person('sara'), reza: person('reza') };
  const callers = new Map<string, Caller>([
    ['token-sara', people.sara],
    ['token-reza', people.reza],
  ]);
  const key = new TokenKey(config.secret, 'mlflow', 'JWT', systemClock);
  const mint = async (claims: { sub: string; role: string }): Promise<string> => (await key.sign(claims, 60)).token;
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const mlflow = createMlflow({
    config,
    access: {
      publicKeyPem: key.publicKeyPem,
      mint: (caller) => mint({ sub: workspaceUser(caller).name, role: 'user' }),
      mintForService: () => mint({ sub: 'kargah', role: 'service' }),
      callerOfCookie: ({ headers }) => Promise.resolve(headers.cookie === 'page=sara' ? people.sara : null),
    },
    log: silent,
  });
  const jobOfRun = new Map<string, string>();
  const endedJobs = new Set<string>();
  const logged: Logged[] = [];
  const loggedParams: LoggedParams[] = [];
  const claimed = new Set<string>();
  const labels = new Map<string, string>();
  const said: RunSaid[] = [];
  const changed: (string | null)[] = [];
  const listeners: (() => void)[] = [];
  const gateway = mlflow.gateway(
    {
      authenticate: (token) => {
        const caller = callers.get(token);
        if (!caller) throw new KargahError('unauthenticated');
        return Promise.resolve(caller);
      },
    },
    {
      jobOfRun: (runId) => Promise.resolve(jobOfRun.get(runId) ?? null),
      runOfJob: (jobId) => Promise.resolve([...jobOfRun].find(([, owner]) => owner === jobId)?.[0] ?? null),
      mayResume: (_jobId, earlierJobId) => Promise.resolve(endedJobs.has(earlierJobId)),
      pointsLogged: (jobId, points, progress) => {
        logged.push({ jobId, points, progress });
        for (const listener of listeners) listener();
      },
      claimRun: (jobId) => Promise.resolve(!claimed.has(jobId) && claimed.add(jobId).has(jobId)),
      returnRun: (jobId) => Promise.resolve(void claimed.delete(jobId)),
      labelOf: (runId) => Promise.resolve(labels.get(runId) ?? null),
      nestedRun: (_jobId, runId, name) => Promise.resolve(labels.set(runId, name).get(runId)!),
      hasRoom: (_jobId, keys) => !keys.includes('one too many'),
      pointsChanged: (_workspace, runId) => changed.push(runId),
      runSaid: (jobId, runId, status) => said.push({ jobId, runId, status }),
      paramsLogged: (jobId, params) => loggedParams.push({ jobId, params }),
    },
    { refused: () => undefined, acts: { during: (_act, send) => send() } },
  );
  const front = createServer((req, res) => {
    // The bridge stands behind Jupyter's proxy, which takes a prefix away; express takes `/mlflow`.
    const originalUrl = req.url ?? '';
    const url = originalUrl.replace(/^\/mlflow/u, '');
    gateway.handle(Object.assign(req, { originalUrl, url: url.startsWith('/') ? url : `/${url}` }), res);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { server } = mlflow;
  if (!(server instanceof OwnMlflowServer)) throw new Error('a test runs its own MLflow');
  server.start();
  return {
    mlflow,
    server,
    url: `http://127.0.0.1:${String((front.address() as AddressInfo).port)}/mlflow`,
    root,
    people,
    jobOfRun,
    endedJobs,
    logged,
    loggedParams,
    said,
    changed,
    newPerson: (name) => {
      const made = person(name);
      callers.set(`token-${name}`, made);
      return { person: made, token: `token-${name}` };
    },
    jobToken: ({ userId, projectId, workspace }, jobId) => {
      const job: JobIdentity = { kind: 'job', jobId, userId, projectId, workspace, datasetId: null };
      callers.set(`token-${jobId}`, job);
      return `token-${jobId}`;
    },
    tokenOf: ({ userId }) => `token-${userId}`,
    serviceToken: () => mint({ sub: 'kargah', role: 'service' }),
    direct: async (workspace, method, path, body, type = 'application/json') => {
      const token = await mint({ sub: 'kargah', role: 'service' });
      const headers = { host: 'mlflow', 'x-mlflow-workspace': workspace, authorization: `Bearer ${token}` };
      return ask(
        {
          socketPath: server.address.path,
          path,
          method,
          headers: { ...headers, ...(body === undefined ? {} : { 'content-type': type }) },
        },
        body,
      );
    },
    onLogged: (listener) => listeners.push(listener),
    close: async () => {
      front.close();
      front.closeAllConnections();
      await mlflow.stop();
      removeFolder(root);
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a test says which shape it expects
  json<T>(): T;
}

/** Sends a path exactly as written: `fetch` would tidy it. */
export async function raw(
  base: string,
  method: string,
  path: string,
  options: { token?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port, pathname } = new URL(base);
  return ask(
    {
      hostname,
      port,
      path: pathname + path,
      method,
      headers: {
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
    },
    options.body,
  );
}

async function ask(options: RequestOptions, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text,
          // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as declared above
          json: <T>() => JSON.parse(text) as T,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
