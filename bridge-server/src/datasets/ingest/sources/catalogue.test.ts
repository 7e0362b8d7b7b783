import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HUNG_MS } from '../../../../test/hung.js';
import type { Dataset } from '../../../contract/datasets/datasets.js';
import type { Source } from '../../../contract/datasets/intake.js';
import { DatasetFolder } from '../../content/folders.js';
import { DatasetFixture, codeOf, PIXEL } from '../../../../test/support/datasets.js';
import { CatalogueFile } from './catalogue-file.js';
import { saveStream } from './addresses/download.js';
import { picturesIn } from './pictures.js';

const TOLD = 'description: About it, description_fa: دربارهٔ آن, license: CC0';

let bench: DatasetFixture;
let folder: string;
const heard: string[] = [];

/** Files of these contents, by their paths in the folder. */
async function lay(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
let changes = 0;
/** Writes the list anew, as an administrator does. */
async function list(...entries: string[]): Promise<void> {
  const path = join(folder, 'catalogue.yaml');
  await writeFile(path, entries.map((entry) => `- {${entry}}`).join('\n'));
  // Two changes within one tick of the disk's clock are two changes.
  await utimes(path, (changes += 1), changes);
}
const entry = (id: string, more: string): string => `id: ${id}, name: ${id}, name_fa: نام, ${TOLD}, ${more}`;
const sources = async (): Promise<Source[]> => (await bench.json<{ items: Source[] }>('/sources')).items;
const offered = async (id: string): Promise<Source[]> =>
  (await sources()).filter(({ source_id }) => source_id === id || source_id.startsWith(`${id}.`));
/** Lets what was looked at be looked at anew. */
const later = (): unknown => vi.setSystemTime(Date.now() + 60_000);
const take = (id: string): Promise<Response> => bench.send('POST', `/sources/${id}/import`, {});
async function taken(id: string): Promise<Dataset> {
  const answer = await take(id);
  expect(answer.status).toBe(201);
  return bench.settled(((await answer.json()) as Dataset).dataset_id);
}
const refusal = async (id: string): Promise<[number, string]> => {
  const answer = await take(id);
  return [answer.status, await codeOf(answer)];
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  folder = await mkdtemp(join(tmpdir(), 'kargah-catalogue-'));
  await list();
  bench = await DatasetFixture.open(
    { maxUploadBytes: 1_000_000 },
    { catalogueFile: join(folder, 'catalogue.yaml') },
    (line) => void heard.push(line),
  );
});
afterAll(async () => {
  vi.useRealTimers();
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the administrator’s list', () => {
  it('stands before the datasets that come along', async () => {
    await lay({ 'shop.csv': 'a,b\n1,x\n2,y\n' });
    await list(entry('shop', 'path: shop.csv, size: 12'), entry('far', 'url: "https://files.example/a.csv"'));
    const items = await sources();
    expect(items.map((one) => one.source_id).slice(0, 3)).toEqual(['shop', 'far', 'digits']);
    expect(items[0]).toMatchObject({
      description: 'About it',
      description_fa: 'دربارهٔ آن',
      license: 'CC0',
      size_bytes: 12,
      rows: null,
    });
  });

  it('gives a file, which is read like any other', async () => {
    await lay({ 'shop.csv': 'a,b\n1,x\n2,y\n' });
    await list(entry('shop', 'path: shop.csv'));
    expect(await taken('shop')).toMatchObject({ state: 'ready', name: 'shop', rows: 2, source_id: 'shop' });
  });

  it('refuses a file of other bytes, one that is gone or is none, one that is too large, and what it does not hold', async () => {
    await lay({ 'shop.csv': 'a,b\n1,x\n', 'large.csv': 'a\n'.repeat(500_001) });
    await list(
      entry('wrong', `path: shop.csv, sha256: "${'0'.repeat(64)}"`),
      entry('gone', 'path: gone.csv'),
      entry('device', 'path: /dev/null'),
      entry('large', 'path: large.csv'),
    );
    expect(await refusal('wrong')).toEqual([460, 'upload_checksum_mismatch']);
    expect(await refusal('gone')).toEqual([422, 'file_missing']);
    expect(await refusal('device')).toEqual([422, 'file_missing']);
    expect(await refusal('large')).toEqual([413, 'file_too_large']);
    expect(await refusal('nothing')).toEqual([404, 'not_found']);
  });

  it('is read again when it changes; while it is wrong, what it said before counts', async () => {
    await lay({ 'shop.csv': 'a,b\n1,x\n' });
    await list(entry('before', 'path: shop.csv'));
    expect(await offered('before')).toHaveLength(1);
    await list(entry('after', 'path: shop.csv'), 'id: wrong');
    expect([await offered('before'), await offered('after')]).toMatchObject([[{}], []]);
    await list(entry('after', 'path: shop.csv'));
    expect([await offered('before'), await offered('after')]).toMatchObject([[], [{}]]);
  });

  it.each([
    ['no Persian description', 'id: a, name: A, name_fa: آ, description: x, license: CC0, path: x', 'description_fa'],
    ['no English description', 'id: a, name: A, name_fa: آ, description_fa: x, license: CC0, path: x', 'description'],
    ['an empty description', `id: a, name: A, name_fa: آ, ${TOLD.replace('About it', '" "')}, path: x`, 'description'],
    ['neither address nor path', entry('a', 'size: 1'), 'url or path'],
    ['both', entry('a', 'url: "https://x.example/a.csv", path: x'), 'url or path'],
    ['an address that is not https', entry('a', 'url: "http://x.example/a.csv"'), 'url'],
    ['a field that nobody knows', entry('a', 'path: x, colour: red'), 'colour'],
    ['a name that is not seen', `id: a, name: "\\u200b", name_fa: آ, ${TOLD}, path: x`, 'name'],
  ])('with %s is not taken, and the log names the entry and its field', async (_what, wrong, field) => {
    await list(entry('right', 'path: shop.csv'));
    await sources();
    heard.length = 0;
    await list(entry('right', 'path: shop.csv'), wrong);
    // Once, however often it is asked for.
    await sources();
    await sources();
    const [line, ...more] = heard.filter((text) => text.includes('the list of datasets cannot be read'));
    expect(more).toEqual([]);
    const { err } = JSON.parse(line ?? '') as { err: { message: string } };
    expect(err.message).toMatch(new RegExp(`catalogue\\.yaml: entry 2 \\(a\\): .*${field}`, 'u'));
  });

  it('with the same id twice is not taken', async () => {
    const file = join(folder, 'twice.yaml');
    await writeFile(file, `- {${entry('a', 'path: x')}}\n- {${entry('a', 'path: y')}}`);
    await expect(new CatalogueFile(file).entries()).rejects.toThrow(/two entries have the id a/u);
  });
});

