import { crc32 } from 'node:zlib';
import { z } from 'zod';

export interface Position {
  readonly segment: number;
  readonly offset: number;
}

/** Which run points belong to. */
export interface RunKey {
  readonly workspace: string;
  readonly runId: string;
}

/**
 * What the spool holds: points that were acknowledged to their sender, and how far MLflow has those of a run. On disk: the body's
 * length and CRC-32 (4 bytes each, big-endian), then the body: a line of JSON, and for points their metrics.
 */
export type Entry =
  | { readonly kind: 'points'; readonly run: RunKey; readonly count: number; readonly metrics: string }
  | { readonly kind: 'delivered'; readonly run: RunKey; readonly until: Position };

const head = z.union([
  z.object({ w: z.string(), r: z.string(), n: z.number().int().positive() }).strict(),
  z.object({ w: z.string(), r: z.string(), s: z.number().int(), o: z.number().int() }).strict(),
]);

const FRAME_BYTES = 8;

export function encode(entry: Entry): Buffer {
  const { workspace: w, runId: r } = entry.run;
  const body =
    entry.kind === 'points'
      ? `${JSON.stringify({ w, r, n: entry.count })}\n${entry.metrics}`
      : `${JSON.stringify({ w, r, s: entry.until.segment, o: entry.until.offset })}\n`;
  const size = Buffer.byteLength(body);
  const record = Buffer.allocUnsafe(FRAME_BYTES + size);
  record.write(body, FRAME_BYTES);
  record.writeUInt32BE(size, 0);
  record.writeUInt32BE(crc32(record.subarray(FRAME_BYTES)), 4);
  return record;
}

/** The entries of a piece of the spool, and how many of its bytes are whole records. */
export function decode(bytes: Buffer): { entries: { entry: Entry; at: number; size: number }[]; whole: number } {
  const entries: { entry: Entry; at: number; size: number }[] = [];
  let at = 0;
  while (at + FRAME_BYTES <= bytes.length) {
    const end = at + FRAME_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    const body = bytes.subarray(at + FRAME_BYTES, end);
    if (body.length === 0 || crc32(body) !== bytes.readUInt32BE(at + 4)) break;
    entries.push({ entry: entryOf(body.toString()), at, size: end - at });
    at = end;
  }
  return { entries, whole: at };
}

function entryOf(body: string): Entry {
  const line = body.indexOf('\n');
  const found = head.parse(JSON.parse(body.slice(0, line)));
  const run = { workspace: found.w, runId: found.r };
  return 'n' in found
    ? { kind: 'points', run, count: found.n, metrics: body.slice(line + 1) }
    : { kind: 'delivered', run, until: { segment: found.s, offset: found.o } };
}
