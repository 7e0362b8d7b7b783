import { ERRORS, type ErrorCode, type Failure, type Problem } from '../contract/errors.js';

export type ErrorParams = Readonly<Record<string, string | number>>;
export type FieldErrors = NonNullable<Problem['errors']>;

/** A failure with a stable code. What people read comes from the table in `contract/errors.ts`. */
export class KargahError extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    readonly params: ErrorParams = {},
    readonly options: {
      readonly errors?: FieldErrors;
      readonly cause?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(`${code}: ${fill(ERRORS[code].en, params)}`, { cause: options.cause });
    this.name = 'KargahError';
    this.status = ERRORS[code].status;
  }

  toProblem(requestId: string): Problem {
    const params = { ...this.params, request_id: requestId };
    const { en, fa, status } = ERRORS[this.code];
    return {
      type: `urn:kargah:error:${this.code}`,
      title: en.split(/[;{]/u)[0]!.trim(),
      status,
      detail: fill(en, params),
      detail_fa: fill(fa, params),
      code: this.code,
      request_id: requestId,
      ...(Object.keys(this.params).length > 0 ? { params: { ...this.params } } : {}),
      ...(this.options.errors ? { errors: this.options.errors } : {}),
    };
  }

  /** The form in which a job or a dataset keeps why it failed. */
  toFailure(): Failure {
    return failureOf(this.code, this.params);
  }
}

/** Refused and missing are one to whoever asked. */
const REFUSALS: readonly ErrorCode[] = ['forbidden', 'not_found', 'scope_missing', 'session_required'];

/** Whether somebody was told that they may not have what they asked for, or that it is not there. */
export function isRefusal(error: unknown): boolean {
  return error instanceof KargahError && REFUSALS.includes(error.code);
}

export function failureOf(code: ErrorCode, params: ErrorParams = {}): Failure {
  return {
    code,
    detail: fill(ERRORS[code].en, params),
    detail_fa: fill(ERRORS[code].fa, params),
    params: { ...params },
  };
}

/** `{name}` is a value, `{count|row|rows}` what goes with one and with several. */
function fill(template: string, params: ErrorParams): string {
  return template.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/gu, (slot, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) return many ?? slot;
    return one === undefined || many === undefined ? String(value) : value === 1 ? one : many;
  });
}
