import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Job, MetricPoint } from '../../api/types.js';
import { ENGLISH, type Locale, PERSIAN } from '../../i18n/locale.js';
import { type Answer, type Handler, job as aJob, page, problem } from '../../testing/bridge.js';
import { heard } from '../../testing/live.js';
import { notFound, Workbench } from '../../testing/workbench.js';
import type { PlotOptions, PlotSettings } from '../charts/plot.js';
import JobPage from './JobPage.js';

// jsdom has no canvas; what the charts draw is judged in a real browser.
const mockDrawn = new Map<string, PlotSettings>();
/** What the plots of each chart were made with, the newest last. */
const mockMade = new Map<string, PlotOptions[]>();
jest.mock('../charts/plot.js', () => ({
  colorOf: () => 's1',
  Plot: class {
    private readonly options: PlotOptions;
    constructor(...made: [unknown, unknown, unknown, PlotOptions]) {
      this.options = made[3];
    }
    configure(settings: PlotSettings): void {
      const { key } = settings.group;
      mockDrawn.set(key, settings);
      const made = mockMade.get(key) ?? [];
      if (!made.includes(this.options)) mockMade.set(key, [...made, this.options]);
    }
    draw(): void {}
    destroy(): void {}
  },
}));
Element.prototype.scrollIntoView = () => undefined;
global.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

let bench: Workbench;
let shown: Job;
let history: { items: MetricPoint[]; seq: number };
let extra: Handler;

const handler: Handler = (request) => {
  const own = '/api/v1/train/jobs/job_aaaaaa';
  const ok = (body: unknown): Answer => ({ status: 200, body });
  const special = extra(request);
  if (special.status !== 404) return special;
  if (request.path === own) return ok(shown);
  if (request.path.startsWith(`${own}/metrics?`)) return ok(history);
  if (request.path === `${own}/report`) return problem(404, 'report_missing');
  if (request.path === `${own}/events`)
    return page({ event_id: 1, at: '2026-11-22T08:00:00Z', from: null, to: 'queued', detail: null, detail_fa: null });
  if (request.path.startsWith(`${own}/logs`)) return { status: 200, headers: { 'Kargah-Log-Size': '0' } };
  if (request.path === '/api/v1/recipes') return page();
  return page();
};

const point = (key: string, step: number, value: MetricPoint['value']): MetricPoint => ({
  key,
  step,
  value,
  timestamp: step * 100,
});

async function open(job: Partial<Job>, locale: Locale = ENGLISH): Promise<void> {
  shown = aJob(job);
  bench = await Workbench.start(locale, handler);
  const subscribed = heard(bench.socket, 'subscribe_job');
  bench.show(<JobPage jobId="job_aaaaaa" />);
  const { payload, ack } = await subscribed;
  expect(payload).toEqual({ job_id: 'job_aaaaaa', after: history.seq });
  ack({ ok: true, seq: history.seq, reload: false });
  await screen.findByRole('heading', { level: 1 });
}

beforeEach(() => {
  history = { items: [], seq: 3 };
  extra = () => notFound;
});
afterEach(() => bench.stop());

const SYSTEM = {
  mlflow: 'up',
  cpus: 2,
  gpus: 0,
  max_parallel_jobs: 2,
  storage_used_bytes: 0,
  disk_free_bytes: 1e9,
};
const OOM = {
  code: 'out_of_memory',
  detail: 'Out of memory; use a smaller batch.',
  detail_fa: 'حافظه کم آمد.',
} as const;