describe('a folder of the list', () => {
  it('offers every file in it as an entry of its own, under an id that stays', async () => {
    await lay({
      'many/فروش ۱۴۰۲.csv': 'a,b\n1,x\n2,y\n3,z\n',
      'many/costs.jsonl': '{"a":1}\n{"a":2}\n',
      'many/notes.doc': 'no dataset',
      'many/.hidden.csv': 'a\n1\n',
      'many/below/other.csv': 'a\n1\n',
    });
    await list(entry('many', 'path: many'));
    const before = await offered('many');
    expect(before).toMatchObject([
      { name: 'costs.jsonl', name_fa: 'costs.jsonl', description: 'About it', license: 'CC0', size_bytes: 16 },
      { name: 'فروش ۱۴۰۲.csv', size_bytes: 16 },
    ]);
    await lay({ 'many/another.csv': 'a\n1\n', 'many/فروش ۱۴۰۲.csv': 'a,b\n1,x\n2,y\n3,z\n4,w\n' });
    later();
    const after = await offered('many');
    expect(after.map(({ name }) => name)).toEqual(['another.csv', 'costs.jsonl', 'فروش ۱۴۰۲.csv']);
    expect(after.slice(1).map(({ source_id }) => source_id)).toEqual(before.map(({ source_id }) => source_id));
    const id = after[2]?.source_id ?? '';
    const name = 'فروش ۱۴۰۲.csv';
    expect(await taken(id)).toMatchObject({ state: 'ready', name, filename: name, rows: 4, source_id: id });
  });

  it('offers a link within it, and none that leads out, when it is listed or when it is taken', async () => {
    await lay({ 'secret.csv': 'a\nsecret\n', 'linked/real.csv': 'a,b\n5,x\n6,y\n', 'linked/later.csv': 'a\n1\n' });
    await symlink('real.csv', join(folder, 'linked/within.csv'));
    await symlink(join(folder, 'secret.csv'), join(folder, 'linked/out.csv'));
    await symlink('nothing.csv', join(folder, 'linked/nowhere.csv'));
    await list(entry('linked', 'path: linked'));
    const found = await offered('linked');
    expect(found.map(({ name }) => name)).toEqual(['later.csv', 'real.csv', 'within.csv']);
    expect(await taken(found[2]?.source_id ?? '')).toMatchObject({ state: 'ready', name: 'within.csv', rows: 2 });
    await rm(join(folder, 'linked/later.csv'));
    await symlink(join(folder, 'secret.csv'), join(folder, 'linked/later.csv'));
    expect(await refusal(found[0]?.source_id ?? '')).toEqual([404, 'not_found']);
  });

  it('of class folders of images is one dataset, packed the same whenever it is taken', async () => {
    await lay({
      'pets/README.txt': 'Cats and dogs.',
      'pets/گربه/1.png': PIXEL,
      'pets/گربه/2.PNG': PIXEL,
      'pets/dog/a\\b.png': PIXEL,
      'pets/dog/4.png': PIXEL,
      'pets/dog/.5.png': PIXEL,
      'pets/dog/notes.txt': 'not packed',
    });
    await symlink('/etc/hosts', join(folder, 'pets/dog/6.png'));
    await symlink(folder, join(folder, 'pets/all'));
    await list(entry('pets', 'path: pets'));
    expect(await offered('pets')).toMatchObject([{ source_id: 'pets', name: 'pets', size_bytes: null }]);
    const first = await taken('pets');
    expect(first).toMatchObject({ state: 'ready', kind: 'images', rows: 4, filename: 'pets.zip', source_id: 'pets' });
    expect(first.warnings.map(({ code }) => code)).not.toContain('files_ignored');
    expect(await bench.json(`/datasets/${first.dataset_id}/profile`)).toMatchObject({
      classes: [
        { name: 'dog', count: 2 },
        { name: 'گربه', count: 2 },
      ],
    });
    await utimes(join(folder, 'pets/dog/4.png'), 5, 5);
    expect((await taken('pets')).sha256).toBe(first.sha256);
  });

  it('of class folders is found below train and test, too', async () => {
    await lay({
      'dealt/train/a/1.png': PIXEL,
      'dealt/train/b/1.png': PIXEL,
      'dealt/test/a/2.png': PIXEL,
      'dealt/test/b/2.png': PIXEL,
    });
    await list(entry('dealt', 'path: dealt'));
    expect(await taken('dealt')).toMatchObject({ kind: 'images', rows: 4 });
  });

  it('of images is refused where it is larger than a file may be, before it is packed', async () => {
    await lay({ 'large/a/1.png': Buffer.alloc(600_000), 'large/b/1.png': Buffer.alloc(600_000) });
    await list(entry('large', 'path: large'));
    expect(await refusal('large')).toEqual([413, 'file_too_large']);
    const { items } = await bench.json<{ items: Dataset[] }>('/datasets');
    expect(items.map(({ source_id }) => source_id)).not.toContain('large');
  });

  it('of more images than are packed in seconds is refused', async () => {
    await lay({ 'four/a/1.png': PIXEL, 'four/a/2.png': PIXEL, 'four/b/1.png': PIXEL, 'four/b/below/2.png': PIXEL });
    expect(await picturesIn(join(folder, 'four'), 4, tmpdir())).toHaveLength(4);
    await expect(picturesIn(join(folder, 'four'), 3, tmpdir())).rejects.toMatchObject({ code: 'folder_too_full' });
  });

  it.each([
    ['holds nothing', 'empty', '', 'path: neither a dataset file nor a folder of pictures'],
    ['is said to have a hash', 'many', `, sha256: "${'0'.repeat(64)}"`, 'sha256: is of one file'],
    ['holds too many files', 'crowd', '', 'path: more than 1000 files'],
  ])('that %s offers nothing; the log says so, and others stay', async (_what, path, more, message) => {
    await mkdir(join(folder, path), { recursive: true });
    if (path === 'crowd')
      await Promise.all(
        Array.from({ length: 1001 }, (_, at) => writeFile(join(folder, path, `${String(at)}.csv`), 'a\n1\n')),
      );
    heard.length = 0;
    await list(entry('some', `path: ${path}${more}`), entry('shop', 'path: shop.csv'));
    expect([await offered('some'), await offered('shop')]).toMatchObject([[], [{}]]);
    expect(heard.find((line) => line.includes('offers nothing'))).toContain(`entry some: ${message}`);
  });
});

