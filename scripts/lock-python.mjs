#!/usr/bin/env node
// `npm run lock:python`: compiles requirements/*.in to pinned lists with hashes that hold for Python 3.11 and newer. Needs `uv` on PATH.
// PyTorch's own list has no hashes: its wheel is another one for each accelerator, and comes from whatever index offers that one.
import { foreground } from './terminal.mjs';
import { root } from './setup.mjs';

for (const [name, ...more] of [['runtime'], ['dev'], ['scripts', '--excludes', 'requirements/scripts.without.txt']]) {
  const args = [
    'pip',
    'compile',
    '--quiet',
    '--universal',
    '--generate-hashes',
    '--python-version=3.11',
    '--no-annotate',
    '--no-header',
    '--no-emit-index-url',
  ];
  const code = await foreground('uv', [...args, ...more, `requirements/${name}.in`, '-o', `requirements/${name}.txt`], {
    cwd: root,
  });
  if (code !== 0) process.exit(code);
}
