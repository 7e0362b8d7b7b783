import { endpointsOf } from '../contract/endpoint.js';
import * as contract from '../contract/projects.js';
import type { Feature } from '../feature.js';

export const projects: Feature = {
  name: 'projects',
  endpoints: endpointsOf(contract),
  create: async (parts) => (await import('./index.js')).createProjects(parts),
};
