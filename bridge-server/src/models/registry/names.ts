import { posix } from 'node:path';
import { KargahError } from '../../lib/errors.js';

const LONGEST_NAME = 256;
const LONGEST_ALIAS = 255;

/** As MLflow does, with the reason in both languages. @throws {KargahError} `model_name_refused` */
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

/** As MLflow does, with the reason in both languages. @throws {KargahError} `alias_refused` */
export function checkAlias(alias: string): void {
  // Python's \w.
  const isName = /^[\p{L}\p{N}_-]+$/u.test(alias) && Array.from(alias).length <= LONGEST_ALIAS;
  if (!isName || alias.toLowerCase() === 'latest' || /^v\d+$/iu.test(alias))
    throw new KargahError('alias_refused', { alias: alias.slice(0, 80) });
}
