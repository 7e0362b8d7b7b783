import { describe, expect, it } from 'vitest';
import type { Priority } from '../../contract/training/training.js';
import { requestOf, excessOf, shareOf, type ResourceRequest } from './resources.js';
import type { Machine } from './machine.js';
import { fairOrder, type Waiting } from './fair-share.js';
import { place, type Allowance, type Limits, type Running } from './placement.js';

const MACHINE: Machine = { cpus: 4, memoryMb: 8192, gpus: ['0', '1'] };
const NONE: Allowance = { jobs: null, cpus: null, gpus: null };
const UNLIMITED: Limits = { jobs: 100, ofPerson: () => NONE, ofProject: () => NONE };
const claim = (changes: Partial<ResourceRequest> = {}): ResourceRequest => ({
  cpus: 1,
  memoryMb: 1024,
  gpus: 0,
  ...changes,
});
const waiting = (job_id: string, changes: Partial<ResourceRequest> = {}, priority: Priority = 'normal'): Waiting => ({
  job_id,
  user_id: job_id[0]!,
  project_id: `prj_${job_id[0]!}`,
  priority,
  claim: claim(changes),
});
const running = (user_id: string, changes: Partial<ResourceRequest> = {}, gpus: string[] = []): Running => ({
  user_id,
  project_id: `prj_${user_id}`,
  claim: claim({ gpus: gpus.length, ...changes }),
  gpus,
});
const order = (jobs: Waiting[], held: [string, number][] = [], served: [string, number][] = []): string[] =>
  fairOrder(jobs, new Map(held), new Map(served), (job) => shareOf(job.claim, MACHINE)).map((job) => job.job_id);
const placements = (
  jobs: Waiting[],
  begun: Running[] = [],
  limits = UNLIMITED,
): [string, string | readonly string[]][] =>
  place(jobs, begun, MACHINE, limits).map(({ job, waiting: why, gpus }) => [
    job.job_id,
    why === null ? gpus : `${why.code} ${Object.values(why.params ?? {}).join('/')}`,
  ]);

describe('the order of waiting jobs', () => {
  it('takes turns between people, so that many jobs of one do not stand before the first of another', () => {
    expect(order([waiting('a1'), waiting('a2'), waiting('a3'), waiting('b1')])).toEqual(['a1', 'b1', 'a2', 'a3']);
  });
  it('puts first who holds the smallest share of the machine, not the fewest jobs', () => {
    const jobs = [waiting('a1'), waiting('b1')];
    expect(order(jobs, [['a', shareOf(claim({ cpus: 3 }), MACHINE)], ['b', 2 * shareOf(claim(), MACHINE)]])).toEqual(['b1', 'a1']); // prettier-ignore
  });
  it('gives the turn to who was longest not served when nobody holds anything, however old the others’ jobs are', () => {
    expect(order([waiting('a1'), waiting('a2'), waiting('b1')], [], [['a', 7], ['b', 3]])).toEqual(['b1', 'a1', 'a2']); // prettier-ignore
    expect(order([waiting('a1'), waiting('b1')], [], [['a', 1]])).toEqual(['b1', 'a1']);
  });
  it('lets priorities order one person’s own jobs, and nobody else’s', () => {
    const jobs = [waiting('a1', {}, 'low'), waiting('a2'), waiting('a3', {}, 'high'), waiting('b1', {}, 'low')];
    expect(order(jobs)).toEqual(['a3', 'b1', 'a2', 'a1']);
    expect(order(jobs, [], [['a', 1]])).toEqual(['b1', 'a3', 'a2', 'a1']);
  });
});

