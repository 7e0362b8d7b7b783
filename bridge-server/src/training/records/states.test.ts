import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobRow, projectRow } from '../../../test/rows.js';
import { testStorage } from '../../../test/storage.js';
import { JOB_STATES, type JobState } from '../../contract/training/training.js';
import type { Storage } from '../../storage/storage.js';
import { isTerminal, sourcesOf, TERMINAL } from './states.js';
import { JobStore } from './store.js';

/** Written down a second time on purpose: a change of the table is a change of what is promised. */
const PROMISED: Record<JobState, string> = {
  queued: 'starting stopped failed',
  starting: 'queued running stopping succeeded failed stopped lost',
  running: 'stopping succeeded failed stopped lost',
  stopping: 'succeeded failed stopped lost',
  succeeded: '',
  failed: '',
  stopped: '',
  lost: '',
};
const PAIRS = JOB_STATES.flatMap((from) =>
  JOB_STATES.map((to) => ({ from, to, allowed: PROMISED[from].split(' ').includes(to) })),
);

describe('the state of a job', () => {
  let storage: Storage;
  let store: JobStore;
  let made = 0;
  const jobIn = async (state: JobState): Promise<string> => {
    const job_id = `job_${String((made += 1))}`;
    await store.insert(jobRow({ job_id, state }), () => Promise.resolve());
    return job_id;
  };
  const changes = async (jobId: string) =>
    (await store.events(jobId)).map(({ from_state, to_state }) => [from_state, to_state]);
  beforeAll(async () => {
    storage = await testStorage();
    store = new JobStore(storage.db);
    await storage.db.insertInto('projects').values(projectRow('prj_1')).execute();
  });
  afterAll(() => storage.close());

  it.each(PAIRS.filter(({ allowed }) => allowed))('goes from $from to $to, with one event', async ({ from, to }) => {
    const jobId = await jobIn(from);
    expect((await store.transition(jobId, to))?.state).toBe(to);
    expect(await changes(jobId)).toEqual([
      [null, from],
      [from, to],
    ]);
  });

  it.each(PAIRS.filter(({ allowed }) => !allowed))('never goes from $from to $to', async ({ from, to }) => {
    const jobId = await jobIn(from);
    expect(await store.transition(jobId, to)).toBeNull();
    expect((await store.get(jobId))?.state).toBe(from);
    expect(await changes(jobId)).toEqual([[null, from]]);
  });

  it('has four ends, which lead nowhere', () => {
    expect(TERMINAL).toEqual(['succeeded', 'failed', 'stopped', 'lost']);
    expect(JOB_STATES.filter((state) => sourcesOf(state).some(isTerminal))).toEqual([]);
  });

  it('is settled by one of many who try at the same time', async () => {
    const jobId = await jobIn('running');
    const tries = Array.from({ length: 16 }, (_, index) => store.transition(jobId, TERMINAL[index % 4]!));
    const settled = (await Promise.all(tries)).filter((row) => row !== null);
    expect(settled).toHaveLength(1);
    expect(await changes(jobId)).toEqual([
      [null, 'running'],
      ['running', settled[0]?.state],
    ]);
  });

  it('cannot be settled twice even by who knows nothing of the table', async () => {
    const jobId = await jobIn('running');
    await store.transition(jobId, 'succeeded');
    const again = { job_id: jobId, at: 'now', from_state: 'running', to_state: 'lost', detail: null, detail_fa: null };
    await expect(storage.db.insertInto('job_events').values(again).execute()).rejects.toThrow(/unique/iu);
  });

  it('leaves neither the change nor the event where one of them cannot be written', async () => {
    const jobId = await jobIn('running');
    const end = { job_id: jobId, at: 'now', from_state: 'running', to_state: 'lost', detail: null, detail_fa: null };
    await storage.db.insertInto('job_events').values(end).execute();
    await expect(store.transition(jobId, 'succeeded', { exit_code: 0 })).rejects.toThrow();
    expect(await store.get(jobId)).toMatchObject({ state: 'running', exit_code: null });
  });

  it('counts its launches', async () => {
    const jobId = await jobIn('queued');
    expect((await store.transition(jobId, 'starting'))?.fence).toBe(1);
    expect((await store.transition(jobId, 'queued'))?.fence).toBe(1);
    expect((await store.transition(jobId, 'starting'))?.fence).toBe(2);
  });
});
