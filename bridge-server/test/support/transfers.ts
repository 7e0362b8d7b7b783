import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { knownCallers, person, serve, type Served } from '../app.js';
import { jobRow, projectRow } from '../rows.js';
import { TrainingFixture } from './training.js';
import { Events } from '../../src/events.js';
import type { RunningFeature } from '../../src/feature.js';
import { Ledger, LedgerStore } from '../../src/ledger/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { KargahError } from '../../src/lib/errors.js';
import type { CopiedRuns, RunCopies } from '../../src/mlflow/copy-port.js';
import type { RegistryVersion } from '../../src/mlflow/registry-port.js';
import type { Transfer } from '../../src/transfers/contract.js';
import { createTransfers } from '../../src/transfers/index.js';

export const OWN = 'prj_sara';
export const TEAM = 'prj_teamteam';
/** Where Sara looks on. */
export const SHOWN = 'prj_shownonly';
export type Step = 'undo' | 'begun' | 'copied' | 'remove';

/** Runs as copying makes them, in memory; each step can be cut off. */
class MemoryCopies implements RunCopies {
  readonly runs = new Map<string, { readonly workspace: string; readonly mark: string; readonly of: string }>();
  readonly bytes = 1000;
  /** Whether the logged model of its runs is still there. */
  hasModel = true;
  at: (step: Step) => Promise<void> = () => Promise.resolve();
  #made = 0;

  bytesOf(): Promise<number> {
    return Promise.resolve(this.bytes);
  }
  async copy(
    { runId }: Parameters<RunCopies['copy']>[0],
    { workspace, mark }: Parameters<RunCopies['copy']>[1],
  ): Promise<CopiedRuns | null> {
    if (!this.runs.has(runId)) return null;
    this.#made += 1;
    const copy = `copy-${String(this.#made)}`;
    this.runs.set(copy, { workspace, mark, of: runId });
    await this.at('begun');
    await this.at('copied');
    const models: Record<string, string> = this.hasModel ? { 'm-1': `m-${copy}` } : {};
    return { run: { runId: copy, experimentId: '9' }, runs: { [runId]: copy }, models };
  }
  async undo(workspace: string, mark: string): Promise<void> {
    await this.at('undo');
    for (const [runId, run] of this.runs)
      if (run.workspace === workspace && run.mark.startsWith(mark)) this.runs.delete(runId);
  }
  async remove(_workspace: string, runIds: readonly string[]): Promise<void> {
    await this.at('remove');
    for (const runId of runIds) this.runs.delete(runId);
  }
}

/** Training with a team's project besides Sara's own, and what takes jobs from one to the other; its bridge can be cut off at a step. */
export class TransferWorld {
  readonly copies = new MemoryCopies();
  /** What the next looks at MLflow's registry find; after these nothing. */
  registered: RegistryVersion[][] = [];
  readonly events = new Events((error) => void this.shop.problems.push({ err: error }));
  /** What the team's project may have; null: as much as it likes. */
  room: number | null = null;
  #feature!: RunningFeature;
  #served!: Served;
  #jobs = 0;

  private constructor(readonly shop: TrainingFixture) {}

  static async open(): Promise<TransferWorld> {
    const world = new TransferWorld(await TrainingFixture.open());
    const { db } = world.shop.storage;
    await db
      .insertInto('projects')
      .values([projectRow(TEAM), projectRow(SHOWN)])
      .execute();
    const created_at = new Date().toISOString();
    for (const [user_id, role] of [
      ['sara', 'editor'],
      ['reza', 'viewer'],
    ] as const)
      await db.insertInto('project_members').values({ project_id: TEAM, user_id, role, created_at }).execute();
    await world.#start();
    return world;
  }

