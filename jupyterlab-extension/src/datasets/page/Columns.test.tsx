import { cleanup, screen } from '@testing-library/react';
import type { Column, DatasetProfile } from '../../api/types.js';
import { ENGLISH, PERSIAN, type Locale } from '../../i18n/locale.js';
import { column } from '../../testing/bridge.js';
import { kargahFor, plain, renderIn } from '../../testing/render.js';
import { Classes, Columns } from './Columns.js';

const show = (one: Column, locale: Locale = ENGLISH): string => {
  renderIn(kargahFor('http://localhost', locale), <Columns columns={[one]} rows={100} target={null} />);
  return plain(document.querySelector(`[data-column="${one.name}"]`)!);
};
const histogram = { edges: [0, 50, 100], counts: [60, 40] };
afterEach(cleanup);

describe('the card of a column', () => {
  const numbers = column({ name: 'price', type: 'number', distinct: 90, min: 1, max: 99, mean: 41.5, histogram });

  it('of numbers says where their middle half lies', () => {
    const text = show({ ...numbers, quantiles: [2, 20, 40.5, 61, 95] });
    expect(text).toContain('mean 41.5');
    expect(text).toContain('median 40.5quartiles 20 to 61');
  });

  it('of numbers that are mostly one says only their median', () => {
    const text = show({ ...numbers, quantiles: [2, 40, 40, 40, 95] });
    expect(text).toContain('median 40');
    expect(text).not.toContain('quartiles');
  });

  it('of texts says in which letters they are written, the most used first, and which way they read', () => {
    const scripts = { arabic: 0.87, latin: 0.004, digits: 0.126, other: 0 };
    const text = column({
      name: 'review',
      type: 'text',
      direction: 'rtl',
      histogram,
      text: { min_length: 1, mean_length: 20, max_length: 99, scripts },
    });
    expect(show(text)).toContain('Persian/Arabic 87% · digits 13%right to left');
    cleanup();
    expect(show(text, PERSIAN)).toContain('فارسی/عربی ۸۷٪؛ رقم ۱۳٪راستبهچپ');
  });
});

describe('the length of texts', () => {
  const scripts = { arabic: 0, latin: 1, digits: 0, other: 0 };
  const texts = (min_length: number, max_length: number): Column =>
    column({ name: 'code', type: 'text', histogram, text: { min_length, mean_length: 8, max_length, scripts } });

  it('is told as a range', () => expect(show(texts(3, 8))).toContain('3 to 8 characters'));

  it('is told once where all are equally long', () => {
    const told = show(texts(8, 8));
    expect(told).toContain('8 characters');
    expect(told).not.toContain('8 to 8');
  });
});

describe('the classes of pictures', () => {
  it('are drawn with their shares, and the sizes of the pictures with them', () => {
    const profile: DatasetProfile = {
      dataset_id: 'ds_aaaaaa',
      rows: 40,
      columns: [],
      classes: [
        { name: 'گربه', count: 30 },
        { name: 'dog', count: 10 },
      ],
      images: {
        widths: { edges: [28, 30, 32], counts: [39, 1] },
        heights: { edges: [28, 28], counts: [40] },
        grey: 40,
      },
    };
    renderIn(kargahFor('http://localhost', ENGLISH), <Classes profile={profile} />);
    expect(screen.getByText('2 classes')).toBeTruthy();
    const bars = [...document.querySelectorAll<HTMLElement>('.kg-ValueBar')];
    expect(bars.map(plain)).toEqual(['گربه75%', 'dog25%']);
    // The bar of the largest class has full width.
    expect(bars.map((bar) => bar.querySelector<HTMLElement>('.kg-Bar')?.style.getPropertyValue('--p'))).toEqual([
      '100.0%',
      '33.3%',
    ]);
    expect(screen.getAllByRole('img').map((one) => one.getAttribute('aria-label'))).toEqual([
      'Width (pixels)',
      'Height (pixels)',
    ]);
  });
});
