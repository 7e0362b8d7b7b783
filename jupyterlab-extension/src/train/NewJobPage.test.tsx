import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, DatasetVersion, Job, Recipe } from '../api/types.js';
import { PERSIAN } from '../i18n/locale.js';
import { when } from '../lib/observable.js';
import type { ListState } from '../store/list.js';
import {
  dataset,
  job as aJob,
  page,
  problem,
  split,
  sweep,
  version,
  type Answer,
  type Handler,
} from '../testing/bridge.js';
import { notFound, Workbench } from '../testing/workbench.js';
import NewJobPage from './NewJobPage.js';

// JupyterLab's form uses widgets of web components, which jsdom does not support; ours replace them.
jest.mock('@jupyterlab/ui-components', () => ({
  FormComponent: jest.requireActual<typeof import('@rjsf/core')>('@rjsf/core').default,
}));

const { recipes } = JSON.parse(
  readFileSync(join(__dirname, '../../../trainer/src/kargah/recipes/recipes.json'), 'utf8'),
) as { recipes: Recipe[] };
const column = (name: string): object => ({ name, type: 'number', distinct: 10, missing: 0 });

const PLAN = {
  argv: ['/usr/bin/python', '-m', 'kargah.training', 'a b'],
  cwd: '/home/sara',
  env: { KARGAH_JOB_ID: 'job_x' },
  python: '/usr/bin/python',
  launch: 'cold',
  launch_note: {
    code: 'warm_launcher_starting',
    detail: 'The warm launcher was still loading.',
    detail_fa: 'شروع گرم هنوز آماده نبود.',
  },
  params: { epochs: 30, lr: 0.003 },
  resources: { cpus: 2, memory_mb: 1000, gpus: 0, time_limit_seconds: null },
  jobs_before: 2,
  waiting: {
    code: 'waiting_for_turn',
    detail: 'Jobs before it: 2.',
    detail_fa: '2 کار جلوتر از آن است.',
  },
};

let bench: Workbench;
let datasets: Dataset[];
let profile: string[];
let profileOfFirst: string[];
let versions: DatasetVersion[];
let cloned: Job | null;
let sent: unknown[];
let done: jest.Mock<void, []>;
let gpus: number;
let refusal: Answer | null;

const handler: Handler = ({ method, path, body }) => {
  if (path === '/api/v1/recipes') return page(...recipes);
  if (path.startsWith('/api/v1/datasets?') || path === '/api/v1/datasets') return page(...datasets);
  if (path.includes('/versions')) return page(...versions);
  if (path.endsWith('/profile?version=1')) return { status: 200, body: { columns: profileOfFirst.map(column) } };
  if (path.includes('/profile')) return { status: 200, body: { columns: profile.map(column) } };
  if (path === '/api/v1/train/jobs/job_aaaaaa' && cloned !== null) return { status: 200, body: cloned };
  if (path === '/api/v1/system') return { status: 200, body: { cpus: 8, memory_bytes: 16e9, gpus, mlflow: 'up' } };
  if (path === '/api/v1/pythons')
    return page(
      { python: 'default', title: 'Kargah', executable: '/usr/bin/python', is_default: true },
      { python: 'mine', title: 'My own', executable: '/opt/mine/python', is_default: false },
    );
  if (method === 'POST' && refusal !== null) return refusal;
  if (path === '/api/v1/train/plan') {
    sent.push(JSON.parse(body.toString()));
    return { status: 200, body: PLAN };
  }
  if (path === '/api/v1/train/sweeps' && method === 'POST') {
    sent.push(JSON.parse(body.toString()));
    return { status: 201, body: sweep() };
  }
  if (method === 'POST' && path === '/api/v1/train') {
    sent.push(JSON.parse(body.toString()));
    return { status: 201, body: aJob({ job_id: 'job_bbbbbb' }) };
  }
  return path.startsWith('/api/v1/train/jobs') || path.startsWith('/api/v1/train/models') ? page() : notFound;
};