describe('every state of a job says its words', () => {
  it.each<[Job['state'], Partial<Job>, string, string]>([
    ['queued', { queue_position: 2 }, 'Queued, no. 2.', 'کار در صف است، نوبت ۲.'],
    ['starting', {}, 'starting', 'در حال شروع'],
    ['running', {}, 'Epoch 7 of 10', 'دورهٔ ۷ از ۱۰'],
    ['stopping', {}, 'Stopping…', 'در حال توقف…'],
    ['succeeded', {}, 'succeeded', 'موفق'],
    ['failed', { error: OOM }, 'Out of memory; use a smaller batch.', 'حافظه کم آمد.'],
    ['stopped', {}, 'This job was stopped', 'این کار متوقف شد'],
    ['stopped', { pruned: true }, 'Its sweep gave these settings up', 'جست‌وجو این تنظیم‌ها را رها کرد'],
    ['lost', {}, 'No word from mlp-digits-07', 'از mlp-digits-07 خبری نیست'],
  ])('%s', async (state, more, en, fa) => {
    const says = (text: string): HTMLElement[] =>
      screen.getAllByText((_content, element) => (element?.textContent ?? '').replace(/[\u2068\u2069]/g, '') === text);
    await open({ state, ...more });
    expect(says(en).length).toBeGreaterThan(0);
    await bench.stop();
    cleanup();
    await open({ state, ...more }, PERSIAN);
    expect(says(fa).length).toBeGreaterThan(0);
  });
});

describe('a job with very many metrics', () => {
  it('draws some of them, finds any by name, and draws more on request', async () => {
    history = { items: Array.from({ length: 60 }, (_, n) => point(`layer${String(n)}/grad`, 1, n)), seq: 3 };
    await open({});
    const charts = (): HTMLElement[] => screen.queryAllByTestId(/^chart-layer/);
    await waitFor(() => expect(charts()).toHaveLength(24));
    await userEvent.click(screen.getByRole('button', { name: 'More charts' }));
    expect(charts()).toHaveLength(48);
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search metrics by name' }), 'R59');
    expect(charts().map((one) => one.dataset['testid'])).toEqual(['chart-layer59/grad']);
  });
});

