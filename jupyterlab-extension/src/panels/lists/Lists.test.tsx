import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Dataset, Job, Model, Sweep } from '../../api/types.js';
import { ENGLISH } from '../../i18n/locale.js';
import { when } from '../../lib/observable.js';
import type { ListState } from '../../store/list.js';
import { type Answer, dataset, job, page, problem, sweep } from '../../testing/bridge.js';
import { Workbench } from '../../testing/workbench.js';
import { FirstRun } from '../FirstRun.js';
import { Lists } from './Lists.js';
import { StatusItem } from '../StatusItem.js';

// jsdom lays nothing out, so no size ever changes.
class NoSizes implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver = NoSizes;

let bench: Workbench;
let jobs: Job[];
let models: Model[];
let sweeps: Sweep[];
let datasets: (query: URLSearchParams) => Answer;

beforeEach(async () => {
  jobs = [];
  models = [];
  sweeps = [];
  datasets = () => page(dataset());
  bench = await Workbench.start(ENGLISH, ({ method, path }) =>
    path.includes('/train/jobs')
      ? method === 'POST'
        ? { status: 202, body: { ...jobs[0], state: 'stopped' } }
        : page(...jobs)
      : path.includes('/sources/')
        ? { status: 201, body: dataset({ dataset_id: 'ds_digits', state: 'uploading' }) }
        : path.includes('/train/models')
          ? page(...models)
          : path.includes('/datasets')
            ? datasets(new URL(path, 'http://bridge').searchParams)
            : path.includes('/sweeps')
              ? page(...sweeps)
              : page(),
  );
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

const model = (best: number): Model => ({
  job_id: 'job_aaaaaa',
  name: 'mlp-digits-07',
  recipe: 'tabular',
  dataset_name: 'digits.csv',
  dataset_id: 'ds_aaaaaa',
  dataset_version: 1,
  split_id: null,
  mlflow_run_id: 'r1',
  model_uri: 'models:/m-1',
  size_bytes: null,
  best_metric: { key: 'val_accuracy', value: best },
  created_at: '2026-11-22T08:00:00Z',
});
const said = (element: HTMLElement): string => element.textContent.replace(/\p{Cf}/gu, '');

describe('the lists', () => {
  it('say the same figure of a job and of its model, the best and not the last', async () => {
    jobs = [job({ state: 'succeeded', has_model: true, metrics: { val_accuracy: 0.9 } })];
    models = [model(0.974)];
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    expect(said(screen.getByTestId('kargah-job'))).toContain('97.4%');
    expect(said(screen.getByTestId('kargah-model'))).toContain('97.4%');
  });
});

describe('the row of a job', () => {
  it.each([
    ['val_loss', 'NaN', '·NaN'],
    ['val_loss', '-Infinity', '·−∞'],
    ['val_accuracy', 'NaN', '·NaN'],
  ] as const)('says that its last %s is %s', async (key, value, shown) => {
    jobs = [job({ state: 'succeeded', metrics: { [key]: value }, ended_at: '2026-11-22T08:00:00Z' })];
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    expect(said(screen.getByTestId('kargah-job'))).toContain(shown);
  });
});

describe('the datasets', () => {
  const names = (): (string | undefined)[] =>
    screen.queryAllByTestId('kargah-dataset').map((row) => row.dataset['name']);
  const ofOmid = { mine: false, shared: 'people', owner: { user_id: 'user_2', name: 'Omid' } } as const;

  beforeEach(() => {
    datasets = () =>
      page(
        dataset({ dataset_id: 'ds_a', name: 'sales.csv', tags: ['shop', 'فارسی'] }),
        dataset({ dataset_id: 'ds_b', name: 'reviews.csv', tags: ['shop'] }),
        dataset({ dataset_id: 'ds_c', name: 'faces.zip', ...ofOmid }),
      );
  });

  it('are narrowed by the tags that are pressed in their rows, one after the other, and widened again', async () => {
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    const [first] = screen.getAllByTestId('kargah-dataset');
    await userEvent.click(within(first!).getByRole('button', { name: /shop/ }));
    expect(names()).toEqual(['sales.csv', 'reviews.csv']);
    await userEvent.click(within(screen.getAllByTestId('kargah-dataset')[0]!).getByRole('button', { name: /فارسی/ }));
    expect(names()).toEqual(['sales.csv']);
    expect(bench.opened).toEqual([]);
    expect(said(screen.getByTestId('kargah-datasets'))).toContain('1 of 3');
    await userEvent.click(screen.getByTitle(/Stop filtering by .*shop/));
    await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(names()).toHaveLength(3);
  });

  it('are narrowed from the filter’s menu and found by their tags', async () => {
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }));
    await userEvent.click(screen.getByRole('menuitemradio', { name: /Tag: .*shop/ }));
    expect(names()).toEqual(['sales.csv', 'reviews.csv']);
    await userEvent.type(screen.getByRole('searchbox'), 'فارسي');
    expect(names()).toEqual(['sales.csv']);
  });

  it('of others say whose they are, and what only their owner may do is out of reach, with the reason', async () => {
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    const row = screen.getAllByTestId('kargah-dataset')[2]!;
    expect(said(within(row).getByTestId('shared-with-me'))).toBe('shared with you by Omid');
    await userEvent.click(within(row).getByRole('button', { name: 'More' }));
    for (const name of ['Rename', 'Tags', 'Sharing', 'Delete']) {
      const item = screen.getByRole('menuitem', { name });
      expect(item.getAttribute('aria-disabled')).toBe('true');
      expect(item.title.replace(/\p{Cf}/gu, '')).toBe('Only Omid may change or delete it.');
    }
    await userEvent.keyboard('{Escape}');
    row.focus();
    await userEvent.keyboard('{Delete}');
    expect(bench.asked).toEqual([]);
    expect(bench.toasts.map((text) => text.replace(/\p{Cf}/gu, ''))).toEqual(['Only Omid may change or delete it.']);
  });

  it('that are not in the list yet are asked of the bridge, by text and tag, page by page', async () => {
    const asked: string[] = [];
    datasets = (query) => {
      const more = query.get('search') ?? query.get('tag');
      if (more === null) return { status: 200, body: { items: [dataset({ tags: ['old'] })], next_cursor: 'c1' } };
      asked.push(query.toString());
      const second = query.get('cursor') === 'c2';
      const found = second
        ? [dataset({ dataset_id: 'ds_2', name: 'old two.csv', tags: ['old'] })]
        : [dataset({ tags: ['old'] }), dataset({ dataset_id: 'ds_1', name: 'old one.csv', tags: ['old'] })];
      return { status: 200, body: { items: found, next_cursor: second ? null : 'c2' } };
    };
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    await userEvent.type(screen.getByRole('searchbox'), 'old');
    await screen.findByText('old one.csv');
    expect(names()).toEqual(['digits.csv', 'old one.csv']);
    await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
    await screen.findByText('old two.csv');
    expect(asked).toEqual(['limit=100&search=old', 'limit=100&search=old&cursor=c2']);
    await userEvent.clear(screen.getByRole('searchbox'));
    await userEvent.click(screen.getByRole('button', { name: /the tag .*old/ }));
    await screen.findByText('old one.csv');
    expect(asked.at(-1)).toBe('limit=100&tag=old');
  });

  it('that could not be searched say so, and can be searched again', async () => {
    let broken = true;
    datasets = (query) =>
      query.get('search') === null
        ? { status: 200, body: { items: [dataset()], next_cursor: 'c1' } }
        : broken
          ? problem(500, 'internal', 'Our error.')
          : page(dataset({ dataset_id: 'ds_1', name: 'far.csv' }));
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    await userEvent.type(screen.getByRole('searchbox'), 'far');
    await screen.findByText('Our error.');
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByText('far.csv');
    expect(screen.queryByText('Our error.')).toBeNull();
  });
});

