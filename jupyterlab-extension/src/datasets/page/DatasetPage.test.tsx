import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Dataset, DatasetVersion, ErrorCode } from '../../api/types.js';
import { ENGLISH } from '../../i18n/locale.js';
import { column, dataset, page, problem, version } from '../../testing/bridge.js';
import { plain } from '../../testing/render.js';
import { Workbench } from '../../testing/workbench.js';
import DatasetPage from './DatasetPage.js';

let bench: Workbench;
let shown: Dataset;
let versions: DatasetVersion[];
beforeEach(async () => {
  shown = dataset();
  versions = [version()];
  bench = await Workbench.start(ENGLISH, ({ path }) => {
    if (path.includes('/versions')) return page(...versions);
    if (path.includes('/profile'))
      return { status: 200, body: { dataset_id: 'ds_aaaaaa', rows: 4, columns: [], classes: [] } };
    return path.includes('/datasets') ? page(shown) : problem(404, 'not_found');
  });
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

const open = async (): Promise<void> => {
  await bench.kargah.store.reload();
  bench.show(<DatasetPage datasetId="ds_aaaaaa" />);
  await screen.findByTestId('kargah-dataset-page');
};
const failure = (code: ErrorCode, params: object = {}): NonNullable<DatasetVersion['error']> => ({
  code,
  detail: `${code}.`,
  detail_fa: '',
  params: params as Record<string, never>,
});
const anew = (): HTMLElement[] => screen.queryAllByRole('button', { name: 'Read with other options' });

describe('the page of a file that is being read', () => {
  it('draws the columns that are measured, with shares of the rows that there are', async () => {
    shown = dataset({ state: 'profiling', rows: null, columns: null, suggested_target: null });
    await open();
    const top = [
      { value: 'Tehran', count: 300 },
      { value: 'Rasht', count: 60 },
    ];
    const columns = [column({ name: 'city', missing: 40, top })];
    const place = { dataset_id: 'ds_aaaaaa', version: 1 };
    bench.socket.emit('dataset_profile', { ...place, columns, rows: 400, done: 1, total: 2 });
    const shares = await screen.findAllByText('%', { exact: false, selector: '.kg-Text-percent' });
    expect(shares.map(plain)).toEqual(['10%', '83.3%', '16.7%']);
    expect(screen.getByText('1 of 2 columns')).toBeTruthy();
  });
});

describe('the page of a file that could not be read', () => {
  it.each([
    ['bad_encoding', {}],
    ['ragged_rows', { row: 3 }],
    ['value_not_of_type', { row: 3 }],
    ['not_tabular', { format: 'CSV', reason: 'U+0000' }],
  ] as const)('offers to read it with other options: %s', async (code, params) => {
    const show = jest.spyOn(bench.kargah.shell, 'show');
    shown = dataset({ state: 'failed', error: failure(code, params) });
    await open();
    expect(anew()).toHaveLength(1);
    await userEvent.click(anew()[0]!);
    expect(show).toHaveBeenCalledWith(expect.objectContaining({ title: 'Read with other options' }));
    expect(screen.getByRole('button', { name: 'Upload again' })).toBeTruthy();
  });

  it.each([
    ['damaged_file', {}],
    ['not_tabular', { format: 'CSV', reason: 'PNG' }],
    ['archive_bomb', {}],
  ] as const)('does not, where that would not help: %s', async (code, params) => {
    shown = dataset({ state: 'failed', error: failure(code, params) });
    await open();
    expect(anew()).toHaveLength(0);
    expect(screen.getByRole('button', { name: 'Upload again' })).toBeTruthy();
  });

  it('does not, where it is another’s', async () => {
    shown = dataset({ state: 'failed', error: failure('bad_encoding'), mine: false });
    await open();
    expect(anew()).toHaveLength(0);
  });

  it('says that the new reading is on its way, and if that fails too, why', async () => {
    shown = dataset({
      state: 'failed',
      error: failure('bad_encoding'),
      pending: { version: 2, state: 'profiling', error: null },
    });
    await open();
    expect(screen.getByText('Version 2 is on its way')).toBeTruthy();
    const failed = { version: 2, state: 'failed', error: failure('ragged_rows') } as const;
    act(() => bench.kargah.store.list('datasets').put({ ...shown, pending: failed }));
    expect(screen.getByText('Version 2 could not be read')).toBeTruthy();
    expect(screen.getByText('ragged_rows.')).toBeTruthy();
    expect(anew()).toHaveLength(2);
  });
});

describe('the versions of a dataset', () => {
  const warnings = [{ code: 'constant_column', detail: 'b has only one value.', detail_fa: '' }];

  it('that failed are read anew from their row', async () => {
    shown = dataset({ version: 1, versions: 3, pending: null });
    const failed = { state: 'failed', kind: null, rows: null } as const;
    versions = [
      version({ ...failed, version: 3, error: failure('damaged_file') }),
      version({ ...failed, version: 2, error: failure('bad_encoding') }),
      version(),
    ];
    await open();
    await userEvent.click(screen.getByRole('tab', { name: /Versions/ }));
    const rows = await screen.findAllByRole('listitem');
    expect(rows.map((row) => within(row).queryAllByRole('button', { name: /other options/ }).length)).toEqual([
      0, 1, 0,
    ]);
  });

  it('say what each is to be warned of, in the list and when one is opened', async () => {
    shown = dataset({ version: 2, versions: 2 });
    versions = [version({ version: 2 }), version({ warnings })];
    await open();
    expect(screen.queryByText('b has only one value.')).toBeNull();
    await userEvent.click(screen.getByRole('tab', { name: /Versions/ }));
    expect((await screen.findByText('1 warning')).getAttribute('title')).toBe('b has only one value.');
    await userEvent.click(screen.getByRole('button', { name: 'Version 1' }));
    await waitFor(() => expect(screen.getByText('b has only one value.')).toBeTruthy());
  });
});
