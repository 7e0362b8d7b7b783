import { act, cleanup, screen } from '@testing-library/react';
import { ENGLISH } from '../i18n/locale.js';
import { dataset, page } from '../testing/bridge.js';
import { Workbench } from '../testing/workbench.js';
import { Catalogue } from './Catalogue.js';

const source = {
  source_id: 'far',
  name: 'Far',
  name_fa: 'دور',
  description: 'About it',
  description_fa: 'دربارهٔ آن',
  rows: null,
  columns: null,
  size_bytes: null,
  task: null,
  target: null,
  license: 'CC0',
  origin: 'https://files.example/a.csv',
};

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.start(ENGLISH, ({ path }) => (path.endsWith('/sources') ? page(source) : page()));
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

it('data that could not be read may be imported again; what is here may not', async () => {
  const failed = dataset({ source_id: 'far', state: 'failed' });
  act(() => bench.kargah.store.list('datasets').put(failed));
  bench.show(<Catalogue />);
  expect((await screen.findByRole('button', { name: /^Import/u })).getAttribute('aria-disabled')).toBe('false');
  act(() => bench.kargah.store.list('datasets').put({ ...failed, state: 'ready' }));
  expect(screen.getByRole('button', { name: /Imported$/u }).getAttribute('aria-disabled')).toBe('true');
});
