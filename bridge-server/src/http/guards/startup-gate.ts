import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { KargahError } from '../../lib/errors.js';
import { refuseConnection } from '../answers/broken.js';
import type { IsOurs } from './host.js';

const PROBES: Readonly<Record<string, { readonly status: number; readonly body: string }>> = {
  '/': { status: 204, body: '' },
  '/healthz': { status: 200, body: JSON.stringify({ status: 'ok' }) },
};

/**
 * Stands at the door. Nothing gets in that means another host, whatever part it asks for. While the bridge is still loading its parts,
 * probes are answered at once, and everything else waits untouched.
 */
export class StartupGate {
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly server: Server,
    private readonly isOurs: IsOurs,
  ) {
    server.on('request', this.#request);
    server.on('upgrade', this.#upgrade);
  }

  /** Hands the door to the bridge; `attach` adds the other listeners. Then what waited is answered. */
  open(answer: RequestListener, attach: () => void): void {
    this.server.off('request', this.#request);
    this.server.off('upgrade', this.#upgrade);
    this.server.on('request', answer);
    attach();
    this.#guard('request');
    this.#guard('upgrade');
    for (const enter of this.#waiting.splice(0)) enter();
  }

  /** Asks at the door for all who listen behind it: Express, Socket.IO and the gateway. */
  #guard(event: 'request' | 'upgrade'): void {
    const inside = this.server.listeners(event) as ((...given: unknown[]) => void)[];
    this.server.removeAllListeners(event);
    this.server.on(event, (req: IncomingMessage, ...given: unknown[]) => {
      if (this.isOurs(req)) for (const listener of inside) listener.call(this.server, req, ...given);
      else refuseConnection(new KargahError('wrong_host'), req.socket);
    });
  }

  readonly #request = (req: IncomingMessage, res: ServerResponse): void => {
    if (!this.isOurs(req)) {
      refuseConnection(new KargahError('wrong_host'), req.socket);
      return;
    }
    const probe = req.method === 'GET' ? PROBES[req.url ?? ''] : undefined;
    if (probe === undefined) this.#waiting.push(() => void this.server.emit('request', req, res));
    else
      res
        .writeHead(probe.status, {
          'Cache-Control': 'no-store',
          'Content-Security-Policy': "default-src 'none'",
          'X-Content-Type-Options': 'nosniff',
          ...(probe.body && { 'Content-Type': 'application/json' }),
        })
        .end(probe.body);
  };

  readonly #upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!this.isOurs(req)) refuseConnection(new KargahError('wrong_host'), socket);
    else this.#waiting.push(() => void this.server.emit('upgrade', req, socket, head));
  };
}
