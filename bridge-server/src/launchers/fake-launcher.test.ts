import { FakeLauncher, FakeWorld } from '../../test/support/fake-launcher.js';
import { launcherConformance } from '../../test/support/launcher-conformance.js';

const world = new FakeWorld();
const fresh = () => new FakeLauncher(world);

launcherConformance({
  name: 'ActedLauncher',
  python: process.execPath,
  launch: 'cold',
  open: () => Promise.resolve(fresh()),
  fresh,
});
