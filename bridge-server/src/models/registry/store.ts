import { sql, type Expression, type Kysely, type Selectable, type SqlBool } from 'kysely';
import { ownedBy, type Resource } from '../../access/resource.js';
import { inProjectsOf, type Scope } from '../../access/scope.js';
import { contains } from '../../lib/search/like.js';
import { LETTERS_OF_ORDER, readPage, type Page, type PageQuery } from '../../lib/pages.js';
import type { Database, JobTable, ModelVersionTable, RegisteredModelTable } from '../../storage/schema.js';

export type ModelRow = Selectable<RegisteredModelTable>;
export type VersionRow = Selectable<ModelVersionTable>;
/** Which version it is: MLflow counts anew in a model that was deleted and made again, so that a number alone does not say. */
export const identityOf = ({ run_id, created_at }: Pick<VersionRow, 'run_id' | 'created_at'>): string =>
  `${created_at} ${run_id ?? '-'}`;

export interface AliasRow {
  readonly name: string;
  readonly alias: string;
  readonly version: number;
  /** Of one that is, or was, protected; null of every other. */
  readonly since: string | null;
  readonly by_id: string | null;
  readonly by_name: string | null;
  readonly earlier_json: string | null;
}
type Sort = 'updated' | 'created' | 'name';
interface ModelFilter extends PageQuery {
  /** Folded, as `search_text` is. */
  readonly search?: string | undefined;
  readonly tag?: string | undefined;
  readonly alias?: string | undefined;
  readonly sort: Sort;
}
type VersionFilter = Pick<ModelFilter, 'tag' | 'alias' | 'limit' | 'cursor'>;

const ORDERS = {
  updated: { by: 'updated_at', then: 'name' },
  created: { by: 'created_at', then: 'name' },
  name: { by: 'search_text', then: 'name', ascending: true, letters: LETTERS_OF_ORDER },
} as const;

/** Reads what was last seen of the registry. */
export class RegistryStore {
  constructor(readonly db: Kysely<Database>) {}

  async models(scope: Scope, { search, tag, alias, sort, ...page }: ModelFilter): Promise<Page<ModelRow>> {
    let query = this.db.selectFrom('registered_models').selectAll().where(inProjectsOf(scope));
    if (search) query = query.where(contains('search_text', search));
    if (tag) query = query.where(hasTag('tags_json', tag));
    if (alias !== undefined)
      query = query.where((eb) =>
        eb.exists(
          eb
            .selectFrom('model_aliases as a')
            .select('a.alias')
            .whereRef('a.project_id', '=', 'registered_models.project_id')
            .whereRef('a.name', '=', 'registered_models.name')
            .where('a.alias', '=', alias),
        ),
      );
    return readPage([query], ORDERS[sort], page);
  }

  /** The model, for `requireAccess`. */
  async model(projectId: string, name: string): Promise<Resource<ModelRow> | null> {
    const row = await this.db
      .selectFrom('registered_models')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? null : ownedBy('model', name, row);
  }

