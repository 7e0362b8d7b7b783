import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { lineage } from '../../contract/datasets/versions.js';
import type { Person } from '../../access/caller.js';
import type { Database } from '../../storage/schema.js';
import { inProjectsOf, scopeOf } from '../../access/scope.js';
import type { Access } from '../records/access.js';
import { readPage, type PageQuery } from '../../lib/pages.js';

interface Query extends PageQuery {
  readonly version?: number | undefined;
}
interface ModelFacts {
  readonly best_metric: { readonly key: string; readonly value: number } | null;
}

/** The caller's jobs that learned from a dataset, newest first. */
export async function lineageOf(
  { db, access }: { readonly db: Kysely<Database>; readonly access: Access },
  caller: Person,
  datasetId: string,
  { version, ...page }: Query,
): Promise<z.infer<typeof lineage>> {
  await access.dataset(caller, 'dataset.read', datasetId);
  let query = db
    .selectFrom('jobs')
    .select(['job_id', 'name', 'state', 'dataset_version', 'split_id', 'model_json', 'created_at'])
    .where(inProjectsOf(scopeOf(caller, 'job.read')))
    .where('dataset_id', '=', datasetId)
    .where('deleted_at', 'is', null);
  if (version !== undefined) query = query.where('dataset_version', '=', version);
  const { rows, next_cursor } = await readPage([query], { by: 'created_at', then: 'job_id' }, page);
  return {
    jobs: rows.map(({ dataset_version, model_json, ...row }) => ({
      ...row,
      version: dataset_version ?? 1,
      has_model: model_json !== null,
      metric: model_json === null ? null : (JSON.parse(model_json) as ModelFacts).best_metric,
    })),
    next_cursor,
  };
}
