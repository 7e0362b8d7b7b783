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
  ])('may be %s', (name) => {
    expect(displayName.parse(name)).toBe(name);
  });

  it('loses the spaces around it', () => {
    expect(displayName.parse('  فروش\n')).toBe('فروش');
  });

  it.each([
    ['NUL', 'a\u0000b'],
    ['an escape', 'a\u001b[31mb'],
    ['a tab', 'a\tb'],
    ['the end of a line', 'a\nb'],
    ['the end of a line of Unicode’s', 'a\u2028b'],
    ['what turns the direction', 'report\u202evsc.exe'],
    ['an isolate', 'a\u2066b'],
    ['a mark of direction', 'a\u200fb'],
    ['an Arabic mark of direction', 'a\u061cb'],
    ['a space of no width', 'a\u200bb'],
    ['a joiner', 'a\u200db'],
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
