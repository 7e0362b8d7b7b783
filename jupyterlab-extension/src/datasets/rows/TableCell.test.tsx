import { cleanup, render, screen } from '@testing-library/react';
import { I18nContext } from '../../i18n/context.js';
import { I18n } from '../../i18n/i18n.js';
import { ENGLISH, PERSIAN } from '../../i18n/locale.js';
import { Histogram } from '../page/Histogram.js';
import { TableCell } from './TableCell.js';

afterEach(cleanup);

it.each([
  [PERSIAN, '2026-11-28', '۱۴۰۵/۰۹/۰۷'],
  [ENGLISH, '2026-11-28', '1405/09/07'],
  [PERSIAN, '2025-03-20T16:20:00', '۱۴۰۳/۱۲/۳۰ ۱۶:۲۰:۰۰'],
])('a date of a Jalali column is shown in its calendar (%#)', (locale, value, shown) => {
  render(
    <I18nContext.Provider value={new I18n(locale)}>
      <table>
        <tbody>
          <tr>
            <TableCell value={value} type="date" direction="ltr" calendar="jalali" />
            <TableCell value={value} type="date" direction="ltr" />
          </tr>
        </tbody>
      </table>
    </I18nContext.Provider>,
  );
  expect(screen.getByText(shown)).toBeTruthy();
  expect(screen.getByText(value)).toBeTruthy();
});

it('the ends of the histogram of a Jalali column are Jalali days', () => {
  render(
    <I18nContext.Provider value={new I18n(PERSIAN)}>
      <Histogram
        histogram={{ edges: ['2025-03-20T00:00:00', '2025-03-21T12:00:00'], counts: [2] }}
        label="روز"
        calendar="jalali"
      />
    </I18nContext.Provider>,
  );
  expect(screen.getByText('۱۴۰۳/۱۲/۳۰')).toBeTruthy();
  expect(screen.getByText('۱۴۰۴/۰۱/۰۱')).toBeTruthy();
});
