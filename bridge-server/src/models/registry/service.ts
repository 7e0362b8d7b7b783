import type { z } from 'zod';
import type { Caller, Person } from '../../access/caller.js';
import { requireAccess } from '../../access/require-access.js';
import { projectOf } from '../../access/resource.js';
import { scopeOf } from '../../access/scope.js';
import { workspaceUser } from '../../access/workspace-user.js';
import type { Permission } from '../../contract/permissions.js';
import type { PairedFigures } from '../../contract/training/paired.js';
import type { Report } from '../../contract/training/report.js';
import { KeyedMutex } from '../../lib/async/keyed-mutex.js';
import { KargahError } from '../../lib/errors.js';
import { folded } from '../../lib/search/folding.js';
import type { OutsideTelling } from '../../ledger/index.js';
import type { MlflowPort, RegistryChange, RegistryPort } from '../../mlflow/port.js';
import {
  modelOf,
  stored,
  type ModelFile,
  type ModelPlace,
  type JobModels,
  type PackageTexts,
} from '../../training/index.js';
import { lineage } from '../contract.js';
import type {
  Change,
  Dependents,
  listModels,
  listVersions,
  ModelVersion,
  RegisteredModel,
  registerVersion,
} from '../contract.js';
import { checkAlias, checkModelName } from './names.js';
import type { InProject, RegistryIndex } from './registry-index.js';
import type { ModelRow, RegistryStore, VersionRow } from './store.js';
import { actOf } from './told.js';
import { aliasesOf, aliasOf, modelsOf, versionsOf } from './view.js';

const MOST_JOBS = 100;

interface RegistryDeps {
  readonly store: RegistryStore;
  readonly index: RegistryIndex;
  readonly registry: RegistryPort;
  readonly mlflow: Pick<MlflowPort, 'ensureWorkspace'>;
  readonly trained: Pick<JobModels, 'reportAt' | 'pairedAt' | 'packageAt'>;
  readonly promotion: Promotion;
  readonly acts: OutsideTelling;
}
/** What protected aliases are, and how one is taken away. */
interface Promotion {
  protectedIn(projectId: string): Promise<(alias: string) => boolean>;
  demote(
    person: Person,
    place: { readonly projectId: string; readonly name: string; readonly alias: string },
  ): Promise<void>;
}
type Page<T> = { items: T[]; next_cursor: string | null; current: boolean };

/** Registered models and their versions. */
export class RegistryService {
  readonly #registering = new KeyedMutex();

  constructor(private readonly deps: RegistryDeps) {}

