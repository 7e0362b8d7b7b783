import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBridge, type TestBridge } from '../test/bridge.js';
import { removeFolder } from '../test/folders.js';

/**
 * What 0.1.0 left after two people, a table, a split and two jobs: its database as text, and its files but for checkpoints, spools and
 * MLflow's own. The passwords in it open nothing.
 */
const FIXTURE = join(import.meta.dirname, '../test/fixtures/data-folder-0.1.0');
const DATASET = 'ds_9faq1bhq4chxrbdv';
const JOB = 'job_nm7smzrc4nc3nhs9';

let dataDir: string;
let bridge: TestBridge;
let sara: string;

async function signedIn(email: string): Promise<string> {
  const answer = await bridge.call('POST', '/api/v1/auth/login', { body: { email, password: 'a quiet blue lamp' } });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { token: string }).token;
}
/** MLflow does not come up, so that what is asked for waits. */
const opened = (): Promise<TestBridge> =>
  testBridge({ KARGAH_DATA_DIR: dataDir, KARGAH_MLFLOW_URL: 'http://127.0.0.1:1' });
async function json(path: string, token = sara): Promise<Record<string, unknown>> {
  const answer = await bridge.call('GET', `/api/v1${path}`, { token });
  expect([path, answer.status]).toEqual([path, 200]);
  return (await answer.json()) as Record<string, unknown>;
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'kargah-older-'));
  for (const folder of ['datasets', 'jobs']) cpSync(join(FIXTURE, folder), join(dataDir, folder), { recursive: true });
  // The tables come in the order of a dump.
  const database = new DatabaseSync(join(dataDir, 'kargah.db'), { enableForeignKeyConstraints: false });
  database.exec(readFileSync(join(FIXTURE, 'kargah.sql'), 'utf8'));
  database.close();
  bridge = await opened();
  sara = await signedIn('sara@example.org');
});
afterAll(async () => {
  await bridge.close();
  removeFolder(dataDir);
});

describe('a data folder of 0.1.0', () => {
  it('lists the datasets, also to whom one was shared with, its versions and its split', async () => {
    const own = { dataset_id: DATASET, name: 'خط.csv', state: 'ready', rows: 60, columns: 3, version: 1, mine: true };
    expect(await json('/datasets')).toMatchObject({ items: [own] });
    expect(await json('/datasets?search=' + encodeURIComponent('خط'))).toMatchObject({ items: [own] });
    const reza = await signedIn('reza@example.org');
    expect(await json('/datasets', reza)).toMatchObject({ items: [{ dataset_id: DATASET, mine: false }] });
    expect(await json('/train/jobs', reza)).toMatchObject({ items: [] });
    expect(await json(`/datasets/${DATASET}/versions`)).toMatchObject({ items: [{ version: 1, state: 'ready' }] });
    expect(await json(`/datasets/${DATASET}/versions/1`)).toMatchObject({
      splits: [{ split_id: 'spl_vk5xk3h34k2was6c', rows: { train: 42, validation: 12, test: 6 } }],
    });
  });

  it('lists the jobs with what became of them, and the models that they left', async () => {
    expect(await json('/train/jobs')).toMatchObject({
      items: [
        { name: 'second', state: 'succeeded', recipe: 'tabular', dataset_id: DATASET },
        { job_id: JOB, name: 'اولین مدل', state: 'succeeded', has_model: true },
      ],
    });
    expect(await json('/train/models')).toMatchObject({
      items: [{ name: 'second' }, { name: 'اولین مدل', best_metric: { key: 'val_loss' } }],
    });
    const { items } = await json(`/train/jobs/${JOB}/events`);
    expect((items as { to: string }[]).map(({ to }) => to)).toEqual(['queued', 'starting', 'running', 'succeeded']);
  });

  it('downloads the file as it came, shows its rows, and reads what the job printed', async () => {
    const file = await bridge.call('GET', `/api/v1/datasets/${DATASET}/content`, { token: sara });
    expect(file.status).toBe(200);
    const original = readFileSync(join(FIXTURE, 'datasets/dv_xqvh0vxjyye4r6fs/original'));
    expect(Buffer.from(await file.arrayBuffer()).equals(original)).toBe(true);
    expect(await json(`/datasets/${DATASET}/preview?limit=2`)).toMatchObject({ total_rows: 60 });
    const log = await bridge.call('GET', `/api/v1/train/jobs/${JOB}/logs`, { token: sara });
    expect(await log.text()).toContain(readFileSync(join(FIXTURE, `jobs/${JOB}/log.txt`), 'utf8').split('\n')[0]);
  });

  it('goes on: a job like one of before is accepted and stopped, one is deleted, and the next start finds all of it so', async () => {
    const cloned = await bridge.call('POST', `/api/v1/train/jobs/${JOB}/clone`, {
      token: sara,
      body: { name: 'again' },
    });
    expect(cloned.status).toBe(201);
    const { job_id } = (await cloned.json()) as { job_id: string };
    expect((await bridge.call('POST', `/api/v1/train/jobs/${job_id}/stop`, { token: sara })).status).toBe(202);
    expect((await bridge.call('DELETE', `/api/v1/train/jobs/${JOB}`, { token: sara })).status).toBe(204);

    await bridge.close();
    bridge = await opened();
    sara = await signedIn('sara@example.org');
    expect(await json('/train/jobs')).toMatchObject({
      items: [
        { job_id, name: 'again', state: 'stopped', parent_job_id: JOB },
        { name: 'second', state: 'succeeded' },
      ],
    });
  });
});
