import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { jobRow } from '../../../test/rows.js';
import { testStorage } from '../../../test/storage.js';
import type { RegistryModel, RegistryVersion } from '../../mlflow/port.js';
import type { Storage } from '../../storage/storage.js';
import { unknownOfJobs, writeSeen } from './index-store.js';
import { RegistryIndex } from './registry-index.js';

let storage: Storage;
beforeEach(async () => {
  storage = await testStorage();
});
afterEach(() => storage.close());

const first = '2026-01-01T00:00:00.000Z';
const second = '2026-01-02T00:00:00.000Z';
const model: RegistryModel = { name: 'm', description: '', tags: {}, aliases: {}, createdAt: first, updatedAt: first };
const version = (runId: string, createdAt: string): RegistryVersion => ({
  name: 'm',
  version: 1,
  description: '',
  tags: {},
  source: 's',
  status: 'READY',
  runId,
  modelId: null,
  createdAt,
  updatedAt: createdAt,
});
async function see(one: RegistryVersion, registrant: { userId: string; name: string } | null, isOfItsRun = true) {
  const seen = { name: 'm', models: [model], versions: [one], registrant };
  const unknown = await unknownOfJobs(storage.db, 'prj_1', seen);
  await writeSeen(storage.db, 'prj_1', { ...seen, ofTheirRun: new Set(isOfItsRun ? unknown : []) });
  const row = await storage.db.selectFrom('model_versions').selectAll().executeTakeFirstOrThrow();
  return { unknown: unknown.length, job: row.job_id, by: row.registered_by, lineage: row.lineage_json !== null };
}

it('what was deleted and made again between two looks has its own lineage, and who registered it', async () => {
  for (const [job_id, mlflow_run_id] of [
    ['job_1', 'run_1'],
    ['job_2', 'run_2'],
  ] as const)
    await storage.db.insertInto('jobs').values(jobRow({ job_id, mlflow_run_id })).execute();
  const by = { userId: 'u1', name: 'Sara' };
  expect(await see(version('run_1', first), by)).toEqual({ unknown: 1, job: 'job_1', by: 'u1', lineage: true });
  expect(await see(version('run_1', first), null)).toEqual({ unknown: 0, job: 'job_1', by: 'u1', lineage: true });
  expect(await see(version('run_2', second), null)).toEqual({ unknown: 1, job: 'job_2', by: null, lineage: true });
  expect(await see(version('run_2', first), null)).toEqual({ unknown: 1, job: 'job_2', by: null, lineage: true });
});

it('what names the run of a job, and is not of it, learned from nobody knows what', async () => {
  await storage.db
    .insertInto('jobs')
    .values(jobRow({ job_id: 'job_1', mlflow_run_id: 'run_1' }))
    .execute();
  expect(await see(version('run_1', first), null, false)).toEqual({ unknown: 1, job: null, by: null, lineage: false });
});

it('what was seen to be another is told, though an alias cannot be held against it', async () => {
  const changed = vi.fn();
  const index = new RegistryIndex({
    db: storage.db,
    mlflow: { state: () => 'up', onState: () => () => undefined },
    registry: {
      models: () => Promise.resolve([model]),
      model: () => Promise.resolve(model),
      versions: () => Promise.resolve([version('run_1', first)]),
      filesOf: () => Promise.resolve(null),
    },
    changed,
    reconcile: () => Promise.reject(new Error('an inner fault')),
  });
  await expect(index.current({ projectId: 'prj_1', workspace: 'ws' })).rejects.toThrow('an inner fault');
  expect(changed).toHaveBeenCalledWith('prj_1', null);
  index.close();
});
