#!/usr/bin/env node
// `npm run test:crash -- --cycles N --seed S`: sets up, then kills parts of the running product at random, seeded moments.
import { join } from 'node:path';
import { node, root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';

await setupOrExit();
const argv = ['--disable-warning=ExperimentalWarning', join(root, 'crash/main.mjs'), ...process.argv.slice(2)];
process.exit(await foreground(node, argv, { cwd: root }));
