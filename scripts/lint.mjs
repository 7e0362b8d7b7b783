#!/usr/bin/env node
import { runChecks } from './checks.mjs';
import { setupOrExit } from './setup.mjs';

await setupOrExit({ tests: true });
const { failed } = await runChecks();
process.exit(failed === 0 ? 0 : 1);
