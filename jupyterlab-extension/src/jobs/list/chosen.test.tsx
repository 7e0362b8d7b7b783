import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Job } from '../../api/types.js';
import { ENGLISH } from '../../i18n/locale.js';
import { Lists } from '../../panels/lists/Lists.js';
import { job, page, problem } from '../../testing/bridge.js';
import { Workbench } from '../../testing/workbench.js';
import { deleteJobs, undoDeletion } from '../deletion.js';

// jsdom lays nothing out, so no size ever changes.
class NoSizes implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver = NoSizes;

const ID = /\/jobs\/(job_\w+)/;
let bench: Workbench;
let jobs: Job[];
let fails: string;
let restored: string[][];

beforeEach(async () => {
  fails = '';
  restored = [];
  jobs = ['a', 'b', 'c', 'd'].map((letter, at) =>
    job({
      job_id: `job_${letter.repeat(6)}`,
      name: `job ${letter}`,
      state: at === 0 ? 'running' : 'succeeded',
      created_at: `2026-11-22T08:00:0${9 - at}Z`,
    }),
  );
  bench = await Workbench.start(ENGLISH, ({ method, path, body }) => {
    const named = jobs.find(({ job_id }) => job_id === ID.exec(path)?.[1]);
    if (/\/jobs\/(?:delete|restore)$/u.test(path)) {
      const { job_ids } = JSON.parse(body.toString()) as { job_ids: string[] };
      const refused: object[] = [];
      if (job_ids.includes(fails)) return problem(503, 'storage_full');
      if (path.endsWith('restore')) restored.push(job_ids);
      if (path.endsWith('restore'))
        return { status: 200, body: { restored: jobs.filter((one) => job_ids.includes(one.job_id)), refused } };
      return { status: 200, body: { deleted: job_ids, refused, restorable_until: '2026-11-22T09:00:00Z' } };
    }
    if (method === 'POST' && named !== undefined) return { status: 202, body: { ...named, state: 'stopping' } };
    return path.includes('/train/jobs') ? page(...jobs) : page();
  });
  await bench.kargah.store.reload();
  bench.show(<Lists features={bench.features} />);
  await screen.findAllByTestId('kargah-job');
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

const rows = (): HTMLElement[] => screen.getAllByTestId('kargah-job');
const chosen = (): boolean[] => rows().map((row) => row.getAttribute('aria-selected') === 'true');
const bar = (): HTMLElement => screen.getByRole('toolbar', { name: 'Chosen jobs' });
const boxOf = (row: number): HTMLElement => within(rows()[row]!).getByRole('checkbox', { hidden: true });

describe('choosing several jobs', () => {
  it('is done by their boxes, with Shift all in between, and opens nothing', async () => {
    expect(screen.queryByTestId('kargah-chosen')).toBeNull();
    const user = userEvent.setup();
    await user.click(boxOf(1));
    expect(chosen()).toEqual([false, true, false, false]);
    expect(within(bar()).getByRole('button', { name: 'Compare' })).toHaveProperty('disabled', true);
    await user.keyboard('{Shift>}');
    await user.click(boxOf(3));
    await user.keyboard('{/Shift}');
    expect(chosen()).toEqual([false, true, true, true]);
    await user.click(boxOf(2));
    expect(chosen()).toEqual([false, true, false, true]);
    expect(bench.opened).toEqual([]);
    await user.click(within(bar()).getByRole('button', { name: 'Compare' }));
    expect(bench.opened).toEqual(['compare job_bbbbbb,job_dddddd']);
    await user.click(within(bar()).getByRole('button', { name: 'Choose none' }));
    expect(chosen()).toEqual([false, false, false, false]);
  });

  it('is done by the keyboard alone: Space, and Shift with the arrows', async () => {
    const user = userEvent.setup();
    rows()[0]!.focus();
    await user.keyboard(' ');
    expect(chosen()).toEqual([true, false, false, false]);
    await user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    expect(chosen()).toEqual([true, true, true, false]);
    await user.keyboard(' ');
    expect(chosen()).toEqual([true, true, false, false]);
  });

  it('stops those that run after a question, and deletes those that ended at once, which can be taken back', async () => {
    const user = userEvent.setup();
    for (const row of [0, 1, 2]) await user.click(boxOf(row));
    await user.click(within(bar()).getByRole('button', { name: 'Stop the chosen ones' }));
    await waitFor(() => expect(bench.requests).toContain('POST /api/v1/train/jobs/job_aaaaaa/stop'));
    await user.click(within(bar()).getByRole('button', { name: 'Delete the chosen ones' }));
    await waitFor(() => expect(rows()).toHaveLength(2));
    expect(bench.requests.filter((one) => one.endsWith('/delete'))).toHaveLength(1);
    expect(bench.asked.map(({ title }) => title.replace(/\p{Cf}/gu, ''))).toEqual(['Stop 1 job?']);
    expect(
      within(bar())
        .getByRole('status')
        .textContent.replace(/\p{Cf}/gu, ''),
    ).toBe('1 chosen');
    await waitFor(() => expect(bench.offered.map(({ label }) => label)).toEqual(['Undo']));
    bench.offered[0]!.run();
    await waitFor(() => expect(rows()).toHaveLength(4));
  });

  it('is done for all with Ctrl+A; Delete then means those that ended, and Ctrl+Z takes back one deletion after the other', async () => {
    const user = userEvent.setup();
    rows()[3]!.focus();
    await user.keyboard('{Delete}');
    await waitFor(() => expect(rows()).toHaveLength(3));
    rows()[1]!.focus();
    await user.keyboard('{Control>}a{/Control}');
    expect(chosen()).toEqual([true, true, true]);
    await user.keyboard('{Delete}');
    await waitFor(() => expect(rows().map((row) => row.dataset['name'])).toEqual(['job a']));
    await waitFor(() => expect(bench.toasts).toHaveLength(2));
    rows()[0]!.focus();
    await user.keyboard('{Control>}z{/Control}');
    await waitFor(() => expect(rows()).toHaveLength(3));
    rows()[0]!.focus();
    await user.keyboard('{Control>}z{/Control}');
    await waitFor(() => expect(rows().map((row) => row.dataset['name'])).toEqual(['job a', 'job b', 'job c', 'job d']));
    expect(bench.asked).toEqual([]);
  });

  it('takes back in a project only what was deleted in it', async () => {
    const user = userEvent.setup();
    rows()[3]!.focus();
    await user.keyboard('{Delete}');
    await waitFor(() => expect(bench.offered).toHaveLength(1));
    jobs.splice(3, 1);
    bench.kargah.api.chooseProject('prj_other');
    await waitFor(() => expect(rows()).toHaveLength(3));
    await undoDeletion(bench.kargah);
    expect(restored).toEqual([]);
    bench.kargah.api.chooseProject(null);
  });

  it('takes back what was deleted of more than one request takes, though the next request failed', async () => {
    const many = Array.from({ length: 501 }, (_, at) => ({ ...jobs[1]!, job_id: `job_many${String(at)}` }));
    fails = 'job_many500';
    await deleteJobs(bench.kargah, many);
    expect(bench.offered).toEqual([]);
    await undoDeletion(bench.kargah);
    expect(restored).toEqual([many.slice(0, 500).map(({ job_id }) => job_id)]);
  });
});
