import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { encodeBody, MlflowError, type MlflowClient } from 'mlflow-js-client';
import { KargahError } from '../errors.js';
import { answerEarly } from '../http/body.js';
import type { Authenticator, Caller, Person } from '../http/route.js';
import { readJson, type ReadBody } from './body.js';
import { Forwarder } from './forward.js';
import { Ingest, type IngestDeps } from './ingest/ingest.js';
import { NestedRuns } from './nested.js';
import { OwnRun, type Meant } from './own-run.js';
import { match, type Match } from './paths.js';
import type { GatewayListener } from './port.js';
import { JobReach } from './reach.js';
import type { MlflowServer } from './server.js';

export interface GatewayLog {
  error(fields: object, message: string): void;
}

export interface GatewayDeps {
  readonly server: Pick<MlflowServer, 'address' | 'health'>;
  readonly client: MlflowClient;
  readonly authenticator: Authenticator;
  readonly access: {
    mint(caller: Caller): Promise<string>;
    callerOfCookie(req: IncomingMessage): Promise<Person | null>;
  };
  /** Gives the caller's project its workspace, once. */
  readonly ensureWorkspace: (workspace: string, userId: string) => Promise<void>;
  readonly listener: GatewayListener;
  readonly spool: IngestDeps['spool'];
  readonly log: GatewayLog;
}

export interface Gateway {
  /** Answers everything below the mount point; `req.url` is what follows it. */
  readonly handle: (req: IncomingMessage & { originalUrl?: string }, res: ServerResponse) => void;
  readonly close: () => void;
}

/** Lets through an exact list of MLflow's API, as the person or job who asks, and tells the bridge of the points that pass. */
export function createGateway(deps: GatewayDeps): Gateway {
  const forwarder = new Forwarder(deps.server.address);
  const reach = new JobReach(deps.listener, deps.client);
  const ownRun = new OwnRun(deps.listener, deps.client);
  const isUp = (): boolean => deps.server.health.state() === 'up';
  const { spool, listener } = deps;
  const nested = new NestedRuns(listener, deps.client);
  const ingest = new Ingest({ spool, listener, nested, mlflow: () => (isUp() ? 'up' : 'away') });

  async function answer(req: IncomingMessage & { originalUrl?: string }, res: ServerResponse): Promise<void> {
    if (req.url === '/' && /\/mlflow$/u.test(req.originalUrl ?? '')) {
      toFolder(res);
      return;
    }
    const asked = match(req.method, req.url ?? '');
    if (asked === null || req.headers.upgrade !== undefined) throw new KargahError('mlflow_closed');
    const caller = await callerOf(req);
    if (caller.kind === 'job' && asked.row.reach === 'people') throw new KargahError('forbidden');
    const sent = asked.row.body === 'json' ? await readJson(req) : null;
    if (asked.name === '/mlflow/experiments/create') refuseLocation(sent);
    refuseTwoNames(asked, sent);
    const runId = Ingest.runOfPoints(asked, sent);
    // Points are taken without MLflow, too.
    if (runId === null && !isUp()) throw unavailable();
    const meant: Meant = caller.kind === 'job' ? await ownRun.meant(caller, asked, sent) : { found: asked, body: sent };
    if ('answer' in meant) {
      res.writeHead(200, { 'content-type': 'application/json' }).end(encodeBody(meant.answer));
      return;
    }
    const { found, body } = meant;
    if (caller.kind === 'job') await reach.check(caller, found, body?.json ?? null);
    const exchange = { req, res, found, caller, body };
    const passOn = async (): Promise<number> => {
      if (!isUp()) throw unavailable();
      await deps.ensureWorkspace(caller.workspace, caller.userId);
      return forward(req, res, found, caller, body);
    };
    if (runId === null) await ingest.other(exchange, passOn);
    else await ingest.log(exchange, runId, passOn);
  }

  async function forward(
    req: IncomingMessage,
    res: ServerResponse,
    { row, path, query }: Match,
    caller: Caller,
    body: ReadBody | null,
  ): Promise<number> {
    const headers = {
      authorization: `Bearer ${await deps.access.mint(caller)}`,
      'x-mlflow-workspace': caller.workspace,
    };
    return forwarder.forward(req, res, { method: row.method, path: path + query, headers, body: body?.bytes ?? null });
  }

  async function callerOf(req: IncomingMessage): Promise<Caller> {
    const token = tokenOf(req);
    if (token !== null) return deps.authenticator.authenticate(token, req.socket);
    const person = await deps.access.callerOfCookie(req);
    if (person === null) throw new KargahError('unauthenticated');
    // A cookie travels with what other pages send, too.
    if (!isOfThePage(req)) throw new KargahError('forbidden');
    return person;
  }

  return {
    handle: (req, res) => {
      answer(req, res).catch((error: unknown) => {
        const known = nameFault(error);
        if (known.status === 500) deps.log.error({ err: error, method: req.method }, 'the MLflow gateway failed');
        refuse(req, res, known);
      });
    },
    close: () => forwarder.close(),
  };
}

