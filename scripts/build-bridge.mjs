#!/usr/bin/env node
// Bundles the bridge into `bridge-server/dist/main.js` and its parts (or in `--out=<folder>`), with the files it reads beside it.
// No node_modules needed to run it.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const asked = process.argv.find((argument) => argument.startsWith('--out='));
const out = asked ? resolve(asked.slice('--out='.length)) : join(root, 'bridge-server/dist');

/** `import` of node:http reads every name it exports, and one of them loads all of fetch and WebSocket: 60 ms of a start. */
const plainHttp = {
  name: 'plain-http',
  setup(building) {
    building.onResolve({ filter: /^(?:node:)?http$/ }, () => ({ path: 'http', namespace: 'plain-http' }));
    building.onLoad({ filter: /.*/, namespace: 'plain-http' }, () => ({
      contents: "module.exports = process.getBuiltinModule('node:http');",
    }));
  },
};

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: [
    join(root, 'bridge-server/src/main.ts'),
    // A thread of its own: it stands beside what starts it.
    { in: join(root, 'bridge-server/src/training/logs/log-search.worker.ts'), out: 'log-search.worker' },
  ],
  outdir: out,
  // What the first answer does not need is loaded after it.
  splitting: true,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Names stay, so that a stack trace can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  plugins: [plainHttp],
  // Optional parts of pg, ws and better-auth that are not installed here.
  external: ['pg-native', 'pg-cloudflare', 'bufferutil', 'utf-8-validate', 'mongodb', '@prisma/client', 'bun:sqlite'],
  banner: {
    // CommonJS packages inside an ES module ask for these.
    js: "import { createRequire as kargahRequire } from 'node:module'; const require = kargahRequire(import.meta.url); const __filename = import.meta.filename; const __dirname = import.meta.dirname;",
  },
});
const swagger = dirname(
  createRequire(join(root, 'bridge-server/package.json')).resolve('swagger-ui-dist/package.json'),
);
mkdirSync(join(out, 'swagger'), { recursive: true });
for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js'])
  copyFileSync(join(swagger, name), join(out, 'swagger', name));
copyFileSync(join(root, 'bridge-server/openapi.json'), join(out, 'openapi.json'));
copyFileSync(join(root, 'trainer/src/kargah/recipes/recipes.json'), join(out, 'recipes.json'));
// Wherever the folder is copied to: Node would otherwise read every part twice to find out what it is, and hold 20 MB more.
writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
