import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { ROOT, testBridge, type TestBridge } from '../bridge.js';
import { removeFolder } from '../folders.js';
import { HUNG_MS } from '../hung.js';
import { jobRow } from '../rows.js';
import { raw, type Answer } from './mlflow.js';
import type { Project } from '../../src/contract/projects.js';
import { openStorage, type Storage } from '../../src/storage/storage.js';

export interface Answered<T> {
  readonly status: number;
  readonly body: T & { readonly code?: string; readonly detail?: string };
}
export interface Signed {
  readonly token: string;
  readonly userId: string;
}
/** What a report has that gates look at. */
export interface ReportOf {
  readonly part?: 'test' | 'validation';
  readonly accuracy?: { value: number | null; low: number | null; high: number | null };
  /** How many of its 200 rows it answered rightly, the last ones of them: what it answered on each is kept beside it. */
  readonly right?: number;
  /** Of how many rows the kept answers are, where they are not the report's. */
  readonly kept?: number;
}

/** A whole bridge with MLflow, a project of Sara's, and jobs that left models. */
export class ModelsWorld {
  #jobs = 0;

  private constructor(
    readonly bridge: TestBridge,
    readonly storage: Storage,
    readonly sara: Signed,
    readonly project: string,
    readonly workspace: string,
    private readonly folder: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<ModelsWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'kargah-models-'));
    // As long as the file `away` is there, no MLflow starts.
    const python = join(folder, 'python');
    const held = `[ -e '${join(folder, 'away')}' ] && [ "$2" = kargah_mlflow.serve ] && exit 1`;
    writeFileSync(python, `#!/bin/sh\n${held}\nexec '${join(ROOT, '.venv/bin/python')}' "$@"\n`, { mode: 0o755 });
    const bridge = await testBridge({ KARGAH_PYTHON: python, ...env });
    const storage = await openStorage({ file: join(bridge.dataDir, 'kargah.db') });
    const sara = await signed(bridge, 'sara@example.org');
    const answer = await bridge.call('GET', '/api/v1/projects', { token: sara.token });
    const [project] = ((await answer.json()) as { items: Project[] }).items;
    const world = new ModelsWorld(bridge, storage, sara, project!.project_id, project!.workspace, folder);
    await world.mlflowUp();
    return world;
  }

  mlflowUp(): Promise<void> {
    rmSync(join(this.folder, 'away'), { force: true });
    return this.#ready(200);
  }

  /** Ends MLflow, which stays away until `mlflowUp`. */
  async mlflowAway(): Promise<void> {
    writeFileSync(join(this.folder, 'away'), '');
    const file = join(this.bridge.dataDir, 'mlflow', 'server.json');
    process.kill((JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid, 'SIGKILL');
    await this.#ready(503);
  }

  async #ready(status: number): Promise<void> {
    const look = async (): Promise<void> => expect((await this.bridge.call('GET', '/readyz')).status).toBe(status);
    await vi.waitFor(look, { timeout: HUNG_MS, interval: 100 });
  }

  async close(): Promise<void> {
    await this.storage.close();
    await this.bridge.close();
    removeFolder(this.folder);
  }

  person(name: string): Promise<Signed> {
    return signed(this.bridge, `${name}@example.org`);
  }

  /** Somebody else in Sara's project. */
  async member(name: string, role: 'owner' | 'editor' | 'viewer'): Promise<Signed> {
    const who = await this.person(name);
    const path = `/api/v1/projects/${this.project}/invitations`;
    const { body } = await this.ask<{ token: string }>(this.sara, 'POST', path, { role });
    expect((await this.ask(who, 'POST', '/api/v1/invitations/accept', { token: body.token })).status).toBe(200);
    return who;
  }

  /** In Sara's project. */
  async ask<T = unknown>(who: Signed, method: string, path: string, body?: unknown): Promise<Answered<T>> {
    const headers = { 'X-Kargah-Project': this.project };
    const answer = await this.bridge.call(method, path, {
      token: who.token,
      ...(path.startsWith('/api/v1/invitations') ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Answered<T>['body'] };
  }

  /** As MLflow's own client asks, through the gateway. */
  async mlflow(who: Signed, method: string, path: string, body?: unknown): Promise<Answer> {
    const isWhole = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
    const text = isWhole ? body : JSON.stringify(body);
    const headers = {
      'x-mlflow-workspace': this.workspace,
      // Node says nothing of the body of a DELETE by itself.
      ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
    };
    return raw(`${this.bridge.url}/mlflow`, method, `/api/2.0${path}`, {
      token: who.token,
      headers,
      ...(text === undefined ? {} : { body: text }),
    });
  }

  /** A run with a model in it, and the job that logged it; answers the job's id. */
  async trained(name: string, report: ReportOf | null = null, changes: Parameters<typeof jobRow>[0] | object = {}) {
    this.#jobs += 1;
    const run = await this.run(report);
    const job_id = `job_trained${String(this.#jobs).padStart(8, '0')}`;
    const model = {
      uri: `runs:/${run}/model`,
      artifact_path: 'model',
      size_bytes: 7,
      best_metric: { key: 'val_accuracy', value: 0.9 },
    };
    await this.storage.db
      .insertInto('jobs')
      .values(
        jobRow({
          job_id,
          project_id: this.project,
          user_id: this.sara.userId,
          name,
          mlflow_run_id: run,
          model_json: JSON.stringify(model),
          ...changes,
        }),
      )
      .execute();
    return job_id;
  }

  /** A run of nobody's job, with a model in it. */
  async run(report: ReportOf | null = null): Promise<string> {
    const made = await this.mlflow(this.sara, 'POST', '/mlflow/runs/create', { start_time: 1 });
    expect([made.status, made.text]).toEqual([200, expect.anything()]);
    const { info } = made.json<{ run: { info: { run_id: string; artifact_uri: string } } }>().run;
    await this.upload(info.artifact_uri, 'model/MLmodel', 'x: 1');
    if (report !== null) await this.upload(info.artifact_uri, 'model/report.json', JSON.stringify(reportOf(report)));
    if (report?.right !== undefined)
      await this.upload(info.artifact_uri, 'model/report_rows.npz', keptRows(report.right, report.kept ?? 200));
    return info.run_id;
  }

  async artifactsOf(runId: string): Promise<string> {
    const found = await this.mlflow(this.sara, 'GET', `/mlflow/runs/get?run_id=${runId}`);
    return found.json<{ run: { info: { artifact_uri: string } } }>().run.info.artifact_uri;
  }

  async upload(artifacts: string, path: string, text: string | Buffer): Promise<void> {
    const folder = artifacts.replace(/^mlflow-artifacts:\//u, '');
    const sent = await this.mlflow(this.sara, 'PUT', `/mlflow-artifacts/artifacts/${folder}/${path}`, text);
    expect([sent.status, sent.text]).toEqual([200, expect.anything()]);
  }

  /** Registers a job's model as the next version of a name; answers its number. */
  async registered(name: string, report: ReportOf | null = null): Promise<number> {
    const job_id = await this.trained(`${name} job`, report);
    const path = `/api/v1/models/${encodeURIComponent(name)}/versions`;
    const { status, body } = await this.ask<{ version: number }>(this.sara, 'POST', path, { job_id });
    expect([status, body]).toEqual([201, expect.anything()]);
    return body.version;
  }
}

async function signed(bridge: TestBridge, email: string): Promise<Signed> {
  const { token, user } = (await (await bridge.signUp(email)).json()) as { token: string; user: { user_id: string } };
  return { token, userId: user.user_id };
}

const KEEP = `
import sys, tempfile
from pathlib import Path
import numpy as np
from kargah.evaluation import JudgedRows

right, rows = map(int, sys.argv[1:3])
wrong = (np.arange(rows) < rows - right).astype(np.int32)
given = np.where(wrong, 0.2, 0.8).astype(np.float32)
with tempfile.TemporaryDirectory() as folder:
    JudgedRows(np.arange(rows), np.zeros(rows, np.int32), wrong, given, ["a", "b"]).write(Path(folder, "rows"))
    sys.stdout.buffer.write(Path(folder, "rows").read_bytes())
`;
/** As a job writes them. */
const keptRows = (right: number, rows: number): Buffer =>
  execFileSync(join(ROOT, '.venv/bin/python'), ['-c', KEEP, String(right), String(rows)]);

const figure = { better: 'max' } as const;

/** A report as a job writes it. */
export function reportOf({ part = 'test', right = 180, ...told }: ReportOf) {
  const value = right / 200;
  const { accuracy = { value, low: value - 0.05, high: value + 0.04 } } = told;
  return {
    format: 1,
    task: 'classification',
    part,
    chosen_on_these: part === 'validation',
    rows: 200,
    level: 0.95,
    resamples: 1000,
    seed: 7,
    metrics: { accuracy: { ...figure, ...accuracy } },
    classes: ['a', 'b'],
    confusion: [
      [90, 10],
      [10, 90],
    ],
    confused: [],
    per_class: [],
    calibration: { bins: [], expected_calibration_error: 0.01 },
    curves: null,
    worst: [],
    label_errors: { rows: 0, first: [] },
  };
}