describe('the charts of a job', () => {
  const POINTS = [point('val_loss', 10, 0.5), point('loss', 10, 0.4), point('accuracy', 10, 0.8), point('lr', 10, 0.1)];
  const shownCharts = (): (string | undefined)[] =>
    screen.queryAllByTestId(/^chart-/).map((one) => one.dataset['testid']);
  const settings = async (chart: string): Promise<void> =>
    userEvent.click(screen.getByRole('button', { name: new RegExp(`^Settings of the chart \\W?${chart}`) }));
  const again = async (job: Partial<Job>): Promise<void> => {
    await bench.stop();
    cleanup();
    mockDrawn.clear();
    await open(job);
  };
  beforeEach(() => window.localStorage.clear());

  it('are looked at as somebody left them, each by itself, at this job and at the next', async () => {
    history = { items: POINTS, seq: 3 };
    await open({});
    await settings('Loss');
    await userEvent.click(screen.getByRole('checkbox', { name: 'Log scale' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'From' }), '۰٫۰۱');
    await userEvent.type(screen.getByRole('textbox', { name: 'To' }), '1/5');
    fireEvent.change(screen.getByRole('slider', { name: 'Smoothing of this chart' }), { target: { value: '0.2' } });
    fireEvent.change(screen.getByRole('slider', { name: 'Smoothing' }), { target: { value: '0.9' } });
    const scale = { log: true, low: 0.01, high: 1.5 };
    await waitFor(() => expect(mockDrawn.get('loss')).toMatchObject({ smoothing: 0.2, scale }));
    expect(mockDrawn.get('accuracy')).toMatchObject({ smoothing: 0.9, scale: { log: false, low: null, high: null } });
    await again({});
    await waitFor(() => expect(mockDrawn.get('loss')).toMatchObject({ smoothing: 0.2, scale }));
    await settings('Loss');
    await userEvent.click(screen.getByRole('button', { name: 'As the other charts' }));
    await waitFor(() => expect(mockDrawn.get('loss')).toMatchObject({ smoothing: 0.9, scale: { log: false } }));
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'To' }).value).toBe('');
  });

  it('stand in the order in which somebody put them, without those that were hidden, until they are shown again', async () => {
    history = { items: POINTS, seq: 3 };
    await open({});
    await waitFor(() => expect(shownCharts()).toEqual(['chart-loss', 'chart-accuracy', 'chart-lr']));
    await settings('Learning rate');
    await userEvent.click(screen.getByRole('button', { name: 'Move earlier' }));
    await userEvent.keyboard('{Escape}');
    await settings('Loss');
    await userEvent.click(screen.getByRole('button', { name: 'Hide' }));
    expect(shownCharts()).toEqual(['chart-lr', 'chart-accuracy']);
    await again({});
    await waitFor(() => expect(shownCharts()).toEqual(['chart-lr', 'chart-accuracy']));
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Hidden charts…' }), 'Loss');
    expect(shownCharts()).toEqual(['chart-loss', 'chart-lr', 'chart-accuracy']);
  });

  it('mark the epoch whose weights the model has, and say it', async () => {
    history = { items: POINTS, seq: 3 };
    const progress = { ...aJob({}).progress, steps: 100, epochs: 10 };
    await open({ progress: { ...progress, best: { key: 'val_loss', value: 0.5, epoch: 7 } } });
    await waitFor(() => expect(mockDrawn.get('loss')?.best).toBe(7));
    expect(screen.getByRole('img', { name: /Loss.* by .*best, epoch 7/ })).toBeTruthy();
  });

  it('keep their zoom when the job has another best epoch, and hand it to the plot after the table', async () => {
    mockMade.clear();
    history = { items: POINTS, seq: 3 };
    const progress = { ...aJob({}).progress, steps: 100, epochs: 10 };
    await open({ progress: { ...progress, best: { key: 'val_loss', value: 0.5, epoch: 6 } } });
    await waitFor(() => expect(mockDrawn.get('loss')?.best).toBe(6));
    const zoom = { axis: mockDrawn.get('loss')!.axis.kind, from: 1, to: 2 };
    act(() => mockMade.get('loss')!.at(-1)!.onZoom(zoom));
    const plots = mockMade.get('loss')!.length;
    const card = within(screen.getByTestId('chart-loss'));
    expect(card.getByRole('button', { name: 'Whole range' })).toBeTruthy();
    bench.send({ seq: 4, progress: { ...progress, best: { key: 'val_loss', value: 0.4, epoch: 8 } } });
    await waitFor(() => expect(mockDrawn.get('loss')?.best).toBe(8));
    expect(mockMade.get('loss')).toHaveLength(plots);
    expect(card.getByRole('button', { name: 'Whole range' })).toBeTruthy();
    await userEvent.click(card.getByRole('button', { name: 'Show as table' }));
    await userEvent.click(card.getByRole('button', { name: 'Show as chart' }));
    expect(mockMade.get('loss')!.at(-1)).toMatchObject({ zoom });
    expect(mockMade.get('loss')).toHaveLength(plots + 1);
  });

  it('give every point of theirs as a file, not only those that were drawn, and each of a step that was logged twice', async () => {
    history = { items: POINTS, seq: 3 };
    const saved: Blob[] = [];
    URL.createObjectURL = (blob: Blob) => `blob:${String(saved.push(blob))}`;
    await open({});
    await screen.findByTestId('chart-loss');
    await settings('Loss');
    extra = ({ path }) =>
      path === '/api/v1/train/jobs/job_aaaaaa/metrics?key=loss&key=val_loss'
        ? {
            status: 200,
            body: {
              items: [
                point('loss', 2, 0.25),
                { ...point('loss', 2, 0.75), timestamp: 150 },
                point('loss', 1, 'NaN'),
                point('val_loss', 2, 0.5),
              ],
              seq: 3,
            },
          }
        : notFound;
    await userEvent.click(screen.getByRole('button', { name: 'Points as CSV' }));
    await waitFor(() => expect(saved).toHaveLength(1));
    expect((await saved[0]!.text()).replace('\uFEFF', '').trim().split('\r\n')).toEqual([
      'metric,step,timestamp_ms,value',
      'loss,1,100,NaN',
      'loss,2,150,0.75',
      'loss,2,200,0.25',
      'val_loss,2,200,0.5',
    ]);
  });
});

