import { KargahError } from '../../lib/errors.js';
import type { Match } from '../gateway/paths.js';
import { camelCase } from './fields.js';
import type { JsonBody } from './request.js';

/** Keys of tags of runs and experiments by which the bridge finds the runs of jobs. */
const RESERVED = 'kargah.';
/** As MLflow's server is told, too: nothing that it would have to fetch elsewhere. Prompts name no files. */
const SOURCE = /^(?:(?:runs|models|mlflow-artifacts):\/|(?:dummy-source|prompt-template)$)/u;
const LONGEST_NAME_BYTES = 255;
const DEEPEST_QUERY = 32;

/**
 * Refuses what MLflow would take and must not, and what it would answer as a fault of its own.
 *
 * @throws {KargahError} `mlflow_reserved_key`, `mlflow_source_refused`, `mlflow_artifact_name`, `mlflow_query_refused`, `mlflow_closed`
 *   for an experiment that is to keep its files elsewhere, `forbidden` where path and body name two things.
 */
export function refuseUnsound(found: Match, body: JsonBody | null): void {
  refuseTwoNames(found, body);
  refuseReservedKeys(found, body);
  refuseLongNames(found);
  switch (found.name) {
    case '/mlflow/experiments/create':
      return refuseLocation(body);
    case '/mlflow/model-versions/create':
      return refuseSource(body);
    case '/graphql':
      return refuseQuery(body);
    default:
      return;
  }
}

/** MLflow checks rights on the id in the path and may act on the one in the body: they must be the same. */
function refuseTwoNames({ params }: Match, body: JsonBody | null): void {
  for (const [name, value] of Object.entries(params)) {
    for (const field of [body?.[name], body?.[camelCase(name)]])
      if (field !== undefined && field !== value) throw new KargahError('forbidden');
  }
}

/** In every request that sets or deletes a tag of a run or an experiment; what training saves tells its recipe by such a tag, too. */
function refuseReservedKeys({ row, name, params, query }: Match, body: JsonBody | null): void {
  if (row.method === 'GET' || !/^\/mlflow\/(?:runs|experiments)\//u.test(name)) return;
  const keys = /[-/]tags?(?:\/|$)/u.test(name)
    ? [body?.['key'], params['tag_key'], params['key'], ...new URLSearchParams(query).getAll('key')]
    : [];
  for (const list of [body?.['tags'], body?.['tag_keys']]) {
    if (!Array.isArray(list)) continue;
    for (const tag of list as unknown[])
      keys.push(typeof tag === 'object' && tag !== null ? (tag as { key?: unknown }).key : tag);
  }
  for (const key of keys)
    if (typeof key === 'string' && key.startsWith(RESERVED)) throw new KargahError('mlflow_reserved_key', { key });
}

/** MLflow keeps files under their own names, and a file system has its limit. */
function refuseLongNames({ params, query, row }: Match): void {
  const asked = row.path.includes('artifact') ? new URLSearchParams(query).getAll('path') : [];
  const path = row.path.includes('mlflow-artifacts') ? (params['path'] ?? '') : '';
  for (const name of [path, ...asked].flatMap((one) => one.split('/')))
    if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) throw new KargahError('mlflow_artifact_name');
}

/** MLflow would write the artifacts of such an experiment wherever the server may write. */
function refuseLocation(body: JsonBody | null): void {
  const location = body?.['artifact_location'] ?? body?.['artifactLocation'] ?? '';
  if (typeof location === 'string' && location !== '') throw new KargahError('mlflow_closed');
}

function refuseSource(body: JsonBody | null): void {
  const source = body?.['source'];
  if (typeof source === 'string' && source !== '' && !SOURCE.test(source))
    throw new KargahError('mlflow_source_refused', { source: source.slice(0, 200) });
}

/** MLflow answers 500 to no query, and to one that is nested beyond what its reader can follow. */
function refuseQuery(body: JsonBody | null): void {
  const query = body?.['query'];
  if (typeof query !== 'string' || query.trim() === '' || depthOf(query) > DEEPEST_QUERY)
    throw new KargahError('mlflow_query_refused', { limit: DEEPEST_QUERY });
}

function depthOf(query: string): number {
  let depth = 0;
  let deepest = 0;
  // Brackets in texts and comments do not count.
  for (const [bracket] of query.replace(/"""[^]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/gu, '').matchAll(/[{}()[\]]/gu)) {
    depth += '{(['.includes(bracket) ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
