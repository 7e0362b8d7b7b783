import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config.js';
import { cameFromProxy } from '../listen.js';

const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/iu;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

/** Whether a request names this bridge by an address that is its own. */
export type IsOurs = (req: Pick<IncomingMessage, 'headers' | 'socket'>) => boolean;

/**
 * A page may point its own name at the bridge's address, and then counts as same-origin: its name is in `Host`. So only these are
 * answered: names of this machine, those of `KARGAH_ALLOWED_ORIGINS` and `KARGAH_PUBLIC_URL`, and the address that the bridge is bound
 * to or the request came to, since a browser that says an address has connected to it. Ports say nothing: they are forwarded. Requests
 * of the unix socket were looked at by Jupyter.
 */
export function ourHosts({ host, allowedOrigins, publicUrls }: HostSettings): IsOurs {
  const names = new Set([...allowedOrigins, ...publicUrls].map((url) => nameOf(new URL(url).host)));
  names.add(nameOf(host.includes(':') ? `[${host}]` : host));
  return ({ headers, socket }) => {
    if (cameFromProxy(socket)) return true;
    const name = nameOf(headers.host);
    return name !== null && (LOOPBACK.test(name) || names.has(name) || name === addressOf(socket.localAddress));
  };
}
type HostSettings = Pick<Config, 'host' | 'allowedOrigins' | 'publicUrls'>;

/** The name without its port, in one spelling; null for what is none. */
function nameOf(host: string | undefined): string | null {
  if (host === undefined || !HOST.test(host) || !URL.canParse(`http://${host}`)) return null;
  const name = new URL(`http://${host}`).hostname.replace(/\.$/u, '');
  // What a wildcard is bound by names nobody.
  return name === '0.0.0.0' || name === '[::]' ? null : name;
}

function addressOf(local: string | undefined): string | null {
  if (local === undefined) return null;
  const address = local.replace(/^::ffff:(?=\d+\.)/u, '');
  return nameOf(address.includes(':') ? `[${address}]` : address);
}
