// The floors of the TypeScript code: what stands above may use what stands below, never the other way, and never in a circle. Types count.

/** From the ground up; the rooms of one floor do not know each other. */
const FLOORS = {
  'bridge-server/src': [
    ['contract', 'data-folder'],
    ['lib', 'config'],
    ['storage', 'lock', 'events'],
    ['access'],
    ['http'],
    ['auth', 'live', 'launchers', 'mlflow'],
    ['training'],
    ['datasets', 'models', 'sweeps', 'observability'],
    ['compose'],
    ['bridge'],
    ['process'],
    ['main'],
  ],
  'jupyterlab-extension/src': [
    ['lib'],
    ['api'],
    ['i18n', 'live'],
    ['store'],
    ['tokens'],
    ['context'],
    ['components'],
    ['features'],
    ['recipes'],
    ['account', 'datasets'],
    ['jobs', 'train'],
    ['models', 'sweeps'],
    ['panels'],
    ['plugins'],
    ['index'],
  ],
};
/** Folders of the bridge that others know by `index.ts` or `port.ts` alone. */
const FEATURES = ['auth', 'datasets', 'launchers', 'live', 'mlflow', 'models', 'observability', 'sweeps', 'training'];
const TESTS = '\\.test\\.tsx?$|/testing/';

const room = (src, names) => `^${src}/(?:${names.join('|')})(?:/|\\.tsx?$)`;

/** A rule for each room: what it may not use, which is everything on its own floor but itself, and everything above. */
function rulesOf([src, floors]) {
  return floors.flatMap((floor, level) =>
    floor.map((name) => ({
      name: `floor: ${src}/${name}`,
      severity: 'error',
      from: { path: room(src, [name]), pathNot: TESTS },
      to: { path: room(src, [...floor.filter((other) => other !== name), ...floors.slice(level + 1).flat()]) },
    })),
  );
}

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing of the product uses what its tests use',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'a migration knows no code of today',
      severity: 'error',
      from: { path: '^bridge-server/src/storage/migrations/' },
      to: { pathNot: '^bridge-server/src/storage/migrations/|^node_modules/kysely/' },
    },
    {
      name: 'a feature of the bridge is entered by its index or its port',
      severity: 'error',
      from: { path: '^bridge-server/src/([^/]+)', pathNot: [TESTS, '^bridge-server/src/(?:compose|bridge)\\.ts$'] },
      to: {
        path: `^bridge-server/src/(?:${FEATURES.join('|')})/`,
        pathNot: ['^bridge-server/src/$1/', '^bridge-server/src/[^/]+/(?:index|ports?)\\.ts$'],
      },
    },
    ...Object.entries(FLOORS).flatMap(rulesOf),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
};
