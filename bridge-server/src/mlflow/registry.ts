import {
  InvalidParameterValue,
  ResourceAlreadyExists,
  type MlflowClient,
  type ModelVersion,
  type RegisteredModel,
} from 'mlflow-js-client';
import { KargahError } from '../lib/errors.js';
import { asking } from './asking.js';
import type { NewVersion, RegistryGuard, RegistryModel, RegistryPort, RegistryVersion } from './registry-port.js';
import { below } from './run-paths.js';
import type { Health } from './server/health.js';

const PAGE = 1000;
type Tags = readonly { readonly key: string; readonly value: string }[];

/** MLflow's registry, in terms of projects. */
export class MlflowRegistry implements RegistryPort {
  #guard: RegistryGuard | null = null;

  constructor(
    private readonly client: MlflowClient,
    private readonly health: Pick<Health, 'state'>,
  ) {}

  /** Null where nothing guards the registry. */
  get guard(): RegistryGuard | null {
    return this.#guard;
  }

  guardBy(guard: RegistryGuard): void {
    this.#guard = guard;
  }

  async models(workspace: string): Promise<RegistryModel[]> {
    const { registeredModels } = this.client.inWorkspace(workspace);
    return this.#all(async (page) => {
      const found = await registeredModels.search({ max_results: PAGE, order_by: ['name ASC'], ...page });
      return { items: found.registered_models.map(modelOf), next: found.next_page_token };
    });
  }

  async model(workspace: string, name: string): Promise<RegistryModel> {
    const { registeredModels } = this.client.inWorkspace(workspace);
    return this.#ask(async () => modelOf((await registeredModels.get({ name })).registered_model));
  }

  async versions(workspace: string, name?: string): Promise<RegistryVersion[]> {
    const { modelVersions } = this.client.inWorkspace(workspace);
    // A name with quotes cannot be said in MLflow's filters.
    const filter = name === undefined || /["'`\\\\]/u.test(name) ? {} : { filter: `name = '${name}'` };
    const order_by = ['name ASC', 'version_number ASC'];
    const all = await this.#all(async (page) => {
      const found = await modelVersions.search({ max_results: PAGE, order_by, ...filter, ...page });
      return { items: found.model_versions.map(versionOf), next: found.next_page_token };
    });
    return name === undefined ? all : all.filter((version) => version.name === name);
  }

  async version(workspace: string, name: string, version: number): Promise<RegistryVersion | null> {
    const { modelVersions } = this.client.inWorkspace(workspace);
    try {
      return await this.#ask(async () =>
        versionOf((await modelVersions.get({ name, version: String(version) })).model_version),
      );
    } catch (error) {
      if (error instanceof KargahError && error.code === 'not_found') return null;
      throw error;
    }
  }

  async filesOf(
    workspace: string,
    { runId, modelId, source }: Parameters<RegistryPort['filesOf']>[1],
  ): ReturnType<RegistryPort['filesOf']> {
    const mlflow = this.client.inWorkspace(workspace);
    // Such an address may lead elsewhere than it begins.
    if (/[%\\?#]|(?:^|\/)\.\.?(?:\/|$)/u.test(source)) return null;
    return this.#ask(async () => {
      if (modelId !== null) {
        const { info } = (await mlflow.loggedModels.get({ model_id: modelId })).model;
        const uri = `models:/${modelId}`;
        const isItsOwn = source === uri || below(info.artifact_uri, source) === '';
        return info.source_run_id === runId && isItsOwn ? uri : null;
      }
      const { run } = await mlflow.runs.get({ run_id: runId });
      const path = below(run.info.artifact_uri, source) ?? below(`runs:/${runId}`, source);
      return path === null || path === '' ? null : `runs:/${runId}/${path}`;
    });
  }

  async createModel(workspace: string, name: string): Promise<void> {
    const { registeredModels } = this.client.inWorkspace(workspace);
    await this.#ask(() => registeredModels.create({ name }));
  }

  async createVersion(workspace: string, { name, runId, description, tags }: NewVersion): Promise<number> {
    const mlflow = this.client.inWorkspace(workspace);
    return this.#ask(async () => {
      const { run } = await mlflow.runs.get({ run_id: runId });
      const logged = run.outputs.model_outputs.at(-1);
      const model =
        logged === undefined ? null : (await mlflow.loggedModels.get({ model_id: logged.model_id })).model.info;
      if (model === null) {
        const { files } = await mlflow.artifacts.list({ run_id: runId, path: 'model' });
        if (!files.some(({ path }) => path === 'model/MLmodel')) throw new KargahError('model_not_ready');
      }
      const { model_version: made } = await mlflow.modelVersions.create({
        name,
        run_id: runId,
        // MLflow downloads from what is named here, for which `runs:/…` is not enough.
        source: model?.artifact_uri ?? `${run.info.artifact_uri}/model`,
        ...(model === null ? {} : { model_id: model.model_id }),
        ...(description === '' ? {} : { description }),
        tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
      });
      return Number(made.version);
    });
  }

  async describe(
    workspace: string,
    { name, version }: Parameters<RegistryPort['describe']>[1],
    { description, tags = {} }: Parameters<RegistryPort['describe']>[2],
  ): Promise<void> {
    const { registeredModels, modelVersions } = this.client.inWorkspace(workspace);
    const of = version === undefined ? null : { name, version: String(version) };
    await this.#ask(async () => {
      if (description !== undefined)
        await (of ? modelVersions.update({ ...of, description }) : registeredModels.update({ name, description }));
      for (const [key, value] of Object.entries(tags))
        if (value === null)
          await (of ? modelVersions.deleteTag({ ...of, key }) : registeredModels.deleteTag({ name, key }));
        else await (of ? modelVersions.setTag({ ...of, key, value }) : registeredModels.setTag({ name, key, value }));
    });
  }

  async setAlias(workspace: string, name: string, alias: string, version: number | null): Promise<void> {
    const { registeredModels } = this.client.inWorkspace(workspace);
    await this.#ask(() =>
      version === null
        ? registeredModels.deleteAlias({ name, alias })
        : registeredModels.setAlias({ name, alias, version: String(version) }),
    );
  }

  async deleteVersion(workspace: string, name: string, version: number): Promise<void> {
    const { modelVersions } = this.client.inWorkspace(workspace);
    await this.#ask(() => modelVersions.delete({ name, version: String(version) }));
  }

  async deleteModel(workspace: string, name: string): Promise<void> {
    const { registeredModels } = this.client.inWorkspace(workspace);
    await this.#ask(() => registeredModels.delete({ name }));
  }

  async #all<T>(
    ask: (page: { page_token?: string }) => Promise<{ items: T[]; next: string | undefined }>,
  ): Promise<T[]> {
    const all: T[] = [];
    let token: string | undefined;
    do {
      const { items, next } = await this.#ask(() => ask(token === undefined ? {} : { page_token: token }));
      for (const item of items) all.push(item);
      token = next || undefined;
    } while (token !== undefined);
    return all;
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    return asking(this.health, async () => {
      try {
        return await question();
      } catch (cause) {
        if (cause instanceof ResourceAlreadyExists) throw new KargahError('model_exists', {}, { cause });
        if (cause instanceof InvalidParameterValue)
          throw new KargahError('model_refused', { reason: cause.message.slice(0, 300) }, { cause });
        throw cause;
      }
    });
  }
}

