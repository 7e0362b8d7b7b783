import { yRange } from './scale.js';
import { arranged, moved, type ChartsView } from './view.js';
import { groupMetrics } from './series.js';

const AS_NEEDED = { log: false, low: null, high: null };

describe('the vertical axis', () => {
  it('has room around the values, and begins at zero where they are near it', () => {
    expect(yRange(0.5, 1.5, AS_NEEDED)).toEqual([0.44, 1.56]);
    expect(yRange(0.1, 1.1, AS_NEEDED)[0]).toBe(0);
    expect(yRange(2, 2, AS_NEEDED)).toEqual([1.8, 2.2]);
    expect(yRange(null, null, AS_NEEDED)).toEqual([0, 1]);
  });
  it('ends where somebody said, at one end or at both', () => {
    expect(yRange(0.5, 1.5, { ...AS_NEEDED, low: 0.9 })).toEqual([0.9, 1.56]);
    expect(yRange(0.5, 1.5, { ...AS_NEEDED, low: 0, high: 1 })).toEqual([0, 1]);
  });
  it('is as the values need it where the ends that somebody said leave nothing between them', () => {
    expect(yRange(0.5, 1.5, { ...AS_NEEDED, low: 7 })).toEqual([0.44, 1.56]);
    expect(yRange(0.5, 1.5, { ...AS_NEEDED, low: 1, high: 1 })).toEqual([0.44, 1.56]);
  });
  it('is logarithmic only over values that have a logarithm', () => {
    const log = { ...AS_NEEDED, log: true };
    expect(yRange(0.011, 10, log)).toEqual([expect.closeTo(0.01), expect.closeTo(11)]);
    expect(yRange(4, 4, log)).toEqual([2, 8]);
    expect(yRange(-1, 10, log)).toEqual([0.1, 1]);
    expect(yRange(0.011, 10, { ...log, low: 0 })[0]).toBeCloseTo(0.01);
  });
});

describe('the places of charts', () => {
  const groups = groupMetrics(['loss', 'accuracy', 'lr']);
  const view = (order: string[], hidden: string[] = []): ChartsView => ({
    axis: 'step',
    smoothing: 0,
    own: {},
    order,
    hidden,
  });
  const keys = (of: readonly { readonly key: string }[]): string[] => of.map(({ key }) => key);

  it('are those that somebody gave them, and new metrics come after', () => {
    expect(keys(arranged(groups, view(['lr'])))).toEqual(['lr', 'loss', 'accuracy']);
    expect(keys(arranged(groups, view([], ['loss'])))).toEqual(['accuracy', 'lr']);
  });
  it('are exchanged with a neighbour, and those of metrics that this job has not are kept', () => {
    const shown = arranged(groups, view(['lr']));
    expect(moved(['other', 'lr'], shown, { key: 'loss', by: -1 })).toEqual(['loss', 'lr', 'accuracy', 'other']);
    expect(moved(['other'], shown, { key: 'lr', by: -1 })).toEqual(['other']);
  });
});
