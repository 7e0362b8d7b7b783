import { cleanup, screen } from '@testing-library/react';
import type { VersionDiff } from '../../api/types.js';
import { ENGLISH, PERSIAN, type Locale } from '../../i18n/locale.js';
import { dataset, problem } from '../../testing/bridge.js';
import { Workbench } from '../../testing/workbench.js';
import { Diff } from './Diff.js';

const DIFF = {
  from: 1,
  to: 2,
  rows: { before: 3, after: 3, added: 0, removed: 0 },
  columns_added: [],
  columns_removed: [],
  columns_retyped: [{ column: 'price', before: 'text', after: 'category' }],
  missing: [],
  distributions: [],
  classes: [{ name: 'سیب', before: 1200, after: 12500 }],
};

let bench: Workbench | undefined;
afterEach(async () => {
  cleanup();
  await bench?.stop();
});

it.each<[string, Locale, string, string]>([
  ['English, rightwards', ENGLISH, 'price: text → category', '1,200 → 12,500'],
  ['Persian, leftwards', PERSIAN, 'price: متن ← رده‌ای', '۱٬۲۰۰ ← ۱۲٬۵۰۰'],
])('says what a column was and has become in %s', async (_name, locale, retyped, counts) => {
  bench = await Workbench.start(locale, ({ path }) =>
    path.includes('/diff')
      ? { status: 200, body: DIFF satisfies Partial<VersionDiff> as unknown as VersionDiff }
      : problem(404, 'not_found'),
  );
  bench.show(<Diff dataset={dataset()} from={1} to={2} />);
  const shown = (await screen.findByTestId('kargah-diff')).textContent.replace(/\p{Cf}/gu, (mark) =>
    mark === '\u200c' ? mark : '',
  );
  expect(shown).toContain(retyped);
  expect(shown).toContain(counts);
});
