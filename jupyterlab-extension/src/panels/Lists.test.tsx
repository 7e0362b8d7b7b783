import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Job, Model, Sweep } from '../api/types.js';
import { ENGLISH } from '../i18n/locale.js';
import { when } from '../store/observable.js';
import type { ListState } from '../store/list.js';
import { dataset, job, page } from '../testing/bridge.js';
import { Workbench } from '../testing/workbench.js';
import { FirstRun } from './FirstRun.js';
import { Lists } from './Lists.js';
import { StatusItem } from './StatusItem.js';

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

beforeEach(async () => {
  jobs = [];
  models = [];
  sweeps = [];
  bench = await Workbench.start(ENGLISH, ({ path }) =>
    path.includes('/train/jobs')
      ? page(...jobs)
      : path.includes('/models')
        ? page(...models)
        : path.includes('/datasets')
          ? page(dataset())
          : page(...sweeps),
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
    bench.show(<Lists />);
    expect(said(screen.getByTestId('kargah-job'))).toContain('97.4%');
    expect(said(screen.getByTestId('kargah-model'))).toContain('97.4%');
  });
});

describe('someone without data', () => {
  it('may begin with a script of their own', async () => {
    bench.show(<FirstRun />);
    await userEvent.click(screen.getByRole('button', { name: 'Run a script of your own' }));
    expect(bench.opened).toEqual(['new {"recipe":"script"}']);
  });
});

describe('the status bar', () => {
  const failed = job({ state: 'failed', name: 'broken' });

  it('counts the jobs that failed since anyone looked, and names them', async () => {
    await when(bench.kargah.store.jobs, (state): state is ListState<Job> => state.status === 'ready');
    bench.socket.emit('job_changed', { job: job(), deleted: false });
    bench.show(<StatusItem />);
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
    bench.show(<StatusItem />);
    expect(said(screen.getByTestId('kargah-status'))).toBe('No jobs running');
  });
});
