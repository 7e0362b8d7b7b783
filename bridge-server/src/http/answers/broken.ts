import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../contract/errors.js';
import { KargahError } from '../../lib/errors.js';

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'payload_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};
const PARAMS: Partial<Readonly<Record<ErrorCode, Record<string, string>>>> = {
  headers_too_large: { limit: '16 KiB' },
  payload_too_large: { limit: '16 KiB' },
};

/** Answers what Node could not parse as a request, with problem details like any other refusal. */
export function refuseBroken(fault: NodeJS.ErrnoException, connection: Duplex): void {
  const { _httpMessage: answering } = connection as Duplex & { readonly _httpMessage?: ServerResponse | null };
  // The connection is closed, or part of an answer was sent already.
  if (fault.code === 'ECONNRESET' || !connection.writable || answering?.headersSent === true) {
    connection.destroy();
    return;
  }
  const code = CODES[fault.code ?? ''] ?? 'malformed_request';
  refuseConnection(new KargahError(code, PARAMS[code] ?? {}), connection);
}

/** Answers on the bare connection, and ends it. */
export function refuseConnection(error: KargahError, connection: Duplex): void {
  const text = JSON.stringify(error.toProblem(randomUUID()));
  connection.end(
    [
      `HTTP/1.1 ${String(error.status)} ${STATUS_CODES[error.status] ?? ''}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${String(Buffer.byteLength(text))}`,
      "Content-Security-Policy: default-src 'none'",
      'X-Content-Type-Options: nosniff',
      'Cache-Control: no-store',
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
