import { cleanup, fireEvent, screen, waitForElementToBeRemoved, within } from '@testing-library/react';
import type { Report } from '../../api/types.js';
import { ENGLISH, type Locale, PERSIAN } from '../../i18n/locale.js';
import { type Answer, job as aJob, page, problem } from '../../testing/bridge.js';
import { plain } from '../../testing/render.js';
import { Workbench } from '../../testing/workbench.js';
import ReportCard from './ReportCard.js';

type Classification = Extract<Report, { task: 'classification' }>;
const COMMON = {
  format: 1,
  part: 'test',
  chosen_on_these: false,
  rows: 30,
  level: 0.95,
  resamples: 1000,
  seed: 42,
} as const;
const FIGURE = { value: 0.9, low: 0.8, high: 0.967, better: 'max' } as const;
const ANSWERED = { truth: 'سیب', answer: 'گلابی', probability: 0.91, probability_of_truth: 0.05 };
const CLASSES: Classification = {
  ...COMMON,
  task: 'classification',
  metrics: { accuracy: FIGURE, log_loss: { ...FIGURE, value: 0.25, low: 0.1, high: 0.4, better: 'min' } },
  classes: ['سیب', 'گلابی'],
  confusion: [
    [14, 1],
    [2, 13],
  ],
  confused: [{ truth: 'گلابی', answer: 'سیب', rows: 2 }],
  per_class: [],
  calibration: { bins: [], expected_calibration_error: 0.031 },
  curves: null,
  worst: [{ row: 41, loss: 3, ...ANSWERED }],
  label_errors: { rows: 1, first: [{ row: 41, ...ANSWERED }] },
  slices: [
    { column: 'city', value: 'قم', rows: 12, loss: 0.8, loss_elsewhere: 0.2 },
    { column: 'age', low: 20, high: 30, rows: 15, loss: 0.7, loss_elsewhere: 0.3 },
    { column: 'area', missing: true, rows: 11, loss: 0.7, loss_elsewhere: 0.3 },
  ],
  importance: [
    { column: 'weight', growth: 0.5, spread: 0.1 },
    { column: 'noise', growth: 0, spread: 0 },
  ],
};
const QUANTITY: Report = {
  ...COMMON,
  part: 'validation',
  chosen_on_these: true,
  task: 'regression',
  metrics: {
    r2: { value: null, low: null, high: null, better: 'max' },
    mae: { value: 3, low: 2, high: 4, better: 'min' },
  },
  residuals: { mean: 0, median: 0, histogram: { edges: [0, 1], rows: [30] }, dots: [] },
  interval: { level: 0.9, half_width: 12.5, coverage: 0.88 },
  worst: [{ row: 0, loss: 4, truth: 3, answer: 5 }],
};

const gain = (value: number, low: number, high: number): { value: number; low: number; high: number } => ({
  value,
  low,
  high,
});
type Baseline = NonNullable<Report['baselines']>[number];
const MAJORITY: Baseline = {
  kind: 'majority',
  rows: 120,
  columns: null,
  metrics: { accuracy: 0.5, log_loss: 0.693 },
  gains: { accuracy: gain(0.4, 0.25, 0.55), log_loss: gain(0.443, 0.3, 0.6) },
  verdict: 'better',
};
const LINEAR: Baseline = {
  kind: 'linear',
  rows: 120,
  columns: 7,
  metrics: { accuracy: 0.88, log_loss: 0.3 },
  gains: { accuracy: gain(0.02, -0.03, 0.07), log_loss: gain(0.05, -0.1, 0.2) },
  verdict: 'hardly',
};

let bench: Workbench;
afterEach(async () => {
  await bench.stop();
  cleanup();
});

async function shown(answer: Answer, locale: Locale = ENGLISH): Promise<HTMLElement> {
  bench = await Workbench.start(locale, ({ path }) => (path.endsWith('/report') ? answer : page()));
  const { container } = bench.show(<ReportCard job={aJob({ state: 'succeeded', has_model: true })} />);
  return container;
}