describe('the room of a machine', () => {
  it('is given to as many jobs as it holds, each with devices of its own', () => {
    expect(placements([waiting('a1', { gpus: 1 }), waiting('a2', { gpus: 1 }), waiting('a3')])).toEqual([
      ['a1', ['0']],
      ['a2', ['1']],
      ['a3', []],
    ]);
    expect(placements([waiting('a1', { gpus: 1 })], [running('b', {}, ['0'])])).toEqual([['a1', ['1']]]);
  });
  it.each([
    [{ cpus: 4 }, 'waiting_for_cpu 4/3'],
    [{ memoryMb: 8192 }, 'waiting_for_memory 8192/7168'],
    [{ gpus: 2 }, 'waiting_for_gpu 2/1'],
  ])('that lacks %j says of what and how much', (wanted, reason) => {
    expect(placements([waiting('a1', wanted)], [running('b', {}, ['0'])])).toEqual([['a1', reason]]);
  });
  it('is kept for a big job whose turn it is: small ones behind it wait, even where they would fit', () => {
    expect(placements([waiting('a1', { cpus: 4 }), waiting('b1'), waiting('b2')], [running('c')])).toEqual([
      ['a1', 'waiting_for_cpu 4/3'],
      ['b1', 'waiting_for_turn 1'],
      ['b2', 'waiting_for_turn 2'],
    ]);
  });
  it('goes to jobs that leave alone what is kept for the one before them', () => {
    const busy = [running('c', {}, ['0']), running('c', {}, ['1'])];
    expect(placements([waiting('a1', { gpus: 1 }), waiting('b1'), waiting('b2')], busy)).toEqual([
      ['a1', 'waiting_for_gpu 1/0'],
      ['b1', []],
      ['b2', 'waiting_for_turn 1'],
    ]);
  });
  it('is kept once only for each thing that is short, so that a queue for a GPU leaves the cores to others', () => {
    const busy = [running('c', {}, ['0']), running('c', {}, ['1'])];
    const queue = [waiting('a1', { gpus: 1 }), waiting('a2', { gpus: 1 }), waiting('b1')];
    expect(placements(queue, busy)).toEqual([
      ['a1', 'waiting_for_gpu 1/0'],
      ['a2', 'waiting_for_turn 1'],
      ['b1', []],
    ]);
  });
  it('is not given beyond what one person, or everyone together, may run', () => {
    const jobs = [waiting('a1'), waiting('a2'), waiting('b1'), waiting('b2')];
    const one = { ...UNLIMITED, jobs: 2, ofPerson: () => ({ ...NONE, jobs: 1 }) };
    expect(placements(jobs, [], one)).toEqual([
      ['a1', []],
      ['a2', 'waiting_for_own_limit 1/1/1'],
      ['b1', []],
      ['b2', 'waiting_for_own_limit 1/1/1'],
    ]);
    expect(placements(jobs, [running('c')], { ...UNLIMITED, jobs: 2 })[1]).toEqual(['a2', 'waiting_for_turn 2']);
  });
  it.each([
    ['ofPerson', 'cpus', { cpus: 2 }, 'waiting_for_own_cpus 3/2/2'],
    ['ofPerson', 'gpus', { gpus: 1 }, 'waiting_for_own_gpus 1/1/1'],
    ['ofProject', 'cpus', { cpus: 2 }, 'waiting_for_project_cpus 3/2/2'],
    ['ofProject', 'gpus', { gpus: 1 }, 'waiting_for_project_gpus 1/1/1'],
    ['ofProject', 'jobs', {}, 'waiting_for_project_jobs 1/1/1'],
  ] as const)(
    'is not given beyond the limit %s has of %s, which is said with what is used',
    (whose, kind, wanted, why) => {
      const max = { cpus: 3, gpus: 1, jobs: 1 }[kind];
      const limits = { ...UNLIMITED, [whose]: (id: string) => (id.endsWith('a') ? { ...NONE, [kind]: max } : NONE) };
      const queue = [waiting('a1', wanted), waiting('a2', wanted), waiting('b1')];
      const [, second, third] = placements(queue, [], limits);
      expect([second, third]).toEqual([
        ['a2', why],
        ['b1', []],
      ]);
    },
  );
  it('is given to what takes nothing of what the limit is about', () => {
    const limits = { ...UNLIMITED, ofPerson: () => ({ ...NONE, gpus: 0 }) };
    expect(placements([waiting('a1'), waiting('a2', { gpus: 1 })], [], limits)).toEqual([
      ['a1', []],
      ['a2', 'waiting_for_own_gpus 0/0/1'],
    ]);
  });
});

describe('what a job is given', () => {
  it('is what it asked for, and a usual share of what it did not name', () => {
    expect(requestOf({ cpus: 3, memory_mb: 300 }, 'recipe', MACHINE)).toEqual({ cpus: 3, memoryMb: 300, gpus: 0 });
    expect(requestOf(null, 'recipe', MACHINE)).toEqual({ cpus: 1, memoryMb: 1024, gpus: 0 });
    expect(requestOf(null, 'script', MACHINE)).toEqual({ cpus: 1, memoryMb: 1024, gpus: 1 });
    expect(requestOf({ gpus: 1 }, 'recipe', MACHINE).gpus).toBe(1);
    expect(requestOf({ gpus: 0 }, 'script', MACHINE).gpus).toBe(0);
    expect(requestOf(null, 'script', { cpus: 64, memoryMb: 512, gpus: [] })).toEqual({
      cpus: 4,
      memoryMb: 512,
      gpus: 0,
    });
    const two: Machine = { cpus: 2, memoryMb: 4096, gpus: [] };
    const usual = requestOf(null, 'recipe', two);
    expect(2 * usual.cpus).toBeLessThanOrEqual(two.cpus);
  });
  it('is refused where the whole machine has less', () => {
    expect(excessOf(claim(), MACHINE)).toBeNull();
    for (const [wanted, resource, available] of [
      [{ cpus: 5 }, 'CPU', 4],
      [{ memoryMb: 9000 }, 'MB', 8192],
      [{ gpus: 3 }, 'GPU', 2],
    ] as const)
      expect(excessOf(claim(wanted), MACHINE)).toMatchObject({ code: 'resources_too_large', params: { resource, available } }); // prettier-ignore
  });
});
