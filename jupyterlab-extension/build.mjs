// Builds the extension without jlpm: TypeScript to lib/, lib/ to a federated bundle in kargah_lab/labextension/.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', 'node_modules');

function run(script, args) {
  const { status } = spawnSync(process.execPath, [join(modules, script), ...args], { cwd: here, stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

run('typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
await build({
  entryPoints: [join(here, 'style', 'index.css')],
  outdir: join(here, 'lib', 'style'),
  bundle: true,
  minify: true,
  // What is nested or logical stays so: every browser that runs JupyterLab 4 knows it.
  target: 'esnext',
  loader: { '.woff2': 'copy' },
  assetNames: '[name]',
  logLevel: 'warning',
});
run('@jupyter/builder/lib/build-labextension.js', [
  '--core-package-file',
  join(modules, '@jupyterlab', 'core-meta', 'core.package.json'),
  '.',
]);

// What a browser would load if every page of ours were opened, without JupyterLab's own shared packages.
// What opens first, the panel and one page, is under 130 KB of it (docs/adr/0027).
const LIMIT_KB = 270;
const folder = join(here, 'kargah_lab', 'labextension', 'static');
const sizes = readdirSync(folder)
  .filter((name) => name.endsWith('.js'))
  .map((name) => ({ name, kb: gzipSync(readFileSync(join(folder, name)), { level: 9 }).length / 1024 }))
  .sort((a, b) => b.kb - a.kb);
const total = sizes.reduce((sum, { kb }) => sum + kb, 0);
console.log(`bundle: ${total.toFixed(1)} KB gz in ${sizes.length} files, at most ${LIMIT_KB} KB`);
if (total > LIMIT_KB) {
  for (const { name, kb } of sizes) {
    console.error(`${kb.toFixed(1).padStart(8)} KB  ${name}`);
  }
  process.exit(1);
}
