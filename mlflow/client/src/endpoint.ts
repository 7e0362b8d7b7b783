import type { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** One endpoint of MLflow: method, path, what it takes and what it answers, in one value. */
export interface Endpoint<Request extends z.ZodType = z.ZodType, Response extends z.ZodType = z.ZodType> {
  readonly method: Method;
  /** `{name}` is filled from the request's field of that name. */
  readonly path: string;
  readonly request: Request;
  readonly response: Response;
}

export const endpoint = <Request extends z.ZodType, Response extends z.ZodType>(
  method: Method,
  path: string,
  request: Request,
  response: Response,
): Endpoint<Request, Response> => ({ method, path, request, response });

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** How long this call may take, in milliseconds; left out: as the client says. */
  readonly timeoutMs?: number;
}

/** A resource's endpoints as functions. */
export type Bound<E extends Readonly<Record<string, Endpoint>>> = {
  readonly [K in keyof E]: (
    request: z.input<E[K]['request']>,
    options?: CallOptions,
  ) => Promise<z.output<E[K]['response']>>;
};
