import { ROW_PX, scrollTo, sight } from './window';

const VIEW = 16 * ROW_PX;

test('a short table scrolls by pixels', () => {
  expect(sight(1000, 0, VIEW)).toEqual({ height: 28_000, first: 0, cut: 0 });
  expect(sight(1000, 30, VIEW)).toEqual({ height: 28_000, first: 1, cut: 2 });
  expect(scrollTo(1000, 500, VIEW)).toBe(14_000);
});

test('ten million rows stay within what a browser can scroll, and the last one is reached', () => {
  const { height } = sight(10_000_000, 0, VIEW);
  expect(height).toBeLessThan(16_000_000);
  expect(sight(10_000_000, height - VIEW, VIEW).first).toBe(10_000_000 - 16);
});

test('a row that is scrolled to is the first in sight, wherever it is', () => {
  for (const total of [17, 1000, 400_000, 10_000_000])
    for (const share of [0, 0.1, 0.5, 0.999]) {
      const row = Math.floor((total - 16) * share);
      const { first } = sight(total, scrollTo(total, row, VIEW), VIEW);
      expect(Math.abs(first - row)).toBeLessThanOrEqual(1);
    }
});
