// The example of docs/how-to-add-a-feature.md, added to a copy of the sources, built and run: nothing outside its own folders
// changes but the lines that the page names.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, it } from 'vitest';
import { node, python, root } from './setup.mjs';

const example = join(root, 'docs/example-feature');
const GENERATED = [
  'bridge-server/openapi.json',
  'jupyterlab-extension/src/api/generated/schema.ts',
  'trainer/src/kargah/client/wire.py',
];
const SOURCES = ['bridge-server', 'jupyterlab-extension', 'mlflow/client', 'trainer/src', 'scripts'];
const LOOSE = [
  'package.json',
  'pyproject.toml',
  'tsconfig.json',
  'tsconfig.base.json',
  'eslint.config.js',
  '.dependency-cruiser.mjs',
  '.prettierrc.json',
];
const MADE = new Set(['node_modules', 'dist', 'lib', 'kargah_lab', 'ui-tests', '__pycache__']);
const MINUTES = 60_000;

const copy = mkdtempSync(join(tmpdir(), 'kargah-feature-'));
const dataDir = mkdtempSync(join(tmpdir(), 'kargah-feature-data-'));
const env = {
  ...process.env,
  PYTHONPATH: join(copy, 'trainer/src'),
  KARGAH_DATA_DIR: dataDir,
  KARGAH_PYTHON: python,
  KARGAH_SIGNUP: 'open',
};
const isMade = (path) =>
  MADE.has(basename(path)) && !path.endsWith('bridge-server/src/lib') && !path.endsWith('extension/src/lib');

/** What a program prints; where it fails, that is the error. */
async function run(program, args, options = {}) {
  try {
    return (await promisify(execFile)(program, args, { cwd: copy, env, maxBuffer: 2 ** 26, ...options })).stdout;
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error });
  }
}
const bin = (path, ...args) => run(node, [join(root, 'node_modules', path), ...args]);

/** Every file below, by its path from there. */
const filesOf = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split('/').some((part) => part === 'node_modules' || part === '__pycache__'));
/** The text of every file of the copy but the example's own. */
function texts() {
  const own = new Set(filesOf(example));
  const all = [...SOURCES.flatMap((folder) => filesOf(join(copy, folder)).map((file) => join(folder, file))), ...LOOSE];
  return new Map(all.filter((path) => !own.has(path)).map((path) => [path, readFileSync(join(copy, path), 'utf8')]));
}
let original;
/** Lines of the copy that the sources did not have, by file. */
function changed() {
  const lines = {};
  for (const [path, text] of texts()) {
    const before = new Set(original.get(path)?.split('\n'));
    const added = text.split('\n').filter((line) => !before.has(line));
    if (added.length > 0) lines[path] = added;
  }
  return lines;
}

/** Puts a line of the page into a file; the page must have it in these words. */
function addLine(path, line, place) {
  const page = readFileSync(join(root, 'docs/how-to-add-a-feature.md'), 'utf8');
  assert.ok(page.includes(line), `docs/how-to-add-a-feature.md does not say: ${line}`);
  const file = join(copy, path);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, place(text, line));
}

