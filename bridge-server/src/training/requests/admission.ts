import type { EvaluationRequest, TrainRequest } from '../../contract/training/training.js';
import { KargahError } from '../../lib/errors.js';
import type { LimitStore } from '../../access/limits.js';
import type { Person } from '../../access/caller.js';
import { requestOf, refuseExcess, refuseIdleGpus, type ResourceRequest } from '../queue/resources.js';
import type { GivenDataset, TrainingDataset, TrainingDatasets, TrainingSettings } from '../ports.js';
import { DEFAULT_PYTHON, type Pythons } from './pythons.js';
import type { Recipes } from './recipes.js';
import { resolveScript, type ScriptFile } from './scripts.js';
import type { JobStore } from '../records/store.js';
import { checkColumns, chooseTarget } from './target.js';
import { NO_VARIABLES, variablesOf, type Variables } from '../records/variables.js';

const MAX_WAITING = 100;
/** In the place of a recipe's name: the job judges a model and trains none. Python knows it by this name. */
export const EVALUATION = 'evaluation';

/** A request that may become a job, with everything that was left out filled in. */
export interface Accepted {
  readonly request: TrainRequest;
  readonly dataset: TrainingDataset | null;
  readonly params: Record<string, unknown>;
  readonly claim: ResourceRequest;
  /** The interpreter that would run it. */
  readonly python: string;
  readonly script: ScriptFile | null;
  /** What it finds in its environment besides what every job does, secrets among them. */
  readonly variables: Variables;
}

interface AdmissionDeps {
  readonly store: JobStore;
  readonly datasets: TrainingDatasets;
  readonly recipes: Recipes;
  readonly pythons: Pythons;
  readonly limits: Pick<LimitStore, 'own'>;
  readonly settings: Pick<TrainingSettings, 'machine' | 'workspaceDir' | 'dataDir' | 'launchers'>;
}

/** What stands between a request to train and a job: the same for `train` and for its dry run. */
export class Admission {
  constructor(private readonly deps: AdmissionDeps) {}

  /**
   * @param again what the job was given that is done again: that, and no other version, is learned from
   * @throws every error of the contract's `train`
   */
  async accept(person: Person, request: TrainRequest, again: GivenDataset | null = null): Promise<Accepted> {
    await this.#refuseMany(person);
    const dataset = await this.#dataset(person, request, again);
    const resources = this.#resources(request);
    const script = request.script && (await resolveScript(this.deps.settings, request.script));
    if (request.script) refuseParams(request);
    const variables = variablesOf(request.script ?? {});
    const params = script ? request.params : await this.#recipeParams(request, dataset);
    const { machine } = this.deps.settings;
    const claim = requestOf(resources ?? null, script ? 'script' : 'recipe', machine);
    if (!script) refuseIdleGpus(claim);
    refuseExcess(claim, machine);
    await this.#refuseBeyond(person, claim);
    const { python: asked = DEFAULT_PYTHON } = resources ?? {};
    const python = await this.deps.pythons.executableOf(asked);
    // What another Python has installed is known only to the job.
    if (!script && asked === DEFAULT_PYTHON) await this.deps.recipes.requireTorch();
    const named = request.script && script ? { script: { ...request.script, path: script.path } } : {};
    const given = resources === undefined ? {} : { resources };
    return {
      request: { ...request, ...named, ...given },
      dataset,
      params,
      claim,
      python,
      script: script ?? null,
      variables,
    };
  }