describe('the report on a model', () => {
  it('shows figures with their intervals, which classes are taken for each other, and where it is bad', async () => {
    await shown({ status: 200, body: CLASSES });
    const accuracy = (await screen.findByText('Accuracy')).closest('tr')!;
    expect(plain(accuracy)).toBe('Accuracy90%80% to 96.7%');
    expect(screen.getByText('on 30 test rows')).toBeTruthy();
    expect(screen.queryByText(/chosen on these rows/)).toBeNull();
    const cells = within(screen.getByTestId('confusion')).getAllByRole('cell').map(plain);
    expect(cells).toEqual(['', '14', '1', '2', '13']);
    const bad = screen.getByRole('region', { name: 'Where it is bad' });
    expect(within(bad).getAllByRole('listitem').map(plain)).toEqual([
      'city = قم: loss 0.8 on 12 rows, 0.2 elsewhere',
      'age: 20 to 30: loss 0.7 on 15 rows, 0.3 elsewhere',
      'area missing: loss 0.7 on 11 rows, 0.3 elsewhere',
    ]);
    // Counted from one, as the dataset's page does.
    const suspected = screen.getByRole('region', { name: '1 label is probably wrong' });
    expect(within(suspected).getAllByRole('row').slice(1).map(plain)).toEqual(['42سیبگلابی 91%']);
    expect(screen.queryByText('noise')).toBeNull();
  });

  it('shows what plain models are worth on the same rows, and says so where the model is hardly better', async () => {
    await shown({ status: 200, body: { ...CLASSES, baselines: [MAJORITY, LINEAR] } });
    const beside = await screen.findByRole('region', { name: 'Beside plain models' });
    expect(within(beside).getAllByRole('row').map(plain)).toEqual([
      'ModelAccuracyLog lossGain',
      'Your model90%0.25',
      'Always the most frequent class50%0.69340% (25% to 55%)',
      'Linear model88%0.32% (-3% to 7%)',
    ]);
    expect(plain(within(beside).getByRole('status'))).toContain(
      'This model is hardly better than “Linear model”: the difference may be chance.',
    );
    expect(within(beside).getByText('Linear model').title).toBe('Made of 120 rows and 7 prepared columns');
  });

  it('says it of the simplest model that it does not beat, in Persian, and nothing where it beats them all', async () => {
    const none = { ...MAJORITY, verdict: 'worse' } as const;
    await shown({ status: 200, body: { ...CLASSES, baselines: [none, LINEAR] } }, PERSIAN);
    const beside = await screen.findByTestId('baselines');
    expect(plain(within(beside).getByRole('status'))).toContain('این مدل از «همیشه پرشمارترین کلاس» بدتر است.');
    await bench.stop();
    cleanup();
    await shown({ status: 200, body: { ...CLASSES, baselines: [MAJORITY] } });
    expect(within(await screen.findByTestId('baselines')).queryByRole('status')).toBeNull();
  });

  it('says what was left out of training, and why', async () => {
    const learned_from: NonNullable<Report['learned_from']> = {
      columns: 4,
      rows_left_out: 5,
      columns_left_out: 210,
      left_out: [
        { column: 'id', reason: 'not_chosen', values: null },
        { column: 'note', reason: 'free_text', values: 300 },
        ...Array.from({ length: 8 }, (_, at) => ({ column: `c${String(at)}`, reason: 'empty' as const, values: null })),
      ],
    };
    await shown({ status: 200, body: { ...CLASSES, learned_from } });
    const left = await screen.findByRole('region', { name: 'Left out of training' });
    expect(within(left).getAllByRole('listitem').map(plain).slice(0, 4)).toEqual([
      '5 rows without a target',
      'id: not chosen',
      'note: free text of 300 different values; the recipe for texts learns from it',
      'c0: every cell is empty',
    ]);
    expect(plain(left)).toContain('The model learned from 4 columns.');
    expect(plain(left)).toContain('and 202 more columns');
  });

  it('tells many classes as the pairs that are taken for each other', async () => {
    const classes = Array.from({ length: 13 }, (_, at) => `k${String(at)}`);
    await shown({ status: 200, body: { ...CLASSES, classes, confusion: classes.map(() => classes.map(() => 0)) } });
    const pairs = await screen.findByRole('region', { name: 'Classes taken for another most often' });
    expect(plain(pairs)).toContain('گلابی → سیب2');
    expect(screen.queryByTestId('confusion')).toBeNull();
  });

  it('says that figures flatter where the best epoch was chosen on their rows, in Persian', async () => {
    const container = await shown({ status: 200, body: QUANTITY }, PERSIAN);
    expect(await screen.findByText(/خوش‌بینانه/)).toBeTruthy();
    expect(screen.getByText('روی ۳۰ ردیف اعتبارسنجی')).toBeTruthy();
    expect(plain(container)).toContain('در ۹۰٪ موارد، مقدار درست حداکثر ۱۲٫۵ با پاسخ فاصله دارد (سنجیده: ۸۸٪).');
    expect(plain(screen.getByText('ضریب تعیین R²').closest('tr')!)).toBe('ضریب تعیین R²——');
  });

  it('is not there where no report was made, and can be asked for again where it could not be read', async () => {
    await shown(problem(404, 'report_missing'));
    await waitForElementToBeRemoved(() => screen.queryByTestId('report'));
    await bench.stop();
    cleanup();
    let answer = problem(503, 'mlflow_unavailable', 'MLflow is away.');
    bench = await Workbench.start(ENGLISH, ({ path }) => (path.endsWith('/report') ? answer : page()));
    bench.show(<ReportCard job={aJob({ state: 'succeeded', has_model: true })} />);
    const again = await screen.findByRole('button', { name: /again/i });
    answer = { status: 200, body: QUANTITY };
    fireEvent.click(again);
    expect(await screen.findByText('Mean absolute error')).toBeTruthy();
  });
});
