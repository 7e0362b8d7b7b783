import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.js';
import { KargahError } from '../lib/errors.js';

/** A whole JSON body takes no longer than this, however steadily it comes. */
const WHOLE_MS = 60_000;
/** How much is still read of a request that is answered before its end: more than the largest piece of an upload through Jupyter. */
const REST_BYTES = 16 * 2 ** 20;
const REST_MS = 10_000;

export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads a whole body of at most `limit` bytes. The request is left open where it is refused, for the answer.
 *
 * @throws {KargahError} `payload_too_large` as soon as more came or was announced, `request_timeout`, `malformed_json` for one that broke off.
 */
export function readBody(
  req: IncomingMessage,
  limit: { readonly bytes: number; readonly text: string },
): Promise<Buffer> {
  const tooLarge = (): KargahError => new KargahError('payload_too_large', { limit: limit.text });
  if (Number(req.headers['content-length'] ?? 0) > limit.bytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const leave = (): void => {
      clearTimeout(timer);
      req.off('data', take).off('end', end).off('close', broken).off('error', broken).pause();
    };
    const refuse = (error: KargahError): void => {
      leave();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit.bytes) refuse(tooLarge());
      else chunks.push(chunk);
    };
    const end = (): void => {
      leave();
      resolve(Buffer.concat(chunks));
    };
    const broken = (): void => refuse(new KargahError('malformed_json'));
    const timer = setTimeout(() => refuse(new KargahError('request_timeout')), WHOLE_MS);
    req.on('data', take).once('end', end).once('close', broken).once('error', broken);
  });
}

/**
 * Resolves when no more of a body is to come: true at its end, false where it is too long, too slow or broke off. A connection
 * that ends while its sender still writes takes the answer with it: Jupyter's proxy makes its own error of that.
 */
export function restRead(req: IncomingMessage): Promise<boolean> {
  if (req.complete || req.destroyed) return Promise.resolve(req.complete);
  return new Promise((resolve) => {
    let bytes = 0;
    const leave = (whole: boolean) => (): void => {
      clearTimeout(timer);
      req.off('data', take).off('end', ended).off('close', gone);
      resolve(whole);
    };
    const [ended, gone] = [leave(true), leave(false)];
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > REST_BYTES) gone();
    };
    const timer = setTimeout(gone, REST_MS);
    req.on('data', take).once('end', ended).once('close', gone).resume();
  });
}

/** Answers at once, also a request that is still coming, and ends when the rest of it was read or is too much. */
export async function answerEarly(req: IncomingMessage, res: ServerResponse, text: string): Promise<void> {
  res.setHeader('Content-Length', Buffer.byteLength(text));
  if (!hasBody(req) || req.complete) {
    res.end(text);
    return;
  }
  res.write(text);
  const whole = await restRead(req);
  res.end(() => {
    if (!whole) req.socket.destroySoon();
  });
}

/** How slowly a body may come: 1 KiB a second, as the mean of half a minute. */
const WINDOW_MS = 30_000;
const WINDOW_BYTES = 30 * 2 ** 10;

/**
 * Calls `tooSlow` when less of a body has come within half a minute that we waited for than a slow line brings. What we are too slow to
 * take in counts as coming.
 */
export function watchBody(req: IncomingMessage, clock: Clock, tooSlow: () => void): void {
  if (!hasBody(req)) return;
  let seen = req.socket.bytesRead;
  const stop = clock.every(WINDOW_MS, () => {
    const { bytesRead } = req.socket;
    const comes = bytesRead - seen >= WINDOW_BYTES || req.readableLength > 0;
    seen = bytesRead;
    if (req.complete) stop();
    else if (!comes) {
      stop();
      tooSlow();
    }
  });
  req.once('end', stop).once('close', stop);
}
