import { expect, it } from 'vitest';
import { compared, printCompared, ratiosOf } from '../bench/compare.mjs';

const verdictOf = (before, now) => compared({ key: before }, { key: now })[0].verdict;

it('calls slower what lies below the recorded run by more than the rounds of both differ', () => {
  expect(verdictOf([10, 10.2, 9.8], [8, 8.1, 7.9])).toBe('slower');
  expect(verdictOf([10, 10.2, 9.8], [9.5, 9.4, 9.7])).toBe('same');
});

it('calls the same difference noise where rounds differ as much', () => {
  expect(verdictOf([10, 13, 7], [8, 10, 6])).toBe('same');
});

it('goes by the middle round, so that one disturbed round changes nothing', () => {
  expect(verdictOf([10, 10, 10, 10, 10], [10, 10, 2, 10, 10])).toBe('same');
});

it('finds half the speed slower however much the rounds differ', () => {
  expect(verdictOf([10, 30, 2], [4, 12, 1])).toBe('slower');
});

it('allows more to what was measured once, and still finds it slower', () => {
  expect(verdictOf([10], [8.2])).toBe('same');
  expect(verdictOf([10], [7])).toBe('slower');
});

it('says what became faster, as far from one as slower is', () => {
  expect(verdictOf([10, 10, 10], [13, 13, 13])).toBe('faster');
  expect(verdictOf([10, 10, 10], [11, 11, 11])).toBe('same');
});

it('takes what was recorded and is not measured any more for a failure, unless it was not asked for', () => {
  expect(compared({ a: [1], b: [1] }, { a: [1] }).map(({ verdict }) => verdict)).toEqual(['same', 'missing']);
  expect(compared({ a: [1], b: [1] }, { a: [1] }, (key) => key === 'a')).toHaveLength(1);
});

it('is no failure to measure something new', () => {
  const said = [];
  expect(printCompared(compared({}, { a: [1, 2] }), (text) => said.push(text))).toBe(true);
  expect(said.join('')).toContain('new     a: – → 1.50×');
});

it('prints what became slower first, with before, now and the noise', () => {
  const said = [];
  const lines = compared({ a: [1, 1], b: [10, 10] }, { a: [1, 1], b: [5, 5] });
  expect(printCompared(lines, (text) => said.push(text))).toBe(false);
  expect(said.join('')).toBe(
    '\nSlower than the recorded run beyond noise:\n' +
      '  slower  b: 10.0× → 5.00× (-50 %, noise 10 %)\n' +
      '  same    a: 1.00× → 1.00× (0 %, noise 10 %)\n',
  );
});

it('records the ratios of rows that have some, and refuses one that is no number', () => {
  expect(ratiosOf([{ compared: { a: [1, 2] } }, {}, { compared: { b: [3] } }])).toEqual({ a: [1, 2], b: [3] });
  expect(() => ratiosOf([{ compared: { a: [Number.NaN] } }])).toThrow('a has no ratio');
  expect(() => ratiosOf([{ compared: { a: [] } }])).toThrow('a has no ratio');
});
