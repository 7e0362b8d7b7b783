import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrainingFixture } from '../../test/support/training.js';

const MIB = 2 ** 20;
const GIB_OF_LINES = `import os
block = (b"x" * 1023 + b"\\n") * 1024
for _ in range(1024): os.write(1, block)
print("the end")`;

describe('a job that goes beyond bounds', () => {
  let shop: TrainingFixture;
  beforeAll(async () => {
    shop = await TrainingFixture.open();
  });
  afterAll(() => shop.close());

  it('may print a gigabyte: head and tail are kept, and the bridge that shows it live grows by little', async () => {
    const before = process.memoryUsage().rss;
    const { job_id } = await shop.script(GIB_OF_LINES);
    const unwatch = shop.service.watchLog(job_id);
    let most = 0;
    const looking = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
      // What viewers were sent is theirs to keep.
      shop.live.logs.length = 0;
    }, 20);
    expect((await shop.ended(job_id)).state).toBe('succeeded');
    clearInterval(looking);
    unwatch();
    const answer = await shop.call('GET', `/train/jobs/${job_id}/logs?limit=1`);
    const size = Number(answer.headers.get('kargah-log-size'));
    expect(size).toBeGreaterThan(256 * MIB);
    expect(size).toBeLessThan(258 * MIB);
    expect(await shop.log(job_id, `?offset=${String(size - 8)}`)).toBe('the end\n');
    expect(most - before).toBeLessThan(200 * MIB);
  });

  it.for([
    ['fails', 'raise', { state: 'failed', exit_code: 1, error: { code: 'storage_full' } }],
    ['ends well', 'pass', { state: 'succeeded', exit_code: 0, error: null }],
  ] as const)('may fill its disk: it %s, and that is told', async ([, then, told], { skip, onTestFinished }) => {
    const disk = join(shop.dir, 'jobs');
    mkdirSync(disk, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      skip('nothing can be mounted here; test_full_disk.py has what needs no mount');
    }
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    const { job_id } = await shop.script(
      `import os\nbig = open(os.environ["KARGAH_JOB_DIR"] + "/big", "wb", buffering=0)\n` +
        `try:\n    while True: big.write(b"x" * 4096)\nexcept OSError: ${then}`,
    );
    expect(await shop.ended(job_id)).toMatchObject(told);
  });

  it('is settled once there is room again, where the disk was full when it ended', async () => {
    const refuse = sql`create trigger no_room before insert on job_events begin select raise(abort, 'disk is full'); end`;
    const { job_id } = await shop.script(
      'import pathlib, time\nwhile not pathlib.Path("end").exists(): time.sleep(.02)\nraise SystemExit(3)',
    );
    await shop.until(job_id, 'running');
    await refuse.execute(shop.storage.db);
    await writeFile(join(shop.dir, 'work', 'end'), '');
    await shop.eventually(() => shop.problems.length > 0, 'the settlement to fail');
    expect((await shop.job(job_id)).state).toBe('running');
    await sql`drop trigger no_room`.execute(shop.storage.db);
    expect(await shop.ended(job_id)).toMatchObject({ state: 'failed', exit_code: 3 });
    expect(await shop.states(job_id)).toEqual(['queued', 'starting', 'running', 'failed']);
  });
});
