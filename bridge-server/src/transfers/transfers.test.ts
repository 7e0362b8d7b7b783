import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN, SHOWN, TEAM, TransferWorld, type Step } from '../../test/support/transfers.js';
import { KargahError } from '../lib/errors.js';
import { JobStore } from '../training/records/store.js';

let world: TransferWorld;
beforeAll(async () => {
  world = await TransferWorld.open();
});
afterAll(() => world.close());

const refusal = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, ((await response.json()) as { code: string }).code];
};
const to = (jobId: string, act: 'move' | 'copy', as = 'sara'): Promise<Response> =>
  world.ask('POST', `/train/jobs/${jobId}/${act}`, { project_id: TEAM }, as);

describe('a job that is copied', () => {
  it('is another one in the other project, with its log, model, run and times, and says of which it is one', async () => {
    const id = await world.job({ note: 'خوب', tags_json: '["الف"]', sweep_id: null });
    const begun = await world.begin('copy', id);
    expect(begun).toMatchObject({ act: 'copy', kind: 'job', object_id: id, project_id: TEAM, state: 'running' });
    const done = await world.ended(begun);
    expect(done).toMatchObject({ state: 'done', done: 1, total: 1, error: null });
    const copy = done.result_id!;
    const [before, after] = [(await world.row(id))!, (await world.row(copy))!];
    const [run] = world.copiesOf(`run-${id}`);
    expect(after).toEqual({
      ...before,
      job_id: copy,
      project_id: TEAM,
      user_id: 'sara',
      owner_name: 'sara',
      copied_from: id,
      mlflow_run_id: run,
      mlflow_experiment_id: '9',
      model_json: JSON.stringify({ ...JSON.parse(before.model_json!), uri: `models:/m-${run!}` }),
      labels_pending: after.labels_pending,
    });
    expect(await world.file(copy, 'log.txt')).toBe(`log of ${id}`);
    expect(await world.file(copy, 'token')).toBeNull();
    expect(JSON.parse((await world.file(copy, 'run.json'))!)).toEqual({ run_id: run, experiment_id: '9' });
    expect(await world.told(id)).toEqual([
      { action: 'job.copy', project_id: OWN, before: null, after: { copied_to: copy, project_id: TEAM } },
    ]);
    expect(await world.told(copy)).toEqual([
      { action: 'job.copy', project_id: TEAM, before: null, after: { name: before.name, project_id: TEAM } },
    ]);
    expect(world.shop.live.jobs.get(copy)).toMatchObject({ copied_from: id, state: 'succeeded', has_model: true });
  });

  it('goes without a run that was deleted in MLflow’s page, and without a model then', async () => {
    const id = await world.job();
    world.copies.runs.delete(`run-${id}`);
    const { result_id: copy } = await world.ended(await world.begin('copy', id));
    expect(await world.row(copy!)).toMatchObject({ mlflow_run_id: null, model_json: null });
  });

  it('goes without a model that was deleted in MLflow’s page, and keeps its run', async () => {
    const id = await world.job();
    world.copies.hasModel = false;
    const { result_id: copy } = await world.ended(await world.begin('copy', id));
    world.copies.hasModel = true;
    const [run] = world.copiesOf(`run-${id}`);
    expect(await world.row(copy!)).toMatchObject({ mlflow_run_id: run, model_json: null });
  });
});

