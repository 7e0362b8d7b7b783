import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import https from 'node:https';
import { Readable, pipeline } from 'node:stream';
import { KargahError } from '../../lib/errors.js';
import type { MlflowAddress } from '../server/address.js';
import { connectionTo, isHttps } from '../server/health.js';
import type { HeldFile } from './held-file.js';
import { relay } from './relay.js';

export interface Forwarded {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, received whole, so that no thread of MLflow waits for a slow sender. */
  readonly body: Buffer | HeldFile;
}

/** What of a request MLflow needs; everything else stays here, above all cookies, tokens, Origin and forwarding headers. */
const REQUEST_HEADERS = [
  'accept',
  'accept-language',
  'content-type',
  'content-range',
  'range',
  'if-none-match',
  'if-modified-since',
  'user-agent',
];
const RESPONSE_HEADERS_KEPT_BACK =
  /^(?:connection|keep-alive|transfer-encoding|trailer|upgrade|server|date|set-cookie|www-authenticate|access-control-.*)$/u;
/** An artifact may be anybody's HTML: it is sandboxed, without the bridge's origin. */
const ARTIFACT_PAGE = /\/get-artifact(?:\?|$)|\/mlflow-artifacts\/artifacts|\/artifacts\/files(?:\?|$)/u;

/** What MLflow's page needs: all of it from here, styles and pictures made on the spot, workers for drawings and PDF. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' blob:",
  "connect-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "frame-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');

/** Sends requests to MLflow and its answers back over kept connections. */
export class Forwarder {
  readonly #client: typeof http | typeof https;
  readonly #agent: http.Agent;

  /** What readers have not taken yet lies in `folder`. */
  constructor(
    private readonly address: MlflowAddress,
    private readonly folder: string,
  ) {
    this.#client = isHttps(address) ? https : http;
    // gunicorn keeps an idle connection for 75 s; ours ends first.
    this.#agent = new this.#client.Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 16, timeout: 60_000 });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Answers the status that MLflow gave, once its whole answer is sent. @throws {KargahError} `mlflow_unavailable`. */
  async forward(req: IncomingMessage, res: ServerResponse, to: Forwarded): Promise<number> {
    try {
      return await this.#once(req, res, to);
    } catch (error) {
      // MLflow closed a kept connection just when we used it: it has read nothing of this request.
      if (error instanceof StaleConnection) return this.#once(req, res, to);
      throw error;
    }
  }

  async #once(req: IncomingMessage, res: ServerResponse, { method, path, headers, body }: Forwarded): Promise<number> {
    return new Promise((resolve, reject) => {
      const upstream = this.#client.request({
        ...connectionTo(this.address, path),
        method,
        agent: this.#agent,
        headers: { ...requestHeaders(req, body), ...headers },
      });
      upstream.on('response', (answer) => {
        // The client left before its `close` was listened for; a pipe to a closed response would throw unhandled.
        if (res.destroyed) {
          upstream.destroy();
          reject(new KargahError('mlflow_unavailable'));
          return;
        }
        res.writeHead(answer.statusCode!, responseHeaders(answer, path));
        relay(answer, res, this.folder).then(
          () => resolve(answer.statusCode!),
          (cause: unknown) => reject(new KargahError('mlflow_unavailable', {}, { cause })),
        );
      });
      upstream.on('error', (cause: NodeJS.ErrnoException) => {
        const stale = upstream.reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
        reject(stale ? new StaleConnection(cause) : new KargahError('mlflow_unavailable', {}, { cause }));
      });
      res.once('close', () => {
        if (!res.writableFinished) upstream.destroy();
      });
      if (Buffer.isBuffer(body)) upstream.end(body);
      // An error also closes the connection, where it is handled.
      else pipeline(Readable.from(body.chunks()), upstream, () => undefined);
    });
  }
}

class StaleConnection extends Error {
  constructor(cause: unknown) {
    super('a kept connection had ended', { cause });
  }
}

function requestHeaders(req: IncomingMessage, body: Buffer | HeldFile): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {};
  for (const name of REQUEST_HEADERS) if (req.headers[name] !== undefined) kept[name] = req.headers[name];
  const length = Buffer.isBuffer(body) ? body.length : body.size;
  return {
    ...kept,
    ...(length > 0 || req.method === 'PUT' ? { 'content-length': length } : {}),
    host: 'mlflow',
    // A documentation address (RFC 5737): nobody is "local" to MLflow.
    'x-forwarded-for': '192.0.2.1',
  };
}

function responseHeaders(answer: IncomingMessage, path: string): OutgoingHttpHeaders {
  const kept = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => !RESPONSE_HEADERS_KEPT_BACK.test(name)),
  );
  kept['content-security-policy'] = ARTIFACT_PAGE.test(path) ? "sandbox; default-src 'none'" : PAGE_POLICY;
  return { ...kept, 'x-content-type-options': 'nosniff' };
}
