import type { Kysely } from 'kysely';
import type { Route } from '../http/route.js';
import type { Database } from '../storage/schema.js';
import { modelRoutes } from './routes.js';
import { ModelService } from './service.js';
import { ModelStore } from './store.js';

export interface Models {
  readonly routes: readonly Route[];
}

export function createModels(deps: { readonly db: Kysely<Database> }): Models {
  return { routes: modelRoutes(new ModelService(new ModelStore(deps.db))) };
}
