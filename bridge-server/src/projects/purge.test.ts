import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { testBridge, type TestBridge } from '../../test/bridge.js';
import { removeFolder } from '../../test/folders.js';
import { HUNG_MS } from '../../test/hung.js';

const DAY = 86_400_000;

async function until<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  for (const began = performance.now(); ;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (performance.now() - began > HUNG_MS) throw new Error(`only ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it('a deleted project stops its jobs, is nobody’s, comes back whole, and leaves nothing when its days are over', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'kargah-purge-'));
  const workspaceDir = mkdtempSync(join(tmpdir(), 'kargah-purge-work-'));
  const env = { KARGAH_DATA_DIR: dataDir, KARGAH_WORKSPACE_DIR: workspaceDir };
  let bridge: TestBridge = await testBridge(env);
  onTestFinished(async () => {
    await bridge.close();
    removeFolder(dataDir);
    removeFolder(workspaceDir);
  });
  const [sara, reza] = [await bridge.register('sara@example.org'), await bridge.register('reza@example.org')];
  const json = async <T>(method: string, path: string, body?: unknown, headers = {}): Promise<T> =>
    (await (
      await bridge.call(method, `/api/v1/${path}`, { token: sara, headers, ...(body === undefined ? {} : { body }) })
    ).json()) as T;
  const { project_id: project, workspace } = await json<{ project_id: string; workspace: string }>('POST', 'projects', {
    name: 'Team',
  });
  const there = { 'X-Kargah-Project': project };
  const { dataset_id } = await json<{ dataset_id: string }>('POST', 'sources/iris/import', undefined, there);
  const dataset = `datasets/${dataset_id}`;
  await until(
    () => json<{ state: string }>('GET', dataset, undefined, there),
    ({ state }) => state === 'ready',
  );
  await json('PUT', `${dataset}/sharing`, { everyone: true });
  const seenByReza = async (): Promise<number[]> => {
    const one = await bridge.call('GET', `/api/v1/${dataset}`, { token: reza });
    const list = (await (await bridge.call('GET', '/api/v1/datasets', { token: reza })).json()) as { items: unknown[] };
    return [one.status, list.items.length];
  };
  expect(await seenByReza()).toEqual([200, 1]);
  // It runs until it is stopped.
  writeFileSync(join(workspaceDir, 'wait.py'), 'import signal\n\nwhile True:\n    signal.pause()\n');
  const train = { script: { path: 'wait.py' }, dataset_id };
  const { job_id } = await json<{ job_id: string }>('POST', 'train', train, there);
  const job = () => json<{ state: string; mlflow_run_id: string | null }>('GET', `train/jobs/${job_id}`);
  await until(job, ({ state, mlflow_run_id: run }) => state === 'running' && run !== null);

  expect(await json('GET', `projects/${project}/contents`)).toMatchObject({
    datasets: 1,
    shared_datasets: 1,
    jobs_running: 1,
    members: 1,
  });
  const remove = () => json('DELETE', `projects/${project}?name=Team`);
  await remove();
  expect(await seenByReza()).toEqual([404, 0]);
  for (const path of [dataset, `train/jobs/${job_id}`])
    expect((await bridge.call('GET', `/api/v1/${path}`, { token: sara })).status).toBe(404);
  const named = { token: sara, headers: { 'X-MLFLOW-WORKSPACE': workspace } };
  expect((await bridge.call('GET', '/mlflow/api/2.0/mlflow/experiments/search?max_results=1', named)).status).toBe(404);
  expect((await bridge.call('POST', '/api/v1/train', { token: sara, headers: there, body: train })).status).toBe(404);
  await until(
    async () => (await json<{ items: { jobs_stopping: number }[] }>('GET', 'deleted-projects')).items,
    (items) => items[0]?.jobs_stopping === 0,
  );

  await json('POST', `projects/${project}/restore`);
  expect((await job()).state).toBe('stopped');
  expect(await seenByReza()).toEqual([200, 1]);

  await remove();
  const inside = (folder: string): string[] =>
    existsSync(join(dataDir, folder)) ? readdirSync(join(dataDir, folder)) : [];
  const kept = (): string[][] => ['datasets', 'jobs', 'mlflow/artifacts/workspaces'].map(inside);
  expect(kept()[1]).toContain(job_id);
  await bridge.close();
  const db = new DatabaseSync(join(dataDir, 'kargah.db'));
  db.prepare('update projects set deleted_at = ? where deleted_at is not null').run(
    new Date(Date.now() - 31 * DAY).toISOString(),
  );
  const left = (): unknown => db.prepare('select count(*) as n from projects where project_id = ?').get(project);
  bridge = await testBridge(env);
  await until(
    () => Promise.resolve(left()),
    (found) => (found as { n: number }).n === 0,
  );
  for (const table of ['jobs', 'datasets', 'dataset_versions', 'sweeps', 'project_members'])
    expect([table, db.prepare(`select * from ${table} where project_id = ?`).all(project)]).toEqual([table, []]);
  db.close();
  expect(kept()).toEqual([[], [], []]);
  expect(existsSync(join(dataDir, 'mlflow/artifacts/workspaces', workspace))).toBe(false);
  const answer = await bridge.call('POST', `/api/v1/projects/${project}/restore`, { token: sara });
  expect(answer.status).toBe(404);
});
