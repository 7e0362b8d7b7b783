import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBridge, type TestBridge } from '../../test/bridge.js';
import { removeFolder } from '../../test/folders.js';
import type { LedgerRow } from '../contract/ledger.js';
import { openStorage } from '../storage/storage.js';
import { LedgerStore } from './store.js';

// Without MLflow no job begins, so that all of them wait until somebody stops them.
const folder = mkdtempSync(join(tmpdir(), 'kargah-acts-'));
const workspace = mkdtempSync(join(tmpdir(), 'kargah-acts-work-'));
const ENV = {
  KARGAH_DATA_DIR: folder,
  KARGAH_WORKSPACE_DIR: workspace,
  KARGAH_MLFLOW_URL: 'http://127.0.0.1:1',
  KARGAH_LAUNCHER: 'local-cold',
};

interface Known {
  readonly token: string;
  readonly user: { readonly user_id: string; readonly email: string };
}
let bridge: TestBridge;
let team: string;
const who = {} as Record<'mina' | 'reza' | 'omid', Known>;

beforeAll(async () => {
  writeFileSync(join(workspace, 'wait.py'), 'print("nothing")\n');
  new DatabaseSync(join(workspace, 'shop.db')).exec('create table sales (n integer)');
  bridge = await testBridge(ENV);
  for (const name of ['mina', 'reza', 'omid'] as const)
    who[name] = (await (await bridge.signUp(`${name}@example.org`)).json()) as Known;
  team = (await asked<{ project_id: string }>('mina', 'POST', '/api/v1/projects', { name: 'تیم' })).project_id;
  for (const [name, role] of [
    ['reza', 'editor'],
    ['omid', 'viewer'],
  ] as const) {
    const path = `/api/v1/projects/${team}/invitations`;
    const { token } = await asked<{ token: string }>('mina', 'POST', path, { role });
    await asked(name, 'POST', '/api/v1/invitations/accept', { token });
  }
});
afterAll(async () => {
  await bridge.close();
  removeFolder(folder);
  removeFolder(workspace);
});

function call(name: keyof typeof who, method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { 'X-Kargah-Project': team };
  return bridge.call(method, path, { token: who[name].token, headers, ...(body === undefined ? {} : { body }) });
}
async function asked<T>(name: keyof typeof who, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await call(name, method, path, body);
  const text = await answer.text();
  expect([path, answer.ok, answer.ok ? '' : text]).toEqual([path, true, '']);
  return (text === '' ? null : JSON.parse(text)) as T;
}
/** What `act` adds to the ledger. */
async function told(act: () => Promise<unknown>): Promise<unknown[]> {
  const rows = async (): Promise<LedgerRow[]> =>
    (await asked<{ items: LedgerRow[] }>('mina', 'GET', '/api/v1/ledger?limit=200')).items;
  const last = (await rows())[0]!.seq;
  await act();
  return (await rows())
    .filter(({ seq }) => seq > last)
    .reverse()
    .map(({ action, actor, object, project_id, before, after }) => [
      action,
      actor.id,
      object.id,
      project_id === team,
      before,
      after,
    ]);
}
const job = async (name: keyof typeof who): Promise<string> =>
  (await asked<{ job_id: string }>(name, 'POST', '/api/v1/train', { name: 'صبر', script: { path: 'wait.py' } })).job_id;