describe('a running job', () => {
  it('shows its figures as they come, in order', async () => {
    history = { items: [point('val_loss', 10, 0.5), point('val_accuracy', 10, 0.8)], seq: 3 };
    await open({});
    expect(within(screen.getByTestId('tiles')).getByText('80%')).toBeTruthy();
    bench.send({ seq: 4, metrics: [point('val_accuracy', 20, 0.9)] });
    bench.send({ seq: 5, metrics: [point('val_accuracy', 30, 0.85)] });
    const tiles = within(screen.getByTestId('tiles'));
    await waitFor(() => expect(tiles.getByText('85%')).toBeTruthy());
    expect(tiles.getByText(/best .*90%/)).toBeTruthy();
    expect(screen.getByTestId('chart-accuracy')).toBeTruthy();
  });

  it('reads its history again when points in between are gone', async () => {
    await open({});
    history = { items: [point('val_loss', 10, 0.25)], seq: 9 };
    const next = bench.server.next();
    bench.socket.disconnect(true);
    const socket = await next;
    const { payload, ack } = await heard(socket, 'subscribe_job');
    expect(payload).toEqual({ job_id: 'job_aaaaaa', after: 3 });
    ack({ ok: true, seq: 9, reload: true });
    await waitFor(() => expect(within(screen.getByTestId('tiles')).getByText('0.25')).toBeTruthy());
  });

  it('says that it is cut off, and that training goes on, while the bridge is away', async () => {
    await open({});
    await bench.server.stop();
    expect(await screen.findByText('Disconnected; training goes on.')).toBeTruthy();
  });

  it('is stopped only after the question, and is not when the answer is no', async () => {
    await open({});
    const stops = (): readonly string[] => bench.requests.filter((line) => line.endsWith('/stop'));
    bench.sure = false;
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(bench.asked[0]?.title).toBe('Stop this job?');
    expect(stops()).toEqual([]);
    bench.sure = true;
    extra = ({ path }) => (path.endsWith('/stop') ? { status: 202, body: { ...shown, state: 'stopping' } } : notFound);
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    await waitFor(() => expect(stops()).toHaveLength(1));
  });

  it('does not come back to life by a late point once its end is proved', async () => {
    await open({});
    bench.socket.emit('job_changed', { job: { ...shown, state: 'stopped' }, deleted: false });
    await screen.findByText('This job was stopped');
    bench.send({ seq: 4, state: 'running', metrics: [point('val_loss', 20, 0.125)] });
    await waitFor(() => expect(within(screen.getByTestId('tiles')).getByText('0.125')).toBeTruthy());
    expect(screen.getByText('This job was stopped')).toBeTruthy();
  });
});

describe('a job that waits', () => {
  it('says that it waits for MLflow in the reader’s language, whatever the bridge notes in English', async () => {
    extra = ({ path }) =>
      path === '/api/v1/system' ? { status: 200, body: { ...SYSTEM, mlflow: 'starting' } } : notFound;
    await open({ state: 'queued', message: 'MLflow is starting' }, PERSIAN);
    expect(await screen.findByText(/MLflow هنوز آماده نیست/)).toBeTruthy();
    expect(screen.queryByText(/MLflow is starting/)).toBeNull();
  });

  it('says how many run at a time once MLflow is up', async () => {
    extra = ({ path }) => (path === '/api/v1/system' ? { status: 200, body: SYSTEM } : notFound);
    await open({ state: 'queued', queue_position: 1 });
    expect(await screen.findByText(/At most 2 jobs run at a time/)).toBeTruthy();
  });
});