describe('what the folders of the list hold', () => {
  it('is not looked at anew for everyone who asks within seconds', async () => {
    await lay({ 'busy/a.csv': 'a\n1\n' });
    await list(entry('busy', 'path: busy'));
    expect(await offered('busy')).toHaveLength(1);
    await lay({ 'busy/b.csv': 'a\n1\n' });
    expect(await offered('busy')).toHaveLength(1);
    later();
    expect(await offered('busy')).toHaveLength(2);
  });

  it('is looked at anew where something of it is taken, and nowhere else', async () => {
    await lay({ 'busy/a.csv': 'a\n1\n', 'shop.csv': 'a,b\n1,x\n2,y\n' });
    await mkdir(join(folder, 'bare'), { recursive: true });
    await list(entry('bare', 'path: bare'), entry('busy', 'path: busy'), entry('shop', 'path: shop.csv'));
    heard.length = 0;
    await taken('shop');
    expect(heard.filter((line) => line.includes('offers nothing'))).toEqual([]);
    const [file] = await offered('busy');
    await rm(join(folder, 'busy'), { recursive: true });
    expect(await refusal(file?.source_id ?? '')).toEqual([404, 'not_found']);
  });

  it('is told to the log once while the same is wrong with it', async () => {
    await mkdir(join(folder, 'bare'), { recursive: true });
    await list(entry('bare', 'path: bare'));
    heard.length = 0;
    for (const _ of 'abc') {
      await sources();
      later();
    }
    expect(heard.filter((line) => line.includes('offers nothing'))).toHaveLength(1);
  });

  it('holds up neither the start nor datasets', async () => {
    const never = join(folder, 'never.yaml');
    execFileSync('mkfifo', [never]);
    const waiting = await DatasetFixture.open({}, { catalogueFile: never });
    try {
      expect(await waiting.dataset('a.csv', 'a,b\n1,x\n2,y\n')).toMatchObject({ state: 'ready' });
    } finally {
      const end = await open(never, 'w');
      await end.close();
      await waiting.close();
    }
  });
});

