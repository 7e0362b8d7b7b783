import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Python } from './pythons.js';
import { TrainingFixture } from '../../../test/support/training.js';

const json = async <T>(answer: Response): Promise<T> => (await answer.json()) as T;
describe('the Pythons that may run a job', () => {
  let shop: TrainingFixture;
  let kernels: string;
  beforeAll(async () => {
    shop = await TrainingFixture.open();
    kernels = join(shop.dir, 'jupyter', 'kernels');
    process.env['JUPYTER_PATH'] = join(shop.dir, 'jupyter');
    process.env['JUPYTER_DATA_DIR'] = join(shop.dir, 'none');
    await symlink('/usr/bin/env', join(shop.dir, 'not-executable'));
    await writeFile(join(shop.dir, 'plain-file'), '');
    await writeFile(join(shop.dir, 'other-python'), '#!/bin/sh\necho "other python: $(basename "$1")"\n');
    await chmod(join(shop.dir, 'other-python'), 0o755);
    await kernel('torch-env', 'Torch ۲', [join(shop.dir, 'other-python'), '-Xfrozen_modules=off', '-m', 'ipykernel_launcher']); // prettier-ignore
    await kernel('relative', 'Relative', ['python', '-m', 'ipykernel_launcher']);
    await kernel('missing', 'Missing', [join(shop.dir, 'gone'), '-m', 'ipykernel_launcher']);
    await kernel('plain', 'Not executable', [join(shop.dir, 'plain-file'), '-m', 'ipykernel_launcher']);
    await kernel('wrapped', 'Wrapped', ['/usr/bin/env', 'sh', '-m', 'ipykernel_launcher']);
    await kernel('default', 'Impostor', [join(shop.dir, 'other-python'), '-m', 'ipykernel_launcher']);
    await kernel('ir', 'R', [join(shop.dir, 'other-python'), '-m', 'ipykernel_launcher'], 'R');
    await mkdir(join(kernels, 'broken'));
    await writeFile(join(kernels, 'broken', 'kernel.json'), '{"argv": ');
  });
  afterAll(async () => {
    delete process.env['JUPYTER_PATH'];
    delete process.env['JUPYTER_DATA_DIR'];
    await shop.close();
  });
  const kernel = async (name: string, display_name: string, argv: string[], language = 'python'): Promise<void> => {
    await mkdir(join(kernels, name), { recursive: true });
    const spec = { argv: [...argv, '-f', '{connection_file}'], display_name, language };
    await writeFile(join(kernels, name, 'kernel.json'), JSON.stringify(spec));
  };

  it('are the bridge’s own and those of Python kernels that exist and are run directly', async () => {
    const { items } = await json<{ items: Python[] }>(await shop.call('GET', '/pythons'));
    const own = items.filter((item) => item.executable.startsWith(shop.dir));
    expect(items[0]).toMatchObject({ python: 'default', is_default: true });
    expect(own).toEqual([
      { python: 'torch-env', title: 'Torch ۲', executable: join(shop.dir, 'other-python'), is_default: false },
    ]);
    expect(items.map((item) => item.python)).not.toContain('relative');
  });

  it('run the jobs that name them', async () => {
    const { job_id } = await shop.script('raise SystemExit("not run by the default")', {
      resources: { python: 'torch-env' },
    });
    expect(await shop.ended(job_id)).toMatchObject({ state: 'succeeded', resources: { python: 'torch-env' } });
    expect(await shop.log(job_id)).toMatch(/^other python: s\w+\.py\n$/u);
  });
});
