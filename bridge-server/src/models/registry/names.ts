import { posix } from 'node:path';
import { KargahError } from '../../lib/errors.js';

const LONGEST_NAME = 256;
const LONGEST_ALIAS = 255;

/** Checks a model's name by MLflow's rules. @throws {KargahError} `model_name_refused`, with the reason in both languages */
export function checkModelName(name: string): void {
  const isPath = posix.normalize(name) !== name || name === '.' || name.startsWith('..') || name.startsWith('/');
  if (
    name.trim() === '' ||
    /[/:]/u.test(name) ||
    name.includes('\0') ||
    Array.from(name).length > LONGEST_NAME ||
    isPath
  )
    throw new KargahError('model_name_refused', { name: name.slice(0, 80) });
}

/** Checks an alias by MLflow's rules. @throws {KargahError} `alias_refused`, with the reason in both languages */
export function checkAlias(alias: string): void {
  // Equal to \w of Python, by which MLflow checks.
  const isName = /^[\p{L}\p{N}_-]+$/u.test(alias) && Array.from(alias).length <= LONGEST_ALIAS;
  if (!isName || alias.toLowerCase() === 'latest' || /^v\d+$/iu.test(alias))
    throw new KargahError('alias_refused', { alias: alias.slice(0, 80) });
}
