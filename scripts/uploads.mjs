#!/usr/bin/env node
// `npm run test:uploads -- --uploads 100 --size 200MB --cuts 10`: sets up, then cuts uploads off by killing the bridge.
import { join } from 'node:path';
import { node, root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';

await setupOrExit();
const argv = ['--disable-warning=ExperimentalWarning', join(root, 'crash/uploads/main.mjs'), ...process.argv.slice(2)];
process.exit(await foreground(node, argv, { cwd: root }));
