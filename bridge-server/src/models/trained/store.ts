import type { Kysely, Selectable } from 'kysely';
import { inProjectsOf, type Scope } from '../../access/scope.js';
import { contains } from '../../lib/search/like.js';
import { readPage, type Page, type PageQuery } from '../../lib/pages.js';
import type { Database, JobTable } from '../../storage/schema.js';

const COLUMNS = [
  'job_id',
  'name',
  'recipe',
  'dataset_name',
  'dataset_id',
  'dataset_version',
  'split_id',
  'mlflow_run_id',
  'created_at',
  'ended_at',
  'model_json',
] as const satisfies (keyof JobTable)[];

/** A job that left a model. */
export type TrainedRow = Pick<Selectable<JobTable>, (typeof COLUMNS)[number]> & {
  readonly mlflow_run_id: string;
  readonly model_json: string;
};

export interface TrainedFilter extends PageQuery {
  /** Folded, as `search_text` is. */
  readonly search?: string | undefined;
}

/** Models that jobs trained, as the rows of the jobs tell of them. */
export class TrainedModelStore {
  constructor(private readonly db: Kysely<Database>) {}

  /** Those of the newest jobs first. */
  async list(scope: Scope, { search, ...page }: TrainedFilter): Promise<Page<TrainedRow>> {
    let query = this.db
      .selectFrom('jobs')
      .select(COLUMNS)
      .where(inProjectsOf(scope))
      .where('deleted_at', 'is', null)
      .where('model_json', 'is not', null)
      .where('mlflow_run_id', 'is not', null)
      .$narrowType<{ model_json: string; mlflow_run_id: string }>();
    if (search) query = query.where(contains('search_text', search));
    return readPage([query], { by: 'created_at', then: 'job_id' }, page);
  }
}
