import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { lineage } from '../../contract/datasets/versions.js';
import type { Person } from '../../access/caller.js';
import type { Database } from '../../storage/schema.js';
import { inProjectsOf, scopeOf } from '../../access/scope.js';
import type { Access } from '../records/access.js';
import { decodeCursor, encodeCursor } from '../../lib/pages.js';

interface Query {
  readonly limit: number;
  readonly cursor?: string | undefined;
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
  { limit, cursor, version }: Query,
): Promise<z.infer<typeof lineage>> {
  await access.dataset(caller, 'dataset.read', datasetId);
  let query = db
    .selectFrom('jobs')
    .select(['job_id', 'name', 'state', 'dataset_version', 'split_id', 'model_json', 'created_at'])
    .where(inProjectsOf(scopeOf(caller, 'job.read')))
    .where('dataset_id', '=', datasetId)
    .orderBy('created_at', 'desc')
    .orderBy('job_id', 'desc')
    .limit(limit + 1);
  if (version !== undefined) query = query.where('dataset_version', '=', version);
  if (cursor !== undefined) {
    const [at, id] = decodeCursor(cursor);
    query = query.where((is) =>
      is.or([is('created_at', '<', at), is.and([is('created_at', '=', at), is('job_id', '<', id)])]),
    );
  }
  const rows = await query.execute();
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    jobs: rows.slice(0, limit).map(({ dataset_version, model_json, ...row }) => ({
      ...row,
      version: dataset_version ?? 1,
      has_model: model_json !== null,
      metric: model_json === null ? null : (JSON.parse(model_json) as ModelFacts).best_metric,
    })),
    next_cursor: last ? encodeCursor([last.created_at, last.job_id]) : null,
  };
}
