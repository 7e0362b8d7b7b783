import type { MetricPoint } from '../../api/types.js';
import { decimate, groupMetrics, MetricHistory, Series, Smoothing, xValues } from './series.js';

const point = (key: string, step: number, value: MetricPoint['value'], timestamp = step * 10): MetricPoint => ({
  key,
  step,
  value,
  timestamp,
});

describe('the last values of a metric', () => {
  it('are those that are numbers, in their order, and not more than asked for', () => {
    const series = new Series();
    const values = [1, 2, 'NaN', 3, 'Infinity', 4] as const;
    values.forEach((value, step) => series.add({ key: 'a', value, step, timestamp: step }));
    expect(series.lastValues(3)).toEqual([2, 3, 4]);
    expect(series.lastValues(60)).toEqual([1, 2, 3, 4]);
    expect(new Series().lastValues(2)).toEqual([]);
  });
});

describe('smoothing', () => {
  it('leaves a constant as it is from the first point on, since its bias is corrected', () => {
    expect(new Smoothing(0.9).take([5, 5, 5])).toEqual([5, 5, 5].map((v) => expect.closeTo(v, 10)));
  });
  it('keeps gaps, and goes on after them', () => {
    const smooth = new Smoothing(0.5).take([1, null, 3]);
    expect(smooth[1]).toBeNull();
    expect(smooth[2]).toBeCloseTo(7 / 3, 10);
  });
  it('gives for points that came one by one what it gives for all at once', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const series = new Series();
    values.forEach((value, step) => {
      series.add(point('loss', step, value));
      series.smoothed(0.8);
    });
    expect(series.smoothed(0.8)).toEqual(new Smoothing(0.8).take(values));
  });
});

describe('decimation', () => {
  const x = Array.from({ length: 100_000 }, (_, index) => index);
  it('keeps a spike of one point among a hundred thousand, within four points a pixel', () => {
    const y: (number | null)[] = x.map(() => 0);
    y[31_415] = 100;
    y[27_182] = -100;
    const line = decimate(x, y, { from: 0, to: 99_999, columns: 400 });
    expect(line.x.length).toBeLessThanOrEqual(401 * 5);
    expect(Math.max(...line.y.map(Number))).toBe(100);
    expect(Math.min(...line.y.map(Number))).toBe(-100);
    expect(line.x).toEqual([...line.x].sort((a, b) => a - b));
  });
  it('keeps a NaN as a gap', () => {
    const y: (number | null)[] = x.map(() => 1);
    y[50_000] = null;
    expect(decimate(x, y, { from: 0, to: 99_999, columns: 400 }).y).toContain(null);
  });
  it('shows every point of a narrow range, and one beyond each edge', () => {
    expect(decimate(x, x, { from: 100, to: 104, columns: 400 }).x).toEqual([99, 100, 101, 102, 103, 104]);
  });
});

describe('the history of a job', () => {
  it('puts a late point in its place and keeps the newest value of a repeated step', () => {
    const series = new Series();
    [point('l', 1, 1), point('l', 3, 3), point('l', 2, 2), point('l', 3, 33)].forEach((one) => series.add(one));
    expect(series.steps).toEqual([1, 2, 3]);
    expect(series.values).toEqual([1, 2, 33]);
  });
  it('draws a step of 64 bits where the nearest number is, and names it exactly', () => {
    const history = new MetricHistory();
    const odd = { ...point('l', 0, 0.5), step: '1764325000123456789', timestamp: '1764325000123456790' };
    history.add([odd, point('l', 1, 1)]);
    const series = history.get('l');
    expect(series?.steps).toEqual([1, 1764325000123456800]);
    expect(series?.exactStep(series.steps[1] ?? 0)).toBe('1764325000123456789');
    expect(series?.exactStep(1)).toBeUndefined();
  });
  it('takes NaN and infinities as gaps', () => {
    const history = new MetricHistory();
    history.add([point('l', 1, 1), point('l', 2, 'NaN'), point('l', 3, 'Infinity')]);
    expect(history.get('l')?.values).toEqual([1, null, null]);
    expect(history.get('l')?.last).toBe(1);
  });
  it('is drawn by step, by epoch and by time', () => {
    const history = new MetricHistory();
    history.add([point('l', 10, 1, 5_000), point('l', 20, 1, 7_500)]);
    const series = history.get('l') as Series;
    const axis = { stepsPerEpoch: 10, reach: null };
    expect(xValues(series, { kind: 'step', ...axis }, 5_000)).toEqual([10, 20]);
    expect(xValues(series, { kind: 'epoch', ...axis }, 5_000)).toEqual([1, 2]);
    expect(xValues(series, { kind: 'time', ...axis }, 5_000)).toEqual([0, 2.5]);
  });
});

describe('grouping', () => {
  it('puts training and validation of one metric in one chart, loss and accuracy first, and leaves the system out', () => {
    const groups = groupMetrics([
      'val_accuracy',
      'zeta',
      'lr',
      'train_loss',
      'system/cpu_percent',
      'val_loss',
      'train_accuracy',
    ]);
    expect(groups.map((group) => group.key)).toEqual(['loss', 'accuracy', 'lr', 'zeta']);
    expect(groups[0]?.lines).toEqual([
      { key: 'train_loss', side: 'train' },
      { key: 'val_loss', side: 'val' },
    ]);
    expect(groups[2]?.lines).toEqual([{ key: 'lr', side: 'only' }]);
  });
  it('takes a plain name beside its val_ twin as training', () => {
    const below = groupMetrics(['[fold 1] val_loss', '[fold 1] loss', 'zeta', '[fold 0] loss']);
    expect(below.map(({ key, lines }) => [key, lines.length])).toEqual([
      ['zeta', 1],
      ['[fold 0] loss', 1],
      ['[fold 1] loss', 2],
    ]);
    expect(groupMetrics(['loss', 'val_loss'])).toEqual([
      {
        key: 'loss',
        lines: [
          { key: 'loss', side: 'train' },
          { key: 'val_loss', side: 'val' },
        ],
      },
    ]);
  });
});
