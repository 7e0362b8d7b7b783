#!/usr/bin/env node
// `npm start`: everything set up, then JupyterLab with the panels, on the embedded defaults.
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { foreground } from './terminal.mjs';
import { node, python, root, setupOrExit } from './setup.mjs';

await setupOrExit();

const dataDir =
  process.env.KARGAH_DATA_DIR ?? join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'kargah');
const extra = process.argv.slice(2);

/** The folder that JupyterLab shows: the person's own (`--dir=…`), else one beside the data, with the first notebook in it. */
function workspace() {
  const asked = extra.findIndex((arg) => arg.startsWith('--dir='));
  if (asked >= 0) return extra.splice(asked, 1)[0].slice('--dir='.length);
  const folder = join(dataDir, 'workspace');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const notebooks = join(root, 'docs/notebooks');
  for (const name of existsSync(notebooks) ? readdirSync(notebooks) : []) {
    if (name.endsWith('.ipynb') && !existsSync(join(folder, name)))
      copyFileSync(join(notebooks, name), join(folder, name));
  }
  return folder;
}

const code = await foreground(
  python,
  [
    '-m',
    'jupyterlab',
    `--ServerApp.root_dir=${workspace()}`,
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
    ...extra,
  ],
  {
    cwd: root,
    env: {
      ...process.env,
      KARGAH_DATA_DIR: dataDir,
      KARGAH_NODE: node,
      KARGAH_PYTHON: process.env.KARGAH_PYTHON ?? python,
    },
  },
);
process.exit(code);
