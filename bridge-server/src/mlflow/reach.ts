import { ResourceDoesNotExist, type MlflowClient } from 'mlflow-js-client';
import { KargahError } from '../errors.js';
import type { Caller } from '../http/route.js';
import type { Match } from './paths.js';
import type { GatewayListener } from './port.js';

export type JsonBody = Readonly<Record<string, unknown>>;
type JobCaller = Extract<Caller, { kind: 'job' }>;

/** How far a job's token reaches: it reads what its owner may read, and writes to its own run and that run's models. */
export class JobReach {
  readonly #sourceRuns = new Map<string, string | null>();

  constructor(
    private readonly listener: Pick<GatewayListener, 'jobOfRun'>,
    private readonly client: MlflowClient,
  ) {}

  /** @throws {KargahError} `forbidden` beyond the job's own. */
  async check(caller: JobCaller, { row, params }: Match, body: JsonBody | null): Promise<void> {
    switch (row.reach) {
      case 'read':
      case 'registry':
        return;
      case 'people':
        throw new KargahError('forbidden');
      case 'own_run':
        return this.#ownRun(caller, named(body, ['run_id', 'runId', 'run_uuid', 'runUuid']));
      case 'own_source':
        return this.#ownRun(caller, named(body, ['source_run_id', 'sourceRunId', 'run_id', 'runId']));
      case 'own_model':
        return this.#ownModel(caller, params['model_id']!);
      case 'own_artifact':
        return this.#ownArtifact(caller, params['path']!);
    }
  }

  async #ownRun(caller: JobCaller, runId: string): Promise<void> {
    if ((await this.listener.jobOfRun(runId)) !== caller.jobId) throw new KargahError('forbidden');
  }

  async #ownModel(caller: JobCaller, modelId: string): Promise<void> {
    const runId = this.#sourceRuns.get(modelId) ?? (await this.#sourceRun(caller, modelId));
    if (runId === null) throw new KargahError('forbidden');
    await this.#ownRun(caller, runId);
  }

  async #sourceRun(caller: JobCaller, modelId: string): Promise<string | null> {
    try {
      const { model } = await this.client.inWorkspace(caller.workspace).loggedModels.get({ model_id: modelId });
      const runId = model.info.source_run_id ?? null;
      // Which run logged a model never changes.
      if (this.#sourceRuns.size > 10_000) this.#sourceRuns.clear();
      if (runId !== null) this.#sourceRuns.set(modelId, runId);
      return runId;
    } catch (error) {
      if (error instanceof ResourceDoesNotExist) return null;
      throw error;
    }
  }

  /** `workspaces/<workspace>/<experiment>/<run>/artifacts/…` or `…/<experiment>/models/<model>/artifacts/…`. */
  async #ownArtifact(caller: JobCaller, path: string): Promise<void> {
    const [root, workspace, , kindOrRun, next] = path.split('/');
    if (root !== 'workspaces' || workspace !== caller.workspace || !kindOrRun) throw new KargahError('forbidden');
    if (kindOrRun === 'models') await this.#ownModel(caller, next ?? '');
    else await this.#ownRun(caller, kindOrRun);
  }
}

/** The one id that a body names under any of the names MLflow takes for it. */
function named(body: JsonBody | null, names: readonly string[]): string {
  const given = names.map((name) => body?.[name]).filter((value) => value !== undefined && value !== '');
  const [first] = given;
  if (typeof first !== 'string' || given.some((value) => value !== first)) throw new KargahError('forbidden');
  return first;
}
