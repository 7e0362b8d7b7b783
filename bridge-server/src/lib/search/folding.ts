const LETTERS: Readonly<Record<string, string>> = {
  '\u064a': 'ی',
  '\u0649': 'ی',
  '\u0626': 'ی',
  '\u0643': 'ک',
  '\u0629': 'ه',
  '\u06c0': 'ه',
  '\u0622': 'ا',
  '\u0623': 'ا',
  '\u0625': 'ا',
  '\u0671': 'ا',
  '\u0624': 'و',
};

/**
 * A text as search compares it: without case, controls, ZWNJ, marks of direction, tatweel and vowel marks, one form of each Persian
 * letter (آ as ا) and Latin digits. `contract/folding.json` says what the panels and Python have to answer alike.
 */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\p{Cc}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0640]|\p{Mn}/gu, '')
    .replace(/[\u0622-\u0626\u0629\u0643\u0649\u064a\u0671\u06c0]/gu, (letter) => LETTERS[letter] ?? letter)
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/gu, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}
