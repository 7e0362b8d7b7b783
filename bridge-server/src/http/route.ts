import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Caller, Person } from '../access/caller.js';
import type { Endpoint } from '../contract/endpoint.js';

/** The one place that turns a token into a caller; throws `unauthenticated`, `token_expired` or `only_through_jupyter`. */
export interface Authenticator {
  /**
   * `token` as it travelled: access JWT, personal API token (`kgp_…`) or job token (`kgj_…`).
   *
   * @param connection over which it came: not every token counts on every one.
   */
  authenticate(token: string, connection: object): Promise<Caller>;
}

type CallerOf<E extends Endpoint> = E['policy'] extends 'user' | 'account'
  ? Person
  : E['policy'] extends 'user_or_job'
    ? Caller
    : null;
type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface RouteContext<E extends Endpoint> {
  readonly params: Parsed<E['params']>;
  readonly query: Parsed<E['query']>;
  readonly body: Parsed<E['body']>;
  readonly caller: CallerOf<E>;
  readonly req: Request;
  readonly res: Response;
  readonly requestId: string;
  /** Aborts when the caller leaves before the answer. */
  readonly gone: AbortSignal;
}

/** What a handler answers: status plus JSON, or nothing where it wrote to `res` itself (streams). */
export type Answer =
  { readonly status: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> } | undefined;

export interface Route {
  readonly endpoint: Endpoint;
  readonly handle: (context: RouteContext<Endpoint>) => Promise<Answer>;
}

/** Binds a handler to its endpoint; the types of params, query, body and caller come from the endpoint. */
export function route<E extends Endpoint>(endpoint: E, handle: (context: RouteContext<E>) => Promise<Answer>): Route {
  return { endpoint, handle: handle };
}
