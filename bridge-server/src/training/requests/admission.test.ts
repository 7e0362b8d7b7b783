import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Job, LauncherName } from '../../contract/training/training.js';
import { TABLE, TrainingFixture } from '../../../test/support/training.js';

interface Refusal {
  readonly code: string;
  readonly errors?: { path: string; message: string; message_fa?: string }[];
}
const SLEEPER = 'import time\nprint("up")\ntime.sleep(600)';

// One story: what is submitted, refused and listed in turn is counted.
describe('a request to train', { shuffle: false }, () => {
  let shop: TrainingFixture;
  beforeAll(async () => {
    shop = await TrainingFixture.open();
    shop.datasets.set(TABLE.datasetId, TABLE);
    shop.datasets.set('ds_images0', { ...TABLE, datasetId: 'ds_images0', versionId: 'dv_images0', kind: 'images' });
    shop.datasets.set('ds_untold0', {
      ...TABLE,
      datasetId: 'ds_untold0',
      versionId: 'dv_untold0',
      suggestedTarget: null,
    });
    // Nothing of these is to be launched.
    shop.mlflow.become('down');
  });
  afterAll(() => shop.close());
  const refused = async (body: object, as = 'sara'): Promise<[number, Refusal]> => {
    const answer = await shop.call('POST', '/train', body, as);
    return [answer.status, (await answer.json()) as Refusal];
  };
  const tabular = (params: object, dataset_id = TABLE.datasetId) => ({ recipe: 'tabular', dataset_id, params });

  it('needs only a recipe and a dataset: the rest is filled in', async () => {
    const answer = await shop.call('POST', '/train', { recipe: 'tabular', dataset_id: TABLE.datasetId });
    expect(answer.status).toBe(201);
    const job = (await answer.json()) as Job;
    expect(job).toMatchObject({ name: 'گل‌ها · tabular', state: 'queued', dataset_name: 'گل‌ها' });
    expect(job.params).toMatchObject({ target: 'species', epochs: 30, lr: 0.003 });
  });

  it.each([0, 1e9])('with %d epochs says which values are allowed, in both languages', async (epochs) => {
    const [status, { code, errors }] = await refused(tabular({ epochs }));
    expect([status, code]).toEqual([422, 'validation_failed']);
    expect(errors).toEqual([
      expect.objectContaining({
        path: 'params.epochs',
        message: 'Use a value from 1 to 10000.',
        message_fa: 'مقدار میان 1 و 10000 باشد.',
      }),
    ]);
  });

  it('with several wrong fields marks each of them', async () => {
    const [, { errors }] = await refused(tabular({ lr: 0, optimizer: 'magic', batch_size: 'many', nonsense: 1 }));
    expect(errors?.map((error) => error.path).sort()).toEqual([
      'params.batch_size',
      'params.lr',
      'params.nonsense',
      'params.optimizer',
    ]);
    expect(errors?.every((error) => /[آ-ی]/u.test(error.message_fa ?? ''))).toBe(true);
  });

  it.each([
    ['target_missing', tabular({ target: 'nope' })],
    ['target_constant', tabular({ target: 'same' })],
    ['target_all_missing', tabular({ target: 'empty' })],
    ['target_required', tabular({}, 'ds_untold0')],
    ['columns_missing', tabular({ columns: ['same', 'nope'] })],
    ['no_features', tabular({ columns: ['species'] })],
    ['no_features', tabular({ columns: [] })],
    ['validation_failed', tabular({ columns: 'same' })],
    ['validation_failed', tabular({ columns: [1] })],
    ['dataset_wrong_kind', tabular({}, 'ds_images0')],
    ['unknown_recipe', { recipe: 'alchemy', dataset_id: TABLE.datasetId }],
    ['validation_failed', { recipe: 'tabular' }],
    ['validation_failed', { recipe: 'tabular', script: { path: 'a.py' } }],
    ['script_not_found', { script: { path: 'nope.py' } }],
    ['script_outside', { script: { path: '../bridge.json' } }],
    ['script_outside', { script: { path: 'way-out' } }],
    ['script_not_found', { script: { path: 'folder' } }],
  ])('is refused as %s', async (code, body) => {
    await symlink('/etc/passwd', join(shop.dir, 'work', 'way-out')).catch(() => undefined);
    await mkdir(join(shop.dir, 'work', 'folder'), { recursive: true });
    const [status, refusal] = await refused(body);
    expect([status, refusal.code]).toEqual([422, code]);
  });

  it('for a dataset that is not mine answers as if there were none', async () => {
    const [status, { code }] = await refused(tabular({}), 'reza');
    expect([status, code]).toEqual([404, 'not_found']);
  });

  it('beyond a hundred waiting jobs is refused, but not for others', async () => {
    await writeFile(join(shop.dir, 'work', 'many.py'), '');
    const body = { script: { path: 'many.py' } };
    const { items } = (await (await shop.call('GET', '/train/jobs?limit=200')).json()) as { items: Job[] };
    for (let waiting = items.length; waiting < 100; waiting += 1) await shop.call('POST', '/train', body);
    expect((await refused(body))[1].code).toBe('quota_jobs');
    const [status] = await refused(body, 'reza');
    expect(status).toBe(201);
    // Reza's only job is served second: Sara's hundred do not stand before it.
    const [his] = ((await (await shop.call('GET', '/train/jobs', undefined, 'reza')).json()) as { items: Job[] }).items;
    expect(his?.queue_position).toBe(2);
  });

  it('is listed page by page, newest first, and found by Persian search', async () => {
    const first = (await (await shop.call('GET', '/train/jobs?limit=60')).json()) as {
      items: Job[];
      next_cursor: string;
    };
    const second = (await (
      await shop.call('GET', `/train/jobs?limit=60&cursor=${encodeURIComponent(first.next_cursor)}`)
    ).json()) as { items: Job[]; next_cursor: string | null };
    expect([first.items.length, second.items.length, second.next_cursor]).toEqual([60, 40, null]);
    for (const path of ['/train/jobs', '/train/sweeps'])
      for (const cursor of ['nonsense', '2026-11-28|job_a']) {
        const wrong = await shop.call('GET', `${path}?cursor=${encodeURIComponent(cursor)}`);
        expect([wrong.status, ((await wrong.json()) as Refusal).errors?.[0]]).toEqual([
          422,
          expect.objectContaining({
            path: 'cursor',
            code: 'invalid_cursor',
            message_fa: 'این نشانگر از این فهرست نیست.',
          }),
        ]);
      }
    expect(new Set([...first.items, ...second.items].map((job) => job.job_id)).size).toBe(100);
    const found = (await (await shop.call('GET', `/train/jobs?search=${encodeURIComponent('گلها')}`)).json()) as {
      items: Job[];
    };
    expect(found.items.map((job) => job.name)).toEqual(['گل‌ها · tabular']);
    const none = await shop.call('GET', '/train/jobs?state=running');
    expect(await none.json()).toEqual({ items: [], next_cursor: null });
  });

  it('of another person is invisible to me, whatever I ask', async () => {
    const [job] = ((await (await shop.call('GET', '/train/jobs')).json()) as { items: Job[] }).items;
    const path = `/train/jobs/${job!.job_id}`;
    const asked: [string, string, unknown?][] = [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}/stop`],
      ['POST', `${path}/clone`, {}],
      ['GET', `${path}/events`],
      ['GET', `${path}/metrics`],
      ['GET', `${path}/logs`],
      ['GET', `${path}/model`],
    ];
    for (const [method, address, body] of asked) {
      const answer = await shop.call(method, address, body, 'reza');
      expect([address, answer.status, ((await answer.json()) as Refusal).code]).toEqual([address, 404, 'not_found']);
    }
  });

  it('waiting is stopped at once, and those behind it move up', async () => {
    const { items } = (await (await shop.call('GET', '/train/jobs?limit=200')).json()) as { items: Job[] };
    const [head, next] = items.filter((job) => job.state === 'queued').reverse();
    expect(head?.queue_position).toBe(1);
    const answer = await shop.call('POST', `/train/jobs/${head!.job_id}/stop`);
    expect(await answer.json()).toMatchObject({ state: 'stopped', queue_position: null });
    expect(shop.live.jobs.get(next!.job_id)?.queue_position).toBe(1);
    for (const job of items.slice(0, -1)) await shop.call('POST', `/train/jobs/${job.job_id}/stop`);
  });

  it('lists the recipes with their forms', async () => {
    const { items } = (await (await shop.call('GET', '/recipes')).json()) as { items: { recipe: string }[] };
    expect(items.map((item) => item.recipe)).toEqual(expect.arrayContaining(['tabular', 'image']));
  });

  it('has short forms', async () => {
    await writeFile(join(shop.dir, 'work', 'short.py'), '');
    const made = await shop.short('POST', '/train', { script: { path: 'short.py' } });
    const { job_id } = (await made.json()) as Job;
    const status = await shop.short('GET', `/train/status?job_id=${job_id}`);
    expect(await status.json()).toMatchObject({ job_id, state: 'queued' });
    expect((await shop.short('GET', '/train/jobs')).status).toBe(200);
    const stopped = await shop.short('POST', '/train/stop', { job_id });
    expect([stopped.status, ((await stopped.json()) as Job).state]).toEqual([202, 'stopped']);
  });
});

describe('the queue', () => {
  let shop: TrainingFixture;
  beforeAll(async () => {
    shop = await TrainingFixture.open({ maxParallelJobs: 1 });
  });
  afterAll(() => shop.close());

  it('waits for MLflow, says so, and goes on by itself', async () => {
    shop.mlflow.become('starting');
    const { job_id } = await shop.script('print(1)');
    await shop.heard(() => shop.live.jobs.get(job_id)?.waiting?.code === 'waiting_for_mlflow', 'the reason');
    shop.mlflow.become('up');
    expect(await shop.ended(job_id)).toMatchObject({ state: 'succeeded', message: null });
  });

  it('starts one job at a time and shows each its place', async () => {
    const first = await shop.script(SLEEPER);
    await shop.until(first.job_id, 'running');
    const second = await shop.script('print(2)');
    const third = await shop.script('print(3)');
    expect([second.queue_position, third.queue_position]).toEqual([1, 2]);
    await shop.call('POST', `/train/jobs/${first.job_id}/stop`);
    await shop.ended(third.job_id);
    expect(await shop.ended(second.job_id)).toMatchObject({ state: 'succeeded', queue_position: null });
  });

  it('gives the next turn to another person, also after a restart of the bridge, and then to one’s own most urgent job', async () => {
    const first = await shop.script(SLEEPER);
    await shop.until(first.job_id, 'running');
    const low = await shop.script('print(1)', { priority: 'low' });
    const high = await shop.script('print(2)', { priority: 'high' });
    const his = await shop.script('print(3)', {}, 'reza');
    expect(his).toMatchObject({ queue_position: 1, waiting: { code: 'waiting_for_turn' } });
    const places = (): unknown[] => [high, low].map(({ job_id }) => shop.live.jobs.get(job_id)?.queue_position);
    await shop.heard(() => String(places()) === '2,3', 'those behind it to hear so');
    await shop.stop();
    await shop.start();
    await shop.call('POST', `/train/jobs/${first.job_id}/stop`);
    const [a, b, c] = [
      await shop.ended(his.job_id, 'reza'),
      await shop.ended(high.job_id),
      await shop.ended(low.job_id),
    ].map((job) => job.started_at!);
    expect([a! < b!, b! < c!]).toEqual([true, true]);
  });

  it('fails a job whose dataset was deleted while it waited', async () => {
    const first = await shop.script(SLEEPER);
    await shop.until(first.job_id, 'running');
    shop.datasets.set(TABLE.datasetId, TABLE);
    const { job_id } = await shop.script('print(1)', { dataset_id: TABLE.datasetId });
    shop.datasets.delete(TABLE.datasetId);
    await shop.call('POST', `/train/jobs/${first.job_id}/stop`);
    expect(await shop.ended(job_id)).toMatchObject({ state: 'failed', error: { code: 'dataset_deleted' } });
    const clone = await shop.call('POST', `/train/jobs/${job_id}/clone`, {});
    expect([clone.status, ((await clone.json()) as Refusal).code]).toEqual([409, 'dataset_deleted']);
  });

  it('does a job again on the very version and split of the first, though a newer one is there', async () => {
    const split = { splitId: 'spl_first00', path: '/nowhere/spl_first00.parquet', sha256: 'b'.repeat(64) };
    shop.datasets.set(TABLE.datasetId, { ...TABLE, split });
    const { job_id } = await shop.script('print(1)', { dataset_id: TABLE.datasetId });
    expect(await shop.ended(job_id)).toMatchObject({ dataset_version: 1, split_id: 'spl_first00' });
    const written = JSON.parse(await readFile(join(shop.dir, 'jobs', job_id, 'job.json'), 'utf8')) as object;
    expect(written).toMatchObject({
      dataset: { version: 1, version_id: 'dv_table00', split_id: 'spl_first00', split_path: split.path },
    });
    expect(shop.mlflow.runs.get(`run-${job_id}`)?.tags).toMatchObject({
      'kargah.dataset_version': '1',
      'kargah.split_id': 'spl_first00',
    });
    shop.datasets.set('an older version', { ...TABLE, split });
    shop.datasets.set(TABLE.datasetId, { ...TABLE, versionId: 'dv_newer000', version: 2 });
    const clone = await shop.call('POST', `/train/jobs/${job_id}/clone`, {});
    expect(await clone.json()).toMatchObject({ dataset_version: 1, split_id: 'spl_first00' });
    const fresh = await shop.script('print(1)', { dataset_id: TABLE.datasetId });
    expect(fresh).toMatchObject({ dataset_version: 2, split_id: null });
  });

  it('ends the MLflow run later when MLflow was away at the end of the job', async () => {
    const { job_id } = await shop.script(
      'import pathlib, time\nwhile not pathlib.Path("go").exists(): time.sleep(.02)',
    );
    await shop.until(job_id, 'running');
    shop.mlflow.become('down');
    await writeFile(join(shop.dir, 'work', 'go'), '');
    expect((await shop.ended(job_id)).state).toBe('succeeded');
    expect(shop.mlflow.runs.get(`run-${job_id}`)?.status).toBe('RUNNING');
    shop.mlflow.become('up');
    await shop.eventually(() => shop.mlflow.runs.get(`run-${job_id}`)?.status === 'FINISHED', 'the run to end');
  });
});

describe('where a job runs', () => {
  let shop: TrainingFixture;
  afterEach(() => shop.close());
  const open = async (...launchers: [LauncherName, ...LauncherName[]]): Promise<void> => {
    shop = await TrainingFixture.open({ launchers });
    shop.datasets.set(TABLE.datasetId, TABLE);
    shop.mlflow.become('down');
  };
  const train = (resources?: object) =>
    shop.call('POST', '/train', { recipe: 'tabular', dataset_id: TABLE.datasetId, resources });

  it('is said nowhere while there is one launcher', async () => {
    await open('local-cold');
    expect(await (await train()).json()).toMatchObject({ resources: null });
    expect(await (await train({ cpus: 1 })).json()).toMatchObject({ resources: { cpus: 1 } });
  });

  it('is the first of several, or the one that was asked for', async () => {
    await open('local-cold', 'local');
    expect(await (await train()).json()).toMatchObject({ resources: { launcher: 'local-cold' } });
    const job = (await (await train({ cpus: 1, launcher: 'local' })).json()) as Job;
    expect(job.resources).toEqual({ cpus: 1, launcher: 'local' });
  });

  it('is refused, with what there is, where this server does not have it', async () => {
    await open('local-cold');
    const answer = await train({ launcher: 'local' });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      code: 'launcher_not_offered',
      detail: expect.stringContaining('it has local-cold') as string,
      detail_fa: expect.stringContaining('local-cold') as string,
    });
    expect((await train({ launcher: 'slurm' })).status).toBe(422);
  });
});