describe('a model', () => {
  it('names the very version of the data that it learned from', async () => {
    models = [{ ...model(0.9), dataset_version: 3, split_id: 'spl_aaaaaa' }];
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    const row = screen.getByTestId('kargah-model');
    expect(said(row)).toContain('digits.csvVersion 3');
    expect(within(row).getByTitle('spl_aaaaaa').textContent).toBe('fixed split');
  });
});

describe('a sweep', () => {
  it('stands in the list for its jobs, with its best', async () => {
    sweeps = [sweep({ best: { job_id: 'job_b', value: 0.25, params: {} } })];
    jobs = [
      job(),
      job({ job_id: 'job_b', sweep_id: 'swp_aaaaaa' }),
      job({ job_id: 'job_d', sweep_id: 'swp_aaaaaa' }),
      job({ job_id: 'job_c', sweep_id: 'swp_other1' }),
    ];
    models = [
      { ...model(0.9), job_id: 'job_d', name: 'other' },
      { ...model(0.9), job_id: 'job_b', name: 'best' },
    ];
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    expect(screen.getAllByTestId('kargah-job')).toHaveLength(2);
    expect(said(screen.getByTestId('kargah-sweep'))).toContain('0.25');
    expect(said(screen.getByTestId('kargah-sweep'))).toContain('2 of 4');
    expect(screen.getAllByTestId('kargah-model').map((row) => row.dataset['name'])).toEqual(['best']);
    await userEvent.click(screen.getByTestId('kargah-sweep'));
    expect(bench.opened).toEqual(['sweep swp_aaaaaa']);
  });

  it('follows its events', async () => {
    await when(bench.kargah.store.list('sweeps'), (state): state is ListState<Sweep> => state.status === 'ready');
    bench.show(<Lists features={bench.features} />);
    bench.socket.emit('sweep_changed', { sweep: sweep(), deleted: false });
    await waitFor(() => expect(screen.getByTestId('kargah-sweep').dataset['state']).toBe('running'));
    const ended = sweep({ state: 'succeeded', ended_at: '2026-11-22T09:00:00Z' });
    bench.socket.emit('sweep_changed', { sweep: ended, deleted: false });
    await waitFor(() => expect(screen.getByTestId('kargah-sweep').dataset['state']).toBe('succeeded'));
    bench.socket.emit('sweep_changed', { sweep: ended, deleted: true });
    await waitFor(() => expect(screen.queryByTestId('kargah-sweep')).toBeNull());
  });
});