describe('a job in the queue', () => {
  const waiting = {
    code: 'waiting_for_cpu',
    detail: 'It needs 2 free cores; 1 are free.',
    detail_fa: 'هسته.',
  } as const;

  it('says what it waits for, as that changes', async () => {
    await open({ state: 'queued', queue_position: 1, waiting });
    expect(screen.getByText('It needs 2 free cores; 1 are free.')).toBeTruthy();
    const turn = { code: 'waiting_for_turn', detail: 'Jobs before it: 3.', detail_fa: 'ن' } as const;
    bench.socket.emit('job_changed', { job: { ...shown, waiting: turn }, deleted: false });
    expect(await screen.findByText('Jobs before it: 3.')).toBeTruthy();
  });

  it('is cancelled without a question', async () => {
    await open({ state: 'queued', waiting });
    extra = ({ path }) => (path.endsWith('/stop') ? { status: 202, body: { ...shown, state: 'stopped' } } : notFound);
    await userEvent.click(screen.getByRole('button', { name: 'Cancel job' }));
    await waitFor(() => expect(bench.requests.filter((line) => line.endsWith('/stop'))).toHaveLength(1));
    expect(bench.asked).toEqual([]);
  });
});

describe('a job that left a checkpoint', () => {
  const resumed: { body: unknown } = { body: null };
  const answer: Handler = (request) => {
    if (!request.path.endsWith('/resume')) return notFound;
    resumed.body = JSON.parse(request.body.toString());
    return { status: 201, body: aJob({ job_id: 'job_bbbbbb' }) };
  };
  const resume = (): Promise<void> => userEvent.click(screen.getAllByRole('button', { name: 'Resume' })[0]!);

  it('goes on to as many epochs as are asked for, and the new job is opened', async () => {
    await open({ state: 'stopped', can_resume: true, params: { epochs: 10 } });
    extra = answer;
    bench.answer = '۲۰';
    await resume();
    await waitFor(() => expect(bench.opened).toContain('job job_bbbbbb'));
    expect(bench.asked).toEqual([{ title: 'Resume \u2068mlp-digits-07\u2069', body: 'Total epochs' }]);
    expect(resumed.body).toEqual({ params: { epochs: 20 } });
  });

  it('goes on as it was where nothing is changed, and not at all where the question is closed', async () => {
    await open({ state: 'lost', can_resume: true, params: { epochs: 10 } });
    extra = answer;
    await resume();
    expect(bench.requests.some((line) => line.endsWith('/resume'))).toBe(false);
    bench.answer = '10';
    await resume();
    await waitFor(() => expect(bench.opened).toContain('job job_bbbbbb'));
    expect(resumed.body).toEqual({});
  });

  it('is resumed without a question where it is a script, and a refusal is told', async () => {
    const script = { path: 'train.py', args: [] };
    await open({ state: 'failed', can_resume: true, recipe: null, script, error: OOM });
    extra = ({ path }) =>
      path.endsWith('/resume') ? problem(409, 'job_has_no_checkpoint', 'The job left no checkpoint.', 'ن') : notFound;
    await resume();
    await waitFor(() => expect(bench.toasts).toEqual(['The job left no checkpoint.']));
    expect(bench.asked).toEqual([]);
  });

  it('offers no resume without one', async () => {
    await open({ state: 'stopped' });
    expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull();
  });
});

describe('how a job was run', () => {
  const facts = (): string => screen.getByTestId('facts').textContent.replace(/\p{Cf}/gu, '');

  it('is said: warm, from where it was resumed, with what', async () => {
    await open({
      launch: 'warm',
      resumed_from: 'job_cccccc',
      priority: 'high',
      resources: { cpus: 2, memory_mb: 2000 },
    });
    expect(facts()).toMatch(
      /Resumed fromjob_cccccc.*Startwarm.*Priorityhigh.*2 cores, 2 GB of memory.*everything loaded/,
    );
    await userEvent.click(screen.getByTestId('resumed-from'));
    expect(bench.opened).toEqual(['job job_cccccc']);
  });

  it('says why it started cold', async () => {
    const note = {
      code: 'warm_launcher_starting',
      detail: 'The warm launcher was still loading.',
      detail_fa: 'ن',
    } as const;
    await open({ launch: 'cold', launch_note: note });
    expect(facts()).toContain('The warm launcher was still loading.');
  });

  it('says why it counts as lost', async () => {
    const error = { code: 'lease_expired', detail: 'No sign of life for 30 s.', detail_fa: 'ن' } as const;
    await open({ state: 'lost', error });
    expect(screen.getByText(/No sign of life for 30 s\./)).toBeTruthy();
  });
});