  async list(person: Person, query: z.output<(typeof listModels)['query']>): Promise<Page<RegisteredModel>> {
    const scope = scopeOf(person, 'model.read');
    const current = await this.deps.index.current(person);
    const search = query.search === undefined ? undefined : folded(query.search).trim();
    const { rows, next_cursor } = await this.deps.store.models(scope, { ...query, search });
    return { items: await modelsOf(this.deps.store, rows, await this.#protected(person)), next_cursor, current };
  }

  async create(person: Person, { name, ...change }: Change & { readonly name: string }): Promise<RegisteredModel> {
    requireAccess(person, 'model.write', projectOf(person));
    checkModelName(name);
    const { index, registry } = this.deps;
    await index.after(person, name, async () => {
      await this.#workspace(person);
      await registry.createModel(person.workspace, name);
      await registry.describe(person.workspace, { name }, change);
    });
    return this.get(person, name);
  }

  async get(person: Person, name: string): Promise<RegisteredModel> {
    const row = await this.model(person, 'model.read', name);
    const [model] = await modelsOf(this.deps.store, [row], await this.#protected(person));
    return model!;
  }

  async change(person: Person, name: string, change: Change): Promise<RegisteredModel> {
    await this.model(person, 'model.write', name);
    const { index, registry } = this.deps;
    await index.after(person, name, () => registry.describe(person.workspace, { name }, change));
    return this.get(person, name);
  }

  async delete(person: Person, name: string): Promise<void> {
    await this.model(person, 'model.write', name);
    await this.requireNoAlias(person, name);
    await this.#told(person, { kind: 'delete_model', name }, () =>
      this.deps.registry.deleteModel(person.workspace, name),
    );
  }

  async dependents(person: Person, name: string, version: number | undefined): Promise<Dependents> {
    const { project_id: projectId } = await this.model(person, 'model.read', name);
    if (version !== undefined) await this.version(person, 'model.read', name, version);
    const { store } = this.deps;
    const isProtected = await this.#protected(person);
    const [aliases, counts, jobs] = await Promise.all([
      store.aliases(projectId, [name]),
      store.counts(projectId, [name]),
      store.jobs(projectId, name, version, MOST_JOBS),
    ]);
    return {
      aliases: aliases
        .filter((one) => version === undefined || one.version === version)
        .map((one) => aliasOf(one, isProtected)),
      versions: version === undefined ? (counts.get(name)?.count ?? 0) : 1,
      jobs,
    };
  }

  async versions(
    person: Person,
    name: string,
    query: z.output<(typeof listVersions)['query']>,
  ): Promise<Page<ModelVersion>> {
    const current = await this.deps.index.current(person);
    const { project_id: projectId } = await this.model(person, 'model.read', name);
    const { rows, next_cursor } = await this.deps.store.versions(projectId, name, query);
    return { items: await versionsOf(this.deps.store, rows), next_cursor, current };
  }

  async getVersion(person: Person, name: string, version: number): Promise<ModelVersion> {
    const [found] = await versionsOf(this.deps.store, [await this.version(person, 'model.read', name, version)]);
    return found!;
  }

  /** @returns whether it is a new version: a job's model becomes one version of a name, however often it is asked for */
  async register(
    person: Person,
    name: string,
    { job_id: jobId, description = '', tags = {} }: z.output<(typeof registerVersion)['body']>,
  ): Promise<{ made: boolean; version: ModelVersion }> {
    requireAccess(person, 'model.write', projectOf(person));
    const { store, index, registry } = this.deps;
    const job = requireAccess(person, 'model.write', await store.job(person.projectId, jobId));
    checkModelName(name);
    const { mlflow_run_id: runId } = job;
    if (modelOf(job) === null || runId === null) throw new KargahError('model_not_ready');
    return this.#registering.runExclusive(`${person.projectId} ${name}`, async () => {
      if (!(await index.current(person))) throw new KargahError('mlflow_unavailable');
      const known = await store.versionOfJob(person.projectId, name, jobId);
      if (known !== undefined) return { made: false, version: (await versionsOf(store, [known]))[0]! };
      const version = await index.after(
        person,
        name,
        async () => {
          await this.#workspace(person);
          await registry.createModel(person.workspace, name).catch((error: unknown) => {
            if (!(error instanceof KargahError && error.code === 'model_exists')) throw error;
          });
          return registry.createVersion(person.workspace, { name, runId, description, tags });
        },
        person,
      );
      return { made: true, version: await this.getVersion(person, name, version) };
    });
  }

  async changeVersion(person: Person, name: string, version: number, change: Change): Promise<ModelVersion> {
    await this.version(person, 'model.write', name, version);
    const { index, registry } = this.deps;
    await index.after(person, name, () => registry.describe(person.workspace, { name, version }, change));
    return this.getVersion(person, name, version);
  }

