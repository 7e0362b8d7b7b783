import { Background } from '../lib/async/background.js';
import { CoalescedTask } from '../lib/async/coalesced-task.js';
import type { Clock } from '../lib/clock.js';
import { KargahError } from '../lib/errors.js';
import type { MlflowPort } from '../mlflow/port.js';
import type { TrainingLog } from '../training/ports.js';
import type { DeletionStore } from './deletion-store.js';
import { DAY_MS } from './deletion.js';

const LOOK_MS = 10 * 60_000;

interface PurgeDeps {
  readonly store: DeletionStore;
  /** Its active jobs are to end; and, once none is, all its jobs go, with their folders. */
  readonly jobs: { stopAllOf(projectId: string): Promise<void>; removeAllOf(projectId: string): Promise<void> };
  readonly datasets: { removeAllOf(projectId: string): Promise<void> };
  readonly mlflow: Pick<MlflowPort, 'deleteWorkspace' | 'onState'>;
  readonly clock: Clock;
  readonly keptDays: number;
  readonly log: Pick<TrainingLog, 'error'>;
}

/**
 * Stops what deleted projects still run, and takes away for good what was kept long enough: jobs, datasets, the workspace in MLflow, and
 * last the rows by which the work would be taken up again. Each step may be done twice, so a bridge that dies within one begins with the
 * same project at its next start.
 */
export class Purge {
  readonly #background: Background;
  readonly #look = new CoalescedTask(() => this.#pass());
  #endings: (() => void)[] = [];

  constructor(private readonly deps: PurgeDeps) {
    this.#background = new Background((err) => deps.log.error({ err }, 'deleted projects could not be purged'));
  }

  start(): void {
    const { clock, mlflow } = this.deps;
    const look = (): void => this.#background.begin(this.run());
    const whenUp = mlflow.onState((state) => {
      if (state === 'up') look();
    });
    this.#endings = [clock.every(LOOK_MS, look), whenUp];
    look();
  }

  async close(): Promise<void> {
    for (const end of this.#endings) end();
    await this.#background.close();
  }

  /** Resolves when all is done that can be done now. */
  run(): Promise<void> {
    return this.#look.run();
  }

  async #pass(): Promise<void> {
    const { store, jobs, clock, keptDays, log } = this.deps;
    for (const projectId of await store.withActiveJobs()) await jobs.stopAllOf(projectId);
    const now = clock.now();
    const before = new Date(now - keptDays * DAY_MS).toISOString();
    for (const project of await store.due(before, new Date(now).toISOString()))
      try {
        await this.#purge(project);
      } catch (err) {
        // The purge goes on when MLflow is back.
        if (err instanceof KargahError && err.code === 'mlflow_unavailable') continue;
        log.error({ err, project_id: project.projectId }, 'a deleted project could not be purged');
      }
  }

  async #purge(project: { readonly projectId: string; readonly workspace: string; readonly name: string }) {
    const { store, jobs, datasets, mlflow } = this.deps;
    const { projectId, workspace } = project;
    // What still runs was asked to stop; a later round finds it ended.
    if ((await store.countActiveJobs(projectId)) > 0) return;
    await jobs.removeAllOf(projectId);
    await datasets.removeAllOf(projectId);
    await mlflow.deleteWorkspace(workspace);
    await store.forget(projectId, project);
  }
}