async function open(cloneOf?: string): Promise<void> {
  bench = await Workbench.start(PERSIAN, handler);
  await when(bench.kargah.store.list('datasets'), (state): state is ListState<Dataset> => state.status === 'ready');
  bench.show(<NewJobPage cloneOf={cloneOf} onDone={done} />);
  await screen.findByRole('heading', { level: 1 });
  await screen.findByRole('radiogroup', { name: '۱. الگو' });
}
const start = (): Promise<void> => userEvent.click(screen.getByRole('button', { name: 'شروع آموزش' }));

beforeEach(() => {
  datasets = [dataset()];
  profile = ['pixel', 'label'];
  profileOfFirst = ['pixel', 'old'];
  versions = [version()];
  cloned = null;
  sent = [];
  done = jest.fn();
  gpus = 0;
  refusal = null;
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
    await userEvent.click(screen.getByRole('button', { name: 'انصراف' }));
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

  it('ticks off columns that a warning speaks against, says what, and sends those that are ticked', async () => {
    profile = ['id', 'pixel', 'copy', 'label'];
    const about = { detail: 'E.', detail_fa: 'ف.' };
    datasets = [
      dataset({
        warnings: [
          { code: 'id_column', column: 'id', params: { column: 'id' }, ...about },
          {
            code: 'leaking_number',
            column: 'copy',
            params: { column: 'copy', target: 'label', correlation: 1 },
            ...about,
          },
          // The warning concerns one target only.
          { code: 'leaking_column', column: 'pixel', params: { column: 'pixel', target: 'id', percent: 99 }, ...about },
        ],
      }),
    ];
    await open();
    await screen.findByRole('option', { name: 'label' });
    const columns = screen.getByTestId('columns');
    await userEvent.click(within(columns).getByRole('button', { expanded: false }));
    const box = (name: string): HTMLInputElement => within(columns).getByRole('checkbox', { name: new RegExp(name) });
    expect([box('id').checked, box('pixel').checked, box('copy').checked]).toEqual([false, true, false]);
    expect(box('id').closest('label')?.textContent).toContain('چیزی به مدل نمی‌آموزد');
    await start();
    await waitFor(() => expect(sent).toMatchObject([{ params: { target: 'label', columns: ['pixel'] } }]));
  });

  it('sends no columns where all are ticked, refuses none, and forgets the ticks with another target', async () => {
    profile = ['id', 'pixel', 'label'];
    await open();
    await screen.findByRole('option', { name: 'label' });
    const columns = screen.getByTestId('columns');
    await userEvent.click(within(columns).getByRole('button', { expanded: false }));
    await userEvent.click(within(columns).getByRole('button', { name: 'هیچ‌کدام' }));
    await start();
    expect(within(columns).getByRole('alert').textContent).toContain('دست‌کم یک ستون');
    expect(sent).toEqual([]);
    await userEvent.click(within(columns).getByRole('checkbox', { name: 'id' }));
    await userEvent.selectOptions(screen.getByTestId('target'), 'pixel');
    expect(within(columns).getByRole<HTMLInputElement>('checkbox', { name: 'label' }).checked).toBe(true);
    await start();
    await waitFor(() => expect(sent).toMatchObject([{ params: { target: 'pixel' } }]));
    expect(sent).not.toMatchObject([{ params: { columns: expect.anything() as unknown } }]);
  });

  it('keeps the columns of the job that it clones, whatever is said of them', async () => {
    profileOfFirst = ['pixel', 'old', 'other'];
    const warnings = [{ code: 'id_column', column: 'old', params: { column: 'old' }, detail: 'E.', detail_fa: 'ف.' }];
    datasets = [dataset({ warnings })];
    cloned = aJob({ params: { target: 'pixel', columns: ['old'] } });
    await open('job_aaaaaa');
    await screen.findByRole('option', { name: 'pixel' });
    await start();
    await waitFor(() => expect(sent).toMatchObject([{ params: { target: 'pixel', columns: ['old'] } }]));
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
      {
        recipe: 'tabular',
        dataset_id: 'ds_aaaaaa',
        dataset_version: 1,
        params: { target: 'pixel', epochs: 7, lr: 0.1 },
      },
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

  it('gives a script its folder and variables, and refuses what names none', async () => {
    await open();
    await userEvent.click(screen.getByTestId('recipe-script'));
    await userEvent.type(screen.getByTestId('script-path'), 'train.py');
    await userEvent.type(screen.getByPlaceholderText('project'), 'lessons');
    await userEvent.type(screen.getByPlaceholderText('MODE=fast'), 'MODE');
    await start();
    expect(screen.getByText('هر واژه به شکل NAME=value باشد.')).toBeTruthy();
    await userEvent.type(screen.getByPlaceholderText('MODE=fast'), '=slow');
    const secret = screen.getByPlaceholderText('HF_TOKEN=…');
    expect(secret).toHaveProperty('type', 'password');
    await userEvent.type(secret, 'HF_TOKEN=x');
    await start();
    await waitFor(() => expect(done).toHaveBeenCalled());
    const script = { path: 'train.py', args: [], cwd: 'lessons', env: { MODE: 'slow' }, secrets: { HF_TOKEN: 'x' } };
    expect(sent).toEqual([{ script, params: {} }]);
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

describe('the version and the split of the data', () => {
  const options = (testId: string): string[] =>
    within(screen.getByTestId(testId))
      .getAllByRole('option')
      .map((one) => one.textContent.replace(/\p{Cf}/gu, ''));

  beforeEach(() => {
    datasets = [dataset({ version: 3, versions: 3 })];
    versions = [
      version({
        version: 3,
        splits: [
          split({ version: 3, method: 'stratified', column: 'label' }),
          split({
            split_id: 'spl_bbbbbb',
            version: 3,
            train: 0.6,
            validation: 0.2,
            test: 0.2,
            seed: 7,
            is_default: false,
          }),
        ],
      }),
      version({ version: 2, freed: true, deleted: true }),
      version({ version: 1 }),
    ];
  });

  it('are not asked about where there is nothing to choose', async () => {
    datasets = [dataset()];
    versions = [version()];
    await open();
    await waitFor(() => expect(bench.requests.some((one) => one.includes('/versions'))).toBe(true));
    await screen.findByRole('option', { name: 'label' });
    expect(screen.queryByTestId('version')).toBeNull();
    expect(screen.queryByTestId('split')).toBeNull();
  });

  it('are the newest and its standing one, and the bridge is left to say which those are', async () => {
    await open();
    expect((await screen.findByTestId<HTMLSelectElement>('split')).value).toBe('');
    expect(options('version')).toEqual(['نسخهٔ ۳؛ ۱٬۰۰۳ ردیف؛ تازهترین', 'نسخهٔ ۱؛ ۱٬۰۰۱ ردیف']);
    expect(options('split')).toEqual(['لایهای، label؛ ۸۰/۱۰/۱۰؛ دانهٔ 0', 'تصادفی؛ ۶۰/۲۰/۲۰؛ دانهٔ 7']);
    await screen.findByRole('option', { name: 'label' });
    await start();
    await waitFor(() =>
      expect(sent).toEqual([{ recipe: 'tabular', dataset_id: 'ds_aaaaaa', params: { target: 'label' } }]),
    );
  });

  it('are sent together when a split is chosen, also to a search and into the cell', async () => {
    await open();
    await userEvent.selectOptions(await screen.findByTestId('split'), 'spl_bbbbbb');
    await userEvent.click(screen.getByRole('button', { name: 'دیدن کد پایتون' }));
    expect(document.querySelector('pre')?.textContent).toContain('version=3,\n    split="spl_bbbbbb",');
    await userEvent.click(screen.getByRole('radio', { name: 'جست‌وجوی پارامترها' }));
    await userEvent.click(screen.getByRole('button', { name: 'شروع جست‌وجو' }));
    await waitFor(() => expect(sent).toMatchObject([{ dataset_version: 3, split_id: 'spl_bbbbbb', space: {} }]));
  });

  it('bring their own columns: the guess for the newest is not made for a version without it', async () => {
    await open();
    const older = await screen.findByRole('option', { name: /^نسخهٔ ۱؛/u });
    await userEvent.selectOptions(await screen.findByTestId('version'), older);
    await screen.findByRole('option', { name: 'old' });
    expect(screen.queryByTestId('split')).toBeNull();
    await start();
    expect(screen.getByText('ستون هدف را انتخاب کنید.')).toBeTruthy();
    await userEvent.selectOptions(screen.getByTestId('target'), 'old');
    await start();
    await waitFor(() => expect(sent).toMatchObject([{ dataset_version: 1, params: { target: 'old' } }]));
  });

  it('are those of the job that is cloned, also where they are the newest no more', async () => {
    cloned = aJob({ dataset_version: 1, split_id: 'spl_gone00', params: { target: 'old' } });
    await open('job_aaaaaa');
    await waitFor(() => expect(options('version')).toHaveLength(2));
    expect(screen.getByTestId<HTMLSelectElement>('version').value).toBe('1');
    expect(screen.getByText('این نسخه چنین تقسیمی ندارد؛ یکی دیگر انتخاب کنید.')).toBeTruthy();
    await userEvent.selectOptions(screen.getByTestId('split'), '');
    await start();
    await waitFor(() => expect(sent).toMatchObject([{ dataset_version: 1 }]));
    expect(sent[0]).not.toHaveProperty('split_id');
  });

  it('are refused at their fields', async () => {
    await open();
    await screen.findByTestId('split');
    await screen.findByRole('option', { name: 'label' });
    refusal = problem(422, 'split_unknown', 'No such split.', 'چنین تقسیمی نیست.');
    await start();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('split')));
    refusal = problem(422, 'version_unknown', 'No such version.', 'چنین نسخه‌ای نیست.');
    await start();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('version')));
    expect(screen.getByText('چنین نسخه‌ای نیست.')).toBeTruthy();
  });
});

const fold = (name: RegExp): Promise<void> => userEvent.click(screen.getByRole('button', { name, expanded: false }));

describe('what a job asks for', () => {
  it('is left to the bridge unless it is written down; GPUs are asked about where the machine has some', async () => {
    await open();
    await screen.findByRole('option', { name: 'label' });
    await fold(/منابع و اولویت/);
    expect(screen.queryByLabelText('GPU')).toBeNull();
    await userEvent.type(screen.getByLabelText('هسته'), '۴');
    await userEvent.type(screen.getByLabelText('حافظه (مگابایت)'), '2048');
    await userEvent.type(screen.getByLabelText('حداکثر زمان (دقیقه)'), '1.5');
    await screen.findByRole('option', { name: 'My own' });
    await userEvent.selectOptions(screen.getByTestId('python'), 'mine');
    await userEvent.selectOptions(screen.getByTestId('priority'), 'high');
    await start();
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent).toMatchObject([
      { priority: 'high', resources: { cpus: 4, memory_mb: 2048, time_limit_seconds: 90, python: 'mine' } },
    ]);
  });

  it('is refused at its field, by us and by the bridge', async () => {
    gpus = 1;
    await open();
    await screen.findByRole('option', { name: 'label' });
    await fold(/منابع و اولویت/);
    await userEvent.type(screen.getByLabelText('حافظه (مگابایت)'), '12');
    await userEvent.type(screen.getByLabelText('GPU'), '9');
    await start();
    expect(screen.getByText(/مقدار دست‌کم .*256.* باشد/)).toBeTruthy();
    expect(sent).toEqual([]);
    await userEvent.clear(screen.getByLabelText('حافظه (مگابایت)'));
    refusal = problem(422, 'resources_too_large', 'Too many.', 'این دستگاه 1 GPU دارد.', {
      params: { resource: 'GPU' },
    });
    await start();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('GPU')));
    expect(screen.getByRole('alert').textContent).toBe('این دستگاه ۱ GPU دارد.');
    refusal = problem(422, 'recipe_takes_one_gpu', 'One.', 'یکی بخواهید.');
    await start();
    await screen.findByText('یکی بخواهید.');
    expect(screen.getByLabelText('GPU').getAttribute('aria-invalid')).toBe('true');
  });
});