describe('the ledger tells', () => {
  it('of a job that another person stops, of one that is deleted, and of nothing that one does with one’s own', async () => {
    const [theirs, own] = [await job('reza'), await job('reza')];
    const waiting = { name: 'صبر', state: 'queued' };
    expect(await told(() => asked('mina', 'POST', `/api/v1/train/jobs/${theirs}/stop`))).toEqual([
      ['job.stop', who.mina.user.user_id, theirs, true, waiting, null],
    ]);
    expect(await told(() => asked('reza', 'POST', `/api/v1/train/jobs/${own}/stop`))).toEqual([]);
    expect(await told(() => asked('reza', 'DELETE', `/api/v1/train/jobs/${own}`))).toEqual([
      ['job.delete', who.reza.user.user_id, own, true, { name: 'صبر', state: 'stopped' }, null],
    ]);
    expect(await told(() => call('reza', 'DELETE', `/api/v1/train/jobs/${own}`))).toEqual([]);
  });

  it('of whom a dataset is shared with, before and after, and that it is deleted', async () => {
    const { dataset_id } = await asked<{ dataset_id: string }>('reza', 'POST', '/api/v1/sources/iris/import');
    const share = (body: object) => asked('mina', 'PUT', `/api/v1/datasets/${dataset_id}/sharing`, body);
    const [minasId, omidsId] = [who.mina.user.user_id, who.omid.user.user_id];
    const none = { shared: 'nobody', shared_with: [] };
    const one = { shared: 'people', shared_with: [omidsId] };
    const emails = [who.omid.user.email];
    expect(await told(() => share({ emails }))).toEqual([['dataset.share', minasId, dataset_id, true, none, one]]);
    expect(await told(() => share({ emails }))).toEqual([]);
    expect(await told(() => share({ emails: [] }))).toEqual([['dataset.share', minasId, dataset_id, true, one, none]]);
    const [deleted, ...further] = await told(() => asked('reza', 'DELETE', `/api/v1/datasets/${dataset_id}`));
    expect(deleted).toMatchObject([
      'dataset.delete',
      who.reza.user.user_id,
      dataset_id,
      true,
      { shared: 'nobody' },
      null,
    ]);
    expect(further).toEqual([]);
  });

  it('of a connection that is made or deleted, and never of its address', async () => {
    let id = '';
    const make = async (): Promise<void> => {
      const body = { name: 'فروش', url: 'sqlite:shop.db' };
      id = (await asked<{ connection_id: string }>('reza', 'POST', '/api/v1/connections', body)).connection_id;
    };
    const facts = { name: 'فروش', kind: 'sqlite' };
    const made = await told(make);
    expect(made).toEqual([['connection.make', who.reza.user.user_id, id, true, null, facts]]);
    expect(JSON.stringify(made)).not.toContain('shop.db');
    expect(await told(() => asked('reza', 'DELETE', `/api/v1/connections/${id}`))).toEqual([
      ['connection.delete', who.reza.user.user_id, id, true, facts, null],
    ]);
  });

  it('of what was refused by REST, on a socket and at MLflow’s gateway, to whom, where from', async () => {
    const secret = await job('mina');
    const stranger = (await (await bridge.signUp('sima@example.org')).json()) as Known;
    expect((await call('omid', 'POST', `/api/v1/train/jobs/${secret}/stop`)).status).toBe(403);
    const socket = io(bridge.url, { transports: ['websocket'], auth: { token: stranger.token }, forceNew: true });
    expect(await socket.emitWithAck('subscribe_job', { job_id: secret })).toMatchObject({ code: 'not_found' });
    expect(await socket.emitWithAck('authenticate', { token: stranger.token, project_id: team })).toMatchObject({
      code: 'not_found',
    });
    socket.close();
    expect((await call('omid', 'POST', '/mlflow/api/2.0/mlflow/runs/create', { experiment_id: '1' })).status).toBe(403);
    // They are written when the bridge ends at the latest.
    await bridge.close();
    const storage = await openStorage({ file: join(folder, 'kargah.db') });
    const rows = await new LedgerStore(storage.db).page({ within: null, action: 'access.refuse' }, 200, null);
    await storage.close();
    const refused = rows.map(({ actor, object, reason, from }) => [actor.id, object.kind, object.id, reason, from]);
    const [omidsId, strangersId] = [who.omid.user.user_id, stranger.user.user_id];
    expect(refused).toEqual(
      expect.arrayContaining([
        [omidsId, 'job', secret, 'job.stop', '127.0.0.1'],
        [strangersId, 'job', secret, 'job.read', '127.0.0.1'],
        [strangersId, 'project', team, 'project.read', '127.0.0.1'],
        [omidsId, 'run', '*', 'run.write', '127.0.0.1'],
      ]),
    );
    bridge = await testBridge(ENV);
  });
});
