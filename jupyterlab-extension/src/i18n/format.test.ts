import { fold } from './fold/fold.js';
import { Format } from './format.js';
import { fill, I18n } from './i18n.js';
import { ENGLISH, PERSIAN, resolveLocale } from './locale.js';

const fa = new Format(PERSIAN);
const latn = new Format({ ...PERSIAN, digits: 'latn' });
const en = new Format(ENGLISH);

describe('numbers', () => {
  it.each([
    ['number', fa.number(12480), '۱۲٬۴۸۰'],
    ['number', latn.number(12480), '12,480'],
    ['number', en.number(12480), '12,480'],
    ['percent', fa.percent(0.974), '\u061C۹۷٫۴٪'],
    ['percent', latn.percent(0.974), '97.4%'],
    ['percent', en.percent(0.974), '97.4%'],
    ['percent', fa.percent(Number.NaN), 'NaN'],
    ['spoken percent', fa.percentSpoken(0.7), '۷۰ درصد'],
    ['size', fa.size(2_100_000_000), '۲٫۱ گیگابایت'],
    ['size', en.size(2_100_000_000), '2.1 GB'],
    ['size', en.size(999), '999 B'],
    ['size', en.size(999_950), '1 MB'],
    ['metric', en.metric(0.091234), '0.0912'],
    ['metric', fa.metric(-0.0134), '−۰٫۰۱۳۴'],
    ['metric', en.metric(0.0000151), '1.51e-5'],
    ['metric', fa.metric(0.0000151), '\u2066۱٫۵۱×۱۰⁻⁵\u2069'],
    ['metric', fa.metric(-23_400_000), '\u2066−۲٫۳۴×۱۰⁷\u2069'],
    ['metric', en.metric(38_700.4), '38,700'],
    ['metric', en.metric(Number.NaN), 'NaN'],
    ['statistic', en.statistic(11_178_300), '11,178,300'],
    ['statistic', fa.statistic(11_178_300), '۱۱٬۱۷۸٬۳۰۰'],
    ['statistic', en.statistic(1402), '1402'],
    ['statistic', en.statistic(-0.000_123_456_7), '−0.000123457'],
    ['statistic', fa.statistic(41.5), '۴۱٫۵'],
    ['statistic', en.statistic(1.5e-9), '1.5e-9'],
    ['statistic', latn.statistic(1.5e-9), '1.5e-9'],
    ['statistic', fa.statistic(1.5e-9), '\u2066۱٫۵×۱۰⁻⁹\u2069'],
  ])('a %s is written as in the table', (_name, got, wanted) => {
    expect(got).toBe(wanted);
  });
});

describe('durations', () => {
  it.each([
    [fa.duration(72), '۱ دقیقه و ۱۲ ثانیه'],
    [en.duration(72), '1 min 12 s'],
    [en.duration(3600), '1 h'],
    [en.duration(0.094), '94 ms'],
    [fa.clock(168), '۲:۴۸'],
    [en.clock(3768), '1:02:48'],
    [fa.left(480), 'حدود ۸ دقیقه'],
    [en.left(480), 'about 8 min'],
    [en.left(72), '1 min 12 s'],
  ])('%s', (got, wanted) => {
    expect(got).toBe(wanted);
  });
});

describe('moments', () => {
  const now = new Date(2026, 10, 22, 18, 0, 0);
  const at = (change: number): Date => new Date(now.getTime() - change * 1000);
  it.each([
    [fa.moment(at(180), now), '۳ دقیقه پیش'],
    [en.moment(at(180), now), '3 min ago'],
    [en.moment(at(10), now), 'just now'],
    [en.moment(at(2 * 3600), now), '2 h ago'],
    [fa.moment(new Date(2026, 10, 21, 16, 20), now), 'دیروز ۱۶:۲۰'],
    [en.moment(new Date(2026, 10, 21, 16, 20), now), 'yesterday 16:20'],
    [fa.date(new Date(2026, 10, 22)), '۱ آذر ۱۴۰۵'],
    [en.date(new Date(2026, 10, 22)), '22 Nov 2026'],
  ])('%s', (got, wanted) => {
    expect(got).toBe(wanted);
  });

  it('follow the chosen calendar', () => {
    expect(new Format({ ...PERSIAN, calendar: 'gregory' }).date(new Date(2026, 10, 22))).toContain('۲۰۲۶');
  });
});

describe('sentences', () => {
  it('isolate what is put into them and write its numbers in the chosen digits', () => {
    expect(fill('حذف {x}؟', { x: 'digits.csv' }, fa)).toBe('حذف \u2068digits.csv\u2069؟');
    expect(fill('{n} ردیف', { n: 1797 }, fa)).toBe('۱٬۷۹۷ ردیف');
    expect(fill('{n} {n|row|rows}', { n: 1 }, en)).toBe('1 row');
    expect(fill('{n} {n|row|rows}', { n: 2 }, en)).toBe('2 rows');
  });

  it('leave the figures of Latin names as they are', () => {
    expect(fa.digits('ردیف 12: نه UTF-8 است، نه c10 و نه U+0000؛ 2.1 GB')).toBe(
      'ردیف ۱۲: نه UTF-8 است، نه c10 و نه U+0000؛ ۲.۱ GB',
    );
    expect(en.digits('Row 12')).toBe('Row 12');
  });

  it('come in the language that was chosen', () => {
    expect(new I18n(PERSIAN).t('state.lost')).toBe('گم‌شده');
    expect(new I18n(ENGLISH).t('state.lost')).toBe('lost');
  });
});

describe('the language', () => {
  const auto = { language: 'auto', digits: 'auto', calendar: 'auto' } as const;
  it('is Persian unless JupyterLab was switched to something else', () => {
    expect(resolveLocale(auto, 'en')).toEqual(PERSIAN);
    expect(resolveLocale(auto, 'fa_IR')).toEqual(PERSIAN);
    expect(resolveLocale(auto, 'de_DE').language).toBe('en');
  });
  it('is the one of the setting, with its own digits and calendar', () => {
    expect(resolveLocale({ ...auto, language: 'en' }, 'en')).toEqual(ENGLISH);
    expect(resolveLocale({ ...auto, digits: 'latn' }, 'en').digits).toBe('latn');
    expect(resolveLocale({ ...auto, calendar: 'gregory' }, 'en').calendar).toBe('gregory');
  });
});

describe('search', () => {
  it('takes the ways people write the same word for equal', () => {
    expect(fold('كتاب‌هاي ۱۲۳')).toBe(fold('کتابهای 123'));
    expect(fold('MLP')).toBe('mlp');
  });
});
