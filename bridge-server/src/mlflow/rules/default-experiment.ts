import { ResourceAlreadyExists, type MlflowClient } from 'mlflow-js-client';
import type { ReadBody } from '../gateway/body.js';
import { changed, isWritten } from '../exact-json.js';
import type { Match } from '../gateway/paths.js';

/** What MLflow's clients call the experiment of whoever names none. */
const DEFAULT_ID = '0';
const NAME = 'Default';
const FIELDS: ReadonlySet<string> = new Set(['experiment_id', 'experimentId', 'experiment_ids', 'experimentIds']);
/** Without an experiment these mean the default one. */
const MEANS_DEFAULT: ReadonlySet<string> = new Set(['/mlflow/runs/create']);

/**
 * MLflow has one experiment "0" for everybody, in a workspace that is nobody's. Each workspace gets an experiment `Default` of its own,
 * and a person who says "0" means that one. A job that says "0" means the experiment of its own run: its environment names none, since
 * the id of ours would be wrong in a tracking store that its script names itself.
 */
export class DefaultExperiment {
  readonly #ids = new Map<string, Promise<string>>();

  constructor(private readonly client: MlflowClient) {}

  /** The id of a workspace's default experiment, which is made the first time. */
  of(workspace: string): Promise<string> {
    const known = this.#ids.get(workspace);
    if (known !== undefined) return known;
    const asked = this.#made(workspace);
    this.#ids.set(workspace, asked);
    asked.catch(() => this.#ids.delete(workspace));
    return asked;
  }

  /** The request with the caller's own default experiment in the place of "0". */
  async meant(
    own: () => Promise<string>,
    found: Match,
    body: ReadBody | null,
  ): Promise<{ readonly found: Match; readonly body: ReadBody | null }> {
    const query = new URLSearchParams(found.query);
    const inQuery = [...FIELDS].some((field) => query.getAll(field).includes(DEFAULT_ID));
    const named = body?.json ?? null;
    const missing =
      named !== null && MEANS_DEFAULT.has(found.name) && !FIELDS_OF_ONE.some((field) => isGiven(named[field]));
    const inBody = named !== null && (missing || mentions(named));
    if (!inQuery && !inBody) return { found, body };
    const id = await own();
    return {
      found: inQuery ? { ...found, query: `?${replacedIn(query, id).toString()}` } : found,
      body: inBody && body !== null ? replacedInBody(body, id, missing) : body,
    };
  }

  async #made(workspace: string): Promise<string> {
    const { experiments } = this.client.inWorkspace(workspace);
    try {
      return (await experiments.create({ name: NAME })).experiment_id;
    } catch (error) {
      if (!(error instanceof ResourceAlreadyExists)) throw error;
      return (await experiments.getByName({ experiment_name: NAME })).experiment.experiment_id;
    }
  }
}

const FIELDS_OF_ONE = ['experiment_id', 'experimentId'];
const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
const isDefault = (value: unknown): boolean => value === DEFAULT_ID || value === 0;

function mentions(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(mentions);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, field]) =>
      (FIELDS.has(name) && (isDefault(field) || (Array.isArray(field) && field.some(isDefault)))) || mentions(field),
  );
}

function replacedIn(query: URLSearchParams, id: string): URLSearchParams {
  return new URLSearchParams(
    [...query].map(([name, value]): [string, string] => [name, FIELDS.has(name) && value === DEFAULT_ID ? id : value]),
  );
}

function replacedInBody(body: ReadBody, id: string, missing: boolean): ReadBody {
  const isNamedDefault = (value: unknown): boolean =>
    isDefault(value) || (isWritten(value) && JSON.stringify(value) === '0');
  const swap = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(swap);
    if (typeof value !== 'object' || value === null || isWritten(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => {
        if (!FIELDS.has(name)) return [name, swap(field)];
        if (Array.isArray(field)) return [name, (field as unknown[]).map((item) => (isNamedDefault(item) ? id : item))];
        return [name, isNamedDefault(field) ? id : field];
      }),
    );
  };
  return changed(body, (fields) => ({
    ...(swap(fields) as Record<string, unknown>),
    ...(missing ? { experiment_id: id } : {}),
  }));
}
