#!/usr/bin/env node
// `npm run bridge`: everything set up, then the bridge alone; it prints where it listens.
import { join } from 'node:path';
import { node, python, root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';

await setupOrExit();
const env = {
  ...process.env,
  KARGAH_PYTHON: process.env.KARGAH_PYTHON ?? python,
  KARGAH_WORKSPACE_DIR: process.env.KARGAH_WORKSPACE_DIR ?? process.cwd(),
};
process.exit(await foreground(node, [join(root, 'bridge-server/dist/main.js'), ...process.argv.slice(2)], { env }));
