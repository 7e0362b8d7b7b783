import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MlflowError } from 'mlflow-js-client';
import type { ErrorCode } from '../../contract/errors.js';
import { KargahError } from '../../lib/errors.js';
import { answerEarly } from '../../http/body.js';

export const unavailable = (cause?: unknown): KargahError =>
  new KargahError('mlflow_unavailable', {}, { cause, headers: { 'Retry-After': '1' } });

/** What MLflow calls a failure of ours: its clients tell by this name what to do, and what they do not know is an inner fault to them. */
const MLFLOW_CODES: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'UNAUTHENTICATED',
  token_expired: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  alias_protected: 'PERMISSION_DENIED',
  version_aliased: 'INVALID_STATE',
  model_aliased: 'INVALID_STATE',
  alias_held: 'INVALID_STATE',
  not_found: 'RESOURCE_DOES_NOT_EXIST',
  mlflow_closed: 'ENDPOINT_NOT_FOUND',
  mlflow_not_implemented: 'NOT_IMPLEMENTED',
  mlflow_unavailable: 'TEMPORARILY_UNAVAILABLE',
  points_waiting: 'TEMPORARILY_UNAVAILABLE',
  shutting_down: 'TEMPORARILY_UNAVAILABLE',
  storage_full: 'RESOURCE_EXHAUSTED',
  rate_limited: 'REQUEST_LIMIT_EXCEEDED',
  mlflow_busy: 'REQUEST_LIMIT_EXCEEDED',
  internal: 'INTERNAL_ERROR',
};

const mlflowCode = (error: KargahError): string =>
  MLFLOW_CODES[error.code] ?? (error.status < 500 ? 'INVALID_PARAMETER_VALUE' : 'INTERNAL_ERROR');

export function nameFault(error: unknown): KargahError {
  if (error instanceof KargahError) return error.code === 'mlflow_unavailable' ? unavailable(error) : error;
  if (error instanceof MlflowError) return unavailable(error);
  return new KargahError('internal', {}, { cause: error });
}

/** MLflow's own clients read `error_code` and `message`; the rest is RFC 9457 as everywhere. */
export function refuse(req: IncomingMessage, res: ServerResponse, error: KargahError): void {
  req.unpipe();
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const problem = error.toProblem(String(res.getHeader('x-request-id') ?? randomUUID()));
  // MLflow answers what it cannot take with 400, whatever is wrong with it.
  const status = error.code === 'validation_failed' ? 400 : error.status;
  const text = JSON.stringify({ ...problem, status, error_code: mlflowCode(error), message: problem.detail });
  const headers = {
    ...error.options.headers,
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  };
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  answerEarly(req, res, text).catch(() => res.destroy());
}
