import { account } from '../account/feature.js';
import { compare } from '../compare/feature.js';
import { datasets } from '../datasets/feature.js';
import type { Feature } from '../features/feature.js';
import { jobs } from '../jobs/feature.js';
import { models } from '../models/feature.js';
import { panel } from '../panels/feature.js';
import { people } from '../people/feature.js';
import { projects } from '../projects/feature.js';
import { sweeps } from '../sweeps/feature.js';
import { train } from '../train/feature.js';

/** The features that come with the extension: a new one is a line here. Other extensions register theirs by `IKargahFeatures`. */
export const BUILT_IN: readonly Feature[] = [
  projects,
  panel,
  datasets,
  jobs,
  train,
  models,
  sweeps,
  compare,
  people,
  account,
];