describe('the dry run', () => {
  it('shows the command, folder, environment, values, how it would start and what it would wait for', async () => {
    await open();
    await screen.findByRole('option', { name: 'label' });
    await fold(/پیش‌نمایش اجرا/);
    const text = (await screen.findByTestId('plan')).textContent.replace(/\p{Cf}/gu, '');
    for (const part of [
      "kargah.training 'a b'",
      '/home/sara',
      'KARGAH_JOB_ID=job_x',
      'epochs=30',
      'سرد',
      '۲ کار جلوتر از آن است',
    ])
      expect(text).toContain(part);
    expect(text).toContain('شروع گرم هنوز آماده نبود.');
    expect(sent).toEqual([{ recipe: 'tabular', dataset_id: 'ds_aaaaaa', params: { target: 'label' } }]);
    expect(bench.opened).toEqual([]);
  });

  it('tells at its field what the bridge would refuse', async () => {
    refusal = problem(422, 'validation_failed', 'No.', 'نه.', {
      errors: [{ path: 'params.lr', message: 'Too large.', message_fa: 'بسیار بزرگ است.', code: 'maximum' }],
    });
    await open();
    await fold(/پیش‌نمایش اجرا/);
    expect((await screen.findByText('بسیار بزرگ است.')).closest('.kg-Field')?.getAttribute('data-param')).toBe('lr');
  });
});

