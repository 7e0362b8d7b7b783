import type { z } from 'zod';
import type { Endpoint } from './contract/endpoint.js';
import { coreEndpoints } from './contract/index.js';
import * as features from './features.js';

/** Every endpoint of the bridge; the MLflow gateway has a list of open methods and paths. */
export const endpoints: readonly Endpoint[] = [
  ...coreEndpoints,
  ...Object.values(features).flatMap((feature) => feature.endpoints),
];

/** The payloads of what features push. */
export const liveEvents: readonly z.ZodType[] = Object.values(features).flatMap((feature) =>
  Object.values(feature.liveEvents ?? {}),
);
