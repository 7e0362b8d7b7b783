import { listModels } from './contract.js';
import { route, type Route } from '../http/route.js';
import type { ModelService } from './service.js';

export function modelRoutes(models: ModelService): Route[] {
  return [route(listModels, async ({ caller, query }) => ({ status: 200, json: await models.list(caller, query) }))];
}
