const ESCAPE = 0x1b;
const BELL = 0x07;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Persian and Arabic letters that are searched for as another, by the last byte of their UTF-8: the two bytes of the other. */
const AFTER_D8: Readonly<Record<number, readonly [number, number]>> = {
  0xa2: [0xd8, 0xa7], // آ أ إ as ا: the two may stand there as a letter and a mark
  0xa3: [0xd8, 0xa7],
  0xa5: [0xd8, 0xa7],
  0xa4: [0xd9, 0x88], // ؤ as و
  0xa6: [0xdb, 0x8c], // ئ as ی
  0xa9: [0xd9, 0x87], // ة as ه
};
const AFTER_D9: Readonly<Record<number, readonly [number, number]>> = {
  0x83: [0xda, 0xa9], // ك as ک
  0x89: [0xdb, 0x8c], // ى ي as ی
  0x8a: [0xdb, 0x8c],
  0xb1: [0xd8, 0xa7], // ٱ as ا
};
const REPLACED = 'آأإٱؤئۀ';

/**
 * Whether {@link plainBytes} makes the same of every way to write this text: letters with another case beyond ASCII, or with marks
 * that may be written apart, it leaves as they are.
 */
export function isPlain(text: string): boolean {
  return Array.from(text).every(
    (letter) =>
      letter < '\u0080' ||
      REPLACED.includes(letter) ||
      (letter.toLowerCase() === letter.toUpperCase() && letter.normalize('NFD') === letter),
  );
}

/**
 * UTF-8 as a search compares it, in one pass: without what terminals are told, controls but line ends, ZWNJ, tatweel and marks, ASCII in small
 * letters, Persian letters and Latin digits. At least as much becomes alike as `folded` makes alike.
 *
 * @param into at least as long
 * @returns the part of `into` that was written
 */
export function plainBytes(from: Uint8Array, into: Buffer): Buffer {
  const { length } = from;
  let to = 0;
  for (let at = 0; at < length;) {
    const byte = from[at]!;
    if (byte >= 0x20 && byte < 0x7f) {
      into[to++] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      at += 1;
    } else if (byte < 0x80) {
      if (byte === ESCAPE) at = behindCode(from, at);
      else {
        if (byte === NEWLINE || byte === RETURN) into[to++] = byte;
        at += 1;
      }
    } else {
      const second = at + 1 < length ? from[at + 1]! : 0;
      const seen = twoBytes(byte, second);
      if (seen === KEEP) {
        into[to++] = byte;
        at += 1;
      } else if (seen === DROP) at += 2;
      else if (seen === THIRD) {
        const third = at + 2 < length ? from[at + 2]! : 0;
        if (isInvisible(byte, second, third)) at += 3;
        else {
          into[to++] = byte;
          at += 1;
        }
      } else {
        if (typeof seen === 'number') into[to++] = seen;
        else {
          into[to++] = seen[0];
          into[to++] = seen[1];
        }
        at += 2;
      }
    }
  }
  return into.subarray(0, to);
}

const KEEP = -1;
const DROP = -2;
const THIRD = -3;

/** What becomes of two bytes: other bytes, or one of the words above. */
function twoBytes(first: number, second: number): number | readonly [number, number] {
  switch (first) {
    case 0xc2:
      return second >= 0x80 && second <= 0x9f ? DROP : KEEP;
    case 0xcc:
      return second >= 0x80 && second <= 0xbf ? DROP : KEEP;
    case 0xcd:
      return second >= 0x80 && second <= 0xaf ? DROP : KEEP;
    case 0xd8:
      if ((second >= 0x90 && second <= 0x9a) || second === 0x9c) return DROP;
      return AFTER_D8[second] ?? KEEP;
    case 0xd9:
      if (second === 0x80 || (second >= 0x8b && second <= 0x9f) || second === 0xb0) return DROP;
      if (second >= 0xa0 && second <= 0xa9) return 0x30 + second - 0xa0;
      return AFTER_D9[second] ?? KEEP;
    case 0xdb:
      if (second === 0x80) return HE;
      if (second >= 0x96 && second <= 0xad) return DROP;
      return second >= 0xb0 && second <= 0xb9 ? 0x30 + second - 0xb0 : KEEP;
    case 0xe2:
      return second === 0x80 || second === 0x81 ? THIRD : KEEP;
    case 0xef:
      return second === 0xbb ? THIRD : KEEP;
    default:
      return KEEP;
  }
}
const HE = [0xd9, 0x87] as const;

/** ZWNJ and its neighbours, marks of direction, word joiners, and U+FEFF. */
function isInvisible(first: number, second: number, third: number): boolean {
  if (first === 0xef) return third === 0xbf;
  if (second === 0x81) return third >= 0xa0 && third <= 0xa9;
  return (third >= 0x8b && third <= 0x8f) || (third >= 0xaa && third <= 0xae);
}

/** Where a terminal's code that begins at `at` ends; of one that does not end the first byte is left out. */
function behindCode(from: Uint8Array, at: number): number {
  const { length } = from;
  const kind = from[at + 1] ?? 0;
  let end = at + 2;
  if (kind === 0x5b) {
    while (end < length && from[end]! >= 0x30 && from[end]! <= 0x3f) end += 1;
    while (end < length && from[end]! >= 0x20 && from[end]! <= 0x2f) end += 1;
    return end < length && from[end]! >= 0x40 && from[end]! <= 0x7e ? end + 1 : at + 1;
  }
  if (kind === 0x5d) {
    while (end < length && from[end] !== BELL && from[end] !== ESCAPE && from[end] !== NEWLINE) end += 1;
    if (from[end] === BELL) return end + 1;
    return from[end] === ESCAPE && from[end + 1] === 0x5c ? end + 2 : end;
  }
  return kind >= 0x40 && kind <= 0x5f ? end : at + 1;
}
