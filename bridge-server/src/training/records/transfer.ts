import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobNotifier } from '../queue/notifier.js';
import type { JobTelemetry } from '../run/telemetry.js';
import type { JobFolders } from './job-folder.js';
import type { JobLabels } from './labels.js';
import type { JobRow } from './store.js';

interface JobTransferDeps {
  readonly folders: JobFolders;
  readonly notifier: JobNotifier;
  readonly telemetry: JobTelemetry;
  readonly labels: JobLabels;
}

/** What of an ended job lies beside its row, when it is moved or copied to another project. */
export class JobTransfer {
  constructor(private readonly deps: JobTransferDeps) {}

  /** What its folder takes. */
  async bytesOf(jobId: string): Promise<number> {
    const folder = this.deps.folders.of(jobId);
    const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile());
    const sizes = await Promise.all(
      files.map(({ parentPath, name }) => stat(join(parentPath, name)).then((s) => s.size)),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Log, outcome and checkpoints, in place of what an earlier attempt left; no secret of it. */
  async copyFolder(from: string, to: string): Promise<void> {
    await this.deps.folders.copy(from, to);
  }

  async dropFolder(jobId: string): Promise<void> {
    await this.deps.folders.delete(jobId);
  }

  /** The job is there now. */
  async copied(row: JobRow): Promise<void> {
    await this.#hasRun(row);
    await this.deps.notifier.listed(row);
    this.deps.notifier.settled(row.job_id);
  }

  /** It is in another project than it was. */
  async moved(before: JobRow, after: JobRow): Promise<void> {
    this.deps.telemetry.forget(before.job_id);
    await this.#hasRun(after);
    await this.deps.notifier.deleted(before);
    await this.deps.notifier.listed(after);
    this.deps.notifier.settled(after.job_id);
  }

  async #hasRun(row: JobRow): Promise<void> {
    const { job_id: jobId, mlflow_run_id: runId, mlflow_experiment_id: experimentId } = row;
    if (runId === null) return;
    this.deps.telemetry.known(runId);
    const run = { run_id: runId, experiment_id: experimentId ?? '' };
    if (this.deps.folders.exists(jobId)) await this.deps.folders.writeRun(jobId, run);
    this.deps.labels.tell(row);
  }
}
