import type { UploadItem } from '../store/uploads.js';
import { dataset, job } from '../testing/bridge.js';
import { isOnItsWay, passes } from './filters.js';
import { matcher } from '../i18n/search.js';

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

describe('a dataset on its way', () => {
  const upload: UploadItem = {
    id: 'upload-1',
    name: 'digits.csv',
    size: 5,
    sent: 5,
    state: 'sending',
    speed: null,
    error: null,
    datasetId: null,
  };

  it('is shown by its upload alone until that has left, also while it is read already', () => {
    expect(isOnItsWay(dataset({ state: 'uploading' }), [upload])).toBe(true);
    expect(isOnItsWay(dataset({ state: 'profiling' }), [{ ...upload, datasetId: 'ds_aaaaaa' }])).toBe(true);
    expect(isOnItsWay(dataset({ state: 'profiling' }), [])).toBe(false);
  });

  it('does not hide another of the same name', () => {
    expect(isOnItsWay(dataset({ dataset_id: 'ds_bbbbbb' }), [{ ...upload, datasetId: 'ds_aaaaaa' }])).toBe(false);
    expect(isOnItsWay(dataset(), [upload])).toBe(false);
  });
});
