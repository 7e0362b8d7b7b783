import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ComparedJob } from '../api/types.js';
import { ENGLISH } from '../i18n/locale.js';
import { page } from '../testing/bridge.js';
import { comparedJob, comparisonBytes } from '../testing/comparison.js';
import { heard } from '../testing/live.js';
import { notFound, Workbench } from '../testing/workbench.js';
import type PageOfJobs from './ComparePage.js';

global.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

// uPlot asks for the screen's density when it is loaded, which jsdom has none of.
global.matchMedia = () => new EventTarget() as MediaQueryList;
let ComparePage: typeof PageOfJobs;
beforeAll(async () => {
  ({ default: ComparePage } = await import('./ComparePage.js'));
});

const LOSS = { key: 'val_loss', better: 'min', jobs: 2 } as const;
const at = (value: number) => ({ metric: 0, points: 1, not_finite: 0, last: value, first_step: 0, last_step: 0, min: value, min_step: 0, max: value, max_step: 0, buckets: 1, width: 1, axis: 0, at: 2 }); // prettier-ignore

const REPORT = { part: 'test', rows: 360, metrics: {} } as unknown as NonNullable<ComparedJob['report']>;
const PAIRED = { metric: 'accuracy', first: { value: 0.9, rows: 360 }, second: { value: 0.912, rows: 360 }, difference: 0.012, low: 0.003, high: 0.021, rows: 360, sentence: 'second is better than first by 1.2 points (accuracy), 95 % interval 0.3 to 2.1, on the same 360 rows.', sentence_fa: '«second» روی همان 360 ردیف بهتر است.' }; // prettier-ignore

let bench: Workbench;
let jobs: ComparedJob[];
let gone: string[];
let paired: string[];
let against: () => { status: number; body: object };
let asked: { job_ids: string[]; metrics?: string[] }[];

async function open(): Promise<void> {
  bench = await Workbench.start(ENGLISH, ({ path, body }) => {
    if (path.includes('/against/')) {
      paired.push(path);
      return against();
    }
    if (path !== '/api/v1/compare') return path.startsWith('/api/') ? page() : notFound;
    const wanted = JSON.parse(body.toString()) as (typeof asked)[number];
    asked.push(wanted);
    const found = jobs.filter(({ job_id }) => wanted.job_ids.includes(job_id));
    const metrics = (wanted.metrics ?? ['val_loss']).map((key) => ({ ...LOSS, key }));
    const bytes = comparisonBytes({ jobs: found, not_found: gone, metrics, names: ['val_loss', 'lr'] }, [0, 0, 1]);
    return { status: 200, body: Buffer.from(bytes), headers: { 'Content-Type': 'application/vnd.kargah.comparison' } };
  });
  const ids = [...jobs.map(({ job_id }) => job_id), ...gone];
  bench.show(<ComparePage jobIds={ids.join(',')} view="compare-test" />);
}
const rows = (): string[] => screen.getAllByTestId('compare-row').map((row) => row.textContent.replace(/\p{Cf}/gu, ''));

