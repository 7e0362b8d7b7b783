import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, Job, Recipe } from '../api/types.js';
import { PERSIAN } from '../i18n/locale.js';
import { when } from '../store/observable.js';
import type { ListState } from '../store/list.js';
import { dataset, job as aJob, page, type Handler } from '../testing/bridge.js';
import { notFound, Workbench } from '../testing/workbench.js';
import NewJobPage from './NewJobPage.js';

// JupyterLab's form puts its own clothes on rjsf's, of web components that jsdom has no parts for; we bring other clothes.
jest.mock('@jupyterlab/ui-components', () => ({
  FormComponent: jest.requireActual<typeof import('@rjsf/core')>('@rjsf/core').default,
}));

const recipes = JSON.parse(
  readFileSync(join(__dirname, '../../../trainer/src/kargah/recipes/recipes.json'), 'utf8'),
) as Recipe[];
const column = (name: string): object => ({ name, type: 'number', distinct: 10, missing: 0 });

let bench: Workbench;
let datasets: Dataset[];
let cloned: Job | null;
let sent: unknown[];
let done: jest.Mock<void, []>;

const handler: Handler = ({ method, path, body }) => {
  if (path === '/api/v1/recipes') return page(...recipes);
  if (path.startsWith('/api/v1/datasets?') || path === '/api/v1/datasets') return page(...datasets);
  if (path.endsWith('/profile')) return { status: 200, body: { columns: [column('pixel'), column('label')] } };
  if (path === '/api/v1/train/jobs/job_aaaaaa' && cloned !== null) return { status: 200, body: cloned };
  if (method === 'POST' && path === '/api/v1/train') {
    sent.push(JSON.parse(body.toString()));
    return { status: 201, body: aJob({ job_id: 'job_bbbbbb' }) };
  }
  return path.startsWith('/api/v1/train/jobs') || path.startsWith('/api/v1/models') ? page() : notFound;
};

async function open(cloneOf?: string): Promise<void> {
  bench = await Workbench.start(PERSIAN, handler);
  await when(bench.kargah.store.datasets, (state): state is ListState<Dataset> => state.status === 'ready');
  bench.show(<NewJobPage cloneOf={cloneOf} onDone={done} />);
  await screen.findByRole('heading', { level: 1 });
  await screen.findByRole('radiogroup', { name: '۱. الگو' });
}
const start = (): Promise<void> => userEvent.click(screen.getByRole('button', { name: 'شروع آموزش' }));

beforeEach(() => {
  datasets = [dataset()];
  cloned = null;
  sent = [];
  done = jest.fn();
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

describe('the form of a new job', () => {
  it('starts on the only dataset with the target that was guessed, opens the job and closes', async () => {
    await open();
    await screen.findByRole('option', { name: 'label' });
    await start();
    await waitFor(() => expect(done).toHaveBeenCalledTimes(1));
    expect(sent).toEqual([{ recipe: 'tabular', dataset_id: 'ds_aaaaaa', params: { target: 'label' } }]);
    expect(bench.opened).toEqual(['job job_bbbbbb']);
  });

  it('closes when it is cancelled, and sends nothing', async () => {
    await open();
    await userEvent.click(screen.getByRole('button', { name: 'لغو' }));
    expect(done).toHaveBeenCalledTimes(1);
    expect(sent).toEqual([]);
  });

  it('says at the field what is out of range, when it is left, and sends nothing', async () => {
    await open();
    const epochs = screen.getByLabelText(/epochs/);
    await userEvent.clear(epochs);
    await userEvent.type(epochs, '۰');
    await userEvent.tab();
    expect((await screen.findByRole('alert')).textContent).toMatch(/مقدار میان .*۱.* و .*۱۰۰۰۰.* باشد/);
    await start();
    expect(document.activeElement).toBe(screen.getByLabelText(/epochs/));
    expect(sent).toEqual([]);
  });

  it('sends a value typed in Persian digits', async () => {
    await open();
    await screen.findByRole('option', { name: 'label' });
    const epochs = screen.getByLabelText(/epochs/);
    await userEvent.clear(epochs);
    await userEvent.type(epochs, '۱۲');
    await start();
    await waitFor(() => expect(sent).toMatchObject([{ params: { epochs: 12 } }]));
  });

  it('asks for a dataset when there is none', async () => {
    datasets = [];
    await open();
    await start();
    expect(screen.getByText('یک مجموعه‌داده انتخاب کنید.')).toBeTruthy();
    expect(sent).toEqual([]);
  });

  it('begins with the settings of the job that it clones', async () => {
    cloned = aJob({ params: { target: 'pixel', epochs: 7, lr: 0.1 } });
    await open('job_aaaaaa');
    expect(screen.getByLabelText<HTMLInputElement>(/epochs/).value).toBe('7');
    await screen.findByRole('option', { name: 'pixel' });
    await start();
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent).toEqual([
      { recipe: 'tabular', dataset_id: 'ds_aaaaaa', params: { target: 'pixel', epochs: 7, lr: 0.1 } },
    ]);
  });

  it('runs a script of one’s own with its arguments, without a dataset', async () => {
    await open();
    await userEvent.click(screen.getByTestId('recipe-script'));
    await start();
    expect(screen.getByText('مسیر یک فایل پایتون را بنویسید.')).toBeTruthy();
    await userEvent.type(screen.getByTestId('script-path'), 'work/train.py');
    await userEvent.type(screen.getByPlaceholderText('--epochs 5'), '--name "a b"');
    await start();
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent).toEqual([{ script: { path: 'work/train.py', args: ['--name', 'a b'] }, params: {} }]);
  });

  it('begins with the script where that was asked for, and needs no data', async () => {
    datasets = [];
    bench = await Workbench.start(PERSIAN, handler);
    bench.show(<NewJobPage recipe="script" onDone={done} />);
    await userEvent.type(await screen.findByTestId('script-path'), 'train.py');
    await start();
    await waitFor(() => expect(sent).toMatchObject([{ script: { path: 'train.py' } }]));
  });
});
