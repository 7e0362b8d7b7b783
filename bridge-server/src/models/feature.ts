import { endpointsOf } from '../contract/endpoint.js';
import type { Feature } from '../feature.js';
import * as contract from './contract.js';

export const models: Feature = {
  name: 'models',
  endpoints: endpointsOf(contract),
  liveEvents: { models_changed: contract.modelsChanged },
  create: async (parts) => (await import('./index.js')).createModels(parts),
};
