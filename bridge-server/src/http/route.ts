import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Endpoint } from '../contract/endpoint.js';

/** Who is asking, proved before a handler runs. */
export interface Person {
  readonly kind: 'user';
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'admin' | 'user';
  /** The project everything of theirs belongs to. */
  readonly projectId: string;
  /** The MLflow workspace of that project. */
  readonly workspace: string;
  /** When the token that was shown stops being good (ms since the epoch). */
  readonly expiresAt: number;
  /** What ends this person's access at once when it ends: the session behind an access token, or a personal API token. */
  readonly sessionId?: string;
  /** Signed in with a password, in this session; not by a personal API token. */
  readonly bySession?: boolean;
}
export interface JobIdentity {
  readonly kind: 'job';
  readonly jobId: string;
  readonly userId: string;
  readonly projectId: string;
  readonly workspace: string;
  readonly datasetId: string | null;
}
export type Caller = Person | JobIdentity;

/** The one place that turns a token into a caller; throws `unauthenticated`, `token_expired` or `only_through_jupyter`. */
export interface Authenticator {
  /**
   * `token` as it travelled: access JWT, personal API token (`kgp_…`) or job token (`kgj_…`).
   *
   * @param connection over which it came: not every token counts on every one.
   */
  authenticate(token: string, connection: object): Promise<Caller>;
}

type CallerOf<E extends Endpoint> = E['policy'] extends 'user' | 'account' | 'admin'
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