  async versions(projectId: string, name: string, { tag, alias, ...page }: VersionFilter): Promise<Page<VersionRow>> {
    let query = this.db
      .selectFrom('model_versions')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name);
    if (tag) query = query.where(hasTag('tags_json', tag));
    if (alias !== undefined)
      query = query.where((eb) =>
        eb.exists(
          eb
            .selectFrom('model_aliases as a')
            .select('a.alias')
            .whereRef('a.project_id', '=', 'model_versions.project_id')
            .whereRef('a.name', '=', 'model_versions.name')
            .whereRef('a.version', '=', 'model_versions.version')
            .where('a.alias', '=', alias),
        ),
      );
    return readPage([query], { by: 'place', then: 'created_at' }, page);
  }

  /** The version, for `requireAccess`. */
  async version(projectId: string, name: string, version: number): Promise<Resource<VersionRow> | null> {
    const row = await this.db
      .selectFrom('model_versions')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .where('version', '=', version)
      .executeTakeFirst();
    return row === undefined ? null : ownedBy('model', `${name}/${String(version)}`, row);
  }

  async versionOfJob(projectId: string, name: string, jobId: string): Promise<VersionRow | undefined> {
    return this.db
      .selectFrom('model_versions')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('name', '=', name)
      .where('job_id', '=', jobId)
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  /** A job of the project, for `requireAccess`. */
  async job(projectId: string, jobId: string): Promise<Resource<Selectable<JobTable>> | null> {
    const row = await this.db
      .selectFrom('jobs')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('job_id', '=', jobId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row === undefined ? null : ownedBy('job', jobId, row);
  }

  /** Versions that were made of this logged model. */
  async versionsOfModel(projectId: string, modelId: string): Promise<VersionRow[]> {
    return this.db
      .selectFrom('model_versions')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('model_id', '=', modelId)
      .execute();
  }

  async counts(projectId: string, names: readonly string[]): Promise<Map<string, { count: number; latest: number }>> {
    if (names.length === 0) return new Map();
    const rows = await this.db
      .selectFrom('model_versions')
      .select(({ fn }) => ['name', fn.countAll<number>().as('count'), fn.max<number>('version').as('latest')])
      .where('project_id', '=', projectId)
      .where('name', 'in', names)
      .groupBy('name')
      .execute();
    return new Map(rows.map(({ name, count, latest }) => [name, { count, latest }]));
  }

  async aliases(projectId: string, names: readonly string[]): Promise<AliasRow[]> {
    if (names.length === 0) return [];
    return this.db
      .selectFrom('model_aliases as a')
      .leftJoin('model_stages as s', (join) =>
        join.onRef('s.project_id', '=', 'a.project_id').onRef('s.name', '=', 'a.name').onRef('s.alias', '=', 'a.alias'),
      )
      .select(['a.name', 'a.alias', 'a.version', 's.since', 's.by_id', 's.by_name', 's.earlier_json'])
      .where('a.project_id', '=', projectId)
      .where('a.name', 'in', names)
      .orderBy('a.alias')
      .execute();
  }

  /** The jobs of a model's versions, or of one of them, that are still there. */
  async jobs(projectId: string, name: string, version: number | undefined, limit: number) {
    let query = this.db
      .selectFrom('model_versions as v')
      .innerJoin('jobs as j', 'j.job_id', 'v.job_id')
      .select(['j.job_id', 'j.name'])
      .distinct()
      .where('v.project_id', '=', projectId)
      .where('v.name', '=', name);
    if (version !== undefined) query = query.where('v.version', '=', version);
    return query.orderBy('j.job_id').limit(limit).execute();
  }

  /** Which of these jobs, and of these datasets, are still there. */
  async standing(rows: readonly { readonly jobId: string | null; readonly datasetId: string | null }[]) {
    const jobs = rows.flatMap(({ jobId }) => jobId ?? []);
    const datasets = rows.flatMap(({ datasetId }) => datasetId ?? []);
    const [foundJobs, foundDatasets] = await Promise.all([
      jobs.length === 0
        ? []
        : this.db
            .selectFrom('jobs')
            .select('job_id')
            .where('job_id', 'in', jobs)
            .where('deleted_at', 'is', null)
            .execute(),
      datasets.length === 0
        ? []
        : this.db
            .selectFrom('datasets')
            .select('dataset_id')
            .where('dataset_id', 'in', datasets)
            .where('deleted_at', 'is', null)
            .execute(),
    ]);
    return {
      jobs: new Set(foundJobs.map((row) => row.job_id)),
      datasets: new Set(foundDatasets.map((row) => row.dataset_id)),
    };
  }
}

/** Whether the tags, a JSON object, have `key` or `key=value`. The quotes of JSON keep a value from matching as a key. */
function hasTag(column: string, tag: string): Expression<SqlBool> {
  const at = tag.indexOf('=');
  const key = JSON.stringify(at === -1 ? tag : tag.slice(0, at));
  const written = at === -1 ? `${key}:` : `${key}:${JSON.stringify(tag.slice(at + 1))}`;
  // Unlike `like`, this is case-sensitive on both databases.
  return sql<SqlBool>`replace(${sql.ref(column)}, ${written}, '') <> ${sql.ref(column)}`;
}