  async #start(): Promise<void> {
    const { storage, mlflow, service, problems } = this.shop;
    this.#feature = createTransfers({
      db: storage.db,
      events: this.events,
      ledger: new Ledger(systemClock),
      mlflow,
      copies: this.copies,
      registry: { versions: () => Promise.resolve(this.registered.shift() ?? []) },
      training: service,
      datasetsOfProjects: {
        requireRoom: async (_projectId, bytes) => {
          if (this.room !== null && (await bytes()) > this.room)
            throw new KargahError('project_quota_exceeded', { used: '0 B', limit: '10 B' });
        },
      },
      log: { error: (facts: object) => void problems.push(facts) },
    });
    const inTeam = (id: string, role: 'editor' | 'viewer') => {
      const own = person(id);
      const more = [
        [TEAM, { role, workspace: 'w-team' }],
        [SHOWN, { role: 'viewer', workspace: 'w-shown' }],
      ] as const;
      return { ...own, memberships: new Map([...own.memberships, ...more]) };
    };
    this.#served = await serve({
      routes: this.#feature.routes,
      authenticator: knownCallers(inTeam('sara', 'editor'), inTeam('reza', 'viewer'), person('mina')),
    });
    await this.#feature.start?.();
  }

  async close(): Promise<void> {
    await this.#served.close();
    await this.#feature.stop?.();
    await this.shop.close();
  }

  /** From now on the bridge goes at this step, before it is done, and another one begins. Resolves when it has begun. */
  cutAt(step: Step): Promise<void> {
    return new Promise((resolve, reject) => {
      this.copies.at = async (at) => {
        if (at !== step) return;
        this.copies.at = () => Promise.resolve();
        const stopped = this.#feature.stop?.();
        Promise.all([stopped, this.#served.close()])
          .then(() => this.#start())
          .then(resolve, reject);
        await Promise.reject(new Error('the bridge was killed'));
      };
    });
  }

  /** An ended job of Sara's with a run, a model and a log. */
  async job(changes: object = {}): Promise<string> {
    this.#jobs += 1;
    const job_id = `job_moved${String(this.#jobs).padStart(6, '0')}`;
    const run = `run-${job_id}`;
    this.copies.runs.set(run, { workspace: 'ws-sara', mark: '', of: '' });
    this.shop.mlflow.runs.set(run, { jobId: job_id, status: 'FINISHED', params: {}, tags: {}, dataset: null });
    const progress = { fraction: 1, epoch: 1, epochs: 1, step: 1, steps: 1, eta_seconds: null };
    const model = { uri: 'models:/m-1', artifact_path: 'model', size_bytes: 5, best_metric: null };
    await this.shop.storage.db
      .insertInto('jobs')
      .values(
        jobRow({
          job_id,
          project_id: OWN,
          user_id: 'sara',
          name: `کار ${job_id}`,
          progress_json: JSON.stringify(progress),
          model_json: JSON.stringify(model),
          mlflow_run_id: run,
          mlflow_experiment_id: '7',
          ended_at: '2026-01-02T00:00:00.000Z',
          ...changes,
        }),
      )
      .execute();
    await this.shop.storage.db
      .insertInto('job_events')
      .values({ job_id, at: '2026-01-02T00:00:00.000Z', from_state: 'running', to_state: 'succeeded' })
      .execute();
    await mkdir(this.#folder(job_id), { recursive: true });
    for (const [name, text] of [
      ['log.txt', `log of ${job_id}`],
      ['token', 'kgj_secret'],
      ['run.json', JSON.stringify({ run_id: run, experiment_id: '7' })],
    ] as const)
      await writeFile(join(this.#folder(job_id), name), text);
    return job_id;
  }

  /** The files of its folder; null where it has none. */
  async file(jobId: string, name: string): Promise<string | null> {
    const path = join(this.#folder(jobId), name);
    return existsSync(path) ? readFile(path, 'utf8') : null;
  }

  row(jobId: string) {
    return this.shop.storage.db.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirst();
  }

  async ask(method: string, path: string, body?: object, as = 'sara'): Promise<Response> {
    return fetch(`${this.#served.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer token-of-${as}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async begin(act: 'move' | 'copy', jobId: string): Promise<Transfer> {
    const answer = await this.ask('POST', `/train/jobs/${jobId}/${act}`, { project_id: TEAM });
    expect(answer.status).toBe(202);
    return (await answer.json()) as Transfer;
  }

  /** As it is once it has ended, nothing of it is left to be taken away, and who looks on was told of a copy, which is done last. */
  async ended({ transfer_id }: Transfer): Promise<Transfer> {
    const { db } = this.shop.storage;
    await this.shop.eventually(async () => {
      const found = db.selectFrom('transfers').selectAll().where('transfer_id', '=', transfer_id);
      const { act, state, clearing, result_id } = await found.executeTakeFirstOrThrow();
      const isTold = act === 'move' || state === 'failed' || this.shop.live.jobs.has(result_id);
      return state !== 'running' && clearing === 0 && isTold;
    }, 'the end of a transfer');
    return (await (await this.ask('GET', `/transfers/${transfer_id}`)).json()) as Transfer;
  }

  /** What the ledger tells of a job. */
  async told(jobId: string) {
    return (await new LedgerStore(this.shop.storage.db).page({ within: null }, 200, null))
      .filter(({ object }) => object.id === jobId)
      .map(({ action, project_id, before, after }) => ({ action, project_id, before, after }))
      .toReversed();
  }

  /** The runs that copying left in the team's workspace, by what they are copies of. */
  copiesOf(runId: string): string[] {
    return [...this.copies.runs].filter(([, { of }]) => of === runId).map(([copy]) => copy);
  }

  #folder(jobId: string): string {
    return join(this.shop.dir, 'jobs', jobId);
  }
}
