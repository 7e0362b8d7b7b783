import { I18n } from './i18n.js';
import { ENGLISH, PERSIAN } from './locale.js';

const FSI = '\u2068';
const PDI = '\u2069';
const fa = new I18n(PERSIAN);
const en = new I18n(ENGLISH);
const said = (code: string, params?: Record<string, string | number>) => ({
  code,
  detail: `the bridge's ${code}`,
  detail_fa: `جملهٔ ${code}`,
  params,
});

it('keeps the digits of names and writes those of figures', () => {
  expect(fa.warning(said('missing_values', { column: '2020', percent: 14 }))).toBe(
    `\u061C۱۴٪ از ستون ${FSI}2020${PDI} خالی است.`,
  );
  expect(fa.failure(said('file_missing', { path: 'data/2020/1.csv' }))).toContain(`${FSI}data/2020/1.csv${PDI}`);
});

it('groups figures and writes decimals as the language does', () => {
  const straight = said('leaking_number', { column: 'a', target: 'b', correlation: 0.9998 });
  expect(fa.warning(straight)).toContain('۰٫۹۹۹۸');
  expect(en.warning(straight)).toContain('correlation 0.9998');
  expect(en.warning(said('duplicate_rows', { count: 12_480 }))).toBe('12,480 rows are copies of others.');
});

it('has a form for one and a form for several', () => {
  expect(en.warning(said('duplicate_rows', { count: 1 }))).toBe('1 row is a copy of another.');
  expect(en.failure(said('too_many_columns', { columns: 1, max: 5 }))).toContain('1 column;');
});

it('names the words of closed sets in Persian', () => {
  const odd = said('value_not_of_type', { row: 3, column: 'x', value: 'oops', type: 'integer' });
  expect(fa.failure(odd)).toContain('عدد صحیح');
  expect(en.failure(odd)).toContain('integer');
});

it('says what came along where a value or the code is not known', () => {
  expect(fa.warning(said('missing_values', { column: 'x' }))).toBe('جملهٔ missing_values');
  expect(en.failure(said('of_a_newer_bridge'))).toBe("the bridge's of_a_newer_bridge");
});
