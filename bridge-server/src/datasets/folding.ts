const LETTERS: Readonly<Record<string, string>> = { ي: 'ی', ى: 'ی', ك: 'ک', ة: 'ه', ۀ: 'ه' };

/** A text as search compares it: without case, ZWNJ, tatweel and vowel marks, Persian letters and Latin digits. */
export function folded(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u200b-\u200f\u0640\u064b-\u0655\u0670]/gu, '')
    .replace(/[يىكةۀ]/gu, (letter) => LETTERS[letter] ?? letter)
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/gu, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf))
    .toLowerCase();
}