function modelOf(model: RegisteredModel): RegistryModel {
  return {
    name: model.name,
    description: model.description ?? '',
    tags: tagsOf(model.tags),
    aliases: Object.fromEntries(model.aliases.map(({ alias, version }) => [alias, Number(version)])),
    createdAt: moment(model.creation_timestamp),
    updatedAt: moment(model.last_updated_timestamp ?? model.creation_timestamp),
  };
}

function versionOf(version: ModelVersion): RegistryVersion {
  return {
    name: version.name,
    version: Number(version.version),
    description: version.description ?? '',
    tags: tagsOf(version.tags),
    source: version.source,
    status: version.status,
    runId: version.run_id || null,
    modelId: version.model_id || loggedModelIn(version.source),
    createdAt: moment(version.creation_timestamp),
    updatedAt: moment(version.last_updated_timestamp ?? version.creation_timestamp),
  };
}

/** MLflow keeps of the logged model that a version was made of its address alone. */
function loggedModelIn(source: string): string | null {
  const found = /^models:\/(m-[^/]+)$|\/models\/(m-[^/]+)\/artifacts\/*$/u.exec(source);
  return found?.[1] ?? found?.[2] ?? null;
}

const tagsOf = (tags: Tags): Record<string, string> => Object.fromEntries(tags.map(({ key, value }) => [key, value]));
const moment = (ms: number | undefined): string => new Date(ms ?? 0).toISOString();
