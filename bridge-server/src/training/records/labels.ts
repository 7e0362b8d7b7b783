import { KargahError } from '../../lib/errors.js';
import { folded } from '../../lib/search/folding.js';
import type { MlflowPort } from '../../mlflow/port.js';
import type { TrainingLog } from '../ports.js';
import type { JobRow, JobStore, LabelChanges } from './store.js';
import { tagsOf } from './view.js';

interface JobLabelsDeps {
  readonly store: JobStore;
  readonly mlflow: Pick<MlflowPort, 'tagRun' | 'onState' | 'state'>;
  readonly log: TrainingLog;
}

/**
 * Name, note and tags of a job. The bridge's row is what counts; the MLflow run is told after it, and again when MLflow is back, so that
 * MLflow's own page says the same.
 */
export class JobLabels {
  /** What is under way, and what waits behind it, by job: the newest labels are told last. */
  readonly #telling = new Map<string, Promise<void>>();
  #stop: () => void = () => undefined;

  constructor(private readonly deps: JobLabelsDeps) {}

  start(): void {
    this.#stop = this.deps.mlflow.onState((state) => {
      if (state === 'up') this.#tellAll();
    });
    if (this.deps.mlflow.state() === 'up') this.#tellAll();
  }

  /** @throws {KargahError} `note_changed`, `not_found` */
  async change(row: JobRow, changes: LabelChanges): Promise<JobRow> {
    const written = await this.deps.store.label(row.job_id, changes, searchText);
    if (written === null)
      throw new KargahError((await this.deps.store.get(row.job_id)) === null ? 'not_found' : 'note_changed');
    this.tell(written);
    return written;
  }

  /** Has the run of a job say what the job does, where it does not yet. Nobody waits for it. */
  tell({ job_id: jobId, labels_pending: pending, mlflow_run_id: runId }: JobRow): void {
    if (pending === 0 || runId === null) return;
    const before = this.#telling.get(jobId) ?? Promise.resolve();
    const done = before
      .then(() => this.#tell(jobId))
      .finally(() => {
        if (this.#telling.get(jobId) === done) this.#telling.delete(jobId);
      });
    this.#telling.set(jobId, done);
  }

  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#telling.values());
  }

  #tellAll(): void {
    this.deps.store
      .unlabelled()
      .then((rows) => rows.forEach((row) => this.tell(row)))
      .catch((error: unknown) => this.deps.log.error({ err: error }, 'labels of jobs could not be read'));
  }

  async #tell(jobId: string): Promise<void> {
    try {
      const row = await this.deps.store.get(jobId);
      if (row === null || row.labels_pending === 0 || row.mlflow_run_id === null) return;
      if (this.deps.mlflow.state() !== 'up') return;
      const workspace = await this.deps.store.workspaceOf(row.project_id);
      const labels = {
        'mlflow.runName': row.name,
        'mlflow.note.content': row.note,
        'kargah.tags': tagsOf(row).join(', '),
      };
      await this.deps.mlflow.tagRun(workspace, row.mlflow_run_id, labels).catch((error: unknown) => {
        // A run that was deleted there needs nothing any more.
        if (!(error instanceof KargahError && error.code === 'not_found')) throw error;
      });
      await this.deps.store.labelled(row);
    } catch (error) {
      // When MLflow is back, all that is pending is told.
      if (error instanceof KargahError && error.code === 'mlflow_unavailable') return;
      this.deps.log.error({ err: error, job_id: jobId }, 'a run could not be told its job’s name, note and tags');
    }
  }
}

const searchText = (row: JobRow): string => folded([row.name, ...tagsOf(row), row.note].join('\n'));
