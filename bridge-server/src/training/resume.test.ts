import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../contract/errors.js';
import type { Job } from '../contract/training/training.js';
import { TABLE, TrainingFixture } from '../../test/support/training.js';

const json = async <T>(answer: Response): Promise<T> => (await answer.json()) as T;
/** Keeps a number in its checkpoint folder, one more each time, and ends badly unless it is the third. */
const COUNTING = `
import os, pathlib
folder = pathlib.Path(os.environ["KARGAH_CHECKPOINT_DIR"])
before = os.environ.get("KARGAH_RESUME_FROM")
count = 1 + (int((pathlib.Path(before) / "count").read_text()) if before else 0)
folder.mkdir(exist_ok=True)
(folder / "count").write_text(str(count))
print("count", count, os.environ["OMP_NUM_THREADS"], repr(os.environ["CUDA_VISIBLE_DEVICES"]))
raise SystemExit(count < 3)
`;

describe('an ended job', () => {
  let shop: TrainingFixture;
  beforeAll(async () => {
    shop = await TrainingFixture.open();
  });
  afterAll(() => shop.close());
  const resume = (jobId: string, body: object = {}): Promise<Response> =>
    shop.call('POST', `/train/jobs/${jobId}/resume`, body);

  it('that left a checkpoint is resumed as a new job, again and again, even after the old one was deleted', async () => {
    const first = await shop.ended((await shop.script(COUNTING, { name: 'شمارش', resources: { cpus: 2 } })).job_id);
    expect(first).toMatchObject({ state: 'failed', can_resume: true, resumed_from: null });
    const answer = await resume(first.job_id);
    expect(answer.status).toBe(201);
    const second = await json<Job>(answer);
    expect(second).toMatchObject({ name: 'شمارش', resumed_from: first.job_id, resources: { cpus: 2 } });
    await shop.ended(second.job_id);
    expect((await shop.call('DELETE', `/train/jobs/${first.job_id}`)).status).toBe(204);
    const third = await json<Job>(await resume(second.job_id, { name: 'دیگر' }));
    expect(await shop.ended(third.job_id)).toMatchObject({ name: 'دیگر', state: 'succeeded', can_resume: false });
    expect(await shop.log(third.job_id)).toBe("count 3 2 ''\n");
    // Each has files of its own.
    expect(readFileSync(join(shop.dir, 'jobs', second.job_id, 'checkpoints', 'count'), 'utf8')).toBe('2');
    expect(shop.mlflow.runs.get(`run-${third.job_id}`)?.tags).toMatchObject({ 'kargah.resumed_from': second.job_id });
    expect(await json<Problem>(await resume(third.job_id))).toMatchObject({ code: 'job_has_no_checkpoint' });
  });

  it('that was resumed and cancelled before it began can be resumed itself', async () => {
    const first = await shop.ended((await shop.script(COUNTING)).job_id);
    shop.mlflow.become('down');
    const second = await json<Job>(await resume(first.job_id));
    await shop.call('POST', `/train/jobs/${second.job_id}/stop`);
    expect(await shop.job(second.job_id)).toMatchObject({ state: 'stopped', can_resume: true });
    shop.mlflow.become('up');
    const third = await json<Job>(await resume(second.job_id));
    await shop.ended(third.job_id);
    expect(await shop.log(third.job_id)).toMatch(/^count 2 /u);
  });

  it('is not resumed while it runs, without a checkpoint, with only half a one, by others, or when its folder is gone', async () => {
    const running = await shop.script('print("up")\nimport time\ntime.sleep(600)');
    await shop.until(running.job_id, 'running');
    const refused = await resume(running.job_id);
    expect([refused.status, (await json<Problem>(refused)).code]).toEqual([409, 'job_active']);
    await shop.call('POST', `/train/jobs/${running.job_id}/stop`);
    const half = await shop.script(
      'import os, pathlib\nfolder = pathlib.Path(os.environ["KARGAH_CHECKPOINT_DIR"])\nfolder.mkdir()\n' +
        '(folder / "epoch-001.pt.12345").write_text("half")\nraise SystemExit(1)',
    );
    for (const { job_id } of [running, half]) {
      expect(await shop.ended(job_id)).toMatchObject({ can_resume: false });
      const none = await resume(job_id);
      expect([none.status, (await json<Problem>(none)).code]).toEqual([409, 'job_has_no_checkpoint']);
    }
    const whole = await shop.ended((await shop.script(COUNTING)).job_id);
    const foreign = await shop.call('POST', `/train/jobs/${whole.job_id}/resume`, {}, 'reza');
    expect([foreign.status, (await json<Problem>(foreign)).code]).toEqual([404, 'not_found']);
    await shop.storage.db.updateTable('jobs').set({ has_checkpoint: 1 }).where('job_id', '=', half.job_id).execute();
    await rm(join(shop.dir, 'jobs', half.job_id), { recursive: true });
    const before = readdirSync(join(shop.dir, 'jobs'));
    expect(await json<Problem>(await resume(half.job_id))).toMatchObject({ code: 'job_has_no_checkpoint' });
    expect(readdirSync(join(shop.dir, 'jobs'))).toEqual(before);
  });

  it('whose dataset was deleted is not resumed', async () => {
    shop.datasets.set(TABLE.datasetId, TABLE);
    const { job_id } = await shop.ended((await shop.script(COUNTING, { dataset_id: TABLE.datasetId })).job_id);
    shop.datasets.delete(TABLE.datasetId);
    const answer = await resume(job_id);
    expect([answer.status, (await json<Problem>(answer)).code]).toEqual([409, 'dataset_deleted']);
  });

  it('wrote nothing to the error log in all of this', () => {
    expect(shop.problems).toEqual([]);
  });
});
