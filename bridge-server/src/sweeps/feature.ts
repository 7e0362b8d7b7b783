import { endpointsOf } from '../contract/endpoint.js';
import * as contract from '../contract/training/sweeps.js';
import type { Feature } from '../feature.js';

export const sweeps: Feature = {
  name: 'sweeps',
  endpoints: endpointsOf(contract),
  create: async ({ config, ...parts }) =>
    (await import('./index.js')).createSweeps({ ...parts, python: config.python }),
};
