// Builds the extension without jlpm: TypeScript to lib/, lib/ to a federated bundle in kargah_lab/labextension/.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', 'node_modules');

function run(script, args) {
  const { status } = spawnSync(process.execPath, [join(modules, script), ...args], { cwd: here, stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

run('typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
run('@jupyter/builder/lib/build-labextension.js', [
  '--core-package-file',
  join(modules, '@jupyterlab', 'core-meta', 'core.package.json'),
  '.',
]);