describe('a failed job', () => {
  it('offers half the batch when memory ran out, starts it and opens it', async () => {
    await open({ state: 'failed', error: OOM, params: { batch_size: 256 } });
    let body = '';
    extra = (request) => {
      if (!request.path.endsWith('/clone')) return notFound;
      body = request.body.toString();
      return { status: 201, body: aJob({ job_id: 'job_bbbbbb' }) };
    };
    await userEvent.click(screen.getByRole('button', { name: 'Start with batch size 128' }));
    await waitFor(() => expect(bench.opened).toContain('job job_bbbbbb'));
    expect(JSON.parse(body)).toEqual({ params: { batch_size: 128 } });
    expect(screen.getByText(/out_of_memory/)).toBeTruthy();
  });

  it('offers a lower rate when the loss diverged', async () => {
    const error = {
      code: 'loss_diverged',
      detail: 'Loss diverged; lower the learning rate.',
      detail_fa: 'زیان واگرا شد.',
    } as const;
    await open({ state: 'failed', error, params: { lr: 0.1 } });
    expect(screen.getByText('Start with learning rate', { exact: false }).textContent).toContain('0.01');
  });
});

describe('a job that is not there', () => {
  it('says so, and nothing else', async () => {
    bench = await Workbench.start(ENGLISH, () => notFound);
    bench.show(<JobPage jobId="job_aaaaaa" />);
    expect(await screen.findByText('This job was not found, or you have no access.')).toBeTruthy();
  });
});

describe('what a job page says before it knows', () => {
  /** Opens the page while the request for its history is held back; returns the function that answers it. */
  async function opening(change: Partial<Job>): Promise<() => void> {
    let come!: () => void;
    const coming = new Promise<void>((resolve) => (come = resolve));
    shown = aJob(change);
    bench = await Workbench.start(ENGLISH, async (request) => {
      if (request.path.includes('/metrics?')) await coming;
      return handler(request);
    });
    bench.show(<JobPage jobId="job_aaaaaa" />);
    await screen.findByRole('heading', { level: 1 });
    return come;
  }

  it('asks for a history that is bounded, however many points there are', async () => {
    shown = aJob({ state: 'running', resumed_from: null });
    const asked: (string | null)[] = [];
    bench = await Workbench.start(ENGLISH, (request) => {
      if (request.path.includes('/metrics?')) asked.push(request.path.split('?')[1] ?? null);
      return handler(request);
    });
    bench.show(<JobPage jobId="job_aaaaaa" />);
    await screen.findByTestId('charts');
    expect(asked).toEqual(['buckets=2500']);
  });

  it('is the place of its charts and the figures that the job has, never that there are none', async () => {
    history = { items: [point('val_loss', 10, 0.5), point('val_loss', 20, 0.25)], seq: 3 };
    const come = await opening({ state: 'succeeded', metrics: { val_loss: 0.25 } });
    expect(screen.getByTestId('charts-waiting')).toBeTruthy();
    expect(screen.queryByText('This job logged no metric.')).toBeNull();
    expect(screen.queryByText('No measurement yet.')).toBeNull();
    expect(within(screen.getByTestId('tiles')).getByText('0.25')).toBeTruthy();
    come();
    expect(await screen.findByTestId('chart-loss')).toBeTruthy();
    expect(screen.queryByTestId('charts-waiting')).toBeNull();
  });

  it('is that there are none once an empty history has come', async () => {
    const come = await opening({ state: 'succeeded' });
    expect(screen.queryByText('This job logged no metric.')).toBeNull();
    come();
    expect(await screen.findByText('This job logged no metric.')).toBeTruthy();
  });

  it('is not that there are none where the history could not be read', async () => {
    extra = ({ path }) => (path.includes('/metrics?') ? problem(503, 'mlflow_unavailable') : notFound);
    shown = aJob({ state: 'succeeded' });
    bench = await Workbench.start(ENGLISH, handler);
    bench.show(<JobPage jobId="job_aaaaaa" />);
    expect(await screen.findByText('The history of metrics could not be read')).toBeTruthy();
    expect(screen.queryByText('This job logged no metric.')).toBeNull();
  });
});