describe('a job that waits', () => {
  it('says in its row for what, and is cancelled there without a question', async () => {
    const waiting = { code: 'waiting_for_gpu', detail: 'It needs 1 free GPUs.', detail_fa: 'ن' } as const;
    jobs = [job({ state: 'queued', queue_position: 2, waiting })];
    await bench.kargah.store.reload();
    bench.show(<Lists features={bench.features} />);
    expect(said(screen.getByTestId('kargah-job'))).toContain('queued, no. 2');
    expect(said(screen.getByTestId('kargah-job'))).toContain('It needs 1 free GPUs.');
    await userEvent.click(screen.getByRole('button', { name: 'Cancel job' }));
    await waitFor(() => expect(bench.requests).toContain('POST /api/v1/train/jobs/job_aaaaaa/stop'));
    expect(bench.asked).toEqual([]);
  });
});

describe('someone without data', () => {
  it('may begin with a script of their own', async () => {
    bench.show(<FirstRun />);
    await userEvent.click(screen.getByRole('button', { name: 'Run a script of your own' }));
    expect(bench.opened).toEqual(['new-job {"recipe":"script"}']);
  });
});

describe('someone who begins with ready data', () => {
  it('has it brought in, and the form opened on it once it is read', async () => {
    const digits = (state: 'profiling' | 'ready'): Dataset => dataset({ dataset_id: 'ds_digits', state });
    datasets = () => ({ status: 200, body: digits('profiling') });
    bench.show(<FirstRun />);
    await userEvent.click(screen.getByRole('button', { name: 'Start with digits' }));
    const list = bench.kargah.store.list('datasets');
    await when(list, (all): all is ListState<Dataset> => all.items.some((one) => one.dataset_id === 'ds_digits'));
    expect(bench.requests).toContain('POST /api/v1/sources/digits/import');
    expect(bench.opened).toEqual([]);
    bench.socket.emit('dataset_changed', { dataset: digits('ready'), deleted: false });
    await waitFor(() => expect(bench.opened).toEqual(['new-job {"dataset_id":"ds_digits"}']));
  });
});

describe('the status bar', () => {
  const failed = job({ state: 'failed', name: 'broken' });

  it('counts the jobs that failed since anyone looked, and names them', async () => {
    await when(bench.kargah.store.list('jobs'), (state): state is ListState<Job> => state.status === 'ready');
    bench.socket.emit('job_changed', { job: job(), deleted: false });
    bench.show(<StatusItem features={bench.features} />);
    await waitFor(() => expect(said(screen.getByTestId('kargah-status'))).toContain('1 job ·'));
    bench.socket.emit('job_changed', { job: failed, deleted: false });
    await waitFor(() => expect(said(screen.getByTestId('kargah-status'))).toBe('1 job failed'));

    await userEvent.click(screen.getByTestId('kargah-status'));
    await userEvent.click(await screen.findByTestId('kargah-active-job'));
    expect(bench.opened).toEqual(['job job_aaaaaa']);
    expect(said(screen.getByTestId('kargah-status'))).toBe('No jobs running');
  });

  it('does not bring up what failed before the page was opened', async () => {
    jobs = [failed];
    await bench.kargah.store.reload();
    bench.show(<StatusItem features={bench.features} />);
    expect(said(screen.getByTestId('kargah-status'))).toBe('No jobs running');
  });
});
