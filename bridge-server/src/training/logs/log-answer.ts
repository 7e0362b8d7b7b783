import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { KargahError } from '../../lib/errors.js';
import { attachment } from '../../http/answers/send-file.js';
import type { JobLogs } from './logs.js';

export interface AskedPart {
  readonly offset: number;
  readonly limit: number;
  readonly download?: '0' | '1' | undefined;
}

/**
 * Streams the asked part of a log: by `offset` and `limit`, or by `Range`, or all of it as a download.
 *
 * @throws {KargahError} `range_not_satisfiable`
 */
export async function answerLog(
  logs: JobLogs,
  jobId: string,
  asked: AskedPart,
  { req, res }: { readonly req: Request; readonly res: Response },
): Promise<void> {
  const size = logs.size(jobId);
  const whole = asked.download === '1';
  // No range lies within an empty log: it is answered whole.
  const ranges = size === 0 ? undefined : req.range(size);
  if (ranges === -1)
    throw new KargahError('range_not_satisfiable', {}, { headers: { 'Content-Range': `bytes */${size}` } });
  const range = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
  const start = range?.start ?? (whole ? 0 : asked.offset);
  const end = range === undefined ? Math.min(size, whole ? size : start + asked.limit) : range.end + 1;
  const length = Math.max(0, end - start);
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.setHeader('Kargah-Log-Size', size);
  res.setHeader('Accept-Ranges', 'bytes');
  res.setHeader('Cache-Control', 'no-store');
  if (whole) res.setHeader('Content-Disposition', attachment(`${jobId}.log`));
  if (range !== undefined) res.status(206).setHeader('Content-Range', `bytes ${start}-${range.end}/${size}`);
  res.setHeader('Content-Length', length);
  if (length === 0) res.end();
  else await pipeline(logs.stream(jobId, start, length), res);
}
