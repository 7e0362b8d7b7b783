import { once } from 'node:events';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../contract/datasets/datasets.js';
import type { Connection } from '../../../contract/datasets/intake.js';
import type { DatasetVersion } from '../../../contract/datasets/versions.js';
import { DatasetFixture } from '../../../../test/support/datasets.js';
import { isPublic } from './addresses/addresses.js';
import type { OutboundHttp } from './addresses/outbound-http.js';
import { OpenedSockets } from '../../../../test/support/sources.js';

const CSV = 'a,b\n1,x\n2,y\n';

let bench: DatasetFixture;
let workspace: string;
let server: Server;
let port: number;
let sockets: OpenedSockets;
let asked: string[] = [];
let names = new Map<string, readonly string[]>();
let answer: (request: IncomingMessage, response: ServerResponse) => void;

/** The real rules, but one address of this machine counts as public; names are what a test says. */
const outbound: OutboundHttp = {
  protocols: ['http:', 'https:'],
  resolve: (host) => {
    asked.push(host);
    const found = names.get(host);
    return found ? Promise.resolve(found) : Promise.reject(Object.assign(new Error('?'), { code: 'ENOTFOUND' }));
  },
  allows: (address) => address === '127.0.0.1' || isPublic(address),
};

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'kargah-workspace-'));
  await writeFile(join(workspace, 'shop.csv'), CSV);
  server = createServer((request, response) => answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  bench = await DatasetFixture.open({ maxUploadBytes: 1_000_000 }, { workspaceDir: workspace, outbound });
  sockets = new OpenedSockets();
});
afterAll(async () => {
  sockets.close();
  await bench.close();
  server.closeAllConnections();
  server.close();
  await rm(workspace, { recursive: true, force: true });
});
afterEach(() => {
  asked = [];
  names = new Map();
  sockets.forget();
});

