import type { Response } from 'express';
import { KargahError } from '../../lib/errors.js';
import { answerEarly } from '../body.js';

/** Answers RFC 9457 problem details, also to a request that is still coming. */
export function sendProblem(res: Response, error: KargahError): void {
  const text = beginProblem(res, error);
  answerEarly(res.req, res, text).catch(() => res.destroy());
}

/** Status and headers of an answer with problem details; returns its text. */
export function beginProblem(res: Response, error: KargahError): string {
  const { requestId } = res.locals;
  res
    .status(error.status)
    .set({ ...error.options.headers })
    .type('application/problem+json; charset=utf-8');
  return JSON.stringify(error.toProblem(requestId));
}

/** Names any thrown thing: ours as it is, a full disk by code, the rest `internal`. */
export function toKargahError(error: unknown): KargahError {
  if (error instanceof KargahError) return error;
  if (isStorageFull(error)) return new KargahError('storage_full', {}, { cause: error });
  // Express could not decode the path.
  if (error instanceof URIError) return new KargahError('not_found', {}, { cause: error });
  return new KargahError('internal', {}, { cause: error });
}

/** Full disk, quota used up, or a database that says so (SQLITE_FULL, PostgreSQL 53100). */
export function isStorageFull(error: unknown): boolean {
  const code = property(error, 'code');
  return (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    code === '53100' ||
    property(error, 'errcode') === 13 ||
    (error instanceof Error && error.cause !== undefined && isStorageFull(error.cause))
  );
}

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null && name in error
    ? (error as Record<string, unknown>)[name]
    : undefined;
}
