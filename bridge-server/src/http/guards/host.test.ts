import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { ourHosts } from './host.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** Answers 200 to whom it takes for one who asks this bridge, 421 to others. */
async function listening(host: string, publicUrls: string[] = []): Promise<number> {
  const isOurs = ourHosts({ host, allowedOrigins: [], publicUrls });
  const server = createServer((req, res) => res.writeHead(isOurs(req) ? 200 : 421).end());
  return opened(server, host);
}
async function opened(server: Server, host: string): Promise<number> {
  servers.push(server.unref());
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
async function ask(host: string, port: number, headers: Record<string, string> = {}): Promise<number> {
  const asked = request({ host, port, headers, agent: false });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  answer.resume();
  return answer.statusCode!;
}
const HAS_IPV6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe.skipIf(!HAS_IPV6)('over IPv6, a request', () => {
  it.each(['::1', '::'])(
    'to a bridge on %s is answered by the address that it came to, in any spelling',
    async (bound) => {
      const port = await listening(bound);
      for (const host of [`[::1]:${String(port)}`, '[::1]', '[0:0:0:0:0:0:0:1]:80', 'localhost'])
        expect([host, await ask('::1', port, { host })]).toEqual([host, 200]);
      for (const host of [
        'evil.example',
        '[::2]',
        '[::]',
        '[::ffff:10.0.0.1]',
        '::1',
        '[::1].evil.example',
        '[::1]@evil.example',
      ])
        expect([host, await ask('::1', port, { host })]).toEqual([host, 421]);
    },
  );

  it('of IPv4 to a bridge on both is answered by its IPv4 address', async () => {
    const port = await listening('::');
    expect(await ask('127.0.0.1', port, { host: `127.0.0.1:${String(port)}` })).toBe(200);
    expect(await ask('127.0.0.1', port, { host: '10.0.0.1' })).toBe(421);
  });
});

describe('behind a reverse proxy, a request', () => {
  /** As nginx passes requests on: with `proxy_set_header Host $host`, or with the name that it is told to call (its default). */
  async function proxy(port: number, passesHost: boolean): Promise<number> {
    const server = createServer((req, res) => {
      const host = passesHost ? (req.headers.host ?? '') : `127.0.0.1:${String(port)}`;
      const headers = { host, 'x-forwarded-host': req.headers.host ?? '', 'x-forwarded-for': '10.0.0.9' };
      const onward = request({ host: '127.0.0.1', port, path: req.url, headers, agent: false }, (answer) => {
        answer.resume();
        res.writeHead(answer.statusCode!).end();
      });
      onward.end();
    });
    return opened(server, '127.0.0.1');
  }

  it('with the name that people call is answered for KARGAH_PUBLIC_URL, and for no other name', async () => {
    const port = await listening('127.0.0.1', ['https://kargah.example/here/']);
    const front = await proxy(port, true);
    for (const host of ['kargah.example', 'KARGAH.example:443', 'kargah.example.'])
      expect([host, await ask('127.0.0.1', front, { host })]).toEqual([host, 200]);
    for (const host of ['evil.example', 'kargah.example.evil.example', 'kargah.example, evil.example'])
      expect([host, await ask('127.0.0.1', front, { host })]).toEqual([host, 421]);
  });

  it('without that name is answered by the bridge’s own address; what it says of a forwarded name changes nothing', async () => {
    const port = await listening('127.0.0.1');
    expect(await ask('127.0.0.1', await proxy(port, false), { host: 'whatever.example' })).toBe(200);
    const forwarded = { 'x-forwarded-host': 'localhost', forwarded: 'host=localhost' };
    expect(await ask('127.0.0.1', port, { host: 'evil.example', ...forwarded })).toBe(421);
  });
});
