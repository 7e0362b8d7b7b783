import type { Kysely } from 'kysely';
import type { RunningFeature } from '../feature.js';
import type { Database } from '../storage/schema.js';
import { modelRoutes } from './routes.js';
import { ModelService } from './service.js';
import { ModelStore } from './store.js';

export function createModels(db: Kysely<Database>): RunningFeature {
  return { routes: modelRoutes(new ModelService(new ModelStore(db))) };
}