const unavailable = (cause?: unknown): KargahError =>
  new KargahError('mlflow_unavailable', {}, { cause, headers: { 'Retry-After': '1' } });

function nameFault(error: unknown): KargahError {
  if (error instanceof KargahError) return error.code === 'mlflow_unavailable' ? unavailable(error) : error;
  if (error instanceof MlflowError) return unavailable(error);
  return new KargahError('internal', {}, { cause: error });
}

/** MLflow's page asks for its files relative to a folder; behind a proxy only a relative address is right. */
function toFolder(res: ServerResponse): void {
  res.writeHead(308, { location: 'mlflow/' }).end();
}

/** MLflow would write the artifacts of such an experiment wherever the server may write. */
function refuseLocation(body: ReadBody | null): void {
  const location = body?.json?.['artifact_location'] ?? body?.json?.['artifactLocation'] ?? '';
  if (location !== '') throw new KargahError('mlflow_closed');
}

/** MLflow checks rights on the id in the path and may act on the one in the body: they must be the same. */
function refuseTwoNames({ params }: Match, body: ReadBody | null): void {
  for (const [name, value] of Object.entries(params)) {
    const camel = name.replace(/_(\w)/gu, (_all, letter: string) => letter.toUpperCase());
    for (const field of [body?.json?.[name], body?.json?.[camel]])
      if (field !== undefined && field !== value) throw new KargahError('forbidden');
  }
}

/** `X-Kargah-Token`, else the bearer token; JupyterLab's own client appends `token …` to Authorization. */
function tokenOf(req: IncomingMessage): string | null {
  const own = req.headers['x-kargah-token'];
  if (typeof own === 'string' && own.trim() !== '') return own.trim();
  return /^Bearer +([^\s,]+)/iu.exec(req.headers.authorization ?? '')?.[1] ?? null;
}

/**
 * Whether a request that shows only the cookie can come from MLflow's page itself. Browsers say where a request comes from only
 * where they trust the address (https, localhost); elsewhere a change must be one that no foreign page can send unasked.
 */
function isOfThePage({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return true;
  // A page of another origin may lead here, in a tab or a frame, but not fetch: what it embeds it can measure.
  if (method === 'GET') return site === undefined || headers['sec-fetch-mode'] === 'navigate';
  return site === undefined && (method !== 'POST' || /^application\/json\b/iu.test(headers['content-type'] ?? ''));
}

/** MLflow's own clients read `error_code` and `message`; the rest is RFC 9457 as everywhere. */
function refuse(req: IncomingMessage, res: ServerResponse, error: KargahError): void {
  req.unpipe();
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const problem = error.toProblem(String(res.getHeader('x-request-id') ?? randomUUID()));
  const text = JSON.stringify({ ...problem, error_code: error.code.toUpperCase(), message: problem.detail });
  const headers = {
    ...error.options.headers,
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  };
  res.statusCode = error.status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  answerEarly(req, res, text).catch(() => res.destroy());
}
