import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../contract/errors.js';
import type { LaunchPlanView } from '../../contract/training/plans.js';
import type { Job } from '../../contract/training/training.js';
import { TABLE, TrainingFixture } from '../../../test/support/training.js';

const json = async <T>(answer: Response): Promise<T> => (await answer.json()) as T;
describe('a dry run', () => {
  let shop: TrainingFixture;
  beforeAll(async () => {
    shop = await TrainingFixture.open({ machine: { cpus: 2, memoryMb: 4096, gpus: ['0'] } });
    shop.datasets.set(TABLE.datasetId, TABLE);
    await writeFile(join(shop.dir, 'work', 'mine.py'), 'print(1)');
  });
  afterAll(() => shop.close());
  const plan = (body: object): Promise<Response> => shop.call('POST', '/train/plan', body);

  it('shows the command and everything that was left out, and leaves nothing behind', async () => {
    const all = async (): Promise<unknown> => [
      await readdir(join(shop.dir, 'jobs')).catch(() => []),
      await json(await shop.call('GET', '/train/jobs')),
    ];
    const before = await all();
    process.env['HTTPS_PROXY'] = 'http://sara:geheim@proxy.example:3128';
    const answer = await plan({
      recipe: 'tabular',
      dataset_id: TABLE.datasetId,
      resources: { time_limit_seconds: 60 },
    });
    delete process.env['HTTPS_PROXY'];
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).not.toContain('geheim');
    const shown = JSON.parse(text) as LaunchPlanView;
    expect(shown).toMatchObject({
      launch: 'cold',
      params: { target: 'species', epochs: 30 },
      resources: { cpus: 1, memory_mb: 1024, gpus: 0, time_limit_seconds: 60 },
      jobs_before: 0,
      waiting: null,
      env: { HTTPS_PROXY: 'http://…@proxy.example:3128' },
    });
    expect(shown.argv[0]).toBe(shown.python);
    expect(await all()).toEqual(before);
  });

  it('names the limit of the person or the project that it is beyond, or would wait for', async () => {
    const { db } = shop.storage;
    const changed_at = new Date().toISOString();
    const none = { jobs: null, cpus: null, gpus: null, bytes: null };
    const limited = async (subject: string, limits: object): Promise<void> => {
      await db.deleteFrom('limits').execute();
      await db
        .insertInto('limits')
        .values({ subject, ...none, ...limits, changed_at })
        .execute();
    };
    const mine = { script: { path: 'mine.py' } };
    for (const [subject, code] of [
      ['person/sara', 'own_limit_exceeded'],
      ['project/prj_sara', 'project_limit_exceeded'],
    ] as const) {
      await limited(subject, { cpus: 1 });
      const answer = await plan({ ...mine, resources: { cpus: 2 } });
      expect([answer.status, await json<Problem>(answer)]).toMatchObject([
        422,
        { code, params: { wanted: 2, resource: 'CPU', max: 1 } },
      ]);
      await limited(subject, { gpus: 0 });
      expect((await json<Problem>(await plan({ ...mine, resources: { gpus: 1 } }))).code).toBe(code);
      expect((await plan({ ...mine, resources: { gpus: 0 } })).status).toBe(200);
    }
    await limited('person/sara', { jobs: 0 });
    const waiting = { code: 'waiting_for_own_limit', params: { max: 0, used: 0 } };
    expect(await json<LaunchPlanView>(await plan(mine))).toMatchObject({ waiting });
    await limited('project/prj_sara', { jobs: 0 });
    const ofProject = { code: 'waiting_for_project_jobs', params: { max: 0, used: 0 } };
    expect(await json<LaunchPlanView>(await plan(mine))).toMatchObject({ waiting: ofProject });
    await db.deleteFrom('limits').execute();
    expect(await json<LaunchPlanView>(await plan(mine))).toMatchObject({ waiting: null });
  });

  it('refuses what would be refused', async () => {
    for (const [body, code] of [
      [{ script: { path: 'none.py' } }, 'script_not_found'],
      [{ script: { path: 'mine.py' }, resources: { cpus: 3 } }, 'resources_too_large'],
      [{ script: { path: 'mine.py' }, resources: { gpus: 2 } }, 'resources_too_large'],
      [{ recipe: 'tabular', dataset_id: TABLE.datasetId, resources: { gpus: 2 } }, 'recipe_takes_one_gpu'],
      [{ script: { path: 'mine.py' }, resources: { python: 'nobody' } }, 'unknown_python'],
      [{ recipe: 'tabular', dataset_id: TABLE.datasetId, params: { epochs: 0 } }, 'validation_failed'],
    ] as const)
      for (const path of ['/train/plan', '/train']) {
        const answer = await shop.call('POST', path, body);
        expect([path, answer.status, (await json<Problem>(answer)).code]).toEqual([path, 422, code]);
      }
  });

  it('tells how long the queue is; a waiting job tells what it waits for, until there is room', async () => {
    const wide = await shop.script('print("up")\nimport time\ntime.sleep(600)', { resources: { cpus: 1, gpus: 1 } });
    await shop.until(wide.job_id, 'running');
    const big = await shop.script('import os\nprint(os.environ["CUDA_VISIBLE_DEVICES"])', { resources: { cpus: 2 } });
    await shop.heard(() => shop.live.jobs.get(big.job_id)?.waiting?.code === 'waiting_for_gpu', 'the reason');
    const small = await shop.script('print(1)', { resources: { gpus: 0 }, priority: 'low' });
    expect(small).toMatchObject({ state: 'queued', queue_position: 2, waiting: { code: 'waiting_for_turn' } });
    const next = await json<LaunchPlanView>(await plan({ script: { path: 'mine.py' }, priority: 'high' }));
    expect(next).toMatchObject({
      jobs_before: 0,
      waiting: { code: 'waiting_for_gpu', params: { wanted: 1, free: 0 } },
    });
    // Its owner gives up on the big one: what was kept for it goes to the small one at once.
    const stopped = await json<Job>(await shop.call('POST', `/train/jobs/${big.job_id}/stop`));
    expect(stopped).toMatchObject({ state: 'stopped', waiting: null, queue_position: null });
    expect((await shop.ended(small.job_id)).state).toBe('succeeded');
    expect((await shop.job(wide.job_id)).state).toBe('running');
    await shop.call('POST', `/train/jobs/${wide.job_id}/stop`);
    await shop.ended(wide.job_id);
  });

  it('of two jobs of one core each says that they run at once on two cores, with one thread each', async () => {
    const source = 'import os, pathlib, time\npathlib.Path(os.environ["KARGAH_JOB_ID"]).touch()\n' +
      'while len(list(pathlib.Path().glob("job_*"))) < 2: time.sleep(.01)\n' +
      'print(os.environ["OMP_NUM_THREADS"], os.environ["CUDA_VISIBLE_DEVICES"] or "none")'; // prettier-ignore
    const [one, two] = await Promise.all([shop.script(source), shop.script(source, { resources: { gpus: 0 } })]);
    for (const { job_id } of [one, two]) expect((await shop.ended(job_id)).state).toBe('succeeded');
    expect([await shop.log(one.job_id), await shop.log(two.job_id)]).toEqual(['1 0\n', '1 none\n']);
  });

  it('wrote nothing to the error log in all of this', () => {
    expect(shop.problems).toEqual([]);
  });
});