/** Where sockets were opened to, besides the bridge that the tests ask. */
const went = (): string[] => sockets.toward(new URL(bench.url).host);
const post = (path: string, body: object): Promise<Response> =>
  bench.call(`/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const get = (path: string, as = 'sara'): Promise<Response> => bench.call(`/${path}`, { as });
const refusal = async (response: Response): Promise<[number, string]> => [
  response.status,
  ((await response.json()) as { code: string }).code,
];
const made = async (response: Response): Promise<Dataset> => {
  expect(response.status).toBe(201);
  return (await response.json()) as Dataset;
};
const settled = (datasetId: string): Promise<Dataset> => bench.settled(datasetId);
const give =
  (body: string | Buffer, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, headers);
    response.end(body);
  };

describe('a file by its address', () => {
  it('is fetched, named as the server says, and read', async () => {
    names.set('files.example', ['127.0.0.1']);
    answer = give(CSV, { 'content-disposition': 'attachment; filename="shop list.csv"' });
    const started = await made(await post('datasets/import/url', { url: `http://files.example:${port}/x?y=1` }));
    const dataset = await settled(started.dataset_id);
    expect(dataset).toMatchObject({ state: 'ready', filename: 'shop list.csv', rows: 2, columns: 2 });
    expect(asked).toEqual(['files.example']);
  });

  it('is found behind redirections, each looked at', async () => {
    names.set('a.example', ['127.0.0.1']).set('b.example', ['127.0.0.1']);
    answer = (request, response) => {
      if (request.url === '/data.csv') give(CSV)(request, response);
      else response.writeHead(302, { location: `http://b.example:${port}/data.csv` }).end();
    };
    const started = await made(await post('datasets/import/url', { url: `http://a.example:${port}/` }));
    expect((await settled(started.dataset_id)).state).toBe('ready');
    expect(asked).toEqual(['a.example', 'b.example']);
    expect(went()).toEqual([`a.example:${port}`, `b.example:${port}`]);
  });

  it.each([
    ['a private address', ['10.0.0.7']],
    ['one private address among public ones', ['127.0.0.1', '10.0.0.7']],
    ['the address of a cloud’s secrets', ['169.254.169.254']],
    ['a private address in IPv6’s clothes', ['::ffff:192.168.0.1']],
  ])('is refused where its name leads to %s, before any socket is opened', async (_what, addresses) => {
    names.set('inside.example', addresses);
    expect(await refusal(await post('datasets/import/url', { url: `http://inside.example:${port}/a.csv` }))).toEqual([
      422,
      'url_private',
    ]);
    expect(went()).toEqual([]);
  });

  it.each([
    'http://10.0.0.7/a.csv',
    'http://0x0a000007/a.csv',
    'http://167772167/a.csv',
    'http://012.0.0.07/a.csv',
    'http://[::1]/a.csv',
  ])('is refused by number too: %s', async (url) => {
    expect(await refusal(await post('datasets/import/url', { url }))).toEqual([422, 'url_private']);
    expect([asked, went()]).toEqual([[], []]);
  });

  it.each(['http://inside.example/', 'http://192.168.0.1/', '//inside.example:8080/a.csv'])(
    'is refused where a redirection leads inside, to %s, and no socket is opened there',
    async (location) => {
      names.set('a.example', ['127.0.0.1']).set('inside.example', ['192.168.0.1']);
      answer = (_request, response) => response.writeHead(301, { location }).end();
      expect(await refusal(await post('datasets/import/url', { url: `http://a.example:${port}/a.csv` }))).toEqual([
        422,
        'url_private',
      ]);
      expect(went()).toEqual([`a.example:${port}`]);
    },
  );

  it.each(['http://', 'https://:99999/', 'http://[::1'])(
    'is said not to have come where a redirection leads nowhere: %s',
    async (location) => {
      names.set('a.example', ['127.0.0.1']);
      answer = (_request, response) => response.writeHead(302, { location }).end();
      expect(await refusal(await post('datasets/import/url', { url: `http://a.example:${port}/a.csv` }))).toEqual([
        502,
        'url_failed',
      ]);
    },
  );

  it('is connected to at the address that was looked at, whatever the name says later', async () => {
    let looks = 0;
    const rebinding = outbound.resolve;
    Object.assign(outbound, {
      resolve: () => Promise.resolve((looks += 1) === 1 ? ['127.0.0.1'] : ['10.0.0.7']),
    });
    answer = give(CSV);
    const started = await made(await post('datasets/import/url', { url: `http://rebind.example:${port}/a.csv` }));
    Object.assign(outbound, { resolve: rebinding });
    expect((await settled(started.dataset_id)).state).toBe('ready');
    expect(looks).toBe(1);
  });

  it.each([
    ['ftp://files.example/a.csv', 'url_invalid', 422],
    ['http://sara:secret@files.example/a.csv', 'url_invalid', 422],
    ['not an address', 'url_invalid', 422],
    ['http://nowhere.example/a.csv', 'url_failed', 502],
  ])('%s is refused', async (url, code, status) => {
    expect(await refusal(await post('datasets/import/url', { url }))).toEqual([status, code]);
    expect(went()).toEqual([]);
  });

  it.each([
    ['an error', (_: IncomingMessage, response: ServerResponse) => response.writeHead(404).end(), 502, 'url_failed'],
    ['a page', give('<html>', { 'content-type': 'text/html' }), 415, 'unsupported_format'],
    [
      'too much, and says so',
      give('', { 'content-length': '2000000', 'content-disposition': 'attachment; filename=a.csv' }),
      413,
      'file_too_large',
    ],
    [
      'redirections without end',
      (_: IncomingMessage, response: ServerResponse) => response.writeHead(302, { location: '/' }).end(),
      502,
      'url_failed',
    ],
  ])('is refused where the server gives %s', async (_what, given, status, code) => {
    names.set('files.example', ['127.0.0.1']);
    answer = given;
    expect(await refusal(await post('datasets/import/url', { url: `http://files.example:${port}/` }))).toEqual([
      status,
      code,
    ]);
  });

  it.each([
    [
      'sends more than it said',
      (response: ServerResponse) => response.end(Buffer.alloc(1_500_000, 'a')),
      'file_too_large',
    ],
    ['is cut', (response: ServerResponse) => response.write('1,', () => response.socket?.destroy()), 'url_failed'],
  ])('fails clearly where the server %s', async (_what, send, code) => {
    names.set('files.example', ['127.0.0.1']);
    answer = (_request, response) => {
      response.writeHead(200, { 'content-disposition': 'attachment; filename=a.csv' });
      response.write('a,b\n');
      send(response);
    };
    const started = await made(await post('datasets/import/url', { url: `http://files.example:${port}/a.csv` }));
    expect((await settled(started.dataset_id)).error?.code).toBe(code);
  });

  it('is said to be lost where the bridge was restarted in the middle', async () => {
    names.set('files.example', ['127.0.0.1']);
    answer = (_request, response) => {
      response.writeHead(200, { 'content-disposition': 'attachment; filename=a.csv' });
      response.write('a,b\n');
    };
    const started = await made(await post('datasets/import/url', { url: `http://files.example:${port}/a.csv` }));
    await bench.stop();
    await bench.start();
    expect((await settled(started.dataset_id)).error?.code).toBe('url_failed');
  });
});

