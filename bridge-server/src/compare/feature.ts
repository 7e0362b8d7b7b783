import { endpointsOf } from '../contract/endpoint.js';
import type { Feature } from '../feature.js';
import * as contract from './contract.js';

export const compare: Feature = {
  name: 'compare',
  endpoints: endpointsOf(contract),
  create: async ({ config, events, training, log }) =>
    (await import('./index.js')).createCompare({ config, events, training, log }),
};
