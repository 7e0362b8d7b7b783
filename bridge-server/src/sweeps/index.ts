import type { RunningFeature } from '../feature.js';
import type { SweepDeps } from './deps.js';
import { sweepRoutes } from './routes.js';
import { SweepService } from './service.js';

export function createSweeps(deps: SweepDeps): RunningFeature {
  const sweeps = new SweepService(deps);
  return { routes: sweepRoutes(sweeps), start: () => sweeps.start(), stop: () => sweeps.stop() };
}
