#!/usr/bin/env node
// `npm run bench`: sets up, then measures the product against what people use without it, turn by turn in one run.
import { join } from 'node:path';
import { node, root, setupOrExit } from './setup.mjs';
import { foreground } from './terminal.mjs';

await setupOrExit();
process.exit(
  await foreground(
    node,
    ['--disable-warning=ExperimentalWarning', join(root, 'bench/main.mjs'), ...process.argv.slice(2)],
    {
      cwd: root,
    },
  ),
);
