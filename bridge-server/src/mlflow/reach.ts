import { ResourceDoesNotExist, type MlflowClient } from 'mlflow-js-client';
import { z } from 'zod';
import { KargahError } from '../errors.js';
import type { Caller } from '../http/route.js';
import type { Match } from './paths.js';
import type { GatewayListener } from './port.js';

export type JsonBody = Readonly<Record<string, unknown>>;
export type JobCaller = Extract<Caller, { kind: 'job' }>;

export const PARENT = 'mlflow.parentRunId';
/** How many runs deep a script may nest. */
const DEEPEST = 8;
const REMEMBERED = 10_000;

/** How far a job's token reaches: it reads what its owner may read, and writes to its own run, those nested in it, and their models. */
export class JobReach {
  readonly #sourceRuns = new Map<string, string | null>();
  /** Nested run → the job in whose run it lies. */
  readonly #nested = new Map<string, string>();

  constructor(
    private readonly listener: Pick<GatewayListener, 'jobOfRun'>,
    private readonly client: MlflowClient,
  ) {}

  /** @throws {KargahError} `forbidden` beyond the job's own. */
  async check(caller: JobCaller, { row, params }: Match, body: JsonBody | null): Promise<void> {
    switch (row.reach) {
      case 'read':
      case 'own_experiment':
      case 'registry':
        return;
      case 'people':
        throw new KargahError('forbidden');
      case 'own_run':
        return this.#ownRun(caller, named(body, ['run_id', 'runId', 'run_uuid', 'runUuid']));
      case 'own_child':
        return this.#ownChild(caller, body);
      case 'own_source':
        return this.#ownRun(caller, named(body, ['source_run_id', 'sourceRunId', 'run_id', 'runId']));
      case 'own_model':
        return this.#ownModel(caller, params['model_id']!);
      case 'own_artifact':
        return this.#ownArtifact(caller, params['path']!);
    }
  }

  async #ownRun(caller: JobCaller, runId: string): Promise<void> {
    if (!(await this.#isOwn(caller, runId, DEEPEST))) throw new KargahError('forbidden');
  }

  async #isOwn(caller: JobCaller, runId: string, deep: number): Promise<boolean> {
    // A run of any job is that job's only, whatever its tags say: a job writes the tags of its own run itself.
    const jobId = (await this.listener.jobOfRun(runId)) ?? this.#nested.get(runId) ?? null;
    if (jobId !== null) return jobId === caller.jobId;
    const parent = deep === 0 ? undefined : (await this.#run(caller, runId))?.data.tags.find(isParent)?.value;
    if (parent === undefined || !(await this.#isOwn(caller, parent, deep - 1))) return false;
    if (this.#nested.size > REMEMBERED) this.#nested.clear();
    this.#nested.set(runId, caller.jobId);
    return true;
  }

  /** In the experiment of its parent, which is the job's own; our own tags are how the bridge finds the runs of jobs. */
  async #ownChild(caller: JobCaller, body: JsonBody | null): Promise<void> {
    const tags = runTags.safeParse(body?.['tags']);
    const parents = tags.data?.filter(isParent) ?? [];
    const [parent] = parents;
    if (!parent || parents.length > 1 || tags.data?.some(({ key }) => key.startsWith('kargah.')))
      throw new KargahError('forbidden');
    await this.#ownRun(caller, parent.value);
    const experiment = (await this.#run(caller, parent.value))?.info.experiment_id;
    if (experiment !== named(body, ['experiment_id', 'experimentId'])) throw new KargahError('forbidden');
  }

  async #run(caller: JobCaller, runId: string) {
    try {
      return (await this.client.inWorkspace(caller.workspace).runs.get({ run_id: runId })).run;
    } catch (error) {
      if (error instanceof ResourceDoesNotExist) return null;
      throw error;
    }
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
      if (this.#sourceRuns.size > REMEMBERED) this.#sourceRuns.clear();
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

const runTag = z.object({ key: z.string(), value: z.string() });
export type RunTag = z.infer<typeof runTag>;
export const runTags = z.array(runTag);
const isParent = ({ key }: RunTag): boolean => key === PARENT;

/** The one id that a body names under any of the names MLflow takes for it. */
function named(body: JsonBody | null, names: readonly string[]): string {
  const given = names.map((name) => body?.[name]).filter((value) => value !== undefined && value !== '');
  const [first] = given;
  if (typeof first !== 'string' || given.some((value) => value !== first)) throw new KargahError('forbidden');
  return first;
}
