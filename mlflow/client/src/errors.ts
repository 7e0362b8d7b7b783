/** A failure that MLflow answered, with its stable `code`. Each code that callers act on has its own class. */
export class MlflowError extends Error {
  override readonly name: string = 'MlflowError';

  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export class ResourceDoesNotExist extends MlflowError {
  static readonly code = 'RESOURCE_DOES_NOT_EXIST';
  override readonly name = 'ResourceDoesNotExist';
}
export class ResourceAlreadyExists extends MlflowError {
  static readonly code = 'RESOURCE_ALREADY_EXISTS';
  override readonly name = 'ResourceAlreadyExists';
}
export class InvalidParameterValue extends MlflowError {
  static readonly code = 'INVALID_PARAMETER_VALUE';
  override readonly name = 'InvalidParameterValue';
}
export class InvalidState extends MlflowError {
  static readonly code = 'INVALID_STATE';
  override readonly name = 'InvalidState';
}
export class PermissionDenied extends MlflowError {
  static readonly code = 'PERMISSION_DENIED';
  override readonly name = 'PermissionDenied';
}
export class Unauthenticated extends MlflowError {
  static readonly code = 'UNAUTHENTICATED';
  override readonly name = 'Unauthenticated';
}
export class RequestLimitExceeded extends MlflowError {
  static readonly code = 'REQUEST_LIMIT_EXCEEDED';
  override readonly name = 'RequestLimitExceeded';
}
export class TemporarilyUnavailable extends MlflowError {
  static readonly code = 'TEMPORARILY_UNAVAILABLE';
  override readonly name = 'TemporarilyUnavailable';
}
export class InternalError extends MlflowError {
  static readonly code = 'INTERNAL_ERROR';
  override readonly name = 'InternalError';
}

/** MLflow could not be reached, or did not answer in time. */
export class MlflowUnreachable extends MlflowError {
  override readonly name = 'MlflowUnreachable';

  constructor(cause: unknown) {
    super('UNREACHABLE', 'MLflow does not answer', 0);
    this.cause = cause;
  }
}

/** MLflow answered something that this client does not know: most likely another version of MLflow. */
export class UnexpectedAnswer extends MlflowError {
  override readonly name = 'UnexpectedAnswer';

  constructor(message: string, status: number, cause?: unknown) {
    super('UNEXPECTED_ANSWER', message, status);
    this.cause = cause;
  }
}

const CLASSES = new Map(
  [
    ResourceDoesNotExist,
    ResourceAlreadyExists,
    InvalidParameterValue,
    InvalidState,
    PermissionDenied,
    Unauthenticated,
    RequestLimitExceeded,
    TemporarilyUnavailable,
    InternalError,
  ].map((kind) => [kind.code as string, kind]),
);

/** MLflow's permission app and its web server answer in plain text: then the status tells the code. */
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: InvalidParameterValue.code,
  401: Unauthenticated.code,
  403: PermissionDenied.code,
  404: ResourceDoesNotExist.code,
  409: ResourceAlreadyExists.code,
  429: RequestLimitExceeded.code,
  500: InternalError.code,
  502: TemporarilyUnavailable.code,
  503: TemporarilyUnavailable.code,
};

/** Turns a failed answer into the error of its code. */
export function errorOf(status: number, body: string): MlflowError {
  const { code, message } = parse(body);
  const known = code ?? CODE_OF_STATUS[status] ?? 'UNKNOWN';
  const Kind = CLASSES.get(known) ?? MlflowError;
  return new Kind(known, message, status);
}

function parse(body: string): { code?: string; message: string } {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer === 'object' && answer !== null) {
      const { error_code: code, message } = answer as { error_code?: unknown; message?: unknown };
      return {
        ...(typeof code === 'string' ? { code } : {}),
        message: typeof message === 'string' ? message : body.slice(0, 500),
      };
    }
  } catch {
    // Not JSON: a text page of the web server in front.
  }
  return { message: body.slice(0, 500) };
}
