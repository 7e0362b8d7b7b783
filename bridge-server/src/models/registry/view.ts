import { lineage as lineageSchema, type ModelAlias, type ModelVersion, type RegisteredModel } from '../contract.js';
import { stored } from '../../training/index.js';
import type { AliasRow, ModelRow, RegistryStore, VersionRow } from './store.js';

const tagsOf = (json: string): Record<string, string> => JSON.parse(json) as Record<string, string>;

/** Rows of models as the contract shows them. */
export async function modelsOf(
  store: RegistryStore,
  rows: readonly ModelRow[],
  isProtected: (alias: string) => boolean,
): Promise<RegisteredModel[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const names = rows.map(({ name }) => name);
  const [counts, aliases] = await Promise.all([
    store.counts(first.project_id, names),
    store.aliases(first.project_id, names),
  ]);
  const byName = Map.groupBy(aliases, ({ name }) => name);
  return rows.map((row) => ({
    name: row.name,
    description: row.description,
    tags: tagsOf(row.tags_json),
    aliases: (byName.get(row.name) ?? []).map((one) => aliasOf(one, isProtected)),
    versions: counts.get(row.name)?.count ?? 0,
    latest_version: counts.get(row.name)?.latest ?? null,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }));
}

/** Rows of one model's versions as the contract shows them. */
export async function versionsOf(store: RegistryStore, rows: readonly VersionRow[]): Promise<ModelVersion[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const lineages = rows.map((row) => stored(lineageSchema, row.lineage_json));
  const standing = await store.standing(
    lineages.map((lineage) => ({ jobId: lineage?.job_id ?? null, datasetId: lineage?.dataset_id ?? null })),
  );
  const aliases = await store.aliases(first.project_id, [first.name]);
  return rows.map((row, at) => {
    const lineage = lineages[at] ?? null;
    return {
      name: row.name,
      version: row.version,
      description: row.description,
      tags: tagsOf(row.tags_json),
      aliases: aliasesOf(aliases, row.version),
      status: row.status,
      source: row.source,
      model_uri: `models:/${row.name}/${String(row.version)}`,
      mlflow_run_id: row.run_id,
      lineage,
      job_deleted: lineage !== null && !standing.jobs.has(lineage.job_id),
      dataset_deleted: lineage?.dataset_id != null && !standing.datasets.has(lineage.dataset_id),
      registered_by:
        row.registered_by === null
          ? null
          : { user_id: row.registered_by, name: row.registered_name ?? row.registered_by },
      created_at: row.created_at,
      updated_at: row.updated_at,
    };
  });
}

export const aliasesOf = (aliases: readonly AliasRow[], version: number): string[] =>
  aliases.filter((one) => one.version === version).map(({ alias }) => alias);

export function aliasOf(row: AliasRow, isProtected: (alias: string) => boolean): ModelAlias {
  const { alias, version } = row;
  if (!isProtected(alias) || row.since === null)
    return { alias, version, protected: isProtected(alias), since: null, by: null, before: null };
  const earlier = JSON.parse(row.earlier_json ?? '[]') as { readonly version: number }[];
  return {
    alias,
    version,
    protected: true,
    since: row.since,
    by: { user_id: row.by_id ?? '', name: row.by_name ?? '' },
    before: earlier.findLast((one) => one.version !== version)?.version ?? null,
  };
}
