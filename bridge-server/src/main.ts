import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { dataFolder } from './data-folder.js';

// Node's notice about node:sqlite would stand above every log. Others are still shown.
const emitWarning = process.emitWarning.bind(process) as (...given: unknown[]) => void;
process.emitWarning = (...given: unknown[]): void => {
  if (!String(given[0]).startsWith('SQLite is an experimental feature')) emitWarning(...given);
};
// The bridge is mostly idle, so V8 is told to prefer less memory to more speed.
setFlagsFromString('--optimize-for-size');
try {
  const folder = dataFolder(process.env);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Compiled code is kept from start to start, for the parts that are loaded from here on.
  enableCompileCache(join(folder, 'cache'));
} catch {
  // The settings, read next, say what is wrong with the folder.
}
await import('./process.js');
