import type { Insertable, Kysely, Transaction } from 'kysely';
import { folded } from '../../lib/search/folding.js';
import type { RegistryModel, RegistryVersion } from '../../mlflow/port.js';
import { modelFacts, scriptPathOf } from '../../training/index.js';
import type { Database, ModelAliasTable, RegisteredModelTable } from '../../storage/schema.js';
import type { Lineage } from '../contract.js';
import { lockProject } from '../project-lock.js';
import { identityOf, type VersionRow } from './store.js';

type ModelRow = Insertable<RegisteredModelTable>;
/** How many rows one statement takes. */
const PIECE = 200;

/** What was read from MLflow: one model of a project, or all. */
interface Seen {
  /** Null: everything in the project. */
  readonly name: string | null;
  readonly models: readonly RegistryModel[];
  readonly versions: readonly RegistryVersion[];
  /** Who registered the versions that were not seen before, where that is known. */
  readonly registrant: { readonly userId: string; readonly name: string } | null;
  /** The new versions whose files belong to their run: of the others it is unknown what they learned from. */
  readonly ofTheirRun: ReadonlySet<RegistryVersion>;
}

/** Those that were not seen before and name the run of a job. */
export async function unknownOfJobs(
  db: Kysely<Database>,
  projectId: string,
  { name, versions }: Pick<Seen, 'name' | 'versions'>,
): Promise<RegistryVersion[]> {
  const query = db.selectFrom('model_versions').selectAll().where('project_id', '=', projectId);
  const rows = await (name === null ? query : query.where('name', '=', name)).execute();
  const known = new Set(rows.map(keyOfRow));
  const fresh = versions.filter((version) => !known.has(keyOf(version)));
  const lineages = await lineagesOf(db, projectId, fresh);
  return fresh.filter(({ runId }) => runId !== null && lineages.has(runId));
}

const keyOfRow = (row: VersionRow): string => `${String(row.version)} ${identityOf(row)} ${row.name}`;
const keyOf = ({ name, version, runId, createdAt }: RegistryVersion): string =>
  `${String(version)} ${identityOf({ run_id: runId, created_at: createdAt })} ${name}`;

/** Updates the rows to what was read; answers whether anything changed. */
export async function writeSeen(db: Kysely<Database>, projectId: string, seen: Seen): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await lockProject(trx, projectId);
    const known = await readKnown(trx, projectId, seen.name);
    const models = seen.models.map((model) => modelRow(projectId, model));
    const versions = await versionRows(trx, projectId, seen, known.versions);
    // Where protected aliases point is not read from MLflow, which follows it.
    const staged = await stagedIn(trx, projectId, seen.name);
    const unstaged = (all: readonly AliasColumns[]): AliasColumns[] =>
      all.filter(({ name, alias }) => !staged.has(`${alias} ${name}`));
    const aliases = seen.models.flatMap(({ name, aliases: all }) =>
      Object.entries(all).map(([alias, version]) => ({ project_id: projectId, name, alias, version })),
    );
    const changes = [
      await replace(trx, 'registered_models', { known: known.models, wanted: models }, ({ name }) => [name]),
      await replace(trx, 'model_versions', { known: known.versions, wanted: versions }, ({ name, version }) => [
        name,
        version,
      ]),
      await replace(
        trx,
        'model_aliases',
        { known: unstaged(known.aliases), wanted: unstaged(aliases) },
        ({ name, alias }) => [name, alias],
      ),
    ];
    return changes.includes(true);
  });
}

async function readKnown(trx: Transaction<Database>, projectId: string, name: string | null) {
  const of = async (table: Table): Promise<unknown[]> => {
    const query = trx
      .selectFrom(table as 'model_aliases')
      .selectAll()
      .where('project_id', '=', projectId);
    return (name === null ? query : query.where('name', '=', name)).execute();
  };
  return {
    models: (await of('registered_models')) as ModelRow[],
    versions: (await of('model_versions')) as VersionRow[],
    aliases: (await of('model_aliases')) as AliasColumns[],
  };
}

type AliasColumns = Insertable<ModelAliasTable>;

async function stagedIn(trx: Transaction<Database>, projectId: string, name: string | null): Promise<Set<string>> {
  const query = trx.selectFrom('model_stages').select(['name', 'alias']).where('project_id', '=', projectId);
  const rows = await (name === null ? query : query.where('name', '=', name)).execute();
  return new Set(rows.map((row) => `${row.alias} ${row.name}`));
}
type Table = 'registered_models' | 'model_versions' | 'model_aliases';
type Named = { readonly project_id: string; readonly name: string };

