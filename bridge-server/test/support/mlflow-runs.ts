import { join, resolve } from 'node:path';
import { writerIn } from '../../src/access/workspace-user.js';
import type { RunRef } from '../../src/mlflow/port.js';
import { HUNG_MS } from '../hung.js';
import { raw, startTestMlflow, type Answer, type TestMlflow } from './mlflow.js';

export const REPOSITORY = resolve(import.meta.dirname, '../../..');
export const PYTHON = join(REPOSITORY, '.venv/bin/python');
export const API = '/api/2.0/mlflow';

/** A {@link TestMlflow} that is up. */
export async function upTestMlflow(): Promise<TestMlflow> {
  const world = await startTestMlflow();
  await world.mlflow.port.whenUp(AbortSignal.timeout(HUNG_MS));
  return world;
}

/** Makes the run of a job of Sara's, with everything that a run may say of itself. */
export async function makeRun(world: TestMlflow, jobId: string): Promise<RunRef> {
  const { workspace, userId } = world.people.sara;
  const { port } = world.mlflow;
  await port.ensureWorkspace(workspace, writerIn(workspace));
  const ref = await port.createRun({
    workspace,
    userId,
    jobId,
    name: 'نخستین آموزش',
    params: { epochs: 3, model: { hidden: [64, 32], نام: 'الف' }, empty: null },
    tags: { 'kargah.code_version': '1' },
    dataset: {
      name: 'digits',
      digest: 'a'.repeat(64),
      sourceUri: 'kargah:datasets/ds_1/versions/2',
      rows: 1797,
      tags: { 'kargah.version': '2', 'kargah.split_id': 'spl_1' },
    },
  });
  world.jobOfRun.set(ref.runId, jobId);
  return ref;
}

interface TrackingApi {
  readonly post: (token: string, path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly get: (token: string, path: string) => Promise<Answer>;
}

/** MLflow's tracking API through the gateway; `world` is asked for at each request, since it starts after this. */
export function trackingApi(world: () => TestMlflow): TrackingApi {
  return {
    post: (token, path, body, headers = {}) =>
      raw(world().url, 'POST', API + path, { token, body: JSON.stringify(body), headers }),
    get: (token, path) => raw(world().url, 'GET', API + path, { token }),
  };
}
