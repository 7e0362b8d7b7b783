// What a browser downloads for the panels, gzipped. React and Lumino are JupyterLab's own and not counted, since they are not in it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../scripts/setup.mjs';
import { kb } from './figures.mjs';

const gz = (path) => gzipSync(readFileSync(path), { level: 9 }).length;

export function measureBundle() {
  const folder = join(root, 'jupyterlab-extension/kargah_lab/labextension/static');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const sum = (pattern) =>
    files
      .filter(({ name }) => pattern.test(name))
      .reduce((total, { parentPath, name }) => total + gz(join(parentPath, name)), 0);
  const code = sum(/\.(?:js|css)$/u);
  const fonts = files
    .filter(({ name }) => /\.woff2?$/u.test(name))
    .reduce((total, { parentPath, name }) => total + readFileSync(join(parentPath, name)).length, 0);
  const uplot = gz(join(root, 'node_modules/uplot/dist/uPlot.iife.min.js'));
  return [
    {
      what: 'panels, all JavaScript and CSS, gzipped',
      ours: kb(code),
      rival: `uPlot alone, which is in it, ${kb(uplot)}`,
      ratio: '',
      note: fonts > 0 ? `gzip -9; Persian font ${kb(fonts)} beside it, on first use` : 'gzip -9',
    },
  ];
}