describe('a job that is moved', () => {
  it('keeps its id, leaves nothing in its own project, and the owners of both read of it', async () => {
    const id = await world.job();
    const before = (await world.row(id))!;
    expect(await world.ended(await world.begin('move', id))).toMatchObject({ state: 'done', result_id: id });
    const [run] = world.copiesOf(`run-${id}`);
    expect(await world.row(id)).toMatchObject({ project_id: TEAM, mlflow_run_id: run, user_id: 'sara' });
    expect(world.copies.runs.has(`run-${id}`)).toBe(false);
    expect(await world.file(id, 'log.txt')).toBe(`log of ${id}`);
    expect(JSON.parse((await world.file(id, 'run.json'))!)).toEqual({ run_id: run, experiment_id: '9' });
    const facts = { before: { name: before.name, project_id: OWN }, after: { project_id: TEAM } };
    expect(await world.told(id)).toEqual([
      { action: 'job.move', project_id: OWN, ...facts },
      { action: 'job.move', project_id: TEAM, ...facts },
    ]);
    expect(world.shop.live.deleted.has(id)).toBe(true);
    expect(await refusal(to(id, 'move'))).toEqual([409, 'already_in_project']);
  });

  it('is left alone by whoever read it before: by deletions and by what told its old run the labels', async () => {
    const id = await world.job();
    const { db } = world.shop.storage;
    const jobs = new JobStore(db);
    const before = (await world.row(id))!;
    await world.ended(await world.begin('move', id));
    await world.shop.eventually(async () => (await world.row(id))?.labels_pending === 0, 'the labels of the new run');
    await jobs.patch(id, { labels_pending: 1 });
    await jobs.labelled(before);
    expect(await jobs.setAside([before], '2026-02-01T00:00:00.000Z', () => Promise.reject(new Error('told')))).toEqual(
      [],
    );
    expect(await jobs.delete(before, 'ws-sara', () => Promise.reject(new Error('told')))).toBe(false);
    expect(await world.row(id)).toMatchObject({ project_id: TEAM, deleted_at: null, labels_pending: 1 });
    expect(await jobs.events(id)).toHaveLength(1);
    expect(await jobs.deletedRuns(`run-${id}`)).toEqual([]);
    const after = (await world.row(id))!;
    expect(await jobs.setAside([after], '2026-02-01T00:00:00.000Z', () => Promise.resolve())).toHaveLength(1);
    expect(await jobs.delete(after, 'w-team')).toBe(true);
    expect(await jobs.delete(after, 'w-team')).toBe(false);
  });

  it('stays where a version of a model is of it, where it is of a sweep, and where a job goes on from it', async () => {
    const { db } = world.shop.storage;
    const [registered, trial, resumed] = [
      await world.job(),
      await world.job({ sweep_id: 'swp_aaaaaa' }),
      await world.job(),
    ];
    const now = new Date().toISOString();
    const facts = { description: '', tags_json: '{}', created_at: now, updated_at: now };
    await db
      .insertInto('model_versions')
      .values({
        ...facts,
        project_id: OWN,
        name: 'قیمت',
        version: 1,
        place: '0000000001',
        source: '',
        status: 'READY',
        run_id: `run-${registered}`,
      })
      .execute();
    expect(await refusal(to(registered, 'move'))).toEqual([409, 'job_registered']);
    // Sweeps themselves cannot be moved, so nothing is said of that.
    expect(await (await to(trial, 'move')).json()).toMatchObject({
      status: 409,
      code: 'job_of_sweep',
      detail: expect.stringMatching(/needs it for its results\. Copy the job instead\.$/u),
      detail_fa: expect.stringMatching(/به‌جای آن کار را کپی کنید\.$/u),
    });
    const next = await world.job({ state: 'running', resumed_from: resumed });
    expect(await refusal(to(resumed, 'move'))).toEqual([409, 'job_resumed_now']);
    await db.updateTable('jobs').set({ state: 'stopped' }).where('job_id', '=', next).execute();
    for (const id of [registered, trial]) expect((await world.ended(await world.begin('copy', id))).state).toBe('done');
  });
});

