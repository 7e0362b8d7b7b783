import type { Config } from '../config.js';
import type { RunningFeature } from '../feature.js';
import { compareRoutes } from './routes.js';
import { CompareService, type CompareDeps } from './service.js';
import { KeptSummaries } from './kept.js';

export function createCompare({
  config,
  ...parts
}: Omit<CompareDeps, 'kept'> & { readonly config: Pick<Config, 'dataDir'> }): RunningFeature {
  const compare = new CompareService({ ...parts, kept: new KeptSummaries(config.dataDir) });
  return { routes: compareRoutes(compare), stop: () => compare.stop() };
}
