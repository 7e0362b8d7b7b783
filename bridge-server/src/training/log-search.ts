import { open, type FileHandle } from 'node:fs/promises';
import { folded } from '../datasets/folding.js';

const PIECE_BYTES = 256 * 1024;
/** What one request reads at most; the next one goes on from there. */
const SCAN_BYTES = 64 * 2 ** 20;
/** Of a long line only this much is answered. */
const SHOWN_CHARACTERS = 1_000;
const NEWLINE = 0x0a;

export interface LogMatches {
  readonly items: { readonly offset: number; readonly text: string }[];
  readonly next_offset: number | null;
}

// eslint-disable-next-line no-control-regex -- what terminals are told: colours, cursor moves, titles
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/gu;

/**
 * Lines of a log that hold `wanted`, letter case and the forms of Persian letters aside, from the line at byte `offset` on.
 * Reads in pieces of 256 KiB that end with a line (a longer line is cut), so that memory stays the same whatever the log's size.
 */
export async function searchLog(path: string, wanted: string, offset: number, limit: number): Promise<LogMatches> {
  const needle = folded(wanted).trim();
  const mayHold = bytesThatMayHold(needle);
  const items: LogMatches['items'] = [];
  const file = await opened(path);
  if (file === null || needle === '') return { items, next_offset: null };
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    for (let at = offset; at < offset + SCAN_BYTES;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, at);
      if (bytesRead === 0) return { items, next_offset: null };
      const piece = buffer.subarray(0, wholeLines(buffer.subarray(0, bytesRead)));
      if (mayHold.test(piece.toString('latin1')))
        for (const line of linesOf(piece)) {
          const bytes = piece.subarray(line.start, line.end);
          if (!mayHold.test(bytes.toString('latin1'))) continue;
          const text = readable(bytes);
          if (!folded(text).includes(needle)) continue;
          if (items.length === limit) return { items, next_offset: at + line.start };
          items.push({ offset: at + line.start, text: around(text, needle) });
        }
      at += piece.length;
      if (at >= offset + SCAN_BYTES) return { items, next_offset: at };
    }
    return { items, next_offset: null };
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle | null> {
  try {
    return await open(path);
  } catch (error) {
    // A job that waits, or was only just made, has no log.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** How many bytes end with a whole line; all of them where there is no line end. */
function wholeLines(bytes: Buffer): number {
  const end = bytes.lastIndexOf(NEWLINE);
  return end < 0 || bytes.length < PIECE_BYTES ? bytes.length : end + 1;
}

/** Letters that search takes for one another, by the one that `folded` leaves. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  ی: ['ي', 'ى'],
  ک: ['ك'],
  ه: ['ة', 'ۀ'],
  ...Object.fromEntries(Array.from('0123456789', (digit, n) => [digit, ['۰۱۲۳۴۵۶۷۸۹'[n]!, '٠١٢٣٤٥٦٧٨٩'[n]!]])),
};
/** What may stand between two letters, as UTF-8: ZWNJ, tatweel, marks, and what terminals are told. */
const BETWEEN =
  '(?:\xe2\x80[\x8b-\x8f]|\xd9[\x80\x8b-\x9f\xb0]|\xcc[\x80-\xbf]|\xcd[\x80-\xaf]|\xdb[\x96-\xad]|\x1b\\[[0-?]*[ -/]*[@-~])*';

/**
 * Finds bytes in which `needle` may be. Most of a log does not hold what is looked for; to decode and fold all of it would take
 * twenty times as long.
 */
function bytesThatMayHold(needle: string): RegExp {
  const bytes = (text: string): string =>
    Buffer.from(text)
      .toString('latin1')
      .replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
  const letters = Array.from(needle, (letter) => {
    const forms = [letter, letter.toUpperCase(), letter.toLowerCase(), ...(FORMS[letter] ?? [])];
    const all = new Set(forms.flatMap((form) => [form, form.normalize('NFD')]));
    return `(?:${[...all].map(bytes).join('|')})`;
  });
  return new RegExp(letters.join(BETWEEN), 'i');
}

function* linesOf(piece: Buffer): Iterable<{ start: number; end: number }> {
  for (let start = 0; start < piece.length;) {
    const found = piece.indexOf(NEWLINE, start);
    const end = found < 0 ? piece.length : found;
    yield { start, end };
    start = end + 1;
  }
}

/** What is left to see of a line: no colours, and of a progress bar its last state. */
function readable(line: Buffer): string {
  const text = withoutCodes(line.toString()).replace(/\r+$/u, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}

const withoutCodes = (text: string): string => (text.includes('\u001b') ? text.replace(TERMINAL, '') : text);

/** A long line is shown around what was looked for. */
function around(text: string, needle: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  const at = Math.max(0, folded(text).indexOf(needle) - SHOWN_CHARACTERS / 2);
  return text.slice(at, at + SHOWN_CHARACTERS).toWellFormed();
}
