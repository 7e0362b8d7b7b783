import type { z } from 'zod';
import type { listSweeps, Sweep, SweepRequest } from '../contract/training/sweeps.js';
import type { Job } from '../contract/training/training.js';
import { newId } from '../lib/ids.js';
import { projectOf } from '../access/resource.js';
import { requireAccess } from '../access/require-access.js';
import { scopeOf } from '../access/scope.js';
import type { Permission } from '../contract/permissions.js';
import { KargahError } from '../lib/errors.js';
import type { Person } from '../access/caller.js';
import type { SweepDeps } from './deps.js';
import { SweepRunner } from './runner.js';
import { anyOf, checkSpace, gridSize } from './space.js';
import { SweepStore, type SweepRow } from './store.js';
import { sweepOf } from './view.js';

/** The operations of the API on sweeps. */
export class SweepService {
  readonly #store: SweepStore;
  readonly #runner: SweepRunner;
  readonly #heard: readonly (() => void)[];

  constructor(private readonly deps: SweepDeps) {
    this.#store = new SweepStore(deps.db);
    this.#runner = new SweepRunner(this.#store, deps);
    this.#heard = [
      deps.events.on('job.changed', ({ job }) => this.jobChanged(job)),
      deps.events.on('job.points', ({ jobId, points }) => this.#runner.pointsLogged(jobId, points)),
      deps.events.on('project.deleted', () => this.#runner.lookAtAll()),
    ];
  }

  /** Goes on with the sweeps that an earlier bridge left. */
  start(): Promise<void> {
    return this.#runner.start();
  }

  /** Stops following jobs, which go on; the next start reads what they did. */
  stop(): Promise<void> {
    for (const stop of this.#heard) stop();
    return this.#runner.close();
  }

  /** A job moved, or another thing that lists show of it changed. */
  jobChanged(job: Job): void {
    this.#runner.jobChanged(job);
  }

  /** @throws every error of the contract's `startSweep` */
  async submit(person: Person, request: SweepRequest): Promise<Sweep> {
    requireAccess(person, 'sweep.write', projectOf(person));
    const recipe = await this.deps.training.recipes.named(request.recipe);
    const { space, method } = request;
    checkSpace(recipe, space);
    const size = method === 'grid' ? gridSize(space) : null;
    if (size !== null && size > request.trials)
      throw new KargahError('sweep_grid_too_large', { size, max: request.trials });
    // Whatever would refuse the first job refuses the sweep.
    const { dataset_id, dataset_version, split_id, resources } = request;
    const params = { ...request.params, ...anyOf(space) };
    const dataset = await this.deps.training.given(person, {
      recipe: request.recipe,
      dataset_id,
      dataset_version,
      split_id,
      params,
      ...(resources === undefined ? {} : { resources }),
    });
    const datasetName = dataset?.name ?? dataset_id;
    const row: SweepRow = {
      sweep_id: newId('swp'),
      project_id: person.projectId,
      user_id: person.userId,
      owner_name: person.name,
      name: request.name ?? `${datasetName} · ${request.recipe}`.slice(0, 190),
      state: 'running',
      recipe: request.recipe,
      dataset_id,
      dataset_name: datasetName,
      dataset_version_id: dataset?.versionId ?? null,
      dataset_version: dataset?.version ?? null,
      split_id: dataset?.split?.splitId ?? null,
      params_json: JSON.stringify(request.params),
      space_json: JSON.stringify(space),
      method,
      pruner: request.pruner,
      metric_key: '',
      metric_mode: '',
      trials: size ?? request.trials,
      parallel: request.parallel,
      seed: request.seed,
      resources_json: resources === undefined ? null : JSON.stringify(resources),
      best_json: null,
      error_json: null,
      mlflow_run_id: null,
      mlflow_experiment_id: null,
      mlflow_end_pending: null,
      created_at: new Date().toISOString(),
      ended_at: null,
    };
    await this.#store.insert(row);
    const sweep = await this.#runner.announce(row);
    this.#runner.kick(row.sweep_id);
    return sweep;
  }

  async list(
    person: Person,
    page: z.output<(typeof listSweeps)['query']>,
  ): Promise<{ items: Sweep[]; next_cursor: string | null }> {
    const { rows, next_cursor } = await this.#store.list(scopeOf(person, 'sweep.read'), page);
    const jobs = Map.groupBy(await this.#store.jobs(rows.map((row) => row.sweep_id)), (job) => job.sweep_id);
    return { items: rows.map((row) => sweepOf(row, jobs.get(row.sweep_id) ?? [])), next_cursor };
  }

  async get(person: Person, sweepId: string): Promise<Sweep> {
    return sweepOf(await this.#sweep(person, 'sweep.read', sweepId), await this.#store.jobs([sweepId]));
  }

  /** @throws not_found, sweep_not_active */
  async requestStop(person: Person, sweepId: string): Promise<Sweep> {
    const found = await this.#sweep(person, 'sweep.stop', sweepId);
    // No ledger entry for one's own sweep, nor for a second request to stop.
    const isTold = person.userId !== found.user_id && found.state !== 'stopping';
    const tell = this.deps.ledger.telling(isTold ? { ...actOn(person, found), action: 'sweep.stop' } : null);
    const row = await this.#store.patchActive(sweepId, { state: 'stopping' }, tell);
    if (!row) throw new KargahError('sweep_not_active');
    const sweep = await this.#runner.announce(row);
    this.#runner.kick(sweepId);
    return sweep;
  }

  /** @throws not_found, sweep_active, mlflow_unavailable */
  async delete(person: Person, sweepId: string): Promise<void> {
    const row = await this.#sweep(person, 'sweep.write', sweepId);
    if (row.ended_at === null) throw new KargahError('sweep_active');
    for (const jobId of await this.#store.everyJobOf(sweepId)) await gone(this.deps.training.delete(person, jobId));
    if (row.mlflow_run_id !== null)
      await gone(this.deps.mlflow.deleteRun(await this.#store.workspaceOf(row.project_id), row.mlflow_run_id));
    const tell = this.deps.ledger.telling({ ...actOn(person, row), action: 'sweep.delete' });
    await this.#store.delete(sweepId, tell);
    this.deps.live.sweepChanged(row.project_id, sweepOf(row, []), true);
  }

  async #sweep(person: Person, permission: Permission, sweepId: string): Promise<SweepRow> {
    return requireAccess(person, permission, await this.#store.resource(sweepId));
  }
}

/** The fields of a ledger entry about a sweep that every act shares. */
function actOn(person: Person, { sweep_id, project_id, name, state }: SweepRow) {
  return {
    caller: person,
    object: { kind: 'sweep', id: sweep_id },
    projectId: project_id,
    before: { name, state },
  } as const;
}

/** Deletes a job of the sweep; one that somebody else has deleted meanwhile is no error. */
async function gone(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof KargahError && error.code === 'not_found')) throw error;
  }
}
