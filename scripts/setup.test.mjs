import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkNode, root } from './setup.mjs';
import { diagnose } from './terminal.mjs';

function run(script, env) {
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, output: stdout + stderr, last: stderr.trimEnd().split('\n').at(-1) });
    });
  });
}

describe('setting up a machine that lacks something', () => {
  let checkout;
  let setup;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'kargah-setup-'));
    for (const path of [
      'scripts/setup.mjs',
      'scripts/terminal.mjs',
      'package.json',
      'package-lock.json',
      'mlflow/client/package.json',
      'bridge-server/package.json',
      'jupyterlab-extension/package.json',
    ]) {
      mkdirSync(join(checkout, path, '..'), { recursive: true });
      cpSync(join(root, path), join(checkout, path));
    }
    setup = join(checkout, 'scripts/setup.mjs');
  });
  afterEach(() => {
    rmSync(checkout, { recursive: true, force: true });
  });

  it('says in one line that Node is too old', () => {
    expect(() => {
      checkNode('18.20.4');
    }).toThrow('Node 18.20.4 is too old: install Node 20 or newer.');
  });

  it('says in one line that Python is too old, before it downloads anything', async () => {
    const old = join(checkout, 'python-3.10');
    writeFileSync(old, '#!/bin/sh\necho 3.10\n');
    chmodSync(old, 0o755);
    const { code, last, output } = await run(setup, { KARGAH_SETUP_PYTHON: old });
    expect(code).toBe(1);
    expect(last).toMatch(/^Python 3\.11 or newer with venv is missing \(.* is 3\.10\): install it/u);
    expect(output).not.toContain('Node packages');
  });

  it('says in one line that Python is missing', async () => {
    const { code, last } = await run(setup, { KARGAH_SETUP_PYTHON: join(checkout, 'no-such-python') });
    expect(code).toBe(1);
    expect(last).toBe('Python 3.11 or newer with venv is missing: install it and run the command again.');
  });

  it('says in one line that a registry cannot be reached', async () => {
    const { code, last } = await run(setup, {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(checkout, 'cache'),
    });
    expect(code).toBe(1);
    expect(last).toMatch(/^Node packages failed\. A package registry cannot be reached/u);
  });

  it.each([
    ['npm', 'npm error ENOSPC: no space left on device, write'],
    ['pip', 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device'],
  ])('knows a full disk from what %s prints', (_tool, output) => {
    expect(diagnose(output)).toBe('The disk is full: free about 6 GB and run the command again.');
  });

  it('says nothing of a cause it does not know', () => {
    expect(diagnose('something else went wrong')).toBeUndefined();
  });
});

it('does nothing the second time', async () => {
  const { code, output } = await run(join(root, 'scripts/setup.mjs'), {});
  expect({ code, output }).toEqual({ code: 0, output: '' });
});
