const LETTERS: Readonly<Record<string, string>> = {
  '\u064a': 'ی',
  '\u0649': 'ی',
  '\u0643': 'ک',
  '\u0629': 'ه',
  '\u06c0': 'ه',
};

/** A text as search compares it: without case, controls, ZWNJ, tatweel and vowel marks, Persian letters and Latin digits. */
export function folded(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{Cc}\u200b-\u200f\u0640]|\p{Mn}/gu, '')
    .replace(/[\u0643\u0649\u064a\u0629\u06c0]/gu, (letter) => LETTERS[letter] ?? letter)
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/gu, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf))
    .toLowerCase();
}
