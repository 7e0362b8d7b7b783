import { ActedLauncher, ActedWorld } from '../../test/support/acted-launcher.js';
import { launcherConformance } from '../../test/support/launcher-conformance.js';

const world = new ActedWorld();
const fresh = () => new ActedLauncher(world);

launcherConformance({
  name: 'ActedLauncher',
  python: process.execPath,
  launch: 'cold',
  open: () => Promise.resolve(fresh()),
  fresh,
});
