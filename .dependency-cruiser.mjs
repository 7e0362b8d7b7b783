// The floors of the TypeScript code: what stands above may use what stands below, never the other way, and never in a circle. Types count.

import { readdirSync } from 'node:fs';

/** Here stand the features: every folder that no floor names, so that a new one needs no line. */
const FEATURES = Symbol('features');

/** From the ground up; the rooms of one floor do not know each other. */
const FLOORS = {
  'bridge-server/src': [
    ['contract', 'data-folder'],
    ['lib', 'config'],
    ['storage', 'lock', 'events'],
    ['ledger', 'mail'],
    ['access'],
    ['http'],
    ['auth', 'live', 'launchers', 'mlflow'],
    ['training'],
    ['feature'],
    ['administration', 'datasets', 'observability', FEATURES],
    ['features'],
    ['endpoints', 'compose'],
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
    ['projects', 'recipes'],
    ['account', 'datasets', 'people'],
    ['jobs', 'train'],
    [FEATURES],
    ['panels'],
    ['plugins'],
    ['index'],
  ],
};
/** Folders of the bridge of which every file may be used; all others are features, the core's or one of `features.ts`. */
const OPEN = ['access', 'contract', 'http', 'lib', 'storage'];
const TESTS = '\\.test\\.tsx?$|/testing/';

const foldersOf = (src) =>
  readdirSync(new URL(`${src}/`, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
const room = (src, names) => `^${src}/(?:${names.join('|')})(?:/|\\.tsx?$)`;

/** A rule for each room: what it may not use, which is everything on its own floor but itself, and everything above. */
function rulesOf([src, named]) {
  const features = foldersOf(src).filter((name) => !named.flat().includes(name));
  const floors = named.map((floor) => floor.flatMap((name) => (name === FEATURES ? features : [name])));
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
      from: { path: '^(bridge-server/src/[^/]+)/migrations/' },
      to: { pathNot: '^$1/migrations/|^node_modules/kysely/' },
    },
    {
      name: 'what a feature has on the wire is declared without its code',
      severity: 'error',
      from: { path: '^bridge-server/src/[^/]+/contract\\.ts$' },
      to: { path: '^bridge-server/src/', pathNot: '^bridge-server/src/contract/' },
    },
    {
      name: 'a feature of the bridge is entered by its index, its port or its value in `feature.ts`',
      severity: 'error',
      from: { path: '^bridge-server/src/([^/]+)', pathNot: [TESTS, '^bridge-server/src/(?:compose|bridge)\\.ts$'] },
      to: {
        path: `^bridge-server/src/(?!(?:${OPEN.join('|')})/)[^/]+/`,
        pathNot: ['^bridge-server/src/$1/', '^bridge-server/src/[^/]+/(?:index|ports?|feature)\\.ts$'],
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
