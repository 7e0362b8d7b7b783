import type { MlflowClient, ModelVersion } from 'mlflow-js-client';
import { KargahError } from '../../lib/errors.js';
import { named } from './fields.js';
import type { Match } from '../gateway/paths.js';
import type { JobCaller, JsonBody } from './request.js';

const IS_PROMPT = 'mlflow.prompt.is_prompt';

/** What of a job's reach the registry has to ask. */
export interface OfTheJob {
  isOwn(caller: JobCaller, runId: string): Promise<boolean>;
  ownModel(caller: JobCaller, modelId: string): Promise<void>;
  asked<T>(question: () => Promise<T>): Promise<T>;
}

/**
 * What a job's token may change in the registry: versions that its run made, their aliases, registered models that hold one or none
 * yet, and prompts.
 */
export class RegistryReach {
  constructor(
    private readonly client: MlflowClient,
    private readonly job: OfTheJob,
  ) {}

  /** @throws {KargahError} `forbidden`, `not_found`, `mlflow_parameter_missing`. */
  async registered(caller: JobCaller, body: JsonBody | null, query: string): Promise<void> {
    const name = said(body, query, 'name');
    const { registeredModels } = this.client.inWorkspace(caller.workspace);
    const { registered_model: model } = await this.job.asked(() => registeredModels.get({ name }));
    if (model.tags.some(({ key }) => key === IS_PROMPT) || model.latest_versions.length === 0) return;
    for (const version of model.latest_versions) if (await this.#made(caller, version)) return;
    throw new KargahError('forbidden');
  }

  /** The version that is named, or the one that a named alias has now. @throws as `registered`. */
  async version(caller: JobCaller, { row, name: path, query }: Match, body: JsonBody | null): Promise<void> {
    const name = said(body, query, 'name');
    const { registeredModels, modelVersions } = this.client.inWorkspace(caller.workspace);
    const { registered_model: model } = await this.job.asked(() => registeredModels.get({ name }));
    if (model.tags.some(({ key }) => key === IS_PROMPT)) return;
    // MLflow reads no version where it takes an alias away: what else the request says must not stand for it.
    const byAlias = row.method === 'DELETE' && path === '/mlflow/registered-models/alias';
    const version = byAlias ? aliased(model.aliases, said(body, query, 'alias')) : versionIn(body, query);
    // An alias that nothing has is nobody's: MLflow says so itself.
    if (version === null) return;
    const { model_version: found } = await this.job.asked(() => modelVersions.get({ name, version }));
    if (!(await this.#made(caller, found))) throw new KargahError('forbidden');
  }

  async #made(caller: JobCaller, { run_id: runId, model_id: modelId }: ModelVersion): Promise<boolean> {
    try {
      if (runId !== undefined && runId !== '') return await this.job.isOwn(caller, runId);
      if (modelId === undefined || modelId === '') return false;
      await this.job.ownModel(caller, modelId);
      return true;
    } catch (error) {
      // What a version was made of may be gone.
      if (error instanceof KargahError && (error.code === 'forbidden' || error.code === 'not_found')) return false;
      throw error;
    }
  }
}

/**
 * MLflow takes every spelling that Python's `int` does, as `0_1`, ` 1` or Persian digits: what is looked at here must be the number
 * that MLflow reads.
 *
 * @throws {KargahError} `mlflow_parameter_missing`; `validation_failed` for what is no plain number
 */
export function versionIn(body: JsonBody | null, query: string): string {
  const given = body?.['version'];
  const told = typeof given === 'number' ? { ...body, version: String(given) } : body;
  const version = said(told, query, 'version');
  if (/^[1-9][0-9]{0,9}$/u.test(version)) return version;
  const message = 'Parameter “version” must be a whole number without a sign, spaces or leading zeros.';
  const message_fa = 'پارامتر version باید عددی درست با رقم‌های لاتین، بی علامت و فاصله و صفر آغازین باشد.';
  throw new KargahError(
    'validation_failed',
    {},
    { errors: [{ path: 'version', message, message_fa, code: 'invalid_format' }] },
  );
}

const aliased = (aliases: readonly { alias: string; version: string }[], alias: string): string | null =>
  aliases.find((one) => one.alias === alias)?.version ?? null;

/** MLflow takes the fields of a DELETE from its body or from its query. */
export function said(body: JsonBody | null, query: string, field: string): string {
  const asked = new URLSearchParams(query).getAll(field);
  if (asked.length === 0) return named(body, [field]);
  const [first] = asked;
  if (asked.length > 1 || (body?.[field] ?? first) !== first) throw new KargahError('forbidden');
  return first!;
}
