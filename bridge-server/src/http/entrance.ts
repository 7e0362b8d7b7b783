import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const PROBES: Readonly<Record<string, { readonly status: number; readonly body: string }>> = {
  '/': { status: 204, body: '' },
  '/healthz': { status: 200, body: JSON.stringify({ status: 'ok' }) },
};

/**
 * Stands at the door while the bridge is still loading its parts: probes are answered at once, everything else waits untouched.
 */
export class Entrance {
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly server: Server) {
    server.on('request', this.#request);
    server.on('upgrade', this.#upgrade);
  }

  /** Hands the door to the bridge; `attach` adds the other listeners. Then what waited is answered. */
  open(answer: RequestListener, attach: () => void): void {
    this.server.off('request', this.#request);
    this.server.off('upgrade', this.#upgrade);
    this.server.on('request', answer);
    attach();
    for (const enter of this.#waiting.splice(0)) enter();
  }

  readonly #request = (req: IncomingMessage, res: ServerResponse): void => {
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
    this.#waiting.push(() => void this.server.emit('upgrade', req, socket, head));
  };
}