describe('a version of a model that nobody had seen', () => {
  const version = (changes: object) => ({
    name: 'قیمت',
    version: 1,
    description: '',
    tags: {},
    source: '',
    status: 'READY',
    runId: null,
    modelId: null,
    createdAt: '2026-01-02T00:00:00.000Z',
    updatedAt: '2026-01-02T00:00:00.000Z',
    ...changes,
  });

  it.each([
    ['its run', (run: string) => ({ runId: run })],
    ['its logged model', () => ({ runId: 'another', modelId: 'm-1' })],
    ['the files of its run', (run: string) => ({ source: `mlflow-artifacts:/1/${run}/artifacts/model` })],
  ] as const)('keeps a job where it is whose files it has: %s', async (_of, changes) => {
    const id = await world.job();
    const before = await world.row(id);
    world.registered = [[version({ runId: 'another' }), version(changes(`run-${id}`))]];
    expect(await world.ended(await world.begin('move', id))).toMatchObject({
      state: 'failed',
      error: { code: 'job_registered', params: { name: 'قیمت' } },
    });
    expect(await world.row(id)).toEqual(before);
    expect(world.copies.runs.has(`run-${id}`)).toBe(true);
    expect(world.copiesOf(`run-${id}`)).toEqual([]);
    world.registered = [[version(changes(`run-${id}`))]];
    expect(await world.ended(await world.begin('copy', id))).toMatchObject({ state: 'done' });
    world.registered = [];
  });

  it('keeps its files, too, where it was registered when its job had just moved', async () => {
    const id = await world.job();
    world.registered = [[], [version({ modelId: 'm-1' })]];
    expect(await world.ended(await world.begin('move', id))).toMatchObject({ state: 'done' });
    expect(await world.row(id)).toMatchObject({ project_id: TEAM });
    expect(world.copies.runs.has(`run-${id}`)).toBe(true);
    expect(world.shop.problems.splice(0)).toMatchObject([{ model: 'قیمت' }]);
  });
});

