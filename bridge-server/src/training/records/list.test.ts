import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobRow, projectRow } from '../../../test/rows.js';
import { testStorage } from '../../../test/storage.js';
import type { Storage } from '../../storage/storage.js';
import { JobStore, type JobFilter } from './store.js';

let storage: Storage;
let store: JobStore;
const scope = { projectIds: ['prj_1'], grantedTo: null };
const add = (job_id: string, changes: Partial<Parameters<typeof jobRow>[0]>): Promise<void> =>
  store.insert(jobRow({ ...changes, job_id }), () => Promise.resolve());
beforeAll(async () => {
  storage = await testStorage();
  store = new JobStore(storage.db);
  await storage.db.insertInto('projects').values(projectRow('prj_1')).execute();
  const states = ['succeeded', 'failed', 'stopped'] as const;
  // Two of each moment, of each name and more of each state.
  for (const at of [1, 2, 3, 4, 5, 6])
    await add(`job_${String(at)}`, {
      created_at: `2026-01-0${String(Math.ceil(at / 2))}T00:00:00.000Z`,
      search_text: `name ${'cab'[Math.ceil(at / 2) - 1]!}`,
      state: states[at % 3]!,
    });
});
afterAll(() => storage.close());

/** The numbers of the jobs, page by page; `between` happens after each. */
async function walked(filter: Omit<JobFilter, 'limit'>, between?: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await store.list(scope, { ...filter, limit: 2, cursor });
    found.push(...page.rows.map(({ job_id }) => Number(job_id.slice('job_'.length))));
    cursor = page.next_cursor;
    await between?.();
  }
  return found;
}

describe('the list of jobs', () => {
  it.each([
    ['newest', [6, 5, 4, 3, 2, 1]],
    ['oldest', [1, 2, 3, 4, 5, 6]],
    ['name', [3, 4, 5, 6, 1, 2]],
    ['state', [1, 4, 2, 5, 3, 6]],
  ] as const)('shows every job once in the order %s, page by page', async (sort, wanted) => {
    expect(await walked({ sort })).toEqual(wanted);
  });

  it('shows none twice and leaves none out though jobs are made and deleted between its pages', async () => {
    let made = 10;
    const between = async (): Promise<void> => {
      // Before and behind the place where the list stands.
      await add(`job_${String((made += 1))}`, { search_text: 'name a', created_at: '2026-01-02T00:00:00.000Z' });
      await storage.db
        .deleteFrom('jobs')
        .where('job_id', '=', `job_${String(made - 1)}`)
        .execute();
    };
    for (const sort of ['newest', 'oldest', 'name', 'state'] as const) {
      const found = await walked({ sort }, between);
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((one) => one <= 6).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    }
    await storage.db
      .deleteFrom('jobs')
      .where('job_id', '=', `job_${String(made)}`)
      .execute();
  });

  it('shows deleted ones in the order of their deletion, the last first, also those of one moment, page by page', async () => {
    const those = (job_id: string) => ({ job_id, project_id: 'prj_1' });
    const at = (minute: number): string => `2026-02-01T00:0${String(minute)}:00.000Z`;
    await store.setAside([those('job_6'), those('job_1')], at(1), () => Promise.resolve());
    await store.setAside([those('job_3')], at(2), () => Promise.resolve());
    expect(await walked({ deleted: true })).toEqual([3, 6, 1]);
    expect(await walked({})).toEqual([5, 4, 2]);
    await store.takeBack(['job_1', 'job_3', 'job_6'], at(0), () => Promise.resolve());
  });

  it('finds those that have all of some tags, and neither those with another case nor those with a part of it', async () => {
    await store.label('job_1', { tags: ['base', 'پایه'] }, () => 'one');
    await store.label('job_2', { tags: ['Base', 'baseline', 'a "base" one'] }, () => 'two');
    await store.label('job_3', { tags: ['base'] }, () => 'three');
    expect(await walked({ tag: 'base' })).toEqual([3, 1]);
    expect(await walked({ tag: ['base', 'پایه'] })).toEqual([1]);
    expect(await walked({ tag: 'a "base" one' })).toEqual([2]);
    expect(await walked({ tag: '100%' })).toEqual([]);
  });

  it('finds tags of commas, quotes and backslashes in those jobs alone that have them', async () => {
    const lists = [
      ['a', 'b'],
      [',', 'b'],
      ['a', ',', 'b'],
      ['b', ','],
      ['x"base\\', 'a",', 'b'],
      ['base\\', 'a[', '\\"', '"'],
    ];
    for (const [at, tags] of lists.entries())
      await store.label(`job_${String(at + 1)}`, { tags }, () => `list ${String(at)}`);
    for (const tag of [...new Set(lists.flat()), '\\', '","', '[', 'base', 'x'])
      expect([tag, (await walked({ tag })).toSorted()]).toEqual([
        tag,
        lists.flatMap((tags, at) => (tags.includes(tag) ? [at + 1] : [])),
      ]);
  });
});
