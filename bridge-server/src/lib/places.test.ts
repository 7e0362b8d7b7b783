import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOf } from './places.js';
import { resolveScript } from '../training/requests/scripts.js';

let home: string;
let dataDir: string;
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'kargah-places-')));
  // As where JupyterLab is started in the home folder.
  dataDir = join(home, 'kargah-data');
  for (const folder of ['kargah-data/datasets', '.local/share', 'notes', '.cache/work/notes'])
    await mkdir(join(home, folder), { recursive: true });
  for (const file of ['kargah-data/secret', 'kargah-data/datasets/a.py', '.local/share/a.py', 'notes/a.py', '.netrc'])
    await writeFile(join(home, file), 'print(1)\n');
  await writeFile(join(home, '.cache/work/notes/a.py'), 'print(1)\n');
  await symlink(dataDir, join(home, 'notes/data'));
  await symlink(join(dataDir, 'secret'), join(home, 'notes/harmless.csv'));
  await symlink(join(home, '.local/share'), join(home, 'notes/shared'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const at = (path: string, root = home) =>
  placeOf({ root, dataDir }, path).then(
    ({ shown }) => shown,
    (error: unknown) => (error as { code?: string }).code,
  );

describe('a path that somebody names', () => {
  it.each([
    ['kargah-data/secret', 'file_hidden'],
    ['kargah-data/datasets/a.py', 'file_hidden'],
    ['notes/../kargah-data/secret', 'file_hidden'],
    ['notes/data/secret', 'file_hidden'],
    ['notes/harmless.csv', 'file_hidden'],
    ['.local/share/a.py', 'file_hidden'],
    ['notes/shared/a.py', 'file_hidden'],
    ['.netrc', 'file_hidden'],
    ['../elsewhere', 'file_outside'],
    ['notes/none', 'file_missing'],
    ['notes', 'file_missing'],
    ['notes/a\0.py', 'file_missing'],
    ['notes/a.py', 'notes/a.py'],
    ['/notes/a.py', 'notes/a.py'],
  ])('%j leads to %s', async (path, wanted) => {
    expect(await at(path)).toBe(wanted);
  });

  it('is judged below its root, which may itself lie in a hidden folder, but never in Kargah’s own', async () => {
    expect(await at('notes/a.py', join(home, '.cache/work'))).toBe('notes/a.py');
    expect(await at('a.py', join(dataDir, 'datasets'))).toBe('file_hidden');
  });
});

it('a script is nothing of the data folder, by no way that leads there', async () => {
  const script = (path: string) =>
    resolveScript({ workspaceDir: home, dataDir }, { path }).then(
      () => 'runs',
      (error: unknown) => (error as { code?: string }).code,
    );
  for (const path of ['kargah-data/datasets/a.py', 'notes/data/datasets/a.py', 'notes/shared/a.py'])
    expect([path, await script(path)]).toEqual([path, 'file_hidden']);
  expect([await script('notes/a.py'), await script('../x.py'), await script('none.py')]).toEqual([
    'runs',
    'script_outside',
    'script_not_found',
  ]);
});
