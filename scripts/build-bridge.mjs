#!/usr/bin/env node
// Bundles the bridge into one file, `bridge-server/dist/main.js` (or in `--out=<folder>`), with the files it reads beside it.
// No node_modules needed to run it.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const asked = process.argv.find((argument) => argument.startsWith('--out='));
const out = asked ? resolve(asked.slice('--out='.length)) : join(root, 'bridge-server/dist');
rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: [join(root, 'bridge-server/src/main.ts')],
  outfile: join(out, 'main.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  sourcemap: 'linked',
  logLevel: 'warning',
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
copyFileSync(join(root, 'trainer/src/kargah/recipes/recipes.json'), join(out, 'recipes.json'));
