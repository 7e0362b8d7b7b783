import type { Endpoint } from './contract/endpoint.js';
import { coreEndpoints } from './contract/index.js';
import type { Feature } from './feature.js';
import { models } from './models/feature.js';
import { sweeps } from './sweeps/feature.js';

/** The features of the bridge, in the order in which they start; a new one is a line here. */
export const FEATURES: readonly Feature[] = [sweeps, models];

/** Every endpoint of the bridge. */
export const endpoints: readonly Endpoint[] = [...coreEndpoints, ...FEATURES.flatMap((feature) => feature.endpoints)];
