/** Folds what people type differently for the same word: Arabic ي/ك, digits of three scripts, ZWNJ, marks and case. */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u064a\u0649]/g, '\u06cc')
    .replace(/\u0643/g, '\u06a9')
    .replace(/[\u0622\u0623\u0625]/g, '\u0627')
    .replace(/[\u0629\u06c0]/g, '\u0647')
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u200b-\u200f\u061c\u2066-\u2069\u0640]|\p{Mn}/gu, '')
    .trim();
}
