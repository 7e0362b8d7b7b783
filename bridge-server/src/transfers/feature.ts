import { endpointsOf } from '../contract/endpoint.js';
import type { Feature } from '../feature.js';
import * as contract from './contract.js';

export const transfers: Feature = {
  name: 'transfers',
  endpoints: endpointsOf(contract),
  create: async (parts) => (await import('./index.js')).createTransfers(parts),
};
