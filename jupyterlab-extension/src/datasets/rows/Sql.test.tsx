import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ENGLISH } from '../../i18n/locale.js';
import { column, dataset, problem } from '../../testing/bridge.js';
import { Workbench } from '../../testing/workbench.js';
import type { CodeFieldOptions } from '../../tokens.js';
import { Filters } from './Filters.js';
import { Sql } from './Sql.js';

const NAMES = ['شهر', 'کتاب‌ها', 'a"b', 'amount'];
let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.start(ENGLISH, ({ path }) =>
    path.includes('/query')
      ? {
          status: 200,
          body: {
            columns: [
              { name: 'شهر', type: 'text', direction: 'rtl' },
              { name: 'n', type: 'integer', direction: 'ltr' },
              { name: 'ok', type: 'boolean', direction: 'ltr' },
            ],
            rows: [
              ['تهران', 3, true],
              ['=1+1', null, false],
              ['\u200f=1+1', 4, true],
              ['(\u200fالف\u200e)', 5, true],
            ],
            truncated: false,
            seconds: 0.01,
          },
        }
      : problem(404, 'not_found'),
  );
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

const show = (): void => void bench.show(<Sql dataset={dataset()} version={1} columns={NAMES} />);
const offers = (): string[] =>
  [...screen.getByRole('group', { name: 'Columns for the query' }).querySelectorAll('button')].map(
    (one) => one.textContent,
  );

describe('the field for SQL', () => {
  it('offers the columns whose names begin as what is typed, and puts one in as SQL takes it', async () => {
    show();
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'SQL query' });
    expect(offers()).toEqual([]);
    fireEvent.change(field, { target: { value: 'SELECT ' } });
    expect(offers()).toEqual(NAMES);
    // As every search of Kargah: another keyboard's letters and joiners are the same.
    await userEvent.type(field, 'كتابها');
    expect(offers()).toEqual(['کتاب‌ها']);
    await userEvent.keyboard('{Control>} {/Control}');
    expect(field.value).toBe('SELECT "کتاب‌ها"');
    await userEvent.type(field, ', a');
    expect(offers()).toEqual(['a"b', 'amount']);
    await userEvent.click(screen.getByRole('button', { name: 'a"b' }));
    expect(field.value).toBe('SELECT "کتاب‌ها", "a""b"');
  });

  it('is JupyterLab’s own editor where there is one, with the colours of SQL', () => {
    let made: CodeFieldOptions | undefined;
    const replaced: unknown[] = [];
    const codeField = (_host: HTMLElement, options: CodeFieldOptions) => {
      made = options;
      return { replace: (...place: unknown[]) => void replaced.push(place), dispose: () => undefined };
    };
    Object.assign(bench.kargah, { codeField });
    show();
    expect(made).toMatchObject({ mimeType: 'text/x-sql', label: 'SQL query' });
    expect(screen.queryByRole('textbox')).toBeNull();
  });

  it('saves what it was answered as CSV, letter by letter, in which nothing is a formula', async () => {
    const saved: Blob[] = [];
    URL.createObjectURL = (blob: Blob) => `blob:${String(saved.push(blob))}`;
    show();
    expect(screen.queryByRole('button', { name: 'Result as CSV' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Result as CSV' }));
    await waitFor(() => expect(saved).toHaveLength(1));
    expect((await saved[0]!.text()).replace('\uFEFF', '')).toBe(
      "شهر,n,ok\r\nتهران,3,true\r\n'=1+1,,false\r\n'\u200f=1+1,4,true\r\n(\u200fالف\u200e),5,true\r\n",
    );
  });
});

describe('a condition on a column of categories', () => {
  it('suggests the values that the column has most', async () => {
    const columns = [
      column({ name: 'city', top: [{ value: 'تهران', count: 3 }, { value: 'شیراز', count: 1 }] }),
      column({ name: 'n', type: 'integer', top: [{ value: '7', count: 2 }] }),
    ]; // prettier-ignore
    bench.show(<Filters columns={columns} conditions={[]} onChange={() => undefined} />);
    const suggested = (): string[] => {
      const list = screen.getByLabelText<HTMLInputElement>('Value').list;
      return [...(list?.options ?? [])].map((one) => one.value);
    };
    expect(suggested()).toEqual(['تهران', 'شیراز']);
    await userEvent.selectOptions(screen.getByLabelText('Column'), 'n');
    expect(suggested()).toEqual([]);
  });
});