describe('a copy', () => {
  it('that our own disk fails is not said to be for want of the file', async () => {
    await lay({ 'shop.csv': 'a,b\n1,x\n' });
    await list(entry('shop', 'path: shop.csv'));
    const datasets = join(bench.dataDir, 'datasets');
    await rename(datasets, `${datasets}.away`);
    await symlink('nothing', datasets);
    try {
      expect(await refusal('shop')).toEqual([500, 'internal']);
    } finally {
      await rm(datasets);
      await rename(`${datasets}.away`, datasets);
    }
  });

  it('whose dataset is deleted meanwhile ends with it', async () => {
    const own = await DatasetFixture.open({}, { catalogueFile: join(folder, 'catalogue.yaml') });
    try {
      await writeFile(join(folder, 'huge.csv'), '');
      await truncate(join(folder, 'huge.csv'), 2 ** 31);
      await list(entry('huge', 'path: huge.csv'));
      const copied = own.send('POST', '/sources/huge/import', {});
      const { dataset_id: id } = await vi.waitFor(async () => {
        const [dataset] = (await own.json<{ items: Dataset[] }>('/datasets')).items;
        if (!dataset) throw new Error('it has not begun');
        return dataset;
      }, HUNG_MS);
      expect((await own.call(`/datasets/${id}`, { method: 'DELETE' })).status).toBe(204);
      const answer = await copied;
      expect([answer.status, await codeOf(answer)]).toEqual([404, 'not_found']);
      expect(await readdir(join(own.dataDir, 'datasets'))).toEqual([]);
    } finally {
      await own.close();
    }
  });

  it('lets go of what it reads where it cannot begin to write', async () => {
    await lay({ 'shop.csv': 'a,b\n1,x\n' });
    class Full extends DatasetFolder {
      override make(): Promise<void> {
        return Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
      }
    }
    const stream = createReadStream(join(folder, 'shop.csv'));
    await expect(saveStream(stream, new Full(join(folder, 'full')), 1000, () => undefined)).rejects.toMatchObject({
      code: 'storage_full',
    });
    expect(stream.destroyed).toBe(true);
  });
});

