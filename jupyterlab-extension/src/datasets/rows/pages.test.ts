import type { DatasetPreview } from '../../api/types';
import { PAGE_ROWS, Pages } from './pages';

const found = (offset: number, limit: number): DatasetPreview => ({
  dataset_id: 'ds_aaaaaa',
  columns: [],
  rows: Array.from({ length: limit }, (_, index) => [offset + index]),
  offset,
  total_rows: 1_000_000,
  images: [],
});

function open(): { pages: Pages; asked: number[]; aborted: number[]; told: () => Promise<void> } {
  const asked: number[] = [];
  const aborted: number[] = [];
  let tell = (): void => undefined;
  const pages = new Pages(
    (offset, limit, signal) => {
      asked.push(offset);
      signal.addEventListener('abort', () => aborted.push(offset));
      return Promise.resolve(found(offset, limit));
    },
    () => tell(),
  );
  return { pages, asked, aborted, told: () => new Promise((resolve) => (tell = resolve)) };
}

test('a row is there once its page has come, and a page is asked for once', async () => {
  const { pages, asked, told } = open();
  const came = told();
  pages.want(0, 20);
  pages.want(1, 21);
  expect(pages.row(3)).toBeUndefined();
  await came;
  expect(pages.row(3)).toEqual([3]);
  pages.want(0, 20);
  expect(asked).toEqual([0]);
});

test('rows at the edge of two pages ask for both', () => {
  const { pages, asked } = open();
  pages.want(PAGE_ROWS - 5, PAGE_ROWS + 5);
  expect(asked).toEqual([0, PAGE_ROWS]);
});

test('a page that was scrolled past is no longer waited for', async () => {
  const { pages, aborted, told } = open();
  const came = told();
  pages.want(0, 20);
  pages.want(500_000, 500_020);
  expect(aborted).toEqual([0]);
  await came;
  expect(pages.row(0)).toBeUndefined();
  expect(pages.row(500_000)).toEqual([500_000]);
});

test('pages long out of sight are forgotten', async () => {
  const { pages, told } = open();
  for (let page = 0; page < 30; page += 1) {
    const came = told();
    pages.want(page * PAGE_ROWS, page * PAGE_ROWS);
    await came;
  }
  expect(pages.row(0)).toBeUndefined();
  expect(pages.row(29 * PAGE_ROWS)).toEqual([29 * PAGE_ROWS]);
});