let bridge;
let url;
beforeAll(async () => {
  for (const path of [...SOURCES, ...LOOSE])
    cpSync(join(root, path), join(copy, path), { recursive: true, filter: (from) => !isMade(from) });
  for (const path of ['node_modules', '.venv', 'bridge-server/node_modules', 'jupyterlab-extension/node_modules'])
    symlinkSync(join(root, path), join(copy, path));
  original = texts();
  cpSync(example, copy, { recursive: true });
  addLine(
    'bridge-server/src/features.ts',
    "export { notes } from './notes/feature.js';",
    (text, line) => `${text}${line}\n`,
  );
  addLine('jupyterlab-extension/src/plugins/builtIn.ts', "import { notes } from '../notes/feature.js';", (text, line) =>
    `${line}\n${text}`.replace(/(BUILT_IN[^=]*= \[)/u, '$1notes, '),
  );
}, 15 * MINUTES);
afterAll(async () => {
  if (bridge?.exitCode === null) {
    bridge.kill('SIGTERM');
    await once(bridge, 'exit');
  }
  rmSync(copy, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}, 15 * MINUTES);

it('takes at most three lines outside its own folders', () => {
  const lines = changed();
  assert.deepEqual(Object.keys(lines).sort(), [
    'bridge-server/src/features.ts',
    'jupyterlab-extension/src/plugins/builtIn.ts',
  ]);
  assert.ok(Object.values(lines).flat().length <= 3, JSON.stringify(lines));
});

it(
  'is in the description of the API, with its permissions, and in the types that are made of it',
  async () => {
    await run(node, ['scripts/generate.mjs']);
    const { paths, components } = JSON.parse(readFileSync(join(copy, 'bridge-server/openapi.json'), 'utf8'));
    assert.equal(paths['/api/v1/notes'].post['x-permission'], 'note.write');
    assert.ok('NoteChanged' in components.schemas);
    assert.match(readFileSync(join(copy, 'trainer/src/kargah/client/wire.py'), 'utf8'), /class Note\(TypedDict\)/u);
    // Nothing else was made anew.
    assert.deepEqual(
      Object.keys(changed()).filter((path) => !/features\.ts$|builtIn\.ts$/u.test(path)),
      GENERATED,
    );
  },
  30 * MINUTES,
);

it(
  'compiles, and stands on a floor that no line names',
  async () => {
    await bin('typescript/bin/tsc', '--noEmit', '-p', 'bridge-server');
    await bin('typescript/bin/tsc', '--noEmit', '-p', 'jupyterlab-extension');
    await bin('eslint/bin/eslint.js', '--max-warnings=0', 'bridge-server/src/notes', 'jupyterlab-extension/src/notes');
    await bin(
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.mjs',
      'bridge-server/src',
      'jupyterlab-extension/src',
    );
  },
  90 * MINUTES,
);

async function call(method, path, { token, body } = {}) {
  const headers = { ...(token && { 'X-Kargah-Token': token }), ...(body && { 'Content-Type': 'application/json' }) };
  return fetch(`${url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
}
async function register(email, signup_code) {
  const answer = await call('POST', '/auth/register', { body: { email, password: 'a quiet blue lamp', signup_code } });
  return (await answer.json()).token;
}
let sara;

it(
  'answers those who may, keeps what it is told in its own table, and tells who looks',
  async () => {
    await run(node, ['scripts/build-bridge.mjs']);
    bridge = spawn(node, ['bridge-server/dist/main.js'], { cwd: copy, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [first, second] = await new Promise((resolve, reject) => {
      const lines = [];
      createInterface(bridge.stdout).on('line', (line) => lines.push(line) === 2 && resolve(lines));
      bridge.once('exit', (code) => reject(new Error(`the bridge ended with ${String(code)}`)));
    });
    url = first.replace('listening on ', '');
    sara = await register('sara@example.org', second.split(': ')[1]);
    const reza = await register('reza@example.org');

    const socket = io(url, { auth: { token: sara }, transports: ['websocket'] });
    try {
      await new Promise((resolve) => socket.once('connect', resolve));
      const told = new Promise((resolve) => socket.once('note_changed', resolve));
      const written = await call('POST', '/notes', { token: sara, body: { text: 'سلام' } });
      assert.equal(written.status, 201);
      const note = await written.json();
      assert.deepEqual(await told, { note, deleted: false });

      const listed = async (token) => (await (await call('GET', '/notes', { token })).json()).items;
      assert.deepEqual(await listed(sara), [note]);
      assert.deepEqual(await listed(reza), []);
      assert.equal((await call('GET', '/notes')).status, 401);
      assert.equal((await call('DELETE', `/notes/${note.note_id}`, { token: reza })).status, 404);
      assert.equal((await call('DELETE', `/notes/${note.note_id}`, { token: sara })).status, 204);
      assert.deepEqual(await listed(sara), []);
    } finally {
      socket.close();
    }
    const database = new DatabaseSync(join(dataDir, 'kargah.db'), { readOnly: true });
    try {
      const ran = database.prepare('select name from kysely_migration_notes').all();
      assert.deepEqual(
        ran.map(({ name }) => name),
        ['0001_first'],
      );
    } finally {
      database.close();
    }
  },
  30 * MINUTES,
);

it(
  'has its verb on the command line',
  async () => {
    const said = await run(python, ['-m', 'kargah.cli', 'notes', 'from a terminal'], {
      env: { ...env, KARGAH_URL: url, KARGAH_TOKEN: sara },
    });
    assert.equal(said, 'from a terminal\n');
  },
  30 * MINUTES,
);

it(
  'has its section and its page in the panel',
  async () => {
    await run(node, [join(root, 'node_modules/jest/bin/jest.js'), 'src/notes'], {
      cwd: join(copy, 'jupyterlab-extension'),
    });
  },
  30 * MINUTES,
);
