import { job } from '../testing/bridge.js';
import { matcher, passes } from './filters.js';

describe('the search', () => {
  it('finds every word, in any of the texts, however it is spelled', () => {
    expect(matcher('رقم mlp')('رقم‌ها با MLP')).toBe(true);
    expect(matcher('نظرهاي')('نظرهای خرید.csv')).toBe(true);
    expect(matcher('۱۴۰۵')('reviews_1405.parquet')).toBe(true);
    expect(matcher('rec')('digits.csv')).toBe(false);
    expect(matcher('')('anything')).toBe(true);
  });
});

describe('the filter', () => {
  it('keeps the jobs of the chosen states, and all when none is chosen', () => {
    expect(passes(job({ state: 'queued' }), new Set(['active']))).toBe(true);
    expect(passes(job({ state: 'lost' }), new Set(['failed']))).toBe(true);
    expect(passes(job({ state: 'stopped' }), new Set(['succeeded', 'failed']))).toBe(false);
    expect(passes(job({ state: 'stopped' }), new Set())).toBe(true);
  });
});
