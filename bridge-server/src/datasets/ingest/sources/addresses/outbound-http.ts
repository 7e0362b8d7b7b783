import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Agent, Dispatcher } from 'undici';
import { KargahError } from '../../../../lib/errors.js';
import { isPublic } from './addresses.js';

const MAX_HOPS = 5;
const HEADERS_MS = 20_000;
const IDLE_MS = 30_000;
const MAX_HEADER_BYTES = 32 * 1024;

/** The way out of the bridge: names are looked up once, and only what was looked at is connected to. */
export interface OutboundHttp {
  readonly protocols: readonly string[];
  /** Every address of a name. */
  resolve(host: string): Promise<readonly string[]>;
  allows(address: string): boolean;
}

/** To the open Internet, by https. */
export const OPEN_INTERNET: OutboundHttp = {
  protocols: ['https:'],
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  allows: isPublic,
};

/** A file that begins to come. */
export interface RemoteFile {
  readonly url: URL;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Dispatcher.ResponseData['body'];
  /** Closes the connection. */
  close(): Promise<void>;
}

/**
 * Asks for a file, following at most five redirections, each looked at as the first address is: every address of its host must be
 * one that the door allows, and the connection goes to one of those, whatever the name says a moment later.
 *
 * @throws {KargahError} `url_invalid`, `url_private` (before any connection is made) or `url_failed`
 */
export async function open(outbound: OutboundHttp, address: string, signal: AbortSignal): Promise<RemoteFile> {
  let url = checked(outbound, address);
  // Most bridges never fetch anything, and it is large.
  const { request } = await import('undici');
  for (let hop = 0; ; hop += 1) {
    const agent = await pinned(outbound, url);
    let answer: Dispatcher.ResponseData;
    try {
      answer = await request(url, {
        dispatcher: agent,
        signal,
        headersTimeout: HEADERS_MS,
        bodyTimeout: IDLE_MS,
        // As it is: a compressed answer could grow past every limit.
        headers: { 'accept-encoding': 'identity', 'user-agent': 'kargah' },
      });
    } catch (error) {
      await agent.destroy();
      signal.throwIfAborted();
      throw failed(url, reasonOf(error), error);
    }
    const close = (): Promise<void> => agent.destroy();
    const to = answer.headers.location;
    if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof to === 'string') {
      await close();
      if (hop >= MAX_HOPS) throw failed(url, 'too many redirections');
      if (!URL.canParse(to, url.href)) throw failed(url, 'a redirection to no address');
      url = checked(outbound, new URL(to, url).href);
      continue;
    }
    if (answer.statusCode === 200) return { url, headers: answer.headers, body: answer.body, close };
    await close();
    throw failed(url, `HTTP ${String(answer.statusCode)}`);
  }
}

export function failed(url: URL, reason: string, cause?: unknown): KargahError {
  return new KargahError('url_failed', { host: url.hostname, reason }, { cause });
}

function checked(outbound: OutboundHttp, address: string): URL {
  if (!URL.canParse(address)) throw new KargahError('url_invalid');
  const url = new URL(address);
  if (!outbound.protocols.includes(url.protocol) || url.username !== '' || url.password !== '' || url.hostname === '')
    throw new KargahError('url_invalid');
  return url;
}

/** A connection to an address that was looked at, under the name that the certificate is for. */
async function pinned(outbound: OutboundHttp, url: URL): Promise<Agent> {
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  let addresses: readonly string[];
  try {
    addresses = isIP(host) === 0 ? await outbound.resolve(host) : [host];
  } catch (error) {
    throw failed(url, reasonOf(error), error);
  }
  const [first] = addresses;
  if (first === undefined) throw failed(url, 'no address');
  // One private address among public ones is refused: it is how DNS rebinding begins.
  if (!addresses.every((address) => outbound.allows(address))) throw new KargahError('url_private', { host });
  const family = isIP(first);
  const { Agent: Connections } = await import('undici');
  return new Connections({
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: {
      timeout: HEADERS_MS,
      lookup: (_name, options, done) => {
        if (options.all === true) done(null, [{ address: first, family }]);
        else done(null, first, family);
      },
    },
  });
}

/** What went wrong, by its code: messages may hold more than is to be shown. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === '' ? 'no answer' : code;
}