describe('a file of the Jupyter server', () => {
  beforeAll(async () => {
    await mkdir(join(workspace, 'folder.csv'));
    await writeFile(join(workspace, 'empty.csv'), '');
    await writeFile(join(workspace, 'notes.exe'), 'x');
    await symlink('/etc/hosts', join(workspace, 'link-out.csv'));
    await symlink(join(workspace, 'nothing'), join(workspace, 'link-to-nothing.csv'));
  });

  it('is read where it lies and not copied', async () => {
    await writeFile(join(workspace, 'here.csv'), CSV);
    const started = await made(await post('datasets/import/file', { path: 'here.csv', name: 'Mine' }));
    const dataset = await settled(started.dataset_id);
    expect(dataset).toMatchObject({ state: 'ready', name: 'Mine', rows: 2 });
    const original = await bench.stored(dataset.dataset_id, 'original');
    expect((await lstat(original)).isSymbolicLink()).toBe(true);
    expect(await readlink(original)).toBe(await realpath(join(workspace, 'here.csv')));
    // Nor does a copy lie beside it.
    const beside = await readdir(await bench.stored(dataset.dataset_id), { recursive: true, withFileTypes: true });
    for (const entry of beside.filter((one) => one.isFile()))
      expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toBe(CSV);
    const content = await get(`datasets/${dataset.dataset_id}/content`);
    expect(await content.text()).toBe(CSV);
  });

  it('that changed since is said so; what was read of it stays', async () => {
    const path = join(workspace, 'changing.csv');
    await writeFile(path, CSV);
    const { dataset_id: id } = await made(await post('datasets/import/file', { path: 'changing.csv' }));
    await settled(id);
    await writeFile(path, 'a,b\n3,z\n');
    await utimes(path, 1, 1);
    expect(await refusal(await get(`datasets/${id}/content`))).toEqual([409, 'file_changed']);
    expect(await refusal(await post(`datasets/${id}/versions`, { reading: { header: false } }))).toEqual([
      409,
      'file_changed',
    ]);
    expect((await get(`datasets/${id}/preview`)).status).toBe(200);
  });

  it.each([
    ['../etc.csv', 'file_outside'],
    ['link-out.csv', 'file_outside'],
    ['link-to-nothing.csv', 'file_missing'],
    ['missing.csv', 'file_missing'],
    ['folder.csv', 'file_missing'],
    ['nul\u0000.csv', 'file_missing'],
    ['empty.csv', 'empty_file'],
    ['notes.exe', 'unsupported_format'],
  ])('%s is refused: %s', async (path, code) => {
    const [, found] = await refusal(await post('datasets/import/file', { path }));
    expect(found).toBe(code);
  });
});

describe('whoever a dataset is only shared with', () => {
  const origin = async (id: string, as: string): Promise<unknown[]> => {
    const list = (await (await get(`datasets/${id}/versions`, as)).json()) as { items: DatasetVersion[] };
    const one = (await (await get(`datasets/${id}/versions/1`, as)).json()) as DatasetVersion;
    return [...list.items.map((version) => version.origin), one.origin];
  };
  const share = async (id: string): Promise<void> => {
    const shared = await bench.send('PUT', `/datasets/${id}/sharing`, { everyone: true });
    expect(shared.status).toBe(200);
  };

  it('learns of what kind its origin is, and not the address, the query or the path', async () => {
    names.set('files.example', ['127.0.0.1']);
    answer = give(CSV);
    const url = `http://files.example:${port}/a.csv?signature=secret`;
    const fetched = await made(await post('datasets/import/url', { url }));
    const filed = await made(await post('datasets/import/file', { path: 'shop.csv' }));
    new DatabaseSync(join(workspace, 'origin.db')).close();
    const connected = await post('connections', { name: 'salaries of all', url: 'sqlite:origin.db' });
    const { connection_id } = (await connected.json()) as Connection;
    const query = 'select 1 as secret';
    const asked = await made(await post('datasets/import/sql', { connection_id, query }));
    for (const [started, owned, shown] of [
      [fetched, { kind: 'url', url }, { kind: 'url' }],
      [filed, { kind: 'file', path: 'shop.csv' }, { kind: 'file' }],
      [asked, { kind: 'sql', connection: 'salaries of all', query }, { kind: 'sql' }],
    ] as const) {
      await settled(started.dataset_id);
      await share(started.dataset_id);
      expect(await origin(started.dataset_id, 'sara')).toEqual([owned, owned]);
      expect(await origin(started.dataset_id, 'reza')).toEqual([shown, shown]);
    }
    expect((await bench.call(`/connections/${connection_id}`, { method: 'DELETE' })).status).toBe(204);
  });

  it('learns that a version could not be had, and not from where', async () => {
    names.set('files.example', ['127.0.0.1']);
    answer = (_request, response) =>
      void response.writeHead(200, { 'content-length': '100' }).write('a', () => response.destroy());
    const started = await made(await post('datasets/import/url', { url: `http://files.example:${port}/a.csv` }));
    expect((await settled(started.dataset_id)).error).toMatchObject({
      code: 'url_failed',
      params: { host: 'files.example' },
    });
    await share(started.dataset_id);
    const seen = await (await get(`datasets/${started.dataset_id}`, 'reza')).text();
    const versions = await (await get(`datasets/${started.dataset_id}/versions`, 'reza')).text();
    for (const text of [seen, versions]) {
      expect(text).toContain('dataset_failed');
      expect(text).not.toContain('files.example');
    }
  });
});
