import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PIXEL } from '../../../../test/support/datasets.js';
import { locate, type Offer, offersOf } from './offers.js';

let root: string;
let folder: string;
let dataDir: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'kargah-offers-')));
  folder = join(root, 'offered');
  dataDir = join(root, 'kargah');
  await mkdir(folder);
  await mkdir(dataDir);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function lay(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  }
}
const offered = (path = folder): Promise<Offer[]> =>
  offersOf(
    {
      id: 'some',
      name: 'some',
      name_fa: 'نام',
      description: 'x',
      description_fa: 'x',
      license: 'CC0',
      allow_private: false,
      path,
    },
    dataDir,
  );
async function theOffer(path = folder): Promise<Offer> {
  const [one] = await offered(path);
  if (!one) throw new Error('nothing is offered');
  return one;
}
const bytesOf = async (offer: Offer): Promise<Buffer> => buffer(await (await locate(offer, dataDir)).open());

describe('what is swapped for a link after it was looked at is not opened:', () => {
  it('a file of a folder', async () => {
    await lay({ 'offered/a.csv': 'a\n1\n', 'secret.csv': 'a\nsecret\n' });
    const offer = await theOffer();
    expect((await bytesOf(offer)).toString()).toBe('a\n1\n');
    await rm(join(folder, 'a.csv'));
    await symlink(join(root, 'secret.csv'), join(folder, 'a.csv'));
    await expect(bytesOf(offer)).rejects.toMatchObject({ code: 'file_missing' });
  });

  it('the folder that a file of a folder is linked from', async () => {
    await lay({ 'offered/below/real.csv': 'a\n1\n', 'secret/real.csv': 'a\nsecret\n' });
    await symlink('below/real.csv', join(folder, 'a.csv'));
    const offer = await theOffer();
    await rename(join(folder, 'below'), join(folder, 'before'));
    await symlink(join(root, 'secret'), join(folder, 'below'));
    await expect(bytesOf(offer)).rejects.toMatchObject({ code: 'file_missing' });
  });

  it('the file that a link of the list led to', async () => {
    await lay({ 'a.csv': 'a\n1\n', 'secret.csv': 'a\nsecret\n' });
    await symlink('a.csv', join(root, 'link.csv'));
    const located = await locate(await theOffer(join(root, 'link.csv')), dataDir);
    await rm(join(root, 'a.csv'));
    await symlink('secret.csv', join(root, 'a.csv'));
    await expect(located.open()).rejects.toMatchObject({ code: 'file_missing' });
  });

  it('a class folder', async () => {
    await lay({ 'offered/cat/1.png': PIXEL, 'offered/dog/1.png': PIXEL, 'secret/1.png': 'secret' });
    const located = await locate(await theOffer(), dataDir);
    await rename(join(folder, 'dog'), join(root, 'before'));
    await symlink(join(root, 'secret'), join(folder, 'dog'));
    await expect(located.open().then(buffer)).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

it('a folder of the list may be a link itself', async () => {
  await lay({ 'pets/cat/1.png': PIXEL, 'pets/dog/1.png': PIXEL });
  await symlink('pets', join(root, 'link'));
  expect((await bytesOf(await theOffer(join(root, 'link')))).includes('dog/1.png')).toBe(true);
});

describe('folders of pictures', () => {
  it('are found however many classes there are', async () => {
    const classes = Array.from({ length: 2_001 }, (_, at) => mkdir(join(folder, String(at))));
    await Promise.all(classes);
    await Promise.all(Array.from({ length: 2_001 }, (_, at) => writeFile(join(folder, String(at), '1.png'), PIXEL)));
    expect(await offered()).toMatchObject([{ id: 'some', from: 'class folders' }]);
  });

  it('that were not looked through are not said to hold none', async () => {
    await Promise.all(Array.from({ length: 2_001 }, (_, at) => mkdir(join(folder, String(at)))));
    await expect(offered()).rejects.toThrow('no picture is among the first 2000 names below it');
  });

  it('named like a drive are packed under a name that is none', async () => {
    await lay({ 'offered/c:cats/1.png': PIXEL, 'offered/dogs/at 10:30.png': PIXEL });
    const zip = (await bytesOf(await theOffer())).toString('latin1');
    expect([zip.includes('c_cats/1.png'), zip.includes('dogs/at 10:30.png')]).toEqual([true, true]);
  });
});

describe('Kargah’s own folder is never offered:', () => {
  it('as the folder of an entry, one of its files, or what a link leads to', async () => {
    await lay({ 'kargah/datasets/dv_1/original.csv': 'a\nhers\n', 'kargah/secret.csv': 'a\nsecret\n' });
    await expect(offered(dataDir)).rejects.toThrow('Kargah’s own folder');
    await expect(offered(join(dataDir, 'datasets', 'dv_1'))).rejects.toThrow('Kargah’s own folder');
    await expect(bytesOf(await theOffer(join(dataDir, 'secret.csv')))).rejects.toMatchObject({ code: 'file_missing' });
    await symlink(join(dataDir, 'secret.csv'), join(root, 'looks-harmless.csv'));
    const linked = await theOffer(join(root, 'looks-harmless.csv'));
    await expect(bytesOf(linked)).rejects.toMatchObject({ code: 'file_missing' });
  });

  it('among the class folders of a folder that it lies in', async () => {
    await lay({ 'cat/1.png': PIXEL, 'kargah/datasets/2.png': PIXEL });
    const located = await locate(await theOffer(root), dataDir);
    const packed = (await buffer(await located.open())).toString('latin1');
    expect([packed.includes('cat/1.png'), packed.includes('2.png')]).toEqual([true, false]);
  });
});
