import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../../test/bridge.js';
import { HandClock } from '../../../test/clock.js';
import { Recipes } from './recipes.js';

const FILE = join(ROOT, 'trainer/src/kargah/recipes/recipes.json');
const OURS = ['tabular', 'image', 'text'];

describe('the recipes that are installed', () => {
  let dir: string;
  let logged: object[];
  let clock: HandClock;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kargah-recipes-'));
    logged = [];
    clock = new HandClock();
  });
  afterEach(() => rm(dir, { recursive: true }));

  /** With a Python that answers as `script` does; each time it is asked leaves a line in `asked`. */
  const withPython = async (script: string): Promise<Recipes> => {
    const python = join(dir, 'python');
    await writeFile(python, `#!/bin/sh\necho "$@" >> ${dir}/asked\n${script}\n`);
    await chmod(python, 0o755);
    return new Recipes({ file: FILE, python, dataDir: dir, clock, log: { warn: (facts) => void logged.push(facts) } });
  };
  const answer = async (recipes: object[], problems: object[] = [], torch = true): Promise<string> => {
    await writeFile(join(dir, 'answer.json'), JSON.stringify({ recipes, problems, torch }));
    return `cat ${dir}/answer.json`;
  };
  const timesAsked = async (): Promise<number> => (await readFile(join(dir, 'asked'), 'utf8')).split('\n').length - 1;
  const names = async (recipes: Recipes): Promise<string[]> => (await recipes.list()).map(({ recipe }) => recipe);
  const ours = async (): Promise<{ recipe: string }[]> =>
    (JSON.parse(await readFile(FILE, 'utf8')) as { recipes: { recipe: string }[] }).recipes;

  it('are asked of Python, and of nobody again for half a minute', async () => {
    const recipes = await withPython(await answer([...(await ours()), { ...(await ours())[0], recipe: 'ridge' }]));
    expect(await names(recipes)).toEqual([...OURS, 'ridge']);
    expect(await names(recipes)).toEqual([...OURS, 'ridge']);
    expect(await timesAsked()).toBe(1);
    clock.pass(31_000);
    await answer(await ours());
    expect(await names(recipes)).toEqual(OURS);
    expect(await timesAsked()).toBe(2);
  });

  it('are found by name the moment they are installed', async () => {
    const recipes = await withPython(await answer(await ours()));
    await expect(recipes.named('ridge')).rejects.toMatchObject({ code: 'unknown_recipe' });
    await answer([...(await ours()), { ...(await ours())[0], recipe: 'ridge', version: '3' }]);
    expect((await recipes.named('ridge')).recipe.recipe).toBe('ridge');
    expect([recipes.versionOf('ridge'), recipes.versionOf('gone')]).toEqual(['3', null]);
  });

  it('are those that were written down where Python cannot be asked', async () => {
    const recipes = await withPython('echo "no module named kargah" >&2; exit 1');
    expect(await names(recipes)).toEqual(OURS);
    expect(logged).toHaveLength(1);
  });

  it('are told as far as they are known where Python takes long', async () => {
    const recipes = await withPython(`[ -e ${dir}/gone ] || cat ${dir}/go > ${dir}/gone; ${await answer([])}`);
    execFileSync('mkfifo', [join(dir, 'go')]);
    const list = names(recipes);
    clock.pass(5_000);
    expect(await list).toEqual(OURS);
    await writeFile(join(dir, 'go'), '');
    await expect(recipes.named('ridge')).rejects.toMatchObject({ code: 'unknown_recipe' });
  });

  it('leave out what cannot be used: it is logged once and told to who trains it', async () => {
    const problem = { recipe: 'half', package: 'half-done 1.0', reason: 'ImportError: no module named b' };
    const odd = { ...(await ours())[0], recipe: 'odd', icon: 'skull' };
    const recipes = await withPython(await answer([...(await ours()), odd], [problem]));
    expect(await names(recipes)).toEqual(OURS);
    await expect(recipes.named('half')).rejects.toMatchObject({ code: 'recipe_broken', params: problem });
    await expect(recipes.named('odd')).rejects.toMatchObject({
      code: 'recipe_broken',
      params: { reason: expect.stringContaining('icon') as string },
    });
    expect(logged).toEqual([problem, expect.objectContaining({ recipe: 'odd' })]);
  });

  it('train once PyTorch is installed, and say so before', async () => {
    const recipes = await withPython(await answer(await ours(), [], false));
    await expect(recipes.requireTorch()).rejects.toMatchObject({ code: 'torch_missing' });
    await answer(await ours());
    await recipes.requireTorch();
    await recipes.requireTorch();
    expect(await timesAsked()).toBe(2);
  });

  it('are refused where their parameters are no JSON Schema', async () => {
    const schema = { type: 'object', properties: { lr: { type: 'nonsense' } } };
    const recipes = await withPython(await answer([{ ...(await ours())[0], recipe: 'odd', params_schema: schema }]));
    const odd = await recipes.named('odd');
    expect(() => odd.parse({})).toThrow(expect.objectContaining({ code: 'recipe_broken' }) as Error);
  });
});
