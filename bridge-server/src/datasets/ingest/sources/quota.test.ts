import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../contract/datasets/datasets.js';
import type { Connection } from '../../../contract/datasets/intake.js';
import { DatasetFixture, codeOf } from '../../../../test/support/datasets.js';

const QUOTA = 200_000;
const CSV = 'a,b\n1,x\n2,y\n';

describe('what a person’s datasets may come to, whichever way they come', () => {
  let bench: DatasetFixture;
  let workspace: string;
  let server: Server;
  let answer: (response: ServerResponse) => void;
  let address: string;

  beforeEach(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'kargah-workspace-'));
    server = createServer((_request, response) => answer(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://files.example:${String((server.address() as AddressInfo).port)}/a.csv`;
    const outbound = { protocols: ['http:'], resolve: () => Promise.resolve(['127.0.0.1']), allows: () => true };
    bench = await DatasetFixture.open({ quotaBytes: QUOTA }, { workspaceDir: workspace, outbound });
  });
  afterEach(async () => {
    await bench.close();
    server.closeAllConnections();
    server.close();
    await rm(workspace, { recursive: true, force: true });
  });

  /** Takes or claims all there is. */
  const fill = async (): Promise<Dataset> => {
    const dataset = await bench.dataset('full.txt', 'x'.repeat(QUOTA / 2));
    const { derived_bytes: derived } = await bench.db
      .selectFrom('dataset_versions')
      .select('derived_bytes')
      .where('dataset_id', '=', dataset.dataset_id)
      .executeTakeFirstOrThrow();
    const left = QUOTA - QUOTA / 2 - derived;
    expect(left).toBeGreaterThan(0);
    await bench.create('promised.csv', left);
    return dataset;
  };
  const folders = (): Promise<string[]> => readdir(join(bench.dataDir, 'datasets'));

  it('an address that says too much is refused before it is fetched', async () => {
    answer = (response) => response.writeHead(200, { 'content-length': String(QUOTA + 1) }).end();
    const refused = await bench.send('POST', '/datasets/import/url', { url: address });
    expect([refused.status, await codeOf(refused)]).toEqual([413, 'quota_exceeded']);
  });

  it('one that does not say how much it gives is cut off there, and nothing of it stays', async () => {
    let cut: Promise<unknown> | undefined;
    answer = (response) => {
      cut = once(response, 'close');
      response.writeHead(200, { 'content-disposition': 'attachment; filename=a.csv' });
      // It never ends by itself, so that only being cut off closes it; how much the system holds in between is the system's affair.
      const more = (): void => {
        if (!response.destroyed) response.write('1,2\n'.repeat(2_500), more);
      };
      more();
    };
    const started = (await (await bench.send('POST', '/datasets/import/url', { url: address })).json()) as Dataset;
    const { error } = await bench.settled(started.dataset_id);
    expect(error).toMatchObject({ code: 'quota_exceeded', params: { used: '0 B', limit: '195.3 KB' } });
    await cut;
    expect(await folders()).toEqual([]);
  });

  it('what was announced and did not come takes no room, on the disk or of the quota', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': String(QUOTA), 'content-disposition': 'attachment; filename=a.csv' });
      response.write('1,2\n'.repeat(2_500));
    };
    const started = (await (await bench.send('POST', '/datasets/import/url', { url: address })).json()) as Dataset;
    expect(started.size_bytes).toBe(QUOTA);
    expect((await bench.create('more.csv', 1)).status).toBe(413);
    server.closeAllConnections();
    const { error, size_bytes } = await bench.settled(started.dataset_id);
    expect([error?.code, size_bytes]).toEqual(['url_failed', 0]);
    expect(await folders()).toEqual([]);
    expect((await bench.create('more.csv', QUOTA)).status).toBe(201);
  });

  it('nor does what was coming when the bridge was killed', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': '10', 'content-disposition': 'attachment; filename=a.csv' });
      response.write('1');
    };
    const { dataset_id: id } = (await (
      await bench.send('POST', '/datasets/import/url', { url: address })
    ).json()) as Dataset;
    const folder = await bench.stored(id);
    await bench.stop();
    // A bridge that is stopped still says what became of it; one that is killed leaves it as it was.
    const remote = { state: 'uploading', size_bytes: QUOTA, error_json: null };
    await bench.db.updateTable('dataset_versions').set(remote).where('dataset_id', '=', id).execute();
    await mkdir(folder);
    await writeFile(join(folder, 'original.part'), '1');
    await bench.start();
    expect(await bench.json(`/datasets/${id}`)).toMatchObject({ state: 'failed', size_bytes: 0 });
    expect(await folders()).toEqual([]);
    expect((await bench.create('more.csv', QUOTA)).status).toBe(201);
  });

  it('the answer of a database that is more is not kept', async () => {
    const db = new DatabaseSync(join(workspace, 'shop.db'));
    db.exec('create table many (n integer, who text); begin');
    const insert = db.prepare('insert into many values (?, ?)');
    for (let n = 0; n < 20_000; n += 1) insert.run(n, Math.random().toString(36).repeat(3));
    db.exec('commit');
    db.close();
    const connected = await bench.send('POST', '/connections', { name: 'shop', url: 'sqlite:shop.db' });
    const { connection_id } = (await connected.json()) as Connection;
    const asked = await bench.send('POST', '/datasets/import/sql', { connection_id, query: 'select * from many' });
    const { error } = await bench.settled(((await asked.json()) as Dataset).dataset_id);
    expect(error?.code).toBe('quota_exceeded');
    expect(await folders()).toEqual([]);
  });

  it('a file of the Jupyter server, which takes no room itself, is refused where none is left for what is made of it', async () => {
    await writeFile(join(workspace, 'here.csv'), CSV);
    await fill();
    const taken = await bench.send('POST', '/datasets/import/file', { path: 'here.csv' });
    expect(taken.status).toBe(201);
    await bench.settled(((await taken.json()) as Dataset).dataset_id);
    const refused = await bench.send('POST', '/datasets/import/file', { path: 'here.csv', name: 'again' });
    expect([refused.status, await codeOf(refused)]).toEqual([413, 'quota_exceeded']);
  });

  it('another reading of a file is refused where none is left', async () => {
    await writeFile(join(workspace, 'here.csv'), CSV);
    const { dataset_id: id } = await fill();
    const taken = await bench.send('POST', '/datasets/import/file', { path: 'here.csv' });
    await bench.settled(((await taken.json()) as Dataset).dataset_id);
    const refused = await bench.send('POST', `/datasets/${id}/versions`, { reading: { header: false } });
    expect([refused.status, await codeOf(refused)]).toEqual([413, 'quota_exceeded']);
  });

  it('another reading of a file of the Jupyter server takes no room either, unless the same bytes lie here', async () => {
    const content = 'a,b\n' + '1,2\n'.repeat(37_500);
    const readAnew = async (): Promise<string> => {
      const taken = await bench.send('POST', '/datasets/import/file', { path: 'here.csv' });
      const { dataset_id: id } = await bench.settled(((await taken.json()) as Dataset).dataset_id);
      expect((await bench.send('POST', `/datasets/${id}/versions`, { reading: { header: false } })).status).toBe(201);
      await bench.until(({ dataset }) => dataset.dataset_id === id && dataset.version === 2);
      return id;
    };
    await writeFile(join(workspace, 'here.csv'), content);
    const linked = await readAnew();
    const promised = await bench.create('more.csv', 100_000);
    expect(promised.status).toBe(201);
    const upload = `/uploads/${promised.headers.get('location')?.split('/').at(-1) ?? ''}`;
    await bench.call(upload, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } });
    expect((await bench.call(`/datasets/${linked}`, { method: 'DELETE' })).status).toBe(204);

    const { dataset_id: uploaded } = await bench.dataset('mine.csv', content);
    await readAnew();
    expect((await bench.call(`/datasets/${uploaded}`, { method: 'DELETE' })).status).toBe(204);
    expect((await bench.create('more.csv', 100_000)).status).toBe(413);
  });

  it('a version whose file was lost has no hash and takes no room, and what else is of its bytes still does', async () => {
    const content = 'x'.repeat(QUOTA / 4);
    await bench.dataset('kept.txt', content);
    const told = { reading: JSON.stringify({ normalise_persian: true }) };
    const { dataset_id: id } = await bench.settled(await bench.upload('lost.txt', content, 'sara', told));
    await bench.stop();
    await bench.db.updateTable('dataset_versions').set({ state: 'profiling' }).where('dataset_id', '=', id).execute();
    await rm(await bench.stored(id, 'original'));
    bench.changes.length = 0;
    await bench.start();
    expect(await bench.settled(id)).toMatchObject({ state: 'failed', sha256: null, size_bytes: 0 });
    const refused = await bench.send('POST', `/datasets/${id}/versions`, { reading: { normalise_persian: false } });
    expect([refused.status, await codeOf(refused)]).toEqual([409, 'dataset_failed']);
    expect((await bench.create('more.csv', QUOTA - QUOTA / 4)).status).toBe(413);
  });
});

