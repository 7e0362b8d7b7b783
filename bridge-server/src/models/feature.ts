import { endpointsOf } from '../contract/endpoint.js';
import type { Feature } from '../feature.js';
import * as card from './card/contract.js';
import * as contract from './contract.js';
import * as judging from './judging/contract.js';
import * as promotion from './promotion/contract.js';

export const models: Feature = {
  name: 'models',
  endpoints: endpointsOf(contract, promotion, card, judging),
  liveEvents: { models_changed: contract.modelsChanged, model_request_changed: promotion.modelRequestChanged },
  create: async (parts) => (await import('./index.js')).createModels(parts),
};