describe('a transfer', () => {
  it('is refused of what runs or is deleted, while MLflow is away, and where there is no room', async () => {
    const deleted = await world.job({ deleted_at: '2026-01-03T00:00:00.000Z' });
    expect(await refusal(to(deleted, 'copy'))).toEqual([404, 'not_found']);
    const running = await world.job({ state: 'running' });
    expect(await refusal(to(running, 'copy'))).toEqual([409, 'job_active']);
    await world.shop.storage.db.updateTable('jobs').set({ state: 'stopped' }).where('job_id', '=', running).execute();
    const id = await world.job();
    world.shop.mlflow.become('down');
    expect(await refusal(to(id, 'move'))).toEqual([503, 'mlflow_unavailable']);
    world.shop.mlflow.become('up');
    world.room = 999;
    expect(await refusal(to(id, 'move'))).toEqual([413, 'project_quota_exceeded']);
    world.room = null;
  });

  it('is for who may write in both projects alone', async () => {
    const id = await world.job();
    expect(await refusal(to(id, 'copy', 'mina'))).toEqual([404, 'not_found']);
    expect(await refusal(to(id, 'copy', 'reza'))).toEqual([404, 'not_found']);
    const there = (await world.ended(await world.begin('copy', id))).result_id!;
    expect(await refusal(to(there, 'move', 'mina'))).toEqual([404, 'not_found']);
    expect(await refusal(to(there, 'move', 'reza'))).toEqual([403, 'forbidden']);
    const into = (project_id: string) => world.ask('POST', `/train/jobs/${id}/copy`, { project_id });
    expect(await refusal(into(SHOWN))).toEqual([403, 'forbidden']);
    expect(await refusal(into('prj_nowhere'))).toEqual([404, 'not_found']);
    const begun = await world.begin('copy', id);
    expect(await refusal(world.ask('GET', `/transfers/${begun.transfer_id}`, undefined, 'mina'))).toEqual([
      404,
      'not_found',
    ]);
    await world.ended(begun);
  });

  it('is one at a time of a job, and fails where its person was removed meanwhile', async () => {
    const id = await world.job();
    const second = new Promise((resolve, reject) => {
      world.copies.at = async (step) => {
        if (step !== 'copied') return;
        world.copies.at = () => Promise.resolve();
        await refusal(to(id, 'move')).then(resolve, reject);
        const { db } = world.shop.storage;
        await db.updateTable('project_members').set({ role: 'viewer' }).where('project_id', '=', TEAM).execute();
      };
    });
    const failed = await world.ended(await world.begin('copy', id));
    expect(await second).toEqual([409, 'transfer_running']);
    expect(failed).toMatchObject({ state: 'failed', result_id: null, error: { code: 'forbidden' } });
    expect(world.copiesOf(`run-${id}`)).toEqual([]);
    const { db } = world.shop.storage;
    await db
      .updateTable('project_members')
      .set({ role: 'editor' })
      .where('project_id', '=', TEAM)
      .where('user_id', '=', 'sara')
      .execute();
  });

  it.each([
    ['move', 'copy_differs', { path: 'model/MLmodel' }],
    ['copy', 'copy_differs', { path: 'model/MLmodel' }],
    // Something of the run is gone, not all of it.
    ['move', 'not_found', {}],
    ['copy', 'not_found', {}],
  ] as const)(
    'that fails leaves nothing there and all of it here, and may be asked for again: %s, %s',
    async (act, code, params) => {
      const id = await world.job();
      const before = await world.row(id);
      world.copies.at = async (step) => {
        if (step !== 'copied') return;
        world.copies.at = () => Promise.resolve();
        await Promise.reject(new KargahError(code, params));
      };
      const begun = await world.begin(act, id);
      expect(await world.ended(begun)).toMatchObject({
        state: 'failed',
        error: { code, params },
      });
      expect(world.copiesOf(`run-${id}`)).toEqual([]);
      expect(await world.row(id)).toEqual(before);
      expect(await world.told(id)).toEqual([]);
      expect(await world.file(id, 'log.txt')).toBe(`log of ${id}`);
      expect((await world.ended(await world.begin(act, id))).state).toBe('done');
    },
  );

  it.each([
    ['move', 'undo'],
    ['move', 'begun'],
    ['move', 'copied'],
    ['move', 'remove'],
    ['copy', 'undo'],
    ['copy', 'begun'],
    ['copy', 'copied'],
  ] as const)(
    'whose bridge is killed in the middle is done once by the next one: %s at %s',
    async (act, step: Step) => {
      const id = await world.job();
      const again = world.cutAt(step);
      const begun = await world.begin(act, id);
      await again;
      const done = await world.ended(begun);
      expect(done).toMatchObject({ state: 'done', done: 1 });
      const runs = world.copiesOf(`run-${id}`);
      expect(runs).toHaveLength(1);
      expect(await world.row(done.result_id!)).toMatchObject({ project_id: TEAM, mlflow_run_id: runs[0] });
      expect(world.copies.runs.has(`run-${id}`)).toBe(act === 'copy');
      expect(await world.told(id)).toHaveLength(act === 'move' ? 2 : 1);
      expect(await world.file(done.result_id!, 'log.txt')).toBe(`log of ${id}`);
    },
  );

  it('waits until all that its job logged is in MLflow', async () => {
    const id = await world.job({ mlflow_end_pending: 'FINISHED', model_json: null });
    const begun = await world.begin('copy', id);
    const { db } = world.shop.storage;
    const model_json = JSON.stringify({ uri: 'models:/m-1', artifact_path: 'model', size_bytes: 5, best_metric: null });
    await db.updateTable('jobs').set({ mlflow_end_pending: null, model_json }).where('job_id', '=', id).execute();
    world.events.emit('job.settled', { jobId: id });
    const { result_id: copy } = await world.ended(begun);
    expect(await world.row(copy!)).toMatchObject({
      mlflow_end_pending: null,
      model_json: expect.stringContaining('m-copy'),
    });
  });

  it('waits for an MLflow that goes away in the middle', async () => {
    const id = await world.job();
    world.copies.at = async (step) => {
      if (step !== 'copied') return;
      world.copies.at = () => Promise.resolve();
      await Promise.reject(new KargahError('mlflow_unavailable'));
    };
    expect((await world.ended(await world.begin('move', id))).state).toBe('done');
    expect(world.copiesOf(`run-${id}`)).toHaveLength(1);
  });
});
