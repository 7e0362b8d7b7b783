import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../contract/datasets/datasets.js';
import type { Connection } from '../../../../contract/datasets/intake.js';
import { DatasetFixture } from '../../../../../test/support/datasets.js';
import { SecretBox } from '../../../../lib/secret-box.js';

let bench: DatasetFixture;
let workspace: string;

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'kargah-workspace-'));
  await writeFile(join(workspace, 'shop.csv'), 'a,b\n1,x\n2,y\n');
  bench = await DatasetFixture.open({}, { workspaceDir: workspace });
});
afterAll(async () => {
  await bench.close();
  await rm(workspace, { recursive: true, force: true });
});

const post = (path: string, body: object): Promise<Response> => bench.send('POST', `/${path}`, body);
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

describe('databases', () => {
  let connection: Connection;

  beforeAll(async () => {
    const db = new DatabaseSync(join(workspace, 'shop.db'));
    db.exec("create table sales (n integer, who text); insert into sales values (1, 'علی'), (2, 'مینا'), (3, null)");
    db.close();
    const response = await post('connections', { name: 'shop', url: 'sqlite:shop.db' });
    expect(response.status).toBe(201);
    connection = (await response.json()) as Connection;
  });

  it('the rows of a query become a dataset', async () => {
    const body = { connection_id: connection.connection_id, query: 'select n, who from sales where n > 1' };
    const started = await made(await post('datasets/import/sql', body));
    expect(await settled(started.dataset_id)).toMatchObject({ state: 'ready', rows: 2, columns: 2, name: 'shop' });
  });

  it('are listed without their secrets, by their owner alone, and forgotten', async () => {
    const list = (await (await get('connections')).json()) as { items: Connection[] };
    expect(list.items).toEqual([{ ...connection, address: 'shop.db', kind: 'sqlite' }]);
    expect(((await (await get('connections', 'reza')).json()) as { items: unknown[] }).items).toEqual([]);
    const other = (await (await post('connections', { name: 'b', url: 'sqlite:shop.db' })).json()) as Connection;
    const remove = (as: string): Promise<Response> =>
      bench.call(`/connections/${other.connection_id}`, { method: 'DELETE', as });
    expect((await remove('reza')).status).toBe(404);
    expect((await remove('sara')).status).toBe(204);
    expect((await remove('sara')).status).toBe(404);
  });

  it.each([
    ['delete from sales', 'query_not_select'],
    ['select 1; select 2', 'query_failed'],
    ['with x as (select 1) delete from sales', 'query_failed'],
    ["select load_extension('x')", 'query_failed'],
    ['select * from nothing', 'query_failed'],
    ['select * from sales where 0', 'no_rows'],
  ])('a query that only reads is all that is run: %s', async (query, code) => {
    const response = await post('datasets/import/sql', { connection_id: connection.connection_id, query });
    if (response.status === 201) {
      const { dataset_id: id } = (await response.json()) as Dataset;
      expect((await settled(id)).error?.code).toBe(code);
    } else expect(await refusal(response)).toEqual([422, code]);
  });

  it.each([
    ['mysql://x/y', 'connection_invalid'],
    ['nothing', 'connection_invalid'],
    ['postgresql://host', 'connection_invalid'],
    ['sqlite:../x.db', 'file_outside'],
    ['sqlite:none.db', 'file_missing'],
    ['sqlite:shop.csv', 'connection_failed'],
  ])('%s is refused: %s', async (url, code) => {
    expect(await refusal(await post('connections', { name: 'x', url }))).toEqual([422, code]);
  });

  it.each(['127.0.0.1:1', 'localhost:1', '[::1]:1', '127.1:1', '0:1', '[::ffff:127.0.0.1]:1', '169.254.169.254'])(
    'of this machine is refused before it is asked, and told how it is allowed: %s',
    async (host) => {
      const response = await post('connections', { name: 'x', url: `postgresql://sara:hunter2-secret@${host}/db` });
      const text = await response.text();
      expect([response.status, (JSON.parse(text) as { code: string }).code]).toEqual([422, 'connection_local']);
      expect(text).toContain('KARGAH_DATABASE_HOSTS');
      expect(text).not.toContain('hunter2');
    },
  );

  it.each([
    'postgresql://u:p@%2Ftmp/db',
    'postgresql://u:p@%2Fvar%2Frun%2Fpostgresql/db',
    'postgresql://u:p@a.example,127.0.0.1/db',
    'postgresql:///db?host=/tmp',
    'postgresql://a.example/db?host=127.0.0.1',
    'postgresql://a.example/db?hostaddr=127.0.0.1',
    'postgresql://a.example/db?service=prod',
    'postgresql://a.example/db?passfile=/root/.pgpass',
    'postgresql://a.example/db?sslkey=/etc/passwd',
  ])('that names sockets, several hosts or files of the server is refused: %s', async (url) => {
    expect(await refusal(await post('connections', { name: 'x', url }))).toEqual([422, 'connection_invalid']);
  });

  it('that is not reached is said so in one sentence, whatever is at its address, without its password', async () => {
    const server = createServer((_request, response) => response.end('not a database')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const allowing = await DatasetFixture.open({}, { databaseHosts: ['127.0.0.1', 'nowhere.invalid'] });
    try {
      const told = await Promise.all(
        ['127.0.0.1:1', `127.0.0.1:${String(port)}`, 'nowhere.invalid'].map(async (host) => {
          const url = `postgresql://sara:hunter2-secret@${host}/db`;
          const response = await allowing.send('POST', '/connections', { name: 'x', url });
          const { request_id, ...problem } = (await response.json()) as Record<string, unknown>;
          expect(request_id).toBeTypeOf('string');
          expect(JSON.stringify(problem)).not.toContain('hunter2');
          return { status: response.status, ...problem };
        }),
      );
      expect(told[0]).toMatchObject({ status: 422, code: 'connection_failed' });
      expect(told[1]).toEqual(told[0]);
      expect(told[2]).toEqual(told[0]);
    } finally {
      await allowing.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('an unknown connection is not found', async () => {
    const body = { connection_id: 'con_aaaaaaaa', query: 'select 1' };
    expect(await refusal(await post('datasets/import/sql', body))).toEqual([404, 'not_found']);
  });

  it('addresses are sealed for one connection by one secret', () => {
    const secretBox = new SecretBox('a secret');
    const sealed = secretBox.close('postgresql://u:p@h/d', 'con_a');
    expect(sealed).not.toContain('p@h');
    expect(secretBox.open(sealed, 'con_a')).toBe('postgresql://u:p@h/d');
    expect(() => secretBox.open(sealed, 'con_b')).toThrow();
    expect(() => new SecretBox('another').open(sealed, 'con_a')).toThrow();
    expect(() => secretBox.open(sealed.slice(0, -2), 'con_a')).toThrow();
  });
});
