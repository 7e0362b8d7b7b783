import { ResourceDoesNotExist, type MlflowClient, type Run } from 'mlflow-js-client';
import { z } from 'zod';
import { KargahError } from '../../lib/errors.js';
import { given, named } from './fields.js';
import type { Match } from '../gateway/paths.js';
import type { GatewayListener } from '../port.js';
import { RegistryReach } from './reach-registry.js';
import type { JobCaller, JsonBody } from './request.js';

export const PARENT = 'mlflow.parentRunId';
/** Says which job goes on in the run of an earlier one. */
const RESUMED_BY = 'kargah.resumed_by';
const SOURCE_RUN = 'mlflow.sourceRun';
/** How many runs deep a script may nest. */
const DEEPEST = 8;
const REMEMBERED = 10_000;
const RUN_NAMES = ['run_id', 'runId', 'run_uuid', 'runUuid'];
const EXPERIMENT_NAMES = ['experiment_id', 'experimentId'];

/**
 * How far a job's token reaches: it reads what its owner may read, and writes to its own run, those nested in it, those of ended jobs
 * that it goes on with, and what came of them: models, versions, traces.
 */
export class JobScope {
  readonly #sourceRuns = new Map<string, string | null>();
  /** Nested or resumed run → the job in whose run it lies. */
  readonly #nested = new Map<string, string>();
  readonly #registry: RegistryReach;

  constructor(
    private readonly listener: Pick<GatewayListener, 'jobOfRun' | 'runOfJob' | 'mayResume'>,
    private readonly client: MlflowClient,
  ) {
    this.#registry = new RegistryReach(client, this);
  }

