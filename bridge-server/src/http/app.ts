import { randomUUID } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import type { Logger } from 'pino';
import { systemClock, type Clock } from '../lib/clock.js';
import { duringRequest } from '../lib/request-origin.js';
import type { Endpoint } from '../contract/endpoint.js';
import type { Caller } from '../access/caller.js';
import { isPermission } from '../access/policy.js';
import { isRefusal, KargahError } from '../lib/errors.js';
import { checkAnswer } from './answers/answers.js';
import { restRead, watchBody } from './body.js';
import { allowOrigins } from './guards/cors.js';
import { securityHeaders } from './guards/headers.js';
import { beginProblem, sendProblem, toKargahError } from './answers/problems.js';
import { authorise } from './guards/policy.js';
import { parseInput } from './input.js';
import type { MaySignIn } from './listen.js';
import type { Authenticator, Route } from './route.js';

/** A part that answers for itself below a path, ahead of body parsing: the MLflow gateway, the files of the API page. */
export interface Mount {
  readonly path: string;
  /** Calls `next` for what is not its own. */
  readonly handle: (req: Request, res: Response, next: NextFunction) => void | Promise<void>;
}

export interface AppParts {
  readonly routes: readonly Route[];
  readonly mounts?: readonly Mount[];
  readonly authenticator: Authenticator;
  /** Where passwords and cookies are taken; everywhere by default. */
  readonly maySignIn?: MaySignIn;
  readonly log: Logger;
  readonly allowedOrigins?: readonly string[];
  /** `checked` proves every JSON answer against the contract (in tests); `trusted` sends it as it is. */
  readonly answers?: 'checked' | 'trusted';
  /** Measures how slowly a body comes. */
  readonly clock?: Clock;
  /** Told of what somebody who is signed in asked for and may not have, or that is not there. */
  readonly refused?: (caller: Caller, endpoint: Endpoint, params: Readonly<Record<string, unknown>>) => void;
  readonly observe?: (request: {
    readonly endpoint: string;
    readonly method: string;
    readonly status: number;
    readonly seconds: number;
  }) => void;
}

declare module 'express-serve-static-core' {
  interface Locals {
    requestId: string;
    endpoint?: Endpoint;
    caller?: Caller;
    /** What the path named: express itself forgets it before an error is answered. */
    named?: Readonly<Record<string, unknown>>;
  }
}

/** The HTTP side of the bridge: every route through the same policy, parsing and error answers. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(nameRequest, record(parts), securityHeaders, endSlow(parts.clock ?? systemClock));
  app.use(allowOrigins(parts.allowedOrigins ?? []));
  for (const mount of parts.mounts ?? []) {
    app.use(mount.path, async (req, res, next) => mount.handle(req, res, next));
  }
  for (const { endpoint } of parts.routes) requireNamed(endpoint);
  for (const route of parts.routes) app[route.endpoint.method](expressPath(route.endpoint), handler(route, parts));
  for (const [path, routes] of Map.groupBy(parts.routes, (route) => expressPath(route.endpoint))) {
    const allow = [...new Set(routes.map((route) => route.endpoint.method.toUpperCase()))].join(', ');
    app.all(path, (req) => {
      throw new KargahError('method_not_allowed', { method: req.method }, { headers: { Allow: allow } });
    });
  }
  app.use(() => {
    throw new KargahError('not_found');
  });
  app.use((error: unknown, req: Request, res: Response, next: NextFunction) => {
    const known = toKargahError(error);
    if (known.status >= 500 && known.code !== 'mlflow_unavailable')
      parts.log.error(
        { err: error, request_id: res.locals.requestId, method: req.method, path: req.path },
        'request failed',
      );
    const { caller, endpoint, named = {} } = res.locals;
    if (isRefusal(known) && caller !== undefined && endpoint !== undefined) parts.refused?.(caller, endpoint, named);
    // Half an answer cannot be taken back: the connection ends, so that nobody takes it for a whole one.
    if (res.headersSent) next(error);
    else sendProblem(res, known);
  });
  return app;
}

/** A route that names no permission would be open to everyone who is signed in: the bridge does not start with it. */
function requireNamed({ id, policy, permission }: Endpoint): void {
  const isOpen = ['public', 'sign_in', 'session'].includes(policy);
  if (isOpen ? permission !== null : !isPermission(permission))
    throw new Error(`the endpoint ${id} (${policy}) names no permission`);
}

function expressPath(endpoint: Endpoint): string {
  return endpoint.path.replace(/\{(\w+)\}/gu, ':$1');
}

const nameRequest: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  const requestId = given !== undefined && /^[\w-]{8,64}$/u.test(given) ? given : randomUUID();
  res.locals.requestId = requestId;
  res.set('X-Request-Id', requestId);
  duringRequest({ requestId, from: req.socket.remoteAddress ?? 'socket' }, next);
};

/** Whoever sends nothing more, or a byte now and then, with a token or without, holds no connection open. What came of an upload stays. */
function endSlow(clock: Clock): RequestHandler {
  return (req, res, next) => {
    watchBody(req, clock, () => {
      if (res.headersSent) req.destroy();
      else
        res.set('Connection', 'close').end(beginProblem(res, new KargahError('request_timeout')), () => req.destroy());
    });
    next();
  };
}

/** One line per request: no header, no query, so no token can reach the log. */
function record({ log, observe }: AppParts): RequestHandler {
  return (req, res, next) => {
    const began = performance.now();
    const { path, method } = req;
    res.on('close', () => {
      const endpoint = res.locals.endpoint?.id ?? 'other';
      const seconds = (performance.now() - began) / 1000;
      observe?.({ endpoint, method, status: res.statusCode, seconds });
      log.debug(
        { request_id: res.locals.requestId, method, path, status: res.statusCode, ms: Math.round(seconds * 1e4) / 10 },
        'request',
      );
    });
    next();
  };
}

const everywhere: MaySignIn = () => true;

/** Aborts when the client leaves before the answer was sent; a coded reason, so that it is not logged as a fault. */
function whenGone(res: Response): AbortSignal {
  const left = new AbortController();
  const leave = (): void => {
    if (!res.writableFinished) left.abort(new KargahError('request_timeout'));
  };
  if (res.closed) leave();
  else res.once('close', leave);
  return left.signal;
}

function handler(route: Route, parts: AppParts): RequestHandler {
  const { endpoint } = route;
  return async (req, res) => {
    res.locals.endpoint = endpoint;
    res.locals.named = req.params;
    res.set('Cache-Control', 'no-store');
    const caller = await authorise(endpoint, req, {
      authenticator: parts.authenticator,
      maySignIn: parts.maySignIn ?? everywhere,
      known: (one) => (res.locals.caller = one),
    });
    const input = await parseInput(endpoint, req);
    const { requestId } = res.locals;
    const gone = whenGone(res);
    const answer = await route.handle({ ...input, caller: caller as null, req, res, requestId, gone });
    if (answer === undefined) return;
    if (parts.answers === 'checked') checkAnswer(endpoint, answer);
    // What the endpoint did not look at; most have nothing of the kind.
    if (!req.complete && !(await restRead(req))) res.set('Connection', 'close');
    res.status(answer.status).set({ ...answer.headers });
    if (answer.json === undefined) res.end();
    else res.json(answer.json);
  };
}
