import { Features } from '../features/registry.js';
import { BUILT_IN } from '../plugins/builtIn.js';

/** Everything that comes with the extension, as JupyterLab has it. */
export function builtIn(): Features {
  const features = new Features();
  BUILT_IN.forEach((feature) => features.add(feature));
  return features;
}
