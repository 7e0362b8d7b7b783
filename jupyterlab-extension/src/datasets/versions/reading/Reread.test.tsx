import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Reading, ReadingPreview } from '../../../api/types.js';
import { ENGLISH } from '../../../i18n/locale.js';
import { dataset, page, problem } from '../../../testing/bridge.js';
import { Workbench } from '../../../testing/workbench.js';
import type { Shell } from '../../../tokens.js';
import { openReread } from './Reread.js';

const ENCODINGS = [
  { encoding: 'utf-8', line: '\ufffd\ufffd,y' },
  { encoding: 'utf-16', line: '\u62c3' },
  { encoding: 'windows-1256', line: 'نام,y' },
];
const NOTHING = { columns: [], rows: [], changes: [], warnings: [], sheets: [], encodings: ENCODINGS };
const UNREADABLE: ReadingPreview = {
  ...NOTHING,
  reading: {},
  error: { code: 'bad_encoding', detail: 'Choose its encoding.', detail_fa: '' },
};

let bench: Workbench;
let look: (reading: Reading) => ReadingPreview;
let made: unknown;
beforeEach(async () => {
  made = null;
  bench = await Workbench.start(ENGLISH, ({ path, body }) => {
    if (path.includes('/reading')) return { status: 200, body: look(JSON.parse(body.toString()) as Reading) };
    if (path.endsWith('/versions')) {
      made = JSON.parse(body.toString());
      return { status: 201, body: dataset() };
    }
    return path.includes('/datasets') ? page() : problem(404, 'not_found');
  });
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

/** The dialog's content; resolves with it on the page. */
const open = async (): Promise<{ closed: boolean }> => {
  const state = { closed: false };
  jest.spyOn(bench.kargah.shell, 'show').mockImplementation(({ content }: Parameters<Shell['show']>[0]) => {
    bench.show(<>{content(() => (state.closed = true))}</>);
    return Promise.resolve();
  });
  void openReread(bench.kargah, dataset({ state: 'failed' }), 1);
  await screen.findByTestId('kargah-reread');
  return state;
};

describe('a file that could not be read', () => {
  it('shows its first line in each encoding, and is read with the one that is chosen', async () => {
    look = ({ encoding }) =>
      encoding === 'windows-1256'
        ? {
            ...NOTHING,
            reading: { encoding, delimiter: ',', header: true },
            columns: [{ name: 'نام', type: 'text', direction: 'rtl' }],
            rows: [['علی']],
            error: null,
          }
        : UNREADABLE;
    const dialog = await open();
    expect(screen.getByText('Choose its encoding.')).toBeTruthy();
    const make = screen.getByRole('button', { name: 'Make a version' });
    expect(make).toHaveProperty('disabled', true);
    const encoding = screen.getByLabelText('Encoding');
    // Options that the reader did not detect are left open.
    expect(encoding).toHaveProperty('value', '');
    await userEvent.selectOptions(encoding, 'windows-1256');
    expect(screen.getByText('نام,y')).toBeTruthy();
    expect(await screen.findByText('علی')).toBeTruthy();
    await waitFor(() => expect(make).toHaveProperty('disabled', false));
    await userEvent.click(make);
    await waitFor(() => expect(dialog.closed).toBe(true));
    expect(made).toEqual({ version: 1, reading: { encoding: 'windows-1256' } });
  });

  it('of several sheets lets another sheet be chosen', async () => {
    const sheets = ['cover', 'data'];
    look = ({ sheet }) =>
      sheet === undefined
        ? {
            ...NOTHING,
            encodings: [],
            sheets,
            reading: {},
            error: { code: 'no_rows', detail: 'No rows.', detail_fa: '' },
          }
        : { ...NOTHING, encodings: [], sheets, reading: { sheet, header: true }, error: null };
    await open();
    expect(screen.getByText('No rows.')).toBeTruthy();
    expect(screen.queryByLabelText('Encoding')).toBeNull();
    await userEvent.selectOptions(screen.getByLabelText('Sheet'), 'data');
    await waitFor(() => expect(screen.queryByText('No rows.')).toBeNull());
  });
});

describe('a column that was read otherwise than it is meant', () => {
  const dates = (written: { order: 'dmy' } | undefined): ReadingPreview => ({
    ...NOTHING,
    reading: { encoding: 'utf-8', delimiter: ',', header: true },
    columns: [
      { name: 'when', type: written === undefined ? 'text' : 'date', direction: 'ltr', ...(written && { written }) },
    ],
    rows: [['01/02/2020']],
    warnings:
      written === undefined
        ? [
            {
              code: 'date_order_unclear',
              detail: 'The day or the month may stand first.',
              detail_fa: 'ن',
              column: 'when',
            },
          ]
        : [],
    error: null,
  });

  it('is told of, and read with the type and the order of dates that are chosen', async () => {
    look = ({ types }) => {
      if (types?.['when']?.order === 'dmy') return dates({ order: 'dmy' });
      if (types?.['when'] === undefined) return dates(undefined);
      return {
        ...NOTHING,
        reading: {},
        error: { code: 'date_order_unclear', detail: 'Choose the order.', detail_fa: '' },
      };
    };
    const dialog = await open();
    expect(screen.getByText('The day or the month may stand first.')).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText(/Type of/u), 'date');
    expect(await screen.findByText('Choose the order.')).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText(/Order of the dates of/u), 'dmy');
    await waitFor(() => expect(screen.queryByText('Choose the order.')).toBeNull());
    await userEvent.click(screen.getByRole('button', { name: 'Make a version' }));
    await waitFor(() => expect(dialog.closed).toBe(true));
    const when = { type: 'date', invalid: 'missing', order: 'dmy' };
    expect(made).toEqual({ version: 1, reading: { types: { when } } });
  });

  it('has the decimal mark of its numbers chosen, and words for missing set', async () => {
    look = ({ types }) => ({
      ...NOTHING,
      reading: { encoding: 'utf-8', delimiter: ';', header: true },
      columns: [{ name: 'x', type: 'number', direction: 'ltr' }],
      rows: [[types === undefined ? 1234 : 1.234]],
      error: null,
    });
    const dialog = await open();
    await userEvent.selectOptions(screen.getByLabelText(/Decimal mark of/u), ',');
    await userEvent.type(screen.getByLabelText(/Words for missing/u), '-999, ?، ');
    await userEvent.click(screen.getByRole('button', { name: 'Make a version' }));
    await waitFor(() => expect(dialog.closed).toBe(true));
    const x = { type: 'number', invalid: 'missing', decimal: ',' };
    expect(made).toEqual({ version: 1, reading: { types: { x }, missing: ['-999', '?'] } });
  });
});

it('lines that are no rows are said, and the file is looked at without them', async () => {
  const asked: Reading[] = [];
  look = (reading) => {
    asked.push(reading);
    const { types: _, ...others } = reading;
    return { ...NOTHING, reading: { encoding: 'utf-8', delimiter: ',', header: true, ...others }, error: null };
  };
  await open();
  const skip = screen.getByLabelText('Lines before the header');
  await userEvent.clear(skip);
  await userEvent.type(skip, '2');
  await userEvent.type(screen.getByLabelText('Sign of remarks'), '!');
  await userEvent.click(screen.getByLabelText('The row below the header holds units'));
  await userEvent.click(screen.getByLabelText('The header has two rows'));
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ comment: '!', units: true, header_rows: 2 }));
  expect(asked.at(-1)?.skip_rows).toBeGreaterThan(0);
});
