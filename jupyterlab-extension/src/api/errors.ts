import type { ErrorCode, Problem } from './types.js';

/** The contract's codes, and two of the panels' own: no answer at all, and an answer that is not the bridge's. */
export type ApiErrorCode = ErrorCode | 'unreachable' | 'unexpected_answer';

export interface FieldError {
  readonly path: string;
  readonly message: string;
  readonly message_fa?: string | undefined;
  readonly code: string;
}

/** A refusal of the bridge. `code` is stable and may be tested; the two details are for people. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly detail: string;
  readonly detail_fa: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly errors: readonly FieldError[];
  readonly requestId: string | null;

  constructor(problem: {
    code: ApiErrorCode;
    status: number;
    detail: string;
    detail_fa: string;
    params?: Readonly<Record<string, string | number>> | undefined;
    errors?: readonly FieldError[] | undefined;
    request_id?: string | undefined;
  }) {
    super(problem.detail);
    this.name = 'ApiError';
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.detail_fa = problem.detail_fa;
    this.params = problem.params ?? {};
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? null;
  }
}

export function unreachable(status = 0): ApiError {
  return new ApiError({
    code: 'unreachable',
    status,
    detail: 'Kargah does not answer.',
    detail_fa: 'کارگاه پاسخ نمی‌دهد.',
  });
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail_fa' in value && 'detail' in value;
}

/** Reads a problem document; anything else (a proxy's page, a cut body) becomes `unexpected_answer`. */
export function problemFrom(status: number, body: string): ApiError {
  try {
    const value: unknown = JSON.parse(body);
    if (isProblem(value)) {
      return new ApiError({ ...value, status });
    }
  } catch {
    // Not JSON: told apart below.
  }
  if (status >= 500) {
    return unreachable(status);
  }
  return new ApiError({
    code: 'unexpected_answer',
    status,
    detail: `Unexpected answer (${status}).`,
    detail_fa: `پاسخ ناشناخته (${status}).`,
  });
}

export async function errorFromResponse(response: Response): Promise<ApiError> {
  return problemFrom(response.status, await response.text());
}

/** The same error for whatever was thrown: a fetch that got no answer is `unreachable`. */
export function asApiError(reason: unknown): ApiError {
  return reason instanceof ApiError ? reason : unreachable();
}
