import type { IncomingMessage } from 'node:http';
import { KargahError } from '../../lib/errors.js';
import { HeldFile } from './held-file.js';

/** How long a body may stand still. */
export const IDLE_SECONDS = 60;

/**
 * Takes a body to the disk at the pace of whoever sends it: MLflow has a few threads, and gets it once it is whole. Whoever calls
 * closes the file.
 *
 * @throws {KargahError} `request_timeout`, `storage_full`; the connection's fault where it ends before the body does.
 */
export async function takeIn(req: IncomingMessage, folder: string, idleSeconds = IDLE_SECONDS): Promise<HeldFile> {
  const file = await HeldFile.in(folder);
  try {
    for await (const chunk of whileMoving(req, idleSeconds)) await file.append(chunk);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The chunks of a body, as long as they come. @throws {KargahError} `request_timeout`. */
export async function* whileMoving(req: IncomingMessage, idleSeconds: number): AsyncGenerator<Buffer> {
  const chunks = req.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const next = await inTime(chunks.next(), idleSeconds);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // The rest may still be read for an early answer. Not awaited: `return` of a stalled iterator never resolves.
    void chunks.return?.();
  }
}

async function inTime<T>(coming: Promise<T>, seconds: number): Promise<T> {
  const idle = Promise.withResolvers<never>();
  const timer = setTimeout(() => idle.reject(new KargahError('request_timeout')), seconds * 1000);
  try {
    return await Promise.race([coming, idle.promise]);
  } finally {
    clearTimeout(timer);
  }
}