describe('trying several settings', () => {
  const vary = (name: string): HTMLElement => document.querySelector<HTMLElement>(`.kg-Vary[data-param=${name}]`)!;

  async function several(): Promise<void> {
    await open();
    await screen.findByRole('option', { name: 'label' });
    await userEvent.click(screen.getByRole('radio', { name: 'جست‌وجوی پارامترها' }));
  }
  const begin = (): Promise<void> => userEvent.click(screen.getByRole('button', { name: 'شروع جست‌وجو' }));

  it('starts with the learning rate around its default, by what was tried before, and opens the search', async () => {
    await several();
    await begin();
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent).toEqual([
      {
        recipe: 'tabular',
        dataset_id: 'ds_aaaaaa',
        params: { target: 'label' },
        space: { lr: { kind: 'float', low: 0.0003, high: 0.03, log: true } },
        method: 'tpe',
        pruner: 'median',
        trials: 20,
        parallel: 2,
        seed: 0,
      },
    ]);
    expect(bench.opened).toEqual(['sweep swp_aaaaaa']);
  });

  it('tries every combination of the values that are written, and says how many those are', async () => {
    await several();
    await userEvent.selectOptions(screen.getByTestId('sweep-method'), 'grid');
    await userEvent.click(within(vary('batch_size')).getByRole('switch'));
    for (const [name, values] of [
      ['lr', '۰٫۰۱، 0.001'],
      ['batch_size', '32, 64, 128'],
    ] as const) {
      await userEvent.click(within(vary(name)).getByRole('radio', { name: 'چند مقدار' }));
      fireEvent.change(within(vary(name)).getByRole('textbox'), { target: { value: values } });
    }
    expect(screen.getByText('۶ ترکیب')).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText('پارامتر دیگر…'), 'optimizer');
    await userEvent.click(within(vary('optimizer')).getByRole('checkbox', { name: /sgd/i }));
    expect(screen.getByText('۱۲ ترکیب')).toBeTruthy();
    await begin();
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(sent).toMatchObject([
      {
        method: 'grid',
        space: {
          lr: { kind: 'choice', values: [0.01, 0.001] },
          batch_size: { kind: 'choice', values: [32, 64, 128] },
          optimizer: { kind: 'choice', values: ['adamw', 'adam'] },
        },
      },
    ]);
  });

  it('says at its row what cannot be tried, and asks for at least one', async () => {
    await several();
    const low = within(vary('lr')).getAllByRole('textbox')[0]!;
    await userEvent.clear(low);
    await userEvent.type(low, '1');
    await begin();
    expect(within(vary('lr')).getByRole('alert').textContent).toBe('کران پایین باید کمتر باشد.');
    await userEvent.click(within(vary('lr')).getByRole('switch'));
    await begin();
    expect(screen.getByText('دست‌کم یک پارامتر را روشن کنید.')).toBeTruthy();
    expect(sent).toEqual([]);
  });

  it('shows what the bridge says of a row', async () => {
    await several();
    refusal = problem(422, 'validation_failed', 'No.', 'نه.', {
      errors: [{ path: 'space.lr', message: 'No.', message_fa: 'بازه نادرست است.', code: 'range' }],
    });
    await begin();
    expect((await within(vary('lr')).findByRole('alert')).textContent).toBe('بازه نادرست است.');
  });
});