async function replace<Row extends Named>(
  trx: Transaction<Database>,
  table: Table,
  { known, wanted }: { readonly known: readonly Row[]; readonly wanted: readonly Row[] },
  keyOf: (row: Row) => readonly (string | number)[],
): Promise<boolean> {
  const key = (row: Row): string => JSON.stringify(keyOf(row));
  const text = (row: Row): string => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
  const before = new Map(known.map((row) => [key(row), row]));
  const added: Row[] = [];
  for (const row of wanted) {
    const old = before.get(key(row));
    if (old !== undefined && text(old) === text(row)) before.delete(key(row));
    else added.push(row);
  }
  // The remaining rows are of versions that MLflow no longer has, or that changed.
  for (const row of before.values()) {
    const columns = { registered_models: [], model_versions: ['version'], model_aliases: ['alias'] }[table];
    let query = trx
      .deleteFrom(table as 'model_aliases')
      .where('project_id', '=', row.project_id)
      .where('name', '=', row.name);
    for (const column of columns as 'alias'[])
      query = query.where(column, '=', (row as unknown as Record<string, string>)[column]!);
    await query.execute();
  }
  for (let at = 0; at < added.length; at += PIECE)
    await trx
      .insertInto(table as 'model_aliases')
      .values(added.slice(at, at + PIECE) as never)
      .execute();
  return added.length > 0 || before.size > 0;
}

function modelRow(projectId: string, model: RegistryModel): ModelRow {
  const { name, description, tags, createdAt, updatedAt } = model;
  return {
    project_id: projectId,
    name,
    search_text: folded(`${name}\n${description}`),
    description,
    tags_json: JSON.stringify(tags),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

async function versionRows(
  trx: Transaction<Database>,
  projectId: string,
  { versions, registrant, ofTheirRun }: Seen,
  known: readonly VersionRow[],
): Promise<VersionRow[]> {
  // In a model that was deleted and created again the same number is a different version.
  const before = new Map(known.map((row) => [keyOfRow(row), row]));
  const fresh = versions.filter((version) => !before.has(keyOf(version)));
  const lineages = await lineagesOf(
    trx,
    projectId,
    fresh.filter((version) => ofTheirRun.has(version)),
  );
  return versions.map((version) => {
    const old = before.get(keyOf(version));
    const isOfItsRun = version.runId !== null && ofTheirRun.has(version);
    const lineage = isOfItsRun ? lineages.get(version.runId) : undefined;
    return {
      project_id: projectId,
      name: version.name,
      version: version.version,
      place: String(version.version).padStart(10, '0'),
      description: version.description,
      tags_json: JSON.stringify(version.tags),
      source: version.source,
      status: version.status,
      run_id: version.runId,
      model_id: version.modelId,
      // What a version learned from never changes.
      job_id: old === undefined ? (lineage?.job_id ?? null) : old.job_id,
      lineage_json: old === undefined ? (lineage === undefined ? null : JSON.stringify(lineage)) : old.lineage_json,
      registered_by: old === undefined ? (registrant?.userId ?? null) : old.registered_by,
      registered_name: old === undefined ? (registrant?.name ?? null) : old.registered_name,
      created_at: version.createdAt,
      updated_at: version.updatedAt,
    };
  });
}

/** By the runs of their jobs. */
async function lineagesOf(
  db: Kysely<Database>,
  projectId: string,
  versions: readonly RegistryVersion[],
): Promise<Map<string, Lineage>> {
  const runs = [...new Set(versions.flatMap(({ runId }) => runId ?? []))];
  const found = new Map<string, Lineage>();
  for (let at = 0; at < runs.length; at += PIECE) {
    const rows = await db
      .selectFrom('jobs')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('mlflow_run_id', 'in', runs.slice(at, at + PIECE))
      .execute();
    for (const row of rows) {
      const facts = row.model_json === null ? null : modelFacts.parse(JSON.parse(row.model_json));
      found.set(row.mlflow_run_id!, {
        job_id: row.job_id,
        job_name: row.name,
        recipe: row.recipe,
        script: scriptPathOf(row),
        dataset_id: row.dataset_id,
        dataset_name: row.dataset_name,
        dataset_version: row.dataset_version,
        dataset_sha256: row.dataset_sha256,
        split_id: row.split_id,
        best_metric: facts?.best_metric ?? null,
        size_bytes: facts?.size_bytes ?? null,
        trained_by: { user_id: row.user_id, name: row.owner_name },
        trained_at: row.ended_at ?? row.created_at,
      });
    }
  }
  return found;
}
