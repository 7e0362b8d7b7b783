import type { MlflowClient } from 'mlflow-js-client';
import type { JobCaller } from './request.js';
import type { GatewayListener } from '../port.js';

const REMEMBERED = 10_000;

/**
 * Runs that scripts open below their job's own: folds, trials, other processes. Their points are the job's too, under names that no
 * metric of its own run can have, since MLflow takes no brackets: `[fold 1] loss`.
 */
export class NestedRuns {
  /** Job and run → its label; null for the job's own run. */
  readonly #labels = new Map<string, Promise<string | null>>();

  constructor(
    private readonly listener: Pick<GatewayListener, 'runOfJob' | 'labelOf' | 'nestedRun'>,
    private readonly client: MlflowClient,
  ) {}

  /** @param run proved to be the job's own or one below it */
  async labelOf(caller: JobCaller, runId: string): Promise<string | null> {
    const id = `${caller.jobId}/${runId}`;
    const known = this.#labels.get(id);
    if (known !== undefined) return known;
    if (this.#labels.size >= REMEMBERED) this.#labels.clear();
    const label = this.#find(caller, runId);
    this.#labels.set(id, label);
    // A question that was not answered is asked again.
    label.catch(() => this.#labels.delete(id));
    return label;
  }

  async #find({ jobId, workspace }: JobCaller, runId: string): Promise<string | null> {
    if ((await this.listener.runOfJob(jobId)) === runId) return null;
    const known = await this.listener.labelOf(runId);
    if (known !== null) return known;
    const { run } = await this.client.inWorkspace(workspace).runs.get({ run_id: runId });
    return this.listener.nestedRun(jobId, runId, run.info.run_name);
  }
}