  /**
   * Of a report on a model and other data.
   *
   * @throws those of `accept` that are about datasets, limits and Python
   */
  async acceptEvaluation(
    person: Person,
    { dataset_id, dataset_version, split_id, name, params }: EvaluationRequest,
  ): Promise<Accepted & { readonly dataset: TrainingDataset }> {
    const request: TrainRequest = { recipe: EVALUATION, dataset_id, dataset_version, split_id, name, params };
    await this.#refuseMany(person);
    const dataset = await this.#dataset(person, request, null);
    const resources = this.#resources(request);
    const { machine } = this.deps.settings;
    const claim = requestOf(resources ?? null, 'recipe', machine);
    refuseExcess(claim, machine);
    await this.#refuseBeyond(person, claim);
    await this.deps.recipes.requireTorch();
    const python = await this.deps.pythons.executableOf(DEFAULT_PYTHON);
    const given = resources === undefined ? {} : { resources };
    return {
      request: { ...request, ...given },
      dataset: dataset!,
      params,
      claim,
      python,
      script: null,
      variables: NO_VARIABLES,
    };
  }

  async #refuseMany(person: Person): Promise<void> {
    if ((await this.deps.store.countWaitingOf(person.userId)) >= MAX_WAITING)
      throw new KargahError('quota_jobs', { max: MAX_WAITING });
  }

  /** What alone is beyond a limit would wait for ever. @throws own_limit_exceeded, project_limit_exceeded */
  async #refuseBeyond({ userId, projectId }: Person, { cpus, gpus }: ResourceRequest): Promise<void> {
    for (const [code, kind, id] of [
      ['own_limit_exceeded', 'person', userId],
      ['project_limit_exceeded', 'project', projectId],
    ] as const) {
      const limits = await this.deps.limits.own({ kind, id });
      if (limits.cpus !== null && cpus > limits.cpus)
        throw new KargahError(code, { wanted: cpus, resource: 'CPU', max: limits.cpus });
      if (limits.gpus !== null && gpus > limits.gpus)
        throw new KargahError(code, { wanted: gpus, resource: 'GPU', max: limits.gpus });
    }
  }

  /** Where there is a choice of launchers the job is told which, so that another order of them later changes nothing for it. */
  #resources({ resources }: TrainRequest): TrainRequest['resources'] {
    const { launchers } = this.deps.settings;
    const launcher = resources?.launcher ?? launchers[0];
    if (!launchers.includes(launcher))
      throw new KargahError('launcher_not_offered', { launcher, offered: launchers.join(', ') });
    return launchers.length === 1 ? resources : { ...resources, launcher };
  }

  async #dataset(person: Person, request: TrainRequest, again: GivenDataset | null): Promise<TrainingDataset | null> {
    const { dataset_id: datasetId, dataset_version: version, split_id: splitId } = request;
    if (datasetId === undefined) return null;
    if (again) return this.deps.datasets.again(person, again);
    return this.deps.datasets.forTraining(person, { datasetId, version, splitId });
  }

  async #recipeParams(request: TrainRequest, dataset: TrainingDataset | null): Promise<Record<string, unknown>> {
    if (request.recipe === EVALUATION) throw new KargahError('evaluation_elsewhere');
    const recipe = await this.deps.recipes.named(request.recipe ?? '');
    const expected = recipe.recipe.dataset_kind;
    if (expected !== null && dataset === null)
      throw new KargahError('validation_failed', {}, { errors: [DATASET_NEEDED] });
    if (expected !== null && dataset?.kind !== expected) throw new KargahError('dataset_wrong_kind', { expected });
    const params = recipe.parse(request.params);
    if (dataset === null || recipe.target === null) return params;
    const chosen = chooseTarget(params, recipe.target, dataset);
    if (recipe.columns !== null) checkColumns(chosen[recipe.columns], chosen[recipe.target], dataset);
    return chosen;
  }
}

/** Nothing would bring them to the script; written down as used they would be a lie. */
function refuseParams({ params }: TrainRequest): void {
  const names = Object.keys(params);
  if (names.length > 0) throw new KargahError('script_params', { names: names.join(', ').slice(0, 200) });
}

const DATASET_NEEDED = {
  path: 'dataset_id',
  message: 'Choose a dataset.',
  message_fa: 'یک مجموعه‌داده انتخاب کنید.',
  code: 'required',
};