describe('a registered file', () => {
  let bench: DatasetFixture;
  let workspace: string;
  beforeEach(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'kargah-workspace-'));
    bench = await DatasetFixture.open({}, { workspaceDir: workspace });
  });
  afterEach(async () => {
    await bench.close();
    await rm(workspace, { recursive: true, force: true });
  });
  const register = async (path: string): Promise<Dataset> => {
    const taken = await bench.send('POST', '/datasets/import/file', { path });
    expect(taken.status).toBe(201);
    return bench.settled(((await taken.json()) as Dataset).dataset_id);
  };

  it('never lends its bytes to an upload of the same ones: they may change', async () => {
    const path = join(workspace, 'here.csv');
    await writeFile(path, CSV);
    await register('here.csv');
    const uploaded = await bench.dataset('mine.csv', CSV);
    await writeFile(path, 'a,b\n9,z\n');
    const content = await bench.call(`/datasets/${uploaded.dataset_id}/content`);
    expect([content.status, await content.text()]).toEqual([200, CSV]);
  });

  it('that changes while it is read is not taken for what it was', async () => {
    const path = join(workspace, 'growing.csv');
    await writeFile(path, 'a,b\n' + '1,2\n'.repeat(500_000));
    const taken = await bench.send('POST', '/datasets/import/file', { path: 'growing.csv' });
    await writeFile(path, 'a,b\n3,4\n');
    const { state, error } = await bench.settled(((await taken.json()) as Dataset).dataset_id);
    expect([state, error?.code]).toEqual(['failed', 'file_changed']);
  });
});
