import { Semaphore } from 'async-mutex';
import type { Events } from '../events.js';
import { writerIn } from '../access/workspace-user.js';
import { failureOf, KargahError } from '../lib/errors.js';
import { Background } from '../lib/async/background.js';
import type { MlflowPort, RegistryPort, RunCopies } from '../mlflow/port.js';
import type { JobTransfer } from '../training/index.js';
import type { TrainingLog } from '../training/ports.js';
import { itemsOf, type Item, type TransferRow, type TransferStore } from './store.js';

/** How many are worked on at once. */
const AT_ONCE = 2;
/** After so many interruptions, though MLflow says that it is up, it fails. */
const ATTEMPTS = 5;

interface TransferWorkDeps {
  readonly store: TransferStore;
  /** The source of `job.settled` and `job.changed`. */
  readonly events: Pick<Events, 'on'>;
  readonly jobs: JobTransfer;
  readonly mlflow: Pick<MlflowPort, 'ensureWorkspace' | 'whenUp'>;
  readonly copies: RunCopies;
  readonly registry: Pick<RegistryPort, 'versions'>;
  readonly log: Pick<TrainingLog, 'error'>;
}

/**
 * Does what the rows of transfers ask for. Each step may be done again: what a bridge that was killed had made under a mark is taken away
 * first; the rows of jobs change in one transaction, after the last file was compared; and what is left to be taken away is in the row,
 * until it is gone.
 */
export class TransferWork {
  readonly #places = new Semaphore(AT_ONCE);
  readonly #closing = new AbortController();
  readonly #background: Background;

  constructor(private readonly deps: TransferWorkDeps) {
    this.#background = new Background((err) => deps.log.error({ err }, 'a transfer could not be worked on'));
  }

  async start(): Promise<void> {
    for (const transferId of await this.deps.store.open()) this.begin(transferId);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#background.close();
  }

  begin(transferId: string): void {
    this.#background.begin(
      this.#places.runExclusive(async () => {
        try {
          await this.#whole(transferId);
        } catch (error) {
          // The next start goes on with it.
          if (!this.#closing.signal.aborted) throw error;
        }
      }),
    );
  }

  async #whole(transferId: string): Promise<void> {
    const { store, log } = this.deps;
    const found = await store.get(transferId);
    if (found === null) return;
    if (found.state === 'running')
      try {
        await this.#patiently(() => this.#carry(found));
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (!(error instanceof KargahError)) log.error({ err: error, transfer_id: transferId }, 'a transfer failed');
        await store.failed(
          transferId,
          error instanceof KargahError ? error.toFailure() : failureOf('internal', { request_id: transferId }),
        );
      }
    await this.#patiently(() => this.#clear(transferId));
  }

  async #carry(row: TransferRow): Promise<void> {
    const { store, mlflow, copies, jobs } = this.deps;
    const places = {
      from: await store.workspaceOf(row.project_id),
      to: await store.workspaceOf(row.to_project_id),
    };
    await mlflow.ensureWorkspace(places.to, writerIn(places.to));
    // What arrived before counts, also after MLflow was away.
    const items = itemsOf((await store.get(row.transfer_id)) ?? row);
    for (const [index, item] of items.entries()) {
      if (item.isDone) continue;
      await this.#settled(item.job_id);
      const job = await store.job(item.job_id);
      if (job === null) throw new KargahError('not_found');
      const mark = `${row.transfer_id}.${String(index)}.`;
      await copies.undo(places.to, mark);
      const runId = job.row.mlflow_run_id;
      const target = { workspace: places.to, mark, jobId: item.to_job_id, parent: null, without: ['kargah.sweep_id'] };
      // A run that was deleted in MLflow's page has no copy: the job goes without one.
      const copied = runId === null ? null : await copies.copy({ workspace: places.from, runId }, target);
      if (row.act === 'copy') await jobs.copyFolder(item.job_id, item.to_job_id);
      items[index] = { ...item, copied, isDone: true };
      await store.arrived(row.transfer_id, items);
    }
    this.#closing.signal.throwIfAborted();
    const name = row.act === 'move' ? await this.#registered(places.from, items) : null;
    if (name !== null) throw new KargahError('job_registered', { name });
    await this.#finish(row, items);
  }

  /**
   * The model of which a version names what a move takes away; null where none does. MLflow itself is asked: what is kept of its registry
   * may be older, and a version may name any run besides the logged model that it was made of.
   */
  async #registered(workspace: string, items: readonly Item[]): Promise<string | null> {
    const old = new Set(
      items.flatMap(({ copied }) => [...Object.keys(copied?.runs ?? {}), ...Object.keys(copied?.models ?? {})]),
    );
    if (old.size === 0) return null;
    const versions = await this.deps.registry.versions(workspace);
    const found = versions.find(({ runId, modelId, source }) =>
      [runId, modelId, ...source.split('/')].some((one) => one !== null && old.has(one)),
    );
    return found?.name ?? null;
  }

  /** Waits until all that an ended job logged is in MLflow, or it is deleted. */
  async #settled(jobId: string): Promise<void> {
    const { store, events } = this.deps;
    const { signal } = this.#closing;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => resolve(undefined);
    const heard = [
      events.on('job.settled', (of) => {
        if (of.jobId === jobId) wake();
      }),
      events.on('job.changed', ({ job, deleted }) => {
        if (deleted && job.job_id === jobId) wake();
      }),
    ];
    signal.addEventListener('abort', wake);
    try {
      // It may have settled before somebody listened.
      const pending = (await store.job(jobId))?.row.mlflow_end_pending ?? null;
      if (pending !== null && !signal.aborted) await promise;
    } finally {
      for (const stop of heard) stop();
      signal.removeEventListener('abort', wake);
    }
    signal.throwIfAborted();
  }

  async #finish(row: TransferRow, items: readonly Item[]): Promise<void> {
    const { store, jobs } = this.deps;
    const { before, after } = await store.finish(row, items);
    if (row.act === 'move') await jobs.moved(before, after);
    else await jobs.copied(after);
  }

  /** Of what failed nothing stays there, of what was moved nothing here. */
  async #clear(transferId: string): Promise<void> {
    const { store, copies, jobs, log } = this.deps;
    const row = await store.get(transferId);
    if (row?.clearing !== 1) return;
    const items = itemsOf(row);
    if (row.state === 'failed') {
      await copies.undo(await store.workspaceOf(row.to_project_id), `${transferId}.`);
      if (row.act === 'copy') for (const { to_job_id } of items) await jobs.dropFolder(to_job_id);
    } else {
      const old = items.flatMap(({ copied }) => Object.keys(copied?.runs ?? {}));
      const workspace = await store.workspaceOf(row.project_id);
      // A version that somebody registered after the job had moved keeps its files.
      const model = await this.#registered(workspace, items);
      if (model === null) await copies.remove(workspace, old);
      else log.error({ transfer_id: transferId, model }, 'the runs of a moved job stay, since a model has them');
    }
    await store.cleared(transferId);
  }

  /** Waits for MLflow as long as it is away. */
  async #patiently(step: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1)
      try {
        await this.deps.mlflow.whenUp(this.#closing.signal);
        await step();
        return;
      } catch (error) {
        const away = error instanceof KargahError && error.code === 'mlflow_unavailable';
        if (!away || attempt === ATTEMPTS || this.#closing.signal.aborted) throw error;
      }
  }
}
