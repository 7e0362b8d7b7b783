import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ENGLISH } from '../../i18n/locale.js';
import { type Answer, dataset, page, problem } from '../../testing/bridge.js';
import { Workbench } from '../../testing/workbench.js';
import { Samples } from './Samples.js';

const DOT = 'data:image/png;base64,AAAA';
let bench: Workbench;
let answer: (query: URLSearchParams) => Answer;
beforeEach(async () => {
  bench = await Workbench.start(ENGLISH, ({ path }) =>
    path.includes('/preview') ? answer(new URL(path, 'http://bridge').searchParams) : page(),
  );
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

/** The pictures from `offset` on, of `total`. */
const pictures = (query: URLSearchParams, total: number): Answer => {
  const offset = Number(query.get('offset'));
  const count = Math.min(Number(query.get('limit')), total - offset);
  const images = Array.from({ length: count }, (_, at) => ({
    class_name: (offset + at) % 2 === 0 ? 'گربه' : 'dog',
    filename: `${String(offset + at)}.png`,
    data_url: DOT,
  }));
  return { status: 200, body: { dataset_id: 'ds_aaaaaa', columns: [], rows: [], offset, images, total_rows: total } };
};
const show = (): void => void bench.show(<Samples dataset={dataset({ kind: 'images' })} version={1} />);

describe('the samples of a set of pictures', () => {
  it('are shown a page at a time, each with its class, until there are no more', async () => {
    answer = (query) => pictures(query, 70);
    show();
    const first = await screen.findAllByRole('img');
    expect([first.length, first[0]?.getAttribute('alt'), first[1]?.getAttribute('alt')]).toEqual([
      60,
      'گربه: 0.png',
      'dog: 1.png',
    ]);
    expect(first[0]?.getAttribute('src')).toBe(DOT);
    expect(screen.getByText('70 images')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'More samples' }));
    await waitFor(() => expect(screen.getAllByRole('img')).toHaveLength(70));
    expect(screen.queryByRole('button', { name: 'More samples' })).toBeNull();
  });

  it('say why they cannot be shown, and are asked for again', async () => {
    answer = () => problem(422, 'reader_limit', 'Too much.');
    show();
    expect(await screen.findByText('Too much.')).toBeTruthy();
    answer = (query) => pictures(query, 2);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findAllByRole('img')).toHaveLength(2);
  });
});