describe('the figure of the model', () => {
  const best = { key: 'val_accuracy', value: 0.981, epoch: 10 };
  const progress = { fraction: 1, epoch: 30, epochs: 30, step: 300, steps: 300, eta_seconds: null, best };

  it('is that of the epoch whose weights it has, and so is the one beside it', async () => {
    const points = Array.from({ length: 30 }, (_, index) => index + 1);
    history = {
      items: points.flatMap((epoch) => [
        // The greatest accuracy comes twice: the recipe took the first, by its loss.
        point('val_accuracy', epoch * 10, epoch === 10 || epoch === 20 ? 0.981 : 0.975),
        point('val_loss', epoch * 10, epoch === 10 ? 0.0707 : 0.0781),
      ]),
      seq: 3,
    };
    await open({ state: 'succeeded', has_model: true, progress });
    const headline = within(await screen.findByTestId('headline'));
    expect(headline.getByText('98.1%')).toBeTruthy();
    expect(headline.getByText('your model, epoch 10')).toBeTruthy();
    const tiles = within(screen.getByTestId('tiles'));
    expect(tiles.getByText('0.0707')).toBeTruthy();
    expect(tiles.getByText('at epoch 10')).toBeTruthy();
    expect(tiles.queryByText('97.5%')).toBeNull();
  });

  it('is the best so far beside the present one while the job runs', async () => {
    history = { items: [point('val_accuracy', 100, 0.981), point('val_accuracy', 110, 0.7)], seq: 3 };
    await open({ progress: { ...progress, fraction: 0.4, epoch: 11, step: 110 } });
    const headline = within(await screen.findByTestId('headline'));
    expect(headline.getByText('98.1%')).toBeTruthy();
    await waitFor(() =>
      expect(screen.getByTestId('headline').textContent.replace(/\p{Cf}/gu, '')).toContain(
        'best so far, epoch 10; now 70%',
      ),
    );
  });
});

describe('a job that was continued', () => {
  it('shows what came before it, and says so', async () => {
    history = { items: [point('val_accuracy', 310, 0.757)], seq: 3 };
    const parent = aJob({ job_id: 'job_parent', name: 'the first', state: 'stopped' });
    extra = ({ path }) =>
      path === '/api/v1/train/jobs/job_parent'
        ? { status: 200, body: parent }
        : path.startsWith('/api/v1/train/jobs/job_parent/metrics?')
          ? { status: 200, body: { items: [point('val_accuracy', 30, 0.791), point('train_loss', 10, 1)], seq: 9 } }
          : path.startsWith('/api/v1/train/jobs?')
            ? page(parent)
            : notFound;
    const best = { key: 'val_accuracy', value: 0.791, epoch: 3 };
    const progress = { fraction: 1, epoch: 31, epochs: 31, step: 310, steps: 310, eta_seconds: null, best };
    await open({ state: 'succeeded', has_model: true, resumed_from: 'job_parent', progress });
    const continued = await screen.findByTestId('continued');
    await waitFor(() => expect(continued.textContent.replace(/\p{Cf}/gu, '')).toContain('Continued from the first'));
    expect(within(screen.getByTestId('headline')).getByText('79.1%')).toBeTruthy();
    // Only the earlier job logged it.
    expect(await screen.findByTestId('chart-loss')).toBeTruthy();
    await userEvent.click(within(continued).getByRole('button', { name: 'the first' }));
    expect(bench.opened).toEqual(['job job_parent']);
  });
});