  /**
   * @throws {KargahError} `forbidden` beyond the job's own; `not_found` for what is not there; `mlflow_parameter_missing` where nothing
   *   is named.
   */
  async check(caller: JobCaller, found: Match, body: JsonBody | null): Promise<void> {
    const { row, params, query } = found;
    switch (row.reach) {
      case 'read':
      case 'own_experiment':
      case 'registry':
        return;
      case 'people':
        throw new KargahError('forbidden');
      case 'own_run':
        return this.#writes(caller, found, body);
      case 'own_child':
        return this.#ownChild(caller, body);
      case 'in_own_experiment':
        return this.#inOwnExperiment(caller, [named(body, EXPERIMENT_NAMES)]);
      case 'own_source':
        return this.#ownSource(caller, body);
      case 'own_model':
        return this.ownModel(caller, params['model_id']!);
      case 'own_artifact':
        return this.#ownArtifact(caller, params['path']!);
      case 'own_registered':
        return this.#registry.registered(caller, body, query);
      case 'own_version':
        return this.#registry.version(caller, found, body);
      case 'own_trace_start':
        return this.#ownTraceStart(caller, body);
      case 'own_trace':
        return this.#ownTrace(
          caller,
          params['trace_id'] ?? params['request_id'] ?? named(body, ['trace_id', 'traceId']),
        );
      case 'own_dataset_start':
        return this.#inOwnExperiment(caller, idsIn(body));
      case 'own_dataset':
        return this.#ownDataset(caller, params['dataset_id']!);
    }
  }

  async ownRun(caller: JobCaller, runId: string): Promise<void> {
    if (!(await this.isOwn(caller, runId))) throw new KargahError('forbidden');
  }

  async isOwn(caller: JobCaller, runId: string, deep = DEEPEST): Promise<boolean> {
    const known = this.#nested.get(runId);
    if (known === caller.jobId) return true;
    // A run of any job is that job's, whatever its tags say: a job writes the tags of its own run itself.
    const jobId = (await this.listener.jobOfRun(runId)) ?? known ?? null;
    if (jobId === caller.jobId) return true;
    const run = await this.#run(caller, runId);
    const tags = new Map(run.data.tags.map(({ key, value }) => [key, value]));
    if (jobId !== null) return tags.get(RESUMED_BY) === caller.jobId && this.#remembered(runId, caller);
    const parent = deep === 0 ? undefined : tags.get(PARENT);
    return parent !== undefined && (await this.isOwn(caller, parent, deep - 1)) && this.#remembered(runId, caller);
  }

  async ownModel(caller: JobCaller, modelId: string): Promise<void> {
    const runId = this.#sourceRuns.get(modelId) ?? (await this.#sourceRun(caller, modelId));
    if (runId === null) throw new KargahError('forbidden');
    await this.ownRun(caller, runId);
  }

  #remembered(runId: string, { jobId }: JobCaller): true {
    if (this.#nested.size > REMEMBERED) this.#nested.clear();
    this.#nested.set(runId, jobId);
    return true;
  }

  /** `start_run(run_id=…)` says first that a run is running again: so a job goes on in the run of an earlier one. */
  async #writes(caller: JobCaller, { name }: Match, body: JsonBody | null): Promise<void> {
    const runId = named(body, RUN_NAMES);
    if (await this.isOwn(caller, runId)) return;
    const earlier = await this.listener.jobOfRun(runId);
    const resumes = name === '/mlflow/runs/update' && (body?.['status'] === 'RUNNING' || body?.['status'] === 1);
    if (!resumes || earlier === null || !(await this.listener.mayResume(caller.jobId, earlier)))
      throw new KargahError('forbidden');
    const tags = [{ key: RESUMED_BY, value: caller.jobId }];
    await this.client.inWorkspace(caller.workspace).runs.logBatch({ run_id: runId, tags });
    this.#remembered(runId, caller);
  }

  /** In the experiment of its parent, which is the job's own; our own tags are how the bridge finds the runs of jobs. */
  async #ownChild(caller: JobCaller, body: JsonBody | null): Promise<void> {
    const tags = runTags.safeParse(body?.['tags']);
    const parents = tags.data?.filter(isParent) ?? [];
    const [parent] = parents;
    if (!parent || parents.length > 1) throw new KargahError('forbidden');
    await this.ownRun(caller, parent.value);
    const experiment = (await this.#run(caller, parent.value)).info.experiment_id;
    if (experiment !== named(body, EXPERIMENT_NAMES)) throw new KargahError('forbidden');
  }

  /** A version may name a model that the run logged instead of the run; what it names has to be the job's, each of it. */
  async #ownSource(caller: JobCaller, body: JsonBody | null): Promise<void> {
    if (isPrompt(body)) return;
    const models = given(body, ['model_id', 'modelId']);
    for (const modelId of models) await this.ownModel(caller, modelId);
    const runs = ['source_run_id', 'sourceRunId', 'run_id', 'runId'];
    if (models.length === 0 || given(body, runs).length > 0) await this.ownRun(caller, named(body, runs));
  }

  async #inOwnExperiment(caller: JobCaller, experimentIds: readonly string[]): Promise<void> {
    const own = await this.#ownExperiment(caller);
    if (experimentIds.length === 0 || experimentIds.some((id) => id !== own)) throw new KargahError('forbidden');
  }

  async #ownExperiment(caller: JobCaller): Promise<string> {
    const runId = await this.listener.runOfJob(caller.jobId);
    if (runId === null) throw new KargahError('mlflow_unavailable');
    return (await this.#run(caller, runId)).info.experiment_id;
  }

  async #ownTraceStart(caller: JobCaller, body: JsonBody | null): Promise<void> {
    const started = startedTrace.safeParse(body);
    if (!started.success) throw new KargahError('mlflow_parameter_missing', { name: 'experiment_id' });
    const { experimentId, runId } = started.data;
    await this.#inOwnExperiment(caller, [experimentId]);
    if (runId !== undefined) await this.ownRun(caller, runId);
  }

  async #ownTrace(caller: JobCaller, traceId: string): Promise<void> {
    const { trace } = await this.asked(() =>
      this.client.inWorkspace(caller.workspace).traces.get({ trace_id: traceId }),
    );
    const { trace_location: location, trace_metadata: metadata } = trace.trace_info;
    await this.#inOwnExperiment(caller, [location.mlflow_experiment?.experiment_id ?? '']);
    const runId = metadata[SOURCE_RUN];
    if (runId !== undefined) await this.ownRun(caller, runId);
  }

  async #ownDataset(caller: JobCaller, datasetId: string): Promise<void> {
    const { datasets } = this.client.inWorkspace(caller.workspace);
    const { experiment_ids: ids } = await this.asked(() => datasets.experimentIds({ dataset_id: datasetId }));
    await this.#inOwnExperiment(caller, ids);
  }

  async #run(caller: JobCaller, runId: string): Promise<Run> {
    return this.asked(async () => (await this.client.inWorkspace(caller.workspace).runs.get({ run_id: runId })).run);
  }

  async #sourceRun(caller: JobCaller, modelId: string): Promise<string | null> {
    const { loggedModels } = this.client.inWorkspace(caller.workspace);
    const { model } = await this.asked(() => loggedModels.get({ model_id: modelId }));
    const runId = model.info.source_run_id ?? null;
    // Which run logged a model never changes.
    if (this.#sourceRuns.size > REMEMBERED) this.#sourceRuns.clear();
    if (runId !== null) this.#sourceRuns.set(modelId, runId);
    return runId;
  }

  /** @throws {KargahError} `not_found` for what is not in the workspace. */
  async asked<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw error instanceof ResourceDoesNotExist ? new KargahError('not_found', {}, { cause: error }) : error;
    }
  }

  /** `workspaces/<workspace>/<experiment>/` and then `<run>/artifacts/…`, `models/<model>/artifacts/…` or `traces/<trace>/artifacts/…`. */
  async #ownArtifact(caller: JobCaller, path: string): Promise<void> {
    const [root, workspace, , kindOrRun, next] = path.split('/');
    if (root !== 'workspaces' || workspace !== caller.workspace || !kindOrRun) throw new KargahError('forbidden');
    if (kindOrRun === 'models') await this.ownModel(caller, next ?? '');
    else if (kindOrRun === 'traces') await this.#ownTrace(caller, next ?? '');
    else await this.ownRun(caller, kindOrRun);
  }
}

