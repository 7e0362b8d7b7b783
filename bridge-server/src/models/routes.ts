import type { Kysely } from 'kysely';
import { listModels } from '../contract/models.js';
import { decodeCursor, encodeCursor } from '../lib/pages.js';
import { folded } from '../lib/folding.js';
import { route, type Route } from '../http/route.js';
import type { Database } from '../storage/schema.js';
import { modelFacts } from '../training/records/view.js';

export function modelRoutes(db: Kysely<Database>): Route[] {
  return [
    route(listModels, async ({ caller, query }) => {
      let rows = db
        .selectFrom('jobs')
        .select([
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
        ])
        .where('project_id', '=', caller.projectId)
        .where('model_json', 'is not', null)
        .where('mlflow_run_id', 'is not', null)
        .orderBy('created_at', 'desc')
        .orderBy('job_id', 'desc')
        .limit(query.limit + 1);
      if (query.cursor !== undefined) {
        const [at, id] = decodeCursor(query.cursor);
        rows = rows.where((is) =>
          is.or([is('created_at', '<', at), is.and([is('created_at', '=', at), is('job_id', '<', id)])]),
        );
      }
      const search = folded(query.search ?? '').trim();
      if (search !== '') rows = rows.where('search_text', 'like', `%${search.replace(/[%_]/gu, '')}%`);
      const found = await rows.execute();
      const items = found.slice(0, query.limit);
      const last = items.at(-1);
      return {
        status: 200,
        json: {
          items: items.map(({ model_json, ended_at, ...row }) => {
            const facts = modelFacts.parse(JSON.parse(model_json ?? ''));
            const { job_id, name, recipe, dataset_name, dataset_id, dataset_version, split_id, mlflow_run_id } = row;
            return {
              job_id,
              name,
              recipe,
              dataset_name,
              dataset_id,
              dataset_version,
              split_id,
              mlflow_run_id,
              model_uri: facts.uri,
              size_bytes: facts.size_bytes,
              best_metric: facts.best_metric,
              created_at: ended_at ?? row.created_at,
            };
          }),
          next_cursor: found.length > query.limit && last ? encodeCursor([last.created_at, last.job_id]) : null,
        },
      };
    }),
  ];
}