it('what a killed bridge was copying is forgotten, and may be taken again', async () => {
  await lay({ 'shop.csv': 'a,b\n1,x\n2,y\n8,k\n' });
  await list(entry('shop', 'path: shop.csv'));
  const { dataset_id: id } = await taken('shop');
  await bench.stop();
  await bench.db.updateTable('dataset_versions').set({ state: 'uploading' }).where('dataset_id', '=', id).execute();
  await bench.start();
  expect((await bench.call(`/datasets/${id}`)).status).toBe(404);
  expect(await taken('shop')).toMatchObject({ state: 'ready', rows: 3 });
});

it('a file that cannot be opened is told of by whoever copies it', async () => {
  const into = new DatasetFolder(join(folder, 'into'));
  await expect(saveStream(createReadStream(join(folder, 'nothing')), into, 1000, () => undefined)).rejects.toThrow(
    'ENOENT',
  );
  expect(await readdir(into.path)).not.toContain('original');
});

describe('an address of the list', () => {
  it('may belong to the server’s own network where the list says so, and nowhere else', async () => {
    const server = createServer((_request, response) => void response.end('a,b\n1,x\n7,y\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    const outbound = {
      protocols: ['https:'],
      resolve: () => Promise.resolve(['127.0.0.1']),
      allows: () => false,
    };
    const own = await DatasetFixture.open({}, { catalogueFile: join(folder, 'catalogue.yaml'), outbound });
    try {
      const url = `url: "https://inside.example:${port}/a.csv"`;
      await list(entry('open', `${url}, allow_private: true`), entry('closed', url));
      // No TLS is spoken there: that it was tried is what counts.
      const codes = ['open', 'closed'].map(async (id) => codeOf(await own.send('POST', `/sources/${id}/import`, {})));
      expect(await Promise.all(codes)).toEqual(['url_failed', 'url_private']);
    } finally {
      await own.close();
      server.close();
    }
  });
});

it('what an address of the list gave is known by the entry, and by where it came from', async () => {
  const server = createServer((_request, response) => void response.end('a,b\n1,x\n7,y\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://files.example:${String((server.address() as AddressInfo).port)}/a.csv`;
  const told = { id: 'far', name: 'far', name_fa: 'دور', description: 'x', description_fa: 'x', license: 'CC0' };
  // The list itself takes only https, for which this server has no certificate.
  const entries = vi
    .spyOn(CatalogueFile.prototype, 'entries')
    .mockResolvedValue([{ ...told, url, allow_private: true }]);
  const outbound = { protocols: ['http:'], resolve: () => Promise.resolve(['127.0.0.1']), allows: () => false };
  const own = await DatasetFixture.open({}, { catalogueFile: join(folder, 'catalogue.yaml'), outbound });
  try {
    const started = (await (await own.send('POST', '/sources/far/import', {})).json()) as Dataset;
    const { dataset_id: id, ...dataset } = await own.settled(started.dataset_id);
    expect(dataset).toMatchObject({ state: 'ready', rows: 2, source_id: 'far' });
    const origin = { kind: 'url', url, source_id: 'far' };
    expect(await own.json(`/datasets/${id}/versions`)).toMatchObject({ items: [{ origin }] });
  } finally {
    entries.mockRestore();
    await own.close();
    server.close();
  }
});

it('the example of the documentation can be read, and names both ways', async () => {
  const entries = await new CatalogueFile(
    resolve(import.meta.dirname, '../../../../../docs/catalogue.example.yaml'),
  ).entries();
  expect(entries.some(({ url }) => url !== undefined)).toBe(true);
  expect(entries.some(({ path }) => path !== undefined)).toBe(true);
});

it('the sha256 of an entry is that of its file', async () => {
  const content = 'a,b\n1,x\n9,y\n';
  await lay({ 'known.csv': content });
  const sha256 = createHash('sha256').update(content).digest('hex');
  await list(entry('known', `path: known.csv, sha256: "${sha256}"`));
  expect(await taken('known')).toMatchObject({ state: 'ready', sha256 });
});
