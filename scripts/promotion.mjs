#!/usr/bin/env node
// `npm run test:promotion -- --cycles 200`: sets up, then kills the bridge while people move aliases of models.
import { join } from 'node:path';
import { node, root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';

await setupOrExit();
const argv = [
  '--disable-warning=ExperimentalWarning',
  join(root, 'crash/promotion/main.mjs'),
  ...process.argv.slice(2),
];
process.exit(await foreground(node, argv, { cwd: root }));
