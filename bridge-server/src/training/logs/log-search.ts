import { open, type FileHandle } from 'node:fs/promises';
import { folded } from '../../lib/search/folding.ts';
import { isPlain, plainBytes } from './plain-bytes.ts';

const PIECE_BYTES = 256 * 1024;
/** What one request reads at most; the next one goes on from there. */
const SCAN_BYTES = 64 * 2 ** 20;
/** A longer line is looked at in parts of this length, which overlap by more than anything that can be looked for. */
const PART_BYTES = 8 * 1024;
const OVERLAP_BYTES = 2 * 1024;
/** Of a long line only this much is answered. */
const SHOWN_CHARACTERS = 1_000;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export interface LogMatches {
  readonly items: { readonly offset: number; readonly text: string }[];
  readonly next_offset: number | null;
}
export interface LogQuestion {
  readonly path: string;
  readonly wanted: string;
  readonly offset: number;
  readonly limit: number;
  /** Limit of processor time, not of wall time, so that a busy machine does not shorten a search; at least one piece is read. */
  readonly budgetMs: number;
}

// eslint-disable-next-line no-control-regex -- what terminals are told: colours, cursor moves, titles
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/gu;

/**
 * Lines of a log that hold `wanted`, letter case and the forms of Persian letters aside, from the line at byte `offset` on, as far
 * as the time goes: `next_offset` says up to where was looked. Reads in pieces of 256 KiB that end with a line (a longer line is
 * cut), so that memory stays the same whatever the log's size; the time for each piece is bounded whatever it holds.
 *
 * @throws the signal's reason
 */
export async function searchLog(
  { path, wanted, offset, limit, budgetMs }: LogQuestion,
  signal?: AbortSignal,
): Promise<LogMatches> {
  const needle = folded(wanted).trim();
  const mayHold = bytesThatMayHold(needle);
  const items: LogMatches['items'] = [];
  const file = await opened(path);
  if (file === null) return { items, next_offset: null };
  try {
    if (needle === '') return { items, next_offset: null };
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    let spentMs = 0;
    for (let at = offset; ;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, at);
      signal?.throwIfAborted();
      if (bytesRead === 0) return { items, next_offset: null };
      const began = process.threadCpuUsage();
      const piece = buffer.subarray(0, wholeLines(buffer.subarray(0, bytesRead)));
      if (mayHold(piece))
        for (const line of linesOf(piece)) {
          const text = partThatHolds(piece.subarray(line.start, line.end), needle, mayHold);
          if (text === null) continue;
          if (items.length === limit) return { items, next_offset: at + line.start };
          items.push({ offset: at + line.start, text: around(text, needle) });
        }
      at += piece.length;
      const { user, system } = process.threadCpuUsage(began);
      spentMs += (user + system) / 1000;
      if (at >= offset + SCAN_BYTES || spentMs >= budgetMs) return { items, next_offset: at };
    }
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

/**
 * Tells bytes in which `needle` may be. Most of a log does not hold what is looked for; to decode and fold all of it would take
 * many times as long. Codes and marks are taken out first: a pattern that lets them stand between letters takes the square of a
 * line's length.
 */
function bytesThatMayHold(needle: string): (bytes: Buffer) => boolean {
  if (!isPlain(needle)) return () => true;
  const bytes = Buffer.from(needle);
  const wanted = Buffer.from(plainBytes(bytes, Buffer.alloc(bytes.length)));
  const room = Buffer.allocUnsafe(PIECE_BYTES);
  return (piece) => plainBytes(piece, room).includes(wanted);
}

function* linesOf(piece: Buffer): Iterable<{ start: number; end: number }> {
  for (let start = 0; start < piece.length;) {
    const found = piece.indexOf(NEWLINE, start);
    const end = found < 0 ? piece.length : found;
    yield { start, end };
    start = end + 1;
  }
}

/** The visible text of a line, or of its part, that holds what is looked for. */
function partThatHolds(line: Buffer, needle: string, mayHold: (bytes: Buffer) => boolean): string | null {
  if (line.length <= PART_BYTES) {
    if (!mayHold(line)) return null;
    const text = readable(line);
    return folded(text).includes(needle) ? text : null;
  }
  const shown = lastState(line);
  for (let at = 0; at < shown.length; at += PART_BYTES - OVERLAP_BYTES) {
    const part = shown.subarray(at, at + PART_BYTES);
    if (!mayHold(part)) continue;
    const text = withoutCodes(part.toString());
    if (folded(text).includes(needle)) return text;
  }
  return null;
}

/** The visible text of a line: without colours, and of a progress bar its last state. */
function readable(line: Buffer): string {
  const text = withoutCodes(line.toString()).replace(/\r+$/u, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}

/** The same of a line too long to take apart as text; what comes behind the last state is codes at most. */
function lastState(line: Buffer): Buffer {
  let end = line.length;
  for (;;) {
    const start = line.lastIndexOf(RETURN, end - 1) + 1;
    const state = line.subarray(start, end);
    const isBlank = state.length < PART_BYTES && readable(state) === '';
    if (!isBlank || start === 0) return state;
    end = start - 1;
    if (end <= 0) return line.subarray(0, 0);
  }
}

const withoutCodes = (text: string): string => (text.includes('\u001b') ? text.replace(TERMINAL, '') : text);

/** A long line is shown around what was looked for. */
function around(text: string, needle: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  const at = Math.max(0, folded(text).indexOf(needle) - SHOWN_CHARACTERS / 2);
  return text.slice(at, at + SHOWN_CHARACTERS).toWellFormed();
}
