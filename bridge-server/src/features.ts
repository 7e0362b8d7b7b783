// The features of the bridge, a line each; they start in the order of their names.
export { compare } from './compare/feature.js';
export { models } from './models/feature.js';
export { projects } from './projects/feature.js';
export { sweeps } from './sweeps/feature.js';
export { transfers } from './transfers/feature.js';
