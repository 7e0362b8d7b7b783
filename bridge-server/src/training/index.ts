import type { Route } from '../http/route.js';
import { LocalLauncher } from '../launchers/local.js';
import { Recipes, recipesFile } from './recipes.js';
import { trainingRoutes } from './routes.js';
import { TrainingService, type TrainingDeps } from './service.js';

export type { TrainingDataset, TrainingDatasets, TrainingSettings } from './ports.js';
export type { TrainingService } from './service.js';

/** How long a job may take to write a checkpoint when it is stopped. */
export const GRACE_SECONDS = 15;

export interface Training {
  readonly routes: readonly Route[];
  readonly service: TrainingService;
}

/** Training with jobs as processes of this machine. */
export function createTraining(deps: Omit<TrainingDeps, 'launcher' | 'recipes'>): Training {
  const service = new TrainingService({
    ...deps,
    launcher: new LocalLauncher(),
    recipes: Recipes.read(recipesFile()),
  });
  return { routes: trainingRoutes(service), service };
}