const runTag = z.object({ key: z.string(), value: z.string() });
export type RunTag = z.infer<typeof runTag>;
export const runTags = z.array(runTag);
const isParent = ({ key }: RunTag): boolean => key === PARENT;

/** Where a trace begins, and in which run, as MLflow 3 and as MLflow 2 say it. */
const metadataOfV2 = z.array(z.object({ key: z.string(), value: z.string() })).default([]);
const startedTrace = z.union([
  z
    .object({
      trace: z.object({
        trace_info: z.object({
          trace_location: z.object({ mlflow_experiment: z.object({ experiment_id: z.string() }) }),
          trace_metadata: z.record(z.string(), z.string()).default({}),
        }),
      }),
    })
    .transform(({ trace: { trace_info: info } }) => ({
      experimentId: info.trace_location.mlflow_experiment.experiment_id,
      runId: info.trace_metadata[SOURCE_RUN],
    })),
  z.object({ experiment_id: z.string(), request_metadata: metadataOfV2 }).transform((started) => ({
    experimentId: started.experiment_id,
    runId: started.request_metadata.find(({ key }) => key === SOURCE_RUN)?.value,
  })),
]);

/** Prompts are kept as registered models, whose text is a tag. */
function isPrompt(body: JsonBody | null): boolean {
  const tags = z.array(z.object({ key: z.string() })).safeParse(body?.['tags']);
  return tags.success && tags.data.some(({ key }) => key === 'mlflow.prompt.is_prompt');
}

function idsIn(body: JsonBody | null): string[] {
  const ids = z.array(z.string()).safeParse(body?.['experiment_ids'] ?? body?.['experimentIds']);
  return ids.success ? ids.data : [];
}
