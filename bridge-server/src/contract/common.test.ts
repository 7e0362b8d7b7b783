import { describe, expect, it } from 'vitest';
import { displayName } from './common.js';

describe('a name', () => {
  it.each([
    'فروش ۱۴۰۲',
    'می‌خواهم خانه‌ها را ببینم',
    'Größe (2) – “final”',
    '数据',
    'ساعت 12:30 ✈️',
    'cafe\u0301',
    '👍🏽 خوب',
    'سال ۱۴۰۵ ه\u200d.ش',
    'خانواده 👨\u200d👩\u200d👧',
    '🏳️\u200d🌈',
  ])('may be %s', (name) => {
    expect(displayName.parse(name)).toBe(name);
  });

  it('loses the spaces around it', () => {
    expect(displayName.parse('  فروش\n')).toBe('فروش');
  });

  it.each([
    ['a mark that a messenger put there', '\u200fفروش ۱۴۰۲\u200e', 'فروش ۱۴۰۲'],
    ['a mark of Arabic', 'فروش\u061c ۱۴۰۲', 'فروش ۱۴۰۲'],
    ['an embedding that an editor put around it', '\u202bگزارش report\u202c', 'گزارش report'],
    ['an isolate', '\u2066a\u2069b', 'ab'],
    ['what would show its ending from the other side', 'report\u202evsc.exe', 'reportvsc.exe'],
  ])('loses %s', (_what, name, kept) => {
    expect(displayName.parse(name)).toBe(kept);
  });

  it('of marks of direction alone is none', () => {
    expect(displayName.safeParse('\u200f\u202b \u202c').success).toBe(false);
  });

  it.each([
    ['NUL', 'a\u0000b'],
    ['an escape', 'a\u001b[31mb'],
    ['a tab', 'a\tb'],
    ['the end of a line', 'a\nb'],
    ['the end of a line of Unicode’s', 'a\u2028b'],
    ['a space of no width', 'a\u200bb'],
    ['a joiner that joins nothing', '\u200db'],
    ['a word joiner', 'a\u2060b'],
    ['a byte order mark', 'a\ufeffb'],
    ['a soft hyphen', 'a\u00adb'],
    ['a filler', 'a\u3164b'],
    ['a tag', 'a\u{e0041}b'],
    ['half a letter', 'a\ud800b'],
    ['nothing that is seen', '\u200c \u200c'],
    ['nothing', ' '],
  ])('may not hold %s', (_what, name) => {
    expect(displayName.safeParse(name).success).toBe(false);
  });
});