describe('a script that failed', () => {
  const exception = 'ValueError: could not convert string to float: «سه»';
  const error = {
    code: 'script_failed' as const,
    detail: 'The script ended with exit code 1; see the log.',
    detail_fa: 'اسکریپت با کد 1 پایان یافت؛ لاگ را ببینید.',
    params: { exit_code: 1, exception, log_offset: 30 },
  };

  it('says its exception, which leads to its line in the log', async () => {
    const text = `${'x'.repeat(29)}\n${exception}\nlast\n`;
    extra = ({ path }) =>
      path.includes('/logs')
        ? {
            status: 200,
            body: Buffer.from(text),
            headers: { 'Kargah-Log-Size': String(Buffer.byteLength(text)), 'Kargah-Log-Offset': '0' },
          }
        : notFound;
    await open({ state: 'failed', script: { path: 'fail.py', args: [] }, exit_code: 1, error });
    const said = await screen.findByTestId('exception');
    expect(said.textContent).toBe(exception);
    await userEvent.click(within(said).getByRole('button'));
    await waitFor(() => expect(document.querySelector('.kg-Log-line.kg-mod-hit')?.textContent).toContain(exception));
  });

  it('says what is known where no exception is', async () => {
    await open({ state: 'failed', error: { ...error, params: { exit_code: 1 } } });
    expect(await screen.findByText(error.detail)).toBeTruthy();
    expect(screen.queryByTestId('exception')).toBeNull();
  });
});

describe('a page that was opened while nobody answered', () => {
  it('shows its job as soon as somebody does', async () => {
    extra = ({ path }) => (path.startsWith('/api/v1/') ? { status: 502 } : notFound);
    shown = aJob({ name: 'there after all', state: 'succeeded' });
    history = { items: [point('val_loss', 10, 0.5)], seq: 3 };
    bench = await Workbench.start(ENGLISH, handler);
    bench.show(<JobPage jobId="job_aaaaaa" />);
    expect(await screen.findByText('Kargah does not answer.')).toBeTruthy();
    extra = () => notFound;
    window.dispatchEvent(new Event('online'));
    expect(await screen.findByRole('heading', { level: 1, name: 'there after all' })).toBeTruthy();
    expect(await screen.findByTestId('chart-loss')).toBeTruthy();
  });
});

describe('what people write about a job', () => {
  const changes: unknown[] = [];
  const answered = (answer: (body: Record<string, unknown>) => Answer): void => {
    changes.length = 0;
    extra = ({ method, path, body }) => {
      if (method !== 'PATCH' || path !== '/api/v1/train/jobs/job_aaaaaa') return notFound;
      const change = JSON.parse(body.toString()) as Record<string, unknown>;
      changes.push(change);
      return answer(change);
    };
  };

  it('is shown as text alone, and changed from the note that was read', async () => {
    answered((body) => ({ status: 200, body: { ...shown, ...body } }));
    await open({ state: 'succeeded', note: '<b>why</b>\nsecond line', tags: ['baseline'] });
    const card = within(screen.getByTestId('job-note'));
    expect(card.getByText(/<b>why<\/b>/u)).toBeTruthy();
    expect(screen.getByText('baseline')).toBeTruthy();
    await userEvent.click(card.getByRole('button', { name: 'Change' }));
    await userEvent.type(card.getByRole('textbox', { name: 'Note' }), ' more');
    await userEvent.click(card.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(card.queryByRole('textbox')).toBeNull());
    expect(changes).toEqual([{ note: '<b>why</b>\nsecond line more', note_was: '<b>why</b>\nsecond line' }]);
  });

  it('stays in its box where somebody else was first, and says so', async () => {
    answered(() => problem(409, 'note_changed', 'Somebody else changed this note.', 'کس دیگری نوشت.'));
    await open({ state: 'succeeded' });
    const card = within(screen.getByTestId('job-note'));
    await userEvent.click(card.getByRole('button', { name: 'Write one' }));
    await userEvent.type(card.getByRole('textbox', { name: 'Note' }), 'mine');
    await userEvent.click(card.getByRole('button', { name: 'Save' }));
    expect(await card.findByText('Somebody else changed this note.')).toBeTruthy();
    expect(card.getByRole<HTMLTextAreaElement>('textbox', { name: 'Note' }).value).toBe('mine');
  });
});
