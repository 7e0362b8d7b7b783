import type { UploadItem } from '../../store/uploads.js';
import type { JobState } from '../../api/types.js';
import { dataset } from '../../testing/bridge.js';
import { isOnItsWay } from '../../datasets/onItsWay.js';
import { filterOf, stateFilters } from '../../jobs/list/filters.js';
import { passes } from './filters.js';
import { matcher } from '../../i18n/fold/search.js';

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
  const passesBy = (state: JobState, ...chosen: string[]): boolean =>
    passes({ marks: [filterOf(state)] }, new Set(chosen), stateFilters);

  it('keeps the jobs of the chosen states, and all when none is chosen', () => {
    expect(passesBy('queued', 'active')).toBe(true);
    expect(passesBy('lost', 'failed')).toBe(true);
    expect(passesBy('stopped', 'succeeded', 'failed')).toBe(false);
    expect(passesBy('stopped')).toBe(true);
  });

  it('asks for every chosen tag of a dataset', () => {
    const tags = { match: 'all', options: () => [], option: (id: string) => ({ id, label: id }) } as const;
    expect(passes({ marks: ['a', 'b'] }, new Set(['a', 'b']), tags)).toBe(true);
    expect(passes({ marks: ['a'] }, new Set(['a', 'b']), tags)).toBe(false);
    expect(passes({}, new Set(['a']), tags)).toBe(false);
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