  async deleteVersion(person: Person, name: string, version: number): Promise<void> {
    await this.version(person, 'model.write', name, version);
    await this.requireNoAlias(person, name, version);
    await this.#told(person, { kind: 'delete_version', name, version }, () =>
      this.deps.registry.deleteVersion(person.workspace, name, version),
    );
  }

  async report(person: Person, name: string, version: number): Promise<Report> {
    return this.reportOn(person, await this.version(person, 'model.read', name, version));
  }

  /** @throws {KargahError} `model_not_ready`, `report_missing`, `mlflow_unavailable` */
  async reportOn(project: InProject, version: VersionRow): Promise<Report> {
    const place = await this.placeOf(project, version);
    if (place === null) throw new KargahError('report_missing');
    return this.deps.trained.reportAt(place);
  }

  /**
   * Whether the second is better on the same rows.
   *
   * @throws {KargahError} `model_not_ready`, `report_rows_missing` with the `side` that has none, `rows_differ`, `mlflow_unavailable`
   */
  async against(
    project: InProject,
    first: VersionRow,
    second: VersionRow,
    metric: string | null,
  ): Promise<PairedFigures> {
    const judged = async (row: VersionRow, side: 1 | 2) => {
      const place = await this.placeOf(project, row);
      if (place === null) throw new KargahError('report_rows_missing', { side });
      const dataset = stored(lineage, row.lineage_json)?.dataset_sha256 ?? null;
      return { name: `${row.name} ${String(row.version)}`, place, dataset };
    };
    return this.deps.trained.pairedAt(await judged(first, 1), await judged(second, 2), metric);
  }

  /**
   * Has `send` use the package of a version, under a name for its file.
   *
   * @throws {KargahError} `not_found`, `model_not_ready`, `model_unsafe`, `mlflow_unavailable`
   */
  async package(
    person: Person,
    { name, version }: { readonly name: string; readonly version: number },
    texts: PackageTexts,
    send: (file: ModelFile, filename: string) => Promise<void>,
  ): Promise<void> {
    const place = await this.placeOf(person, await this.version(person, 'model.read', name, version));
    // What lies elsewhere than in its run may be anybody's.
    if (place === null) throw new KargahError('model_not_ready');
    await this.deps.trained.packageAt(place, texts, (file) => send(file, `${name} ${String(version)}.zip`));
  }

  /** Of two versions of a model, as a person asks. */
  async compared(
    person: Person,
    name: string,
    { version, other }: { readonly version: number; readonly other: number },
    metric: string | null,
  ): Promise<PairedFigures> {
    const first = await this.version(person, 'model.read', name, version);
    return this.against(person, first, await this.version(person, 'model.read', name, other), metric);
  }

  /**
   * Where its own files are; null: elsewhere than in its run, so that they may be anybody's.
   *
   * @throws {KargahError} `model_not_ready`, `mlflow_unavailable`
   */
  async placeOf({ workspace }: InProject, version: VersionRow): Promise<ModelPlace | null> {
    const { run_id: runId, model_id: modelId, source } = version;
    if (runId === null) throw new KargahError('model_not_ready');
    const artifactPath = await this.deps.registry.filesOf(workspace, { runId, modelId, source });
    return artifactPath === null ? null : { workspace, runId, artifactPath };
  }

  async setAlias(person: Person, name: string, alias: string, version: number): Promise<RegisteredModel> {
    await this.version(person, 'model.promote', name, version);
    checkAlias(alias);
    if ((await this.#protected(person))(alias)) throw new KargahError('alias_protected', { name, alias });
    await this.#told(person, { kind: 'alias', name, alias, version }, () =>
      this.deps.registry.setAlias(person.workspace, name, alias, version),
    );
    return this.get(person, name);
  }

  async deleteAlias(person: Person, name: string, alias: string): Promise<void> {
    const { project_id: projectId } = await this.model(person, 'model.promote', name);
    const { registry, store, promotion } = this.deps;
    if ((await this.#protected(person))(alias)) return promotion.demote(person, { projectId, name, alias });
    const aliases = await store.aliases(projectId, [name]);
    if (!aliases.some((one) => one.alias === alias)) throw new KargahError('not_found');
    await this.#told(person, { kind: 'alias', name, alias, version: null }, () =>
      registry.setAlias(person.workspace, name, alias, null),
    );
  }

  /** MLflow does it, and the ledger tells. */
  async #told(
    person: Person,
    change: RegistryChange & { readonly name: string },
    send: () => Promise<void>,
  ): Promise<void> {
    const { index, store, acts } = this.deps;
    const act = await actOf(store, person, change);
    await index.after(person, change.name, () => acts.during(act, send));
  }

  /** @throws {KargahError} `not_found`, `forbidden` */
  async model(person: Person, permission: Permission, name: string): Promise<ModelRow> {
    await this.deps.index.current(person);
    return requireAccess(person, permission, await this.deps.store.model(person.projectId, name));
  }

  /** @throws {KargahError} `not_found`, `forbidden` */
  async version(person: Person, permission: Permission, name: string, version: number): Promise<VersionRow> {
    await this.deps.index.current(person);
    return requireAccess(person, permission, await this.deps.store.version(person.projectId, name, version));
  }

  /** @throws {KargahError} `version_aliased`, `model_aliased` */
  async requireNoAlias({ projectId }: Pick<Caller, 'projectId'>, name: string, version?: number): Promise<void> {
    const all = await this.deps.store.aliases(projectId, [name]);
    const found = version === undefined ? all.map(({ alias }) => alias) : aliasesOf(all, version);
    if (found.length === 0) return;
    const params = { name, aliases: found.join(', '), count: found.length };
    if (version === undefined) throw new KargahError('model_aliased', params);
    throw new KargahError('version_aliased', { ...params, version });
  }

  /** Reads all of a project anew. */
  async readAgain(project: InProject): Promise<void> {
    this.deps.index.forget(project);
    await this.deps.index.current(project);
  }

  async current(project: InProject): Promise<void> {
    await this.deps.index.current(project);
  }

  #protected({ projectId }: Pick<Caller, 'projectId'>): Promise<(alias: string) => boolean> {
    return this.deps.promotion.protectedIn(projectId);
  }

  async #workspace({ workspace, ...caller }: Person): Promise<void> {
    await this.deps.mlflow.ensureWorkspace(workspace, workspaceUser({ ...caller, workspace }));
  }
}