beforeEach(() => {
  window.localStorage.clear();
  asked = [];
  paired = [];
  against = () => ({ status: 200, body: PAIRED });
  gone = [];
  jobs = [
    comparedJob({ job_id: 'job_aaaaaa', name: 'first', params: { lr: 0.1 }, series: [at(0.5)] }),
    comparedJob({ job_id: 'job_bbbbbb', name: 'second', params: { lr: 0.01 }, series: [at(0.25)] }),
  ];
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

describe('the page of a comparison', () => {
  it('shows a curve and a row for each job, what they differ in, and the best first when it is asked', async () => {
    await open();
    await screen.findByTestId('compare-page');
    expect(screen.getByRole('img', { name: /val_loss.*2.* curves by/ }).dataset['curves']).toBe('2');
    expect(rows()).toEqual(['firstsucceeded0.50.1', 'secondsucceeded0.250.01']);
    await userEvent.click(within(screen.getByTestId('compare-table')).getByRole('button', { name: 'val_loss' }));
    expect(rows()[0]).toBe('secondsucceeded0.250.01');
    expect(screen.getByRole('columnheader', { name: /val_loss/ }).getAttribute('aria-sort')).toBe('ascending');
    await userEvent.click(screen.getByRole('button', { name: 'second' }));
    expect(bench.opened).toEqual(['job job_bbbbbb']);
  });

  it('hides curves by the legend, which is searched, and remembers that and the rest of the view', async () => {
    await open();
    const legend = await screen.findByRole('region', { name: 'Jobs' });
    await userEvent.type(within(legend).getByRole('searchbox'), 'sec');
    expect(within(legend).getAllByRole('checkbox')).toHaveLength(1);
    await userEvent.click(within(legend).getByRole('button', { name: 'None' }));
    expect(screen.getByRole('img', { name: /1.* curve by/ })).toBeTruthy();
    await userEvent.click(screen.getByRole('radio', { name: 'Time' }));
    cleanup();
    bench.show(<ComparePage jobIds="job_aaaaaa,job_bbbbbb" view="compare-test" />);
    expect(await screen.findByRole('img', { name: /1.* curve by .*Time/ })).toBeTruthy();
  });

  it('asks for another metric, and lets one go', async () => {
    await open();
    await userEvent.selectOptions(await screen.findByRole('combobox', { name: 'Another metric…' }), 'lr');
    await waitFor(() => expect(asked.at(-1)?.metrics).toEqual(['val_loss', 'lr']));
    await userEvent.click(await screen.findByRole('button', { name: /Remove .*val_loss/ }));
    await waitFor(() => expect(asked.at(-1)?.metrics).toEqual(['lr']));
  });

  it('follows a job that runs, point by point, and reads it once more when it has ended', async () => {
    jobs[1] = comparedJob({ ...jobs[1]!, state: 'running', seq: 4, ended_at: null });
    await open();
    const { payload, ack } = await heard(bench.socket, 'subscribe_job');
    expect(payload).toEqual({ job_id: 'job_bbbbbb', after: 4 });
    ack({ ok: true, seq: 4, reload: false });
    await screen.findByTestId('compare-page');
    const metrics = [{ key: 'val_loss', value: 0.125, step: 1, timestamp: 1_764_325_001_000 }];
    bench.send({ job_id: 'job_bbbbbb', seq: 5, metrics });
    await waitFor(() => expect(rows()[1]).toBe('secondtraining0.1250.01'));
    jobs[1] = comparedJob({ ...jobs[1], state: 'succeeded', seq: null, series: [at(0.0625)] });
    bench.send({ job_id: 'job_bbbbbb', seq: 6, state: 'succeeded' });
    await waitFor(() => expect(rows()[1]).toBe('secondsucceeded0.06250.01'));
    expect(asked.at(-1)).toEqual({ job_ids: ['job_bbbbbb'], metrics: ['val_loss'] });
  });

  it('says what is not there any more, and shows the others', async () => {
    gone = ['job_deleted'];
    jobs[0] = comparedJob({ ...jobs[0]!, points_missing: 'mlflow_unavailable', series: [] });
    await open();
    expect(await screen.findByText(/1.*job is.*not there any more/)).toBeTruthy();
    expect(screen.getByText(/points of .*1.* job are with MLflow alone/)).toBeTruthy();
    expect(rows()).toHaveLength(2);
  });

  it('puts a cell into a notebook that compares the same jobs', async () => {
    await open();
    await userEvent.click(await screen.findByRole('button', { name: 'Notebook cell' }));
    expect(bench.opened.join('')).toContain('kargah.compare(["job_aaaaaa","job_bbbbbb"])');
  });

  it('says of two whose models were judged whether one is better on the same rows, once no third is shown', async () => {
    jobs = ['first', 'second', 'third'].map((name, n) =>
      comparedJob({ job_id: `job_${'abc'[n]!.repeat(6)}`, name, series: [at(0.5)], report: REPORT }),
    );
    await open();
    const legend = await screen.findByRole('region', { name: 'Jobs' });
    expect(paired).toEqual([]);
    await userEvent.click(within(legend).getAllByRole('checkbox')[2]!);
    expect(await screen.findByText(PAIRED.sentence)).toBeTruthy();
    expect(paired).toEqual(['/api/v1/train/jobs/job_aaaaaa/against/job_bbbbbb']);
  });

  it('says of two that the rows do not tell apart why, and of jobs without a report nothing', async () => {
    const detail = 'They were judged on other rows.';
    const problem = { type: 'about:blank', title: 'x', status: 409, code: 'rows_differ', detail, detail_fa: 'ن' };
    against = () => ({ status: 409, body: problem });
    jobs = jobs.map((job) => ({ ...job, report: REPORT }));
    await open();
    expect((await screen.findByTestId('compare-paired')).textContent).toBeTruthy();
    expect(await screen.findByText(detail)).toBeTruthy();
    cleanup();
    await bench.stop();
    jobs = jobs.map((job) => ({ ...job, report: null }));
    await open();
    await screen.findByTestId('compare-page');
    expect(screen.queryByTestId('compare-paired')).toBeNull();
  });
});
