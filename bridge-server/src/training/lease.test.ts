import { existsSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandClock } from '../../test/clock.js';
import type { Job } from '../contract/training/training.js';
import { supervisorsOf } from '../launchers/local/fence-off.js';
import { blankOutcome, readOutcome } from '../launchers/folder.js';
import { LocalLauncher } from '../launchers/local/local.js';
import { signOf } from '../launchers/local/lease.js';
import { taggedProcesses } from '../launchers/local/processes.js';
import { readProc } from '../lib/processes.js';
import { PYTHON, TrainingFixture } from '../../test/support/training.js';

const LEASE_SECONDS = 2;
/** How often such a lease is looked at. */
const LOOK_MS = 500;
const UP = 'import pathlib, subprocess, sys, time\nprint("up", flush=True)\n';
const SLEEPER = `${UP}time.sleep(600)`;
const WITH_CHILD = `${UP}subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True, env={})\ntime.sleep(600)`;

describe('what is believed of a job', () => {
  let shop: TrainingFixture;
  const clock = new HandClock();
  beforeAll(async () => {
    shop = await TrainingFixture.open({}, new LocalLauncher(PYTHON, LEASE_SECONDS, clock));
  });
  afterAll(() => shop.close());
  const up = async (source: string): Promise<string> => {
    const { job_id } = await shop.script(source);
    await shop.eventually(async () => (await shop.log(job_id)).includes('up'), 'the script to begin');
    await shop.until(job_id, 'running');
    return job_id;
  };
  const folderOf = (jobId: string): string => join(shop.dir, 'jobs', jobId);
  const supervisorOf = (jobId: string) =>
    JSON.parse(readFileSync(join(folderOf(jobId), 'supervisor.json'), 'utf8')) as { pid: number; child_pid: number };
  const standsStill = async (pid: number): Promise<void> => {
    process.kill(pid, 'SIGSTOP');
    await expect.poll(() => readProc(pid, 'stat').split(') ').at(-1)?.[0], { interval: 1 }).toBe('T');
  };
  const endedInTime = (jobId: string): Promise<Job> => clock.passUntil(shop.ended(jobId), LOOK_MS);
  const row = (jobId: string) =>
    shop.storage.db.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirstOrThrow();

  it('ends with its lease: a supervisor that is stopped is lost, and everything it started is ended', async () => {
    const jobId = await up(WITH_CHILD);
    await standsStill(supervisorOf(jobId).pid);
    const done = await endedInTime(jobId);
    expect(done).toMatchObject({ state: 'lost', error: { code: 'lease_expired', params: { seconds: LEASE_SECONDS } } });
    expect(taggedProcesses(jobId)).toEqual([]);
    expect(supervisorsOf(folderOf(jobId))).toEqual([]);
    expect(await shop.states(jobId)).toEqual(['queued', 'starting', 'running', 'lost']);
  });

  it('is the same after the bridge was started again, which knows nothing of signs it has not seen', async () => {
    const jobId = await up(SLEEPER);
    await standsStill(supervisorOf(jobId).pid);
    await shop.stop();
    await shop.start();
    expect((await shop.job(jobId)).state).toBe('running');
    expect((await endedInTime(jobId)).error?.code).toBe('lease_expired');
  });

  it('stands as long as its supervisor gives signs, though the training process itself is stopped', async () => {
    const jobId = await up(`${UP}while not pathlib.Path("on").exists(): time.sleep(.02)`);
    const { child_pid: pid } = supervisorOf(jobId);
    await standsStill(pid);
    for (let passed = 0; passed < 2 * LEASE_SECONDS * 1000; passed += LOOK_MS) {
      const before = signOf(folderOf(jobId));
      await expect.poll(() => signOf(folderOf(jobId))).not.toBe(before);
      clock.pass(LOOK_MS);
    }
    expect((await shop.job(jobId)).state).toBe('running');
    process.kill(pid, 'SIGCONT');
    await writeFile(join(shop.dir, 'work', 'on'), '');
    expect((await shop.ended(jobId)).state).toBe('succeeded');
  });

  it('ends at once when a stop is asked for and nobody can hear it', async () => {
    const jobId = await up(SLEEPER);
    await standsStill(supervisorOf(jobId).pid);
    expect((await shop.call('POST', `/train/jobs/${jobId}/stop`)).status).toBe(202);
    expect((await endedInTime(jobId)).state).toBe('lost');
    expect(taggedProcesses(jobId)).toEqual([]);
  });

  it('is not what a launch of another number says', async () => {
    const jobId = await up(`${UP}while not pathlib.Path("last").exists(): time.sleep(.02)`);
    const older = { fence: (await row(jobId)).fence - 1, exit_code: 3, stopped: false };
    await writeFile(join(folderOf(jobId), 'outcome.json'), JSON.stringify({ ...blankOutcome(), ...older }));
    expect(readOutcome(folderOf(jobId))).toMatchObject(older);
    await shop.stop();
    await shop.start();
    expect((await shop.job(jobId)).state).toBe('running');
    await writeFile(join(shop.dir, 'work', 'last'), '');
    expect(await shop.ended(jobId)).toMatchObject({ state: 'succeeded', exit_code: 0 });
    expect(readOutcome(folderOf(jobId))?.fence).toBe((await row(jobId)).fence);
  });

  it('ends in a proof however short it was', async () => {
    const { job_id } = await shop.script('pass');
    expect(await shop.ended(job_id)).toMatchObject({ state: 'succeeded', exit_code: 0 });
  });

  describe('after a bridge that was killed', () => {
    /** As the database was left by a bridge that got no further. */
    const leftAs = async (jobId: string, state: string, handle: string | null): Promise<void> => {
      await shop.storage.db
        .updateTable('jobs')
        .set({ state, handle_json: handle })
        .where('job_id', '=', jobId)
        .execute();
    };

    it('between the launch and its note is taken up from what the supervisor wrote', async () => {
      const jobId = await up(SLEEPER);
      await shop.stop();
      await leftAs(jobId, 'starting', null);
      await shop.start();
      expect((await shop.job(jobId)).state).toBe('running');
      await shop.call('POST', `/train/jobs/${jobId}/stop`);
      expect((await shop.ended(jobId)).state).toBe('stopped');
    });

    it('before its supervisor said anything, with a stop asked for, is stopped and leaves no process', async () => {
      const jobId = await up(WITH_CHILD);
      await shop.stop();
      await leftAs(jobId, 'stopping', null);
      rmSync(join(folderOf(jobId), 'supervisor.json'));
      await shop.start();
      expect((await shop.job(jobId)).state).toBe('stopped');
      expect(taggedProcesses(jobId)).toEqual([]);
      expect(supervisorsOf(folderOf(jobId))).toEqual([]);
    });

    it('whose folder was taken away meanwhile is lost, with a reason', async () => {
      const jobId = await up(SLEEPER);
      await shop.stop();
      await leftAs(jobId, 'running', null);
      rmSync(folderOf(jobId), { recursive: true });
      await shop.start();
      expect(await shop.job(jobId)).toMatchObject({ state: 'lost', error: { code: 'job_lost' } });
      expect(taggedProcesses(jobId)).toEqual([]);
      expect(existsSync(folderOf(jobId))).toBe(false);
    });

    it('right after it settled owes MLflow the end of the run, and pays it at its start', async () => {
      const { job_id } = await shop.script('pass');
      await shop.ended(job_id);
      await shop.eventually(() => shop.mlflow.runs.get(`run-${job_id}`)?.status === 'FINISHED', 'the run to end');
      await shop.stop();
      shop.mlflow.runs.get(`run-${job_id}`)!.status = 'RUNNING';
      await shop.storage.db
        .updateTable('jobs')
        .set({ mlflow_end_pending: 'FINISHED' })
        .where('job_id', '=', job_id)
        .execute();
      await shop.start();
      await shop.eventually(() => shop.mlflow.runs.get(`run-${job_id}`)?.status === 'FINISHED', 'the run to end again');
      expect(await shop.states(job_id)).toEqual(['queued', 'starting', 'running', 'succeeded']);
    });
  });

  it('was proved without a word in the error log', () => {
    expect(shop.problems).toEqual([]);
  });
});
