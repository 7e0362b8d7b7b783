import type { Response } from 'express';
import { KargahError } from '../errors.js';

/** Answers RFC 9457 problem details. Also for parts that answer by themselves (mounts). */
export function sendProblem(res: Response, error: KargahError): void {
  const { requestId } = res.locals;
  res
    .status(error.status)
    .set({ ...error.options.headers })
    .type('application/problem+json')
    .send(JSON.stringify(error.toProblem(requestId)));
}

/** Names any thrown thing: ours as it is, the known faults of body parsing and of a full disk by code, the rest `internal`. */
export function toKargahError(error: unknown): KargahError {
  if (error instanceof KargahError) return error;
  if (isStorageFull(error)) return new KargahError('storage_full', {}, { cause: error });
  switch (property(error, 'type')) {
    case 'entity.parse.failed':
    case 'request.size.invalid':
    case 'request.aborted':
      return new KargahError('malformed_json', {}, { cause: error });
    case 'entity.too.large':
      return new KargahError('payload_too_large', { limit: '1 MiB' }, { cause: error });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new KargahError('unsupported_media_type', { expected: 'UTF-8 application/json' }, { cause: error });
    default:
  }
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
