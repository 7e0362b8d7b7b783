import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Job, Sweep } from '../api/types.js';
import { ENGLISH } from '../i18n/locale.js';
import { job, page, sweep } from '../testing/bridge.js';
import { notFound, Workbench } from '../testing/workbench.js';
import SweepPage from './SweepPage.js';

global.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

const trial = (id: string, lr: number, value: number | null, more: Partial<Job> = {}): Job =>
  job({
    job_id: id,
    name: id,
    sweep_id: 'swp_aaaaaa',
    state: 'succeeded',
    params: { lr },
    metrics: value === null ? {} : { val_loss: value },
    created_at: `2026-11-22T08:00:0${id.charCodeAt(4) - 97}Z`,
    ...more,
  });

let bench: Workbench;
let shown: Sweep;
let jobs: Job[];

async function open(): Promise<void> {
  bench = await Workbench.start(ENGLISH, ({ method, path }) => {
    const own = '/api/v1/train/sweeps/swp_aaaaaa';
    if (method === 'GET' && path === own) return { status: 200, body: shown };
    if (path === `${own}/stop`) return { status: 202, body: { ...shown, state: 'stopping' } };
    if (method === 'DELETE') return { status: 204 };
    if (path.startsWith('/api/v1/train/jobs?sweep_id=swp_aaaaaa')) {
      // In pages of one.
      const at = Number(/cursor=(\d+)/u.exec(path)?.[1] ?? 0);
      return {
        status: 200,
        body: { items: jobs.slice(at, at + 1), next_cursor: at + 1 < jobs.length ? String(at + 1) : null },
      };
    }
    return path.startsWith('/api/') ? page() : notFound;
  });
  bench.show(<SweepPage sweepId="swp_aaaaaa" />);
  await screen.findByRole('heading', { level: 1 });
}
const rows = (): string[] => screen.getAllByTestId('trial').map((row) => row.textContent.replace(/\p{Cf}/gu, ''));

beforeEach(() => {
  shown = sweep({ best: { job_id: 'job_b', value: 0.2, params: { lr: 0.01 } } });
  jobs = [trial('job_a', 0.1, 0.5), trial('job_b', 0.01, 0.25), trial('job_c', 0.001, null, { state: 'running' })];
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

describe('the page of a sweep', () => {
  it('lists every job, the best first and marked with its own figure, with what was varied', async () => {
    await open();
    await waitFor(() => expect(rows()).toHaveLength(3));
    expect(rows()).toEqual(['job_bBestsucceeded0.20.01', 'job_asucceeded0.50.1', 'job_ctraining—0.001']);
    expect(screen.getByTestId('counts').textContent).toBe('queued0training1succeeded2given up0failed0stopped0');
    expect(screen.getByTestId('trial-chart').querySelectorAll('circle')).toHaveLength(2);
    await userEvent.click(
      within(screen.getByTestId('best')).getByRole('button', { name: 'New job with these settings' }),
    );
    expect(bench.opened).toEqual(['new-job {"clone_of":"job_b"}']);
  });

  it('says by what its jobs are compared as soon as one of them has, and guesses nothing before', async () => {
    shown = sweep({ metric: null });
    await open();
    await waitFor(() => expect(rows()).toHaveLength(3));
    expect(rows()).toEqual(['job_asucceeded—0.1', 'job_bsucceeded—0.01', 'job_ctraining—0.001']);
    expect(within(screen.getByTestId('trial-chart')).getByRole('heading').textContent).toBe(
      '\u2068Metric\u2069 of each job',
    );
    const metric = { key: 'val_loss', mode: 'min' } as const;
    bench.socket.emit('sweep_changed', { sweep: sweep({ metric }), deleted: false });
    await waitFor(() => expect(rows()[0]).toBe('job_bsucceeded0.250.01'));
  });

  it('follows its jobs and its best as they come', async () => {
    await open();
    await waitFor(() => expect(rows()).toHaveLength(3));
    bench.socket.emit('job_changed', { job: trial('job_c', 0.001, 0.1), deleted: false });
    bench.socket.emit('job_changed', { job: trial('job_d', 0.02, null, { state: 'queued' }), deleted: false });
    bench.socket.emit('job_changed', { job: job({ job_id: 'job_z' }), deleted: false });
    const best = { job_id: 'job_c', value: 0.1, params: { lr: 0.001 } };
    bench.socket.emit('sweep_changed', { sweep: { ...shown, best }, deleted: false });
    await waitFor(() => expect(rows()[0]).toBe('job_cBestsucceeded0.10.001'));
    expect(rows()).toHaveLength(4);
  });

  it('is stopped after a question, and can be deleted once it has ended', async () => {
    await open();
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    await waitFor(() => expect(bench.requests).toContain('POST /api/v1/train/sweeps/swp_aaaaaa/stop'));
    const ended = { ...shown, state: 'stopped', ended_at: '2026-11-22T09:00:00Z' } as const;
    bench.socket.emit('sweep_changed', { sweep: ended, deleted: false });
    await userEvent.click(await screen.findByRole('button', { name: 'Delete the search' }));
    await waitFor(() => expect(bench.requests).toContain('DELETE /api/v1/train/sweeps/swp_aaaaaa'));
    bench.socket.emit('sweep_changed', { sweep: ended, deleted: true });
    expect(await screen.findByText('This search was deleted.')).toBeTruthy();
    expect(bench.asked.map(({ title }) => title.replace(/\p{Cf}/gu, ''))).toEqual([
      'Stop this search?',
      'Delete rates?',
    ]);
  });

  it('says why it failed', async () => {
    const error = { code: 'sweep_failed', detail: 'Every job of the sweep failed.', detail_fa: 'ن' } as const;
    shown = sweep({ state: 'failed', error, ended_at: '2026-11-22T09:00:00Z' });
    jobs = [];
    await open();
    expect(screen.getByRole('alert').textContent).toContain('Every job of the sweep failed.');
    expect(screen.getByText('No job finished.')).toBeTruthy();
    expect(screen.getByText('No job has begun yet.')).toBeTruthy();
  });

  it('says that it is not there', async () => {
    bench = await Workbench.start(ENGLISH, () => notFound);
    bench.show(<SweepPage sweepId="swp_aaaaaa" />);
    expect(await screen.findByText('This search was not found, or you have no access.')).toBeTruthy();
  });
});
