import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../contract/errors.js';
import type { Job } from '../../contract/training/training.js';
import type { LaunchPlanView } from '../../contract/training/plans.js';
import { TrainingFixture } from '../../../test/support/training.js';
import { allowed } from '../records/variables.js';

const WAITS = 'import pathlib, time\nprint("up")\nwhile not pathlib.Path("go").exists(): time.sleep(.02)\n';

describe('a script', () => {
  let shop: TrainingFixture;
  let work: string;
  beforeAll(async () => {
    shop = await TrainingFixture.open({ scriptEnv: ['ALLOWED_*', 'KARGAH_*'] });
    work = `${shop.dir}-work`;
    await mkdir(join(work, 'project', 'data'), { recursive: true });
    await writeFile(join(work, 'project', 'where.py'), 'import os\nprint(os.getcwd())\n');
    await writeFile(join(work, 'project', 'shows.py'), SHOWS);
    await writeFile(join(work, 'project', 'waits.py'), WAITS);
  });
  afterAll(() => shop.close());

  const SHOWS =
    'import os\nprint(*(f"{n}={os.environ.get(n)}" for n in ("MODE", "HF_TOKEN", "ALLOWED_ONE", "MLFLOW_TRACKING_URI")))\n';
  const train = async (script: object, more: object = {}): Promise<Job> => {
    const answer = await shop.call('POST', '/train', { script, ...more });
    expect(answer.status).toBe(201);
    return (await answer.json()) as Job;
  };
  const refused = async (script: object, more: object = {}): Promise<[number, Problem]> => {
    const answer = await shop.call('POST', '/train', { script, ...more });
    return [answer.status, (await answer.json()) as Problem];
  };
  const folderOf = ({ job_id: jobId }: Job): string => join(shop.dir, 'jobs', jobId);

  it.each([
    ['its own folder, where none is named', undefined, 'project'],
    ['the workspace', '.', ''],
    ['a folder of the workspace', 'project/data', 'project/data'],
  ])('runs in %s', async (_, cwd, folder) => {
    const job = await train({ path: 'project/where.py', ...(cwd === undefined ? {} : { cwd }) });
    expect((await shop.ended(job.job_id)).state).toBe('succeeded');
    expect((await shop.log(job.job_id)).trim()).toBe(join(work, folder));
  });

  it('may be named by its whole path, and is shown from the workspace', async () => {
    const job = await train({ path: join(work, 'project', 'where.py'), cwd: join(work, 'project', 'data') });
    expect(job.script?.path).toBe('project/where.py');
    expect((await shop.ended(job.job_id)).state).toBe('succeeded');
    expect((await shop.log(job.job_id)).trim()).toBe(join(work, 'project/data'));
  });

  it.each([
    ['cwd_not_found', { path: 'project/where.py', cwd: 'nowhere' }],
    ['cwd_not_found', { path: 'project/where.py', cwd: '..' }],
    ['cwd_not_found', { path: 'project/where.py', cwd: '/' }],
    ['cwd_not_found', { path: 'project/where.py', cwd: 'project/where.py' }],
    ['script_outside', { path: '/etc/hostname' }],
    ['variable_taken', { path: 'project/where.py', env: { KARGAH_JOB_ID: 'x' } }],
    ['variable_taken', { path: 'project/where.py', secrets: { CUDA_VISIBLE_DEVICES: '0' } }],
    ['variable_taken', { path: 'project/where.py', env: { MLFLOW_TRACKING_TOKEN: 'x' } }],
    ['validation_failed', { path: 'project/where.py', env: { 'A B': 'x' } }],
    ['validation_failed', { path: 'project/where.py', env: { A: 'x\0' } }],
  ])('is refused as %s', async (code, script) => {
    const [status, problem] = await refused(script);
    expect([status, problem.code]).toEqual([422, code]);
  });

  it('takes no parameters: nothing would bring them to it', async () => {
    const [status, problem] = await refused({ path: 'project/where.py' }, { params: { lr: 0.5, batch: 3 } });
    expect([status, problem.code, problem.params]).toEqual([422, 'script_params', { names: 'lr, batch' }]);
    expect(problem.detail).toContain('args');
  });

  it('finds its variables, and those that the administrator allows, and no others', async () => {
    Object.assign(process.env, { ALLOWED_ONE: 'one', OTHER_ONE: 'two' });
    const job = await train({
      path: 'project/shows.py',
      env: { MODE: 'fast' },
      secrets: { HF_TOKEN: 'hf_hidden' },
    });
    const ended = await shop.ended(job.job_id);
    delete process.env['ALLOWED_ONE'];
    delete process.env['OTHER_ONE'];
    expect(await shop.log(job.job_id)).toContain('MODE=fast HF_TOKEN=hf_hidden ALLOWED_ONE=one');
    expect(ended.script).toEqual({ path: 'project/shows.py', args: [], env: { MODE: 'fast' }, secrets: ['HF_TOKEN'] });
  });

  it('that names another MLflow is not told of the run in ours', async () => {
    const job = await train({ path: 'project/shows.py', env: { MLFLOW_TRACKING_URI: 'sqlite:///mine.db' } });
    await shop.ended(job.job_id);
    expect(await shop.log(job.job_id)).toContain('MLFLOW_TRACKING_URI=sqlite:///mine.db');
  });

  it('has its secrets in one private file while it waits and runs, and nowhere afterwards', async () => {
    const job = await train({ path: 'project/waits.py', secrets: { HF_TOKEN: 'hf_hidden' } });
    await shop.eventually(async () => (await shop.log(job.job_id)).includes('up'), 'the script to begin');
    const file = join(folderOf(job), 'environment.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folderOf(job), 'job.json'), 'utf8')).not.toContain('hf_hidden');
    const shown = await Promise.all(
      [`/train/jobs/${job.job_id}`, '/train/jobs', `/train/jobs/${job.job_id}/events`].map(async (path) =>
        (await shop.call('GET', path)).text(),
      ),
    );
    expect(shown.join('')).not.toContain('hf_hidden');
    const rows = await shop.storage.db.selectFrom('jobs').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('hf_hidden');
    await writeFile(join(work, 'project', 'go'), '');
    await shop.ended(job.job_id);
    expect(existsSync(file)).toBe(false);
  });

  it('that is cancelled while it waits leaves no secret behind', async () => {
    await writeFile(join(work, 'all.py'), 'import time\ntime.sleep(60)\n');
    const before = await train({ path: 'all.py' }, { resources: { cpus: 4 } });
    const job = await train(
      { path: 'project/shows.py', secrets: { HF_TOKEN: 'hf_hidden' } },
      { resources: { cpus: 4 } },
    );
    await shop.call('POST', `/train/jobs/${job.job_id}/stop`);
    expect((await shop.ended(job.job_id)).state).toBe('stopped');
    expect(existsSync(join(folderOf(job), 'environment.json'))).toBe(false);
    await shop.call('POST', `/train/jobs/${before.job_id}/stop`);
    await shop.ended(before.job_id);
  });

  it('hides its secrets in what it is said to have failed with', async () => {
    await writeFile(
      join(work, 'fails.py'),
      'import os\nraise ValueError(os.environ["HF_TOKEN"] + os.environ["MODE"])\n',
    );
    const job = await train({ path: 'fails.py', env: { MODE: 'fast' }, secrets: { HF_TOKEN: 'hf_hidden' } });
    expect((await shop.ended(job.job_id)).error?.params).toMatchObject({ exception: 'ValueError: •••fast' });
  });

  it('is cloned with its folder and variables; its secrets must be given again', async () => {
    const job = await train({ path: 'project/shows.py', cwd: '.', env: { MODE: 'a' }, secrets: { HF_TOKEN: 'hf_1' } });
    await shop.ended(job.job_id);
    const clone = (body: object) => shop.call('POST', `/train/jobs/${job.job_id}/clone`, body);
    const without = await clone({});
    expect([without.status, ((await without.json()) as Problem).code]).toEqual([422, 'secrets_needed']);
    const again = (await (await clone({ secrets: { HF_TOKEN: 'hf_2' } })).json()) as Job;
    await shop.ended(again.job_id);
    expect(again.script).toEqual(job.script);
    expect(await shop.log(again.job_id)).toContain('MODE=a HF_TOKEN=hf_2');
  });

  it('shows in a dry run where it would run and with which variables, without its secrets', async () => {
    const answer = await shop.call('POST', '/train/plan', {
      script: { path: 'project/shows.py', env: { MODE: 'fast' }, secrets: { HF_TOKEN: 'hf_hidden' } },
    });
    const text = await answer.text();
    expect(text).not.toContain('hf_hidden');
    expect((JSON.parse(text) as LaunchPlanView).env).toMatchObject({ MODE: 'fast' });
  });
});

it('what scripts may have of the bridge’s environment is named, and never Kargah’s own', () => {
  const environment = { HF_TOKEN: 'a', WANDB_KEY: 'b', WANDBX: 'c', KARGAH_SECRET: 'd', OTHER: 'e' };
  expect(allowed(environment, ['HF_TOKEN', 'WANDB_*', 'KARGAH_*'])).toEqual({ HF_TOKEN: 'a', WANDB_KEY: 'b' });
  expect(allowed(environment, [])).toEqual({});
});
