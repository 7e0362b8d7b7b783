#!/usr/bin/env node
// `npm run test:ledger -- --cycles 200`: sets up, then kills the bridge while it changes who may do what.
import { join } from 'node:path';
import { node, root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';

await setupOrExit();
const argv = ['--disable-warning=ExperimentalWarning', join(root, 'crash/ledger/main.mjs'), ...process.argv.slice(2)];
process.exit(await foreground(node, argv, { cwd: root }));
