#!/usr/bin/env node
// Looks at the licence of every installed package, Node's and Python's, against a list of those that may be part of this. Asks nobody: it
// reads what the packages say of themselves. `node scripts/licences.mjs`
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

/** Permissive ones, and the Mozilla one, which asks only that its own files stay open. */
const ALLOWED = new Set(
  (
    '0BSD AFL-2.1 Apache-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 CC-BY-3.0 CC-BY-4.0 HPND ISC MIT MIT-0 MIT-CMU ' +
    'MPL-2.0 OFL-1.1 PSF-2.0 Python-2.0 Unicode-3.0 Unlicense W3C WTFPL Zlib'
  ).split(' '),
);
/** Words of older packages, as SPDX says it. */
const WORDS = [
  [/^apache(?: software)?(?: license)?(?:,? version)?(?: |-)?2(?:\.0)?$/iu, 'Apache-2.0'],
  [/^apache software license$/iu, 'Apache-2.0'],
  [/^(?:the )?mit(?: license)?(?: \(mit\))?$/iu, 'MIT'],
  [/^(?:new |modified )?bsd(?: license)?$/iu, 'BSD-3-Clause'],
  [/^(?:3-clause bsd|bsd 3-clause)(?: license)?$/iu, 'BSD-3-Clause'],
  [/^(?:2-clause bsd|bsd 2-clause)(?: license)?$/iu, 'BSD-2-Clause'],
  [/^isc(?: license)?(?: \(iscl\))?$/iu, 'ISC'],
  [/^mozilla public license 2\.0(?: \(mpl 2\.0\))?$/iu, 'MPL-2.0'],
  [/^(?:psf|python software foundation license|psfl)$/iu, 'PSF-2.0'],
  [/^the unlicense(?: \(unlicense\))?$/iu, 'Unlicense'],
];
/** What does not say it where it could be read, and was looked at by a person: name, what it is, where that stands. */
const LOOKED_AT = {
  npm: {
    'combine-errors': 'MIT, in its Readme.md; a part of tus-js-client, which only tests use',
    vazirmatn: 'OFL-1.1, by its older short name',
  },
  python: {
    huey: 'MIT, in its LICENSE',
    skops: 'MIT, in its LICENSE',
    simpervisor: 'BSD-3-Clause, whose whole text stands in the field',
    'psycopg2-binary': 'LGPL-3.0 with an exception for linking: used as it comes, as a library of its own',
  },
};

/** Whether a licence, or what it offers to choose from, may be part of this. */
export function isAllowed(expression) {
  const text = expression.trim().replace(/^\((.*)\)$/u, '$1');
  if (/\bAND\b/u.test(text)) return text.split(/\s+AND\s+/u).every(isAllowed);
  if (/\bOR\b/u.test(text)) return text.split(/\s+OR\s+/u).some(isAllowed);
  const word = WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? text;
  return ALLOWED.has(word.replace(/\s+WITH\s+LLVM-exception$/u, ''));
}

/** The name and the stated licence of a Node package; `private` ones are our own. */
export function ofNode(manifest) {
  const { name, version, license, licenses } = manifest;
  const stated =
    typeof license === 'string' ? license : (license?.type ?? licenses?.map((one) => one.type ?? one).join(' OR '));
  return { name, version, licence: stated ?? '' };
}

/** The same of a Python package, from its METADATA: the expression, else the classifiers, else the words. */
export function ofPython(metadata) {
  const head = metadata.split(/\n\n/u)[0].replace(/\n[ \t]+/gu, ' ');
  const all = (field) => [...head.matchAll(new RegExp(`^${field}: (.*)$`, 'gimu'))].map(([, value]) => value.trim());
  const classified = all('Classifier')
    .filter((one) => one.startsWith('License ::') && !/^License :: OSI Approved$/u.test(one))
    .map((one) => one.split(' :: ').at(-1));
  const [expression] = all('License-Expression');
  const [words = ''] = all('License');
  const stated = expression ?? (isAllowed(words) ? words : classified.length > 0 ? classified.join(' OR ') : words);
  return { name: all('Name')[0], version: all('Version')[0], licence: stated };
}

function installedNode() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
    .map(([path]) => join(root, path, 'package.json'))
    .filter(existsSync)
    .map((file) => ofNode(JSON.parse(readFileSync(file, 'utf8'))));
}

function installedPython() {
  return globSync('.venv/lib/python*/site-packages/*.dist-info/METADATA', { cwd: root })
    .map((file) => ofPython(readFileSync(join(root, file), 'utf8')))
    .filter(({ name }) => name !== 'kargah');
}

/** One line for each package that may not be part of this. */
export function refused(kind, packages) {
  const known = LOOKED_AT[kind];
  return packages
    .filter(({ name, licence }) => known[name] === undefined && !isAllowed(licence))
    .map(
      ({ name, version, licence }) => `${kind}: ${name} ${version}: ${licence === '' ? 'no licence stated' : licence}`,
    );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [npm, python] = [installedNode(), installedPython()];
  if (npm.length === 0 || python.length === 0) throw new Error('nothing is installed: run set-up first');
  const lines = [...refused('npm', npm), ...refused('python', python)];
  for (const line of lines) process.stdout.write(`${line}\n`);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
