import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ENGLISH } from '../i18n/locale.js';
import { Lists } from '../panels/lists/Lists.js';
import { page } from '../testing/bridge.js';
import { Workbench } from '../testing/workbench.js';

// jsdom lays nothing out, so no size ever changes.
class NoSizes implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver = NoSizes;

const note = (note_id: string, text: string) => ({
  note_id,
  text,
  owner_name: 'سارا',
  created_at: '2026-11-22T08:00:00Z',
});

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.start(ENGLISH, ({ path }) =>
    path.startsWith('/api/v1/notes') ? page(note('note_1', 'first')) : page(),
  );
  await bench.kargah.store.reload();
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

it('has its section, which follows what the bridge tells, and its page', async () => {
  bench.show(<Lists features={bench.features} />);
  const section = await screen.findByTestId('kargah-notes');
  expect(section.querySelector('h2')?.textContent).toBe('Notes');
  const texts = (): string[] =>
    within(section)
      .queryAllByTestId('note')
      .map((row) => row.textContent);
  await waitFor(() => expect(texts()).toEqual(['first']));

  bench.socket.emit('note_changed', { note: note('note_2', 'second'), deleted: false });
  await waitFor(() => expect(texts()).toContain('second'));
  bench.socket.emit('note_changed', { note: note('note_1', 'first'), deleted: true });
  await waitFor(() => expect(texts()).toEqual(['second']));

  await userEvent.click(within(section).getByTestId('note'));
  expect(bench.opened).toEqual(['note note_2']);
  const [spec] = bench.features.all
    .get()
    .flatMap((feature) => feature.pages ?? [])
    .filter(({ name }) => name === 'note');
  if (spec?.name !== 'note') throw new Error('it has no page');
  bench.show(spec.content({ note_id: 'note_2' }, () => undefined));
  expect(screen.getByTestId('note-page').textContent).toBe('second');
});
