import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../contract/training/training.js';
import { taggedProcesses } from '../launchers/local/processes.js';
import { TABLE, TrainingFixture } from '../../test/support/training.js';

const SLEEPER = 'import time\nprint("up")\ntime.sleep(600)';
const supervisorOf = (shop: TrainingFixture, jobId: string): { pid: number } =>
  JSON.parse(readFileSync(join(shop.dir, 'jobs', jobId, 'supervisor.json'), 'utf8')) as { pid: number };

describe('a training job', () => {
  let shop: TrainingFixture;
  beforeAll(async () => {
    shop = await TrainingFixture.open();
  });
  afterAll(() => shop.close());
  const up = (jobId: string): Promise<void> =>
    shop.eventually(async () => (await shop.log(jobId)).includes('up'), 'the script to begin');

  const runTags = (jobId: string): Record<string, string> => ({ ...shop.mlflow.runs.get(`run-${jobId}`)?.tags });

  it('goes from the queue to success, and every change is an event', async () => {
    const job = await shop.script('import os\nprint("سلام دنیا", os.environ["KARGAH_RUN_ID"])');
    expect(job).toMatchObject({ state: 'queued', queue_position: 1, owner: { name: 'sara' } });
    const done = await shop.ended(job.job_id);
    expect(done).toMatchObject({ state: 'succeeded', exit_code: 0, error: null, progress: { fraction: 1 } });
    expect(done.peak_memory_bytes).toBeGreaterThan(1_000_000);
    expect(await shop.states(job.job_id)).toEqual(['queued', 'starting', 'running', 'succeeded']);
    expect(await shop.log(job.job_id)).toBe(`سلام دنیا run-${job.job_id}\n`);
    await shop.eventually(() => shop.mlflow.runs.get(`run-${job.job_id}`)?.status === 'FINISHED', 'the run to end');
  });

  it('is renamed, written about and tagged, found by all of it, and its run in MLflow says the same', async () => {
    const { job_id } = await shop.script('print(1)');
    await shop.ended(job_id);
    const change = (body: object, as = 'sara') => shop.call('PATCH', `/train/jobs/${job_id}`, body, as);
    const answer = await change({ name: 'پایهٔ قیمت', note: '# چرا\nlr کوچک‌تر', tags: ['baseline', 'پایه', 'پایه'] });
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { name: 'پایهٔ قیمت', note: '# چرا\nlr کوچک‌تر', tags: ['baseline', 'پایه'] },
    ]);
    for (const search of ['قيمت', 'BASELINE', 'کوچکتر']) {
      const found = await shop.call('GET', `/train/jobs?search=${encodeURIComponent(search)}`);
      expect(((await found.json()) as { items: Job[] }).items.map((job) => job.job_id)).toEqual([job_id]);
    }
    const said = { 'mlflow.runName': 'پایهٔ قیمت', 'kargah.tags': 'baseline, پایه' };
    await shop.eventually(() => runTags(job_id)['mlflow.runName'] === said['mlflow.runName'], 'the run to be renamed');
    expect(runTags(job_id)).toMatchObject({ ...said, 'mlflow.note.content': '# چرا\nlr کوچک‌تر' });
    expect((await change({ name: 'no' }, 'reza')).status).toBe(404);
    expect((await change({ name: ' ' })).status).toBe(422);
    expect((await change({ tags: ['x'.repeat(41)] })).status).toBe(422);
  });

  it('is in the order of names page by page where names, notes and tags are as long as they may be', async () => {
    const names = ['الف', 'ب'].map((letter) => `${letter}${'نام دراز '.repeat(24)}`.slice(0, 199));
    const made: string[] = [];
    for (const name of names.toReversed()) {
      const { job_id } = await shop.script('print(1)');
      await shop.ended(job_id);
      const labels = { name, note: 'یادداشت '.repeat(500), tags: ['دراز'] };
      expect((await shop.call('PATCH', `/train/jobs/${job_id}`, labels)).status).toBe(200);
      made.unshift(job_id);
    }
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = new URLSearchParams({
        sort: 'name',
        tag: 'دراز',
        limit: '1',
        ...(cursor === '' ? {} : { cursor }),
      });
      const answer = await shop.call('GET', `/train/jobs?${query.toString()}`);
      expect(answer.status).toBe(200);
      const page = (await answer.json()) as { items: Job[]; next_cursor: string | null };
      seen.push(...page.items.map((job) => job.job_id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(made);
  });

  it('keeps the note of whoever wrote it first, and tells MLflow what was written while it was away', async () => {
    const { job_id } = await shop.script('print(1)');
    await shop.ended(job_id);
    const change = (body: object) => shop.call('PATCH', `/train/jobs/${job_id}`, body);
    await shop.eventually(() => shop.mlflow.runs.get(`run-${job_id}`)?.status === 'FINISHED', 'the run to end');
    shop.mlflow.become('down');
    expect((await change({ note: 'mine', note_was: '' })).status).toBe(200);
    const late = await change({ note: 'yours', note_was: '' });
    expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([409, 'note_changed']);
    expect((await change({ note: 'mine and yours', note_was: 'mine' })).status).toBe(200);
    expect(runTags(job_id)['mlflow.note.content']).toBeUndefined();
    shop.mlflow.become('up');
    await shop.eventually(() => runTags(job_id)['mlflow.note.content'] === 'mine and yours', 'the run to be told');
  });

  it('lets go of its dataset when it ends, so that a deleted one is freed at once', async () => {
    shop.datasets.set('ds_letgo0', {
      datasetId: 'ds_letgo0', versionId: 'dv_letgo0', version: 1, name: 'n', kind: 'tabular', path: '/nowhere', sha256: '', rows: 1,
      suggestedTarget: null, columns: [], split: null,
    }); // prettier-ignore
    const { job_id } = await shop.script('print(1)', { dataset_id: 'ds_letgo0' });
    await shop.ended(job_id);
    await shop.eventually(() => shop.released.includes('ds_letgo0'), 'the dataset to be let go');
  });

  it('that exits with 3 has failed, and says so', async () => {
    const { job_id } = await shop.script('raise SystemExit(3)');
    expect(await shop.ended(job_id)).toMatchObject({
      state: 'failed',
      exit_code: 3,
      error: { code: 'script_silent', params: { exit_code: 3 }, detail_fa: expect.stringContaining('کد 3') as string },
    });
    await shop.eventually(() => shop.mlflow.runs.get(`run-${job_id}`)?.status === 'FAILED', 'the run to end');
  });

  it('that raises has failed with the exception, and with the place of its line in the log', async () => {
    const { job_id } = await shop.script('print("سلام")\nraise ValueError("no rows")');
    const { error } = await shop.ended(job_id);
    expect(error).toMatchObject({
      code: 'script_failed',
      detail: 'The script failed: ValueError: no rows',
      detail_fa: 'اسکریپت ناموفق بود: ValueError: no rows',
      params: { exception: 'ValueError: no rows', exit_code: 1 },
    });
    const log = Buffer.from(await shop.log(job_id));
    expect(log.subarray(Number(error?.params?.['log_offset'])).toString()).toBe('ValueError: no rows\n');
  });

  it('with a syntax error has failed, with the traceback in its log', async () => {
    const { job_id } = await shop.script('print("never")\nif True print(1)\n');
    expect((await shop.ended(job_id)).error?.code).toBe('script_syntax');
    expect(await shop.log(job_id)).toMatch(/line 2[^]*SyntaxError/u);
  });

  it('that eats memory is ended as out of memory', async () => {
    const source =
      'import time\nx = []\nwhile len(x) < 40:\n    x.append(bytearray(32 << 20))\n    time.sleep(.05)\ntime.sleep(600)';
    const { job_id } = await shop.script(source, { resources: { memory_mb: 256 } });
    const done = await shop.ended(job_id);
    expect(done).toMatchObject({ state: 'failed', error: { code: 'out_of_memory' }, signal: 'SIGKILL' });
    expect(done.peak_memory_bytes).toBeGreaterThan(256 * 2 ** 20);
  });

  it('that outruns its time limit is ended, and says which limit', async () => {
    const { job_id } = await shop.script(SLEEPER, { resources: { time_limit_seconds: 1 } });
    expect(await shop.ended(job_id)).toMatchObject({
      state: 'failed',
      error: { code: 'time_limit_reached', params: { seconds: 1 } },
    });
  });

  it('killed from outside names the signal', async () => {
    const { job_id } = await shop.script('import os\nos.kill(os.getpid(), 11)');
    expect(await shop.ended(job_id)).toMatchObject({
      state: 'failed',
      signal: 'SIGSEGV',
      error: { code: 'killed_by_signal', params: { signal: 'SIGSEGV' } },
    });
  });

  it('is stopped with all its processes, even those that ignore SIGINT and SIGTERM', async () => {
    const { job_id } = await shop.script(
      'import signal, subprocess, sys, time\nfor number in (2, 15): signal.signal(number, signal.SIG_IGN)\n' +
        'subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)\n' +
        SLEEPER,
    );
    await up(job_id);
    const answers = await Promise.all([1, 2].map(() => shop.call('POST', `/train/jobs/${job_id}/stop`)));
    expect(answers.map((answer) => answer.status)).toEqual([202, 202]);
    expect(((await answers[0]!.json()) as Job).state).toBe('stopping');
    expect(await shop.ended(job_id)).toMatchObject({ state: 'stopped', error: null });
    expect(taggedProcesses(job_id)).toEqual([]);
    expect(await shop.states(job_id)).toEqual(['queued', 'starting', 'running', 'stopping', 'stopped']);
    const again = await shop.call('POST', `/train/jobs/${job_id}/stop`);
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: 'job_not_active' });
  });

  it('that ends while it is being stopped is settled once', async () => {
    const jobs = await Promise.all(
      Array.from({ length: 4 }, () =>
        shop.script('import pathlib, time\nprint("up")\nwhile not pathlib.Path("end").exists(): time.sleep(.001)'),
      ),
    );
    for (const { job_id } of jobs) await up(job_id);
    await Promise.all([
      writeFile(join(shop.dir, 'work', 'end'), ''),
      ...jobs.map(({ job_id }) => shop.call('POST', `/train/jobs/${job_id}/stop`)),
    ]);
    for (const { job_id } of jobs) {
      await shop.ended(job_id);
      const states = await shop.states(job_id);
      expect(states.filter((state) => ['succeeded', 'stopped'].includes(state))).toHaveLength(1);
    }
  });

  it('stopped right after it was submitted stops, wherever its launch is', async () => {
    const { job_id } = await shop.script(SLEEPER);
    expect((await shop.call('POST', `/train/jobs/${job_id}/stop`)).status).toBe(202);
    expect((await shop.ended(job_id)).state).toBe('stopped');
    expect(taggedProcesses(job_id)).toEqual([]);
  });

  it('goes on while the bridge is away, and is taken up again', async () => {
    const { job_id } = await shop.script(
      'import pathlib, time\nprint("up")\nwhile not pathlib.Path("later").exists(): time.sleep(.02)\nprint("done")',
    );
    await up(job_id);
    await shop.stop();
    await shop.start();
    expect((await shop.job(job_id)).state).toBe('running');
    await writeFile(join(shop.dir, 'work', 'later'), '');
    expect((await shop.ended(job_id)).state).toBe('succeeded');
    expect(await shop.log(job_id)).toBe('up\ndone\n');
  });

  it('that ended while the bridge was away is settled at its start, once', async () => {
    const { job_id } = await shop.script(
      'import pathlib, time\nprint("up")\nwhile not pathlib.Path("away").exists(): time.sleep(.02)',
    );
    await up(job_id);
    await shop.stop();
    await writeFile(join(shop.dir, 'work', 'away'), '');
    await shop.eventually(() => existsSync(join(shop.dir, 'jobs', job_id, 'outcome.json')), 'the outcome');
    await shop.start();
    expect((await shop.job(job_id)).state).toBe('succeeded');
    expect(await shop.states(job_id)).toEqual(['queued', 'starting', 'running', 'succeeded']);
  });

  it('whose supervisor was killed is lost, and nothing of it is left', async () => {
    const { job_id } = await shop.script(
      'import subprocess, sys\nsubprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)\n' +
        SLEEPER,
    );
    await up(job_id);
    process.kill(supervisorOf(shop, job_id).pid, 'SIGKILL');
    expect(await shop.ended(job_id)).toMatchObject({ state: 'lost', error: { code: 'job_lost' } });
    expect(taggedProcesses(job_id)).toEqual([]);
  });

  it('is deleted with its folder and its run once it has ended', async () => {
    const { job_id } = await shop.script(
      'import pathlib, time\nwhile not pathlib.Path("deletable").exists(): time.sleep(.02)',
    );
    const early = await shop.call('DELETE', `/train/jobs/${job_id}`);
    expect([early.status, ((await early.json()) as { code: string }).code]).toEqual([409, 'job_active']);
    await writeFile(join(shop.dir, 'work', 'deletable'), '');
    await shop.ended(job_id);
    expect((await shop.call('DELETE', `/train/jobs/${job_id}`)).status).toBe(204);
    expect((await shop.call('GET', `/train/jobs/${job_id}`)).status).toBe(404);
    expect(existsSync(join(shop.dir, 'jobs', job_id))).toBe(false);
    expect(shop.mlflow.runs.has(`run-${job_id}`)).toBe(false);
    expect(shop.mlflow.deletedBelow).toContain(`run-${job_id}`);
  });

  it('is deleted at once where MLflow is away, its run and those below when MLflow is back', async () => {
    const { job_id } = await shop.script('');
    await shop.ended(job_id);
    await shop.eventually(() => shop.mlflow.runs.get(`run-${job_id}`)?.status === 'FINISHED', 'its run to end');
    shop.mlflow.become('down');
    expect((await shop.call('DELETE', `/train/jobs/${job_id}`)).status).toBe(204);
    expect((await shop.call('GET', `/train/jobs/${job_id}`)).status).toBe(404);
    expect(shop.mlflow.runs.has(`run-${job_id}`)).toBe(true);
    shop.mlflow.become('up');
    await shop.eventually(() => !shop.mlflow.runs.has(`run-${job_id}`), 'its run to be deleted');
    expect(shop.mlflow.deletedBelow).toContain(`run-${job_id}`);
  });

  const deleting = async (act: 'delete' | 'restore', job_ids: readonly string[], as = 'sara') =>
    (await (await shop.call('POST', `/train/jobs/${act}`, { job_ids }, as)).json()) as {
      deleted?: string[];
      restored?: Job[];
      refused: { job_id: string; error: { code: string } }[];
      restorable_until?: string;
      code?: string;
    };
  const listed = async (query: string): Promise<string[]> =>
    ((await (await shop.call('GET', `/train/jobs?${query}`)).json()) as { items: Job[] }).items.map(
      (job) => job.job_id,
    );
  const finished = async (): Promise<string> => {
    const { job_id } = await shop.script('print("kept")');
    await shop.ended(job_id);
    await shop.eventually(() => shop.mlflow.runs.get(`run-${job_id}`)?.status === 'FINISHED', 'its run to end');
    return job_id;
  };

  it('is deleted together with others, is not there then, and comes back with all that it had when that is taken back', async () => {
    const [first, second] = [await finished(), await finished()];
    const runs = await shop.script(SLEEPER);
    await up(runs.job_id);
    const unknown = 'job_0000000000000404';
    const gone = await deleting('delete', [first, first, second, runs.job_id, unknown]);
    expect(gone).toEqual({
      deleted: expect.arrayContaining([first, second]) as string[],
      refused: expect.arrayContaining([
        { job_id: runs.job_id, error: expect.objectContaining({ code: 'job_active' }) as object },
        { job_id: unknown, error: expect.objectContaining({ code: 'not_found' }) as object },
      ]) as object[],
      restorable_until: new Date(shop.clock.now() + 3_600_000).toISOString(),
    });
    expect([gone.deleted?.length, gone.refused.length]).toEqual([2, 2]);
    expect([shop.live.deleted.has(first), shop.live.deleted.has(second)]).toEqual([true, true]);
    for (const path of [first, `${first}/logs`, `${first}/metrics`, `${first}/events`])
      expect((await shop.call('GET', `/train/jobs/${path}`)).status).toBe(404);
    expect(await listed('limit=200')).not.toContain(first);
    expect((await listed('deleted=true')).toSorted()).toEqual([first, second].toSorted());
    // Another's project knows nothing of them.
    expect((await deleting('restore', [first], 'reza')).code).toBe('not_found');
    // What is deleted already is not there to be deleted.
    expect((await deleting('delete', [first])).code).toBe('not_found');

    const back = await deleting('restore', [first, second]);
    expect(back.restored?.map((job) => job.job_id).toSorted()).toEqual([first, second].toSorted());
    expect(back.refused).toEqual([]);
    expect(await shop.log(first)).toBe('kept\n');
    expect(await shop.job(first)).toMatchObject({ state: 'succeeded', mlflow_run_id: `run-${first}` });
    expect(shop.mlflow.runs.has(`run-${first}`)).toBe(true);
    expect(await listed('deleted=true')).toEqual([]);
    expect((await deleting('restore', [first])).code).toBe('not_found');
    const told = await shop.storage.db.selectFrom('ledger').select(['action', 'object_id']).execute();
    for (const action of ['job.delete', 'job.restore'])
      expect(told).toEqual(expect.arrayContaining([{ action, object_id: first }]));
    await shop.call('POST', `/train/jobs/${runs.job_id}/stop`);
    await shop.ended(runs.job_id);
  });

  it('that was deleted goes for good once its time is over, also where the bridge was away then', async () => {
    const [early, late] = [await finished(), await finished()];
    await deleting('delete', [early]);
    shop.clock.pass(40 * 60_000);
    await deleting('delete', [late]);
    await shop.stop();
    shop.clock.pass(40 * 60_000);
    await shop.start();
    const folder = (jobId: string): boolean => existsSync(join(shop.dir, 'jobs', jobId));
    await shop.eventually(() => !shop.mlflow.runs.has(`run-${early}`), 'the run of what was deleted first to go');
    expect([folder(early), folder(late)]).toEqual([false, true]);
    expect((await deleting('restore', [early, late])).restored?.map((job) => job.job_id)).toEqual([late]);
    await deleting('delete', [late]);
    // Whoever wants the room now does not wait.
    expect((await shop.call('DELETE', `/train/jobs/${late}`)).status).toBe(204);
    expect([folder(late), shop.mlflow.runs.has(`run-${late}`)]).toEqual([false, false]);
    expect(await listed('deleted=true')).toEqual([]);
  });

  it('is cloned with changes, and knows its parent', async () => {
    shop.datasets.set(TABLE.datasetId, TABLE);
    const body = { recipe: 'tabular', dataset_id: TABLE.datasetId, params: { lr: 0.1, epochs: 2 } };
    const first = (await (await shop.call('POST', '/train', body)).json()) as Job;
    const answer = await shop.call('POST', `/train/jobs/${first.job_id}/clone`, { params: { epochs: 3 } });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      parent_job_id: first.job_id,
      params: { lr: 0.1, epochs: 3 },
      name: first.name,
    });
  });

  it('leaves no token behind', async () => {
    const { job_id } = await shop.script('print(open("/dev/null").read())');
    await shop.ended(job_id);
    const token = join(shop.dir, 'jobs', job_id, 'token');
    await shop.eventually(() => !existsSync(token), 'the token to go');
  });

  it('wrote nothing to the error log in all of this', () => {
    expect(shop.problems).toEqual([]);
  });
});
