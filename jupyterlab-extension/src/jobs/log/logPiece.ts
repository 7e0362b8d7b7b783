import type { Api } from '../../api/client.js';

export const PIECE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

export interface LogPiece {
  readonly text: string;
  /** The bytes of the log that `text` is. */
  readonly start: number;
  readonly end: number;
  /** How long the log was. */
  readonly size: number;
}

/** Reads a part of a job's log; a letter that is cut at its end is left for the next time. */
export async function readLog(api: Api, jobId: string, offset: number, limit: number): Promise<LogPiece> {
  const response = await api.fetch(`/api/v1/train/jobs/${jobId}/logs?offset=${offset}&limit=${limit}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const size = Number(response.headers.get('Kargah-Log-Size') ?? offset + bytes.length);
  const whole = bytes.subarray(0, wholeLetters(bytes));
  return { text: new TextDecoder().decode(whole), start: offset, end: offset + whole.length, size };
}

/** Like {@link readLog}, from the first line on that begins after `offset`. */
export async function readLines(api: Api, jobId: string, offset: number, limit: number): Promise<LogPiece> {
  const piece = await readLog(api, jobId, offset, limit);
  if (offset === 0) return piece;
  const bytes = new TextEncoder().encode(piece.text);
  const cut = bytes.indexOf(NEWLINE) + 1;
  return { ...piece, text: new TextDecoder().decode(bytes.subarray(cut)), start: piece.end - (bytes.length - cut) };
}

/** The last lines of a log. */
export async function readTail(api: Api, jobId: string): Promise<LogPiece> {
  const head = await readLog(api, jobId, 0, PIECE_BYTES);
  return head.size <= PIECE_BYTES ? head : readLines(api, jobId, head.size - PIECE_BYTES, PIECE_BYTES);
}

/** How many bytes remain without a letter of UTF-8 that is cut off at the end. */
export function wholeLetters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
