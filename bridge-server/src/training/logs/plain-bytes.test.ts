import { describe, expect, it } from 'vitest';
import { folded } from '../../lib/search/folding.js';
import { isPlain, plainBytes } from './plain-bytes.js';

const plain = (text: string): string => {
  const bytes = Buffer.from(text);
  return plainBytes(bytes, Buffer.alloc(bytes.length)).toString();
};
/** A number generator that gives the same at every run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state >>> 8;
  }
}

describe('plain bytes', () => {
  it.each([
    ['\u001b[31mER\u001b[1mROR\u001b[0m here', 'error here'],
    ['\u001b]0;a title\u0007text \u001b]8;;x\u001b\\link', 'text link'],
    ['\u001b[0000', '[0000'],
    ['a\tb\0c\r\nd', 'abc\r\nd'],
    ['كتاب‌های يك', 'کتابهای یک'],
    ['قَلَم ـ', 'قلم '],
    ['۱۲۳ ٤٥٦', '123 456'],
    ['آب', 'اب'],
    ['آب'.normalize('NFD'), 'اب'],
    ['日本 😀', '日本 😀'],
  ])('%j is %j', (text, seen) => {
    expect(plain(text)).toBe(seen);
  });

  it('makes alike at least what a search makes alike', () => {
    const letters = [
      ...Array.from('aAbBzZ019 .%|#-\tآأإٱؤئةۀكيىکیهاو۱٢…'),
      '\u200c',
      '\u0640',
      '\u064b',
      '\u0615',
      '\u061c',
      '\u202b',
      '\u2067',
      '\ufeff',
      '\u0301',
      '\u0653',
      '\u00e9',
      '日',
      '😀',
      '\u0085',
    ];
    const random = numbers(11);
    const some = (most: number): string => {
      const length = 1 + ((random.next().value as number) % most);
      return Array.from({ length }, () => letters[(random.next().value as number) % letters.length]).join('');
    };
    let alike = 0;
    for (let n = 0; n < 20_000; n += 1) {
      const text = some(30);
      const needle = folded(
        n % 2 === 0
          ? some(3)
          : Array.from(text)
              .slice(2, 2 + (n % 5))
              .join(''),
      ).trim();
      if (needle === '' || !isPlain(needle) || !folded(text).includes(needle)) continue;
      alike += 1;
      expect(plain(text), JSON.stringify([text, needle])).toContain(plain(needle));
    }
    expect(alike).toBeGreaterThan(2_000);
  });

  it.each(['é', 'É', 'ß', 'я', '한'])('leaves %s to a search that decodes', (letter) => {
    expect(isPlain(letter)).toBe(false);
  });
});
