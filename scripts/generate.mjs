#!/usr/bin/env node
// Writes everything that is generated: from the contract the OpenAPI description, the types of the panels and of the Python client, and
// the panels' list of files that are taken and the sentences of errors and warnings; from the recipes their description. `--check` only compares what is not Python's, which has
// checks of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { python, root } from './setup.mjs';

const checkOnly = process.argv.includes('--check');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const codeLeftOut = {
  name: 'code-left-out',
  setup: (building) =>
    building.onResolve({ filter: /^\./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
};

/** The contract is TypeScript, so it is bundled in memory and loaded from there; what features load when they are made is left out. */
async function contract() {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { openApiDocument } from './contract/openapi.js'; export { endpoints, liveEvents } from './endpoints.js'; export { ERRORS } from './contract/errors.js';`,
      resolveDir: join(root, 'bridge-server/src'),
    },
    plugins: [codeLeftOut],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

async function formatted(path, text) {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

const { openApiDocument, ERRORS, ...described } = await contract();
const document = openApiDocument(version, described);
const made = "// Made by `npm run generate` from the bridge's contract; do not edit.\n";
const types = `${made}${astToString(await openapiTS(structuredClone(document), { rootTypes: false }))}`;
const suffixes = `${made}/** How the names of files end that the reader takes. */
export const SUFFIXES = ${JSON.stringify(document.components.schemas.FileSuffix.enum)} as const;`;
const warnings = JSON.parse(readFileSync(join(root, 'trainer/src/kargah/datasets/warnings.json'), 'utf8'));
const errors = Object.fromEntries(Object.entries(ERRORS).map(([code, { en, fa }]) => [code, { en, fa }]));
const sentences = `${made}import type { Catalogue } from '../message.js';

/** What the bridge's errors say, by their codes. */
export const ERRORS: Catalogue = ${JSON.stringify(errors)};
/** What the reader's warnings say, by their codes. */
export const WARNINGS: Catalogue = ${JSON.stringify(warnings)};`;

const targets = [
  ['bridge-server/openapi.json', JSON.stringify(document)],
  ['jupyterlab-extension/src/api/generated/schema.ts', types],
  ['jupyterlab-extension/src/api/generated/suffixes.ts', suffixes],
  ['jupyterlab-extension/src/i18n/generated/sentences.ts', sentences],
];

let drifted = false;
for (const [target, text] of targets) {
  const path = join(root, target);
  const content = await formatted(path, text);
  if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
  if (checkOnly) {
    drifted = true;
    process.stderr.write(`${relative(root, path)} differs from the contract; run \`npm run generate\`.\n`);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    process.stdout.write(`${target}\n`);
  }
}
if (!checkOnly) {
  runPython('scripts/generate_wire.py');
  runPython('-m', 'kargah.recipes', 'describe', '--write');
}
process.exit(drifted ? 1 : 0);

function runPython(...args) {
  const { status, error } = spawnSync(python, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  process.stderr.write(
    `${args.join(' ')} ${error ? `could not start: ${error.message}` : 'failed'}; run \`npm run setup\` first.\n`,
  );
  process.exit(1);
}
