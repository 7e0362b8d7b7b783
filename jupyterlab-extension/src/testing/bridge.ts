import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Column, Dataset, DatasetVersion, Job, Split, Sweep, User } from '../api/types.js';

export type Answer = { status: number; body?: unknown; headers?: Record<string, string> };
export type Handler = (request: {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}) => Answer;
/** One that may answer when the test lets it. */
export type SlowHandler = (...request: Parameters<Handler>) => Answer | Promise<Answer>;

/** A real HTTP server that answers as the test says: what the panels see of a bridge. */
export class TestBridge {
  readonly requests: string[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
    private handler: SlowHandler,
  ) {}

  static async start(handler: SlowHandler): Promise<TestBridge> {
    let self: TestBridge | undefined = undefined;
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const bridge = self;
        if (bridge === undefined) {
          return;
        }
        const { method = '', url = '', headers } = request;
        bridge.requests.push(`${method} ${url}`);
        const origin = { 'Access-Control-Allow-Origin': '*' };
        const answering = bridge.handler({ method, path: url, headers, body: Buffer.concat(chunks) });
        void Promise.resolve(answering).then(({ status, headers: more, body }) => {
          response.writeHead(status, { 'Content-Type': 'application/json', ...origin, ...more });
          response.end(body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body));
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    self = new TestBridge(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, handler);
    return self;
  }

  answer(handler: SlowHandler): void {
    this.handler = handler;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const sara: User = {
  user_id: 'user_1',
  email: 'sara@example.com',
  name: 'سارا',
  role: 'user',
  created_at: '2026-11-22T08:00:00Z',
};

export function session(token: string, seconds = 900): Answer {
  return { status: 200, body: { token, expires_at: new Date(Date.now() + seconds * 1000).toISOString(), user: sara } };
}

export function problem(status: number, code: string, detail = 'No.', detail_fa = 'نه.', more: object = {}): Answer {
  return {
    status,
    body: { type: 'about:blank', title: code, status, code, detail, detail_fa, request_id: 'req_1', ...more },
  };
}

export const page = (...items: unknown[]): Answer => ({ status: 200, body: { items, next_cursor: null } });

const owner = { user_id: sara.user_id, name: sara.name };

export function dataset(change: Partial<Dataset> = {}): Dataset {
  return {
    dataset_id: 'ds_aaaaaa',
    name: 'digits.csv',
    filename: 'digits.csv',
    format: 'csv',
    kind: 'tabular',
    size_bytes: 1000,
    sha256: null,
    rows: 1797,
    columns: 65,
    encoding: 'UTF-8',
    suggested_target: 'label',
    warnings: [],
    state: 'ready',
    error: null,
    source_id: null,
    version: 1,
    versions: 1,
    pending: null,
    tags: [],
    shared: 'nobody',
    mine: true,
    owner,
    created_at: '2026-11-22T08:00:00Z',
    ...change,
  };
}

export function column(change: Partial<Column> = {}): Column {
  return {
    name: 'city',
    type: 'category',
    missing: 0,
    distinct: 2,
    direction: 'ltr',
    min: null,
    max: null,
    mean: null,
    top: [],
    ...change,
  };
}

export function split(change: Partial<Split> = {}): Split {
  return {
    split_id: 'spl_aaaaaa',
    version: 1,
    method: 'ratio',
    train: 0.8,
    validation: 0.1,
    test: 0.1,
    seed: 0,
    rows: { train: 80, validation: 10, test: 10 },
    sha256: 'ab'.repeat(32),
    is_default: true,
    warnings: [],
    created_at: '2026-11-22T08:00:00Z',
    ...change,
  };
}

export function version(change: Partial<DatasetVersion> = {}): DatasetVersion {
  const number = change.version ?? 1;
  return {
    version_id: `dv_aaaaa${number}`,
    dataset_id: 'ds_aaaaaa',
    version: number,
    state: 'ready',
    error: null,
    filename: 'digits.csv',
    format: 'csv',
    kind: 'tabular',
    size_bytes: 1000,
    sha256: 'cd'.repeat(32),
    data_sha256: 'ef'.repeat(32),
    rows: 1000 + number,
    columns: 65,
    encoding: 'UTF-8',
    warnings: [],
    reading: {},
    origin: { kind: 'upload' },
    splits: [],
    jobs: 0,
    models: 0,
    deleted: false,
    freed: false,
    created_by: owner,
    created_at: '2026-11-22T08:00:00Z',
    ...change,
  };
}

export function job(change: Partial<Job> = {}): Job {
  return {
    job_id: 'job_aaaaaa',
    name: 'mlp-digits-07',
    state: 'running',
    recipe: 'tabular',
    script: null,
    dataset_id: 'ds_aaaaaa',
    dataset_name: 'digits.csv',
    dataset_version: 1,
    dataset_sha256: null,
    split_id: null,
    params: {},
    resources: null,
    progress: { fraction: 0.7, epoch: 7, epochs: 10, step: 70, steps: 100, eta_seconds: 72 },
    metrics: {},
    message: null,
    priority: 'normal',
    queue_position: null,
    waiting: null,
    launch: null,
    launch_note: null,
    error: null,
    exit_code: null,
    signal: null,
    peak_memory_bytes: null,
    cpu_seconds: null,
    mlflow_run_id: null,
    metric_count: 0,
    mlflow_experiment_id: null,
    pruned: false,
    has_model: false,
    can_resume: false,
    parent_job_id: null,
    resumed_from: null,
    sweep_id: null,
    copied_from: null,
    note: '',
    tags: [],
    owner,
    created_at: '2026-11-22T08:00:00Z',
    started_at: null,
    first_step_at: null,
    ended_at: null,
    ...change,
  };
}

export function sweep(change: Partial<Sweep> = {}): Sweep {
  return {
    sweep_id: 'swp_aaaaaa',
    name: 'rates',
    state: 'running',
    recipe: 'tabular',
    dataset_id: 'ds_aaaaaa',
    dataset_name: 'digits.csv',
    dataset_version: 1,
    split_id: null,
    params: {},
    space: { lr: { kind: 'float', low: 0.0001, high: 0.1, log: true } },
    method: 'tpe',
    pruner: 'median',
    metric: { key: 'val_loss', mode: 'min' },
    trials: 4,
    parallel: 2,
    counts: { waiting: 0, running: 1, succeeded: 2, failed: 0, pruned: 0, stopped: 0 },
    best: null,
    error: null,
    mlflow_run_id: null,
    mlflow_experiment_id: null,
    owner,
    created_at: '2026-11-22T08:00:00Z',
    ended_at: null,
    ...change,
  };
}
