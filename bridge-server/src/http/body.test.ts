import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { knownCallers, person, serve, type Served } from '../../test/app.js';
import { HandClock } from '../../test/clock.js';
import { endpoint } from '../contract/endpoint.js';
import { readBody } from './body.js';
import { refuseBroken } from './answers/broken.js';
import { route } from './route.js';

const PYTHON = process.env['KARGAH_PYTHON'] ?? join(import.meta.dirname, '../../../.venv/bin/python');
const base = { tag: 't', summary: '', errors: [] } as const;
const make = endpoint({
  ...base,
  id: 'make',
  method: 'post',
  path: '/things',
  policy: 'user',
  permission: 'job.write',
  body: z.object({ name: z.string().default('unnamed') }),
  responses: { 200: z.object({ name: z.string() }) },
});
const open = endpoint({ ...make, id: 'open', path: '/open', policy: 'public', permission: null });
const lax = endpoint({ ...make, id: 'lax', path: '/lax', bodyOptional: true });
const bodiless = endpoint({
  ...base,
  id: 'bodiless',
  method: 'post',
  path: '/bodiless',
  policy: 'user',
  permission: 'job.write',
  responses: { 204: null },
});

let served: Served;
/** Its time goes by as a test says. */
let timed: Served;
const clock = new HandClock();
const opened: Socket[] = [];
beforeAll(async () => {
  const parts = {
    authenticator: knownCallers(person('sara')),
    routes: [
      ...[make, open, lax].map((one) => route(one, ({ body }) => Promise.resolve({ status: 200, json: body }))),
      route(bodiless, () => Promise.resolve({ status: 204 })),
    ],
  };
  served = await serve(parts);
  served.server.on('clientError', refuseBroken);
  timed = await serve({ ...parts, clock });
});
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
  vi.useRealTimers();
});
afterAll(async () => {
  await served.close();
  await timed.close();
});

async function dial({ server }: Served): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  opened.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
/** All that is answered until the other side ends. */
async function heard(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
const head = (path: string, ...more: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Content-Type: application/json', ...more, '', ''].join('\r\n');
const SARA = 'X-Kargah-Token: token-of-sara';
const post = (path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(served.url + path, {
    method: 'POST',
    headers: { 'X-Kargah-Token': 'token-of-sara', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
const refusal = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  ((await answer.json()) as { code: string }).code,
];

describe('a refused request that is still being sent', () => {
  // As Tornado does, which Jupyter's proxy is made of: all is written first, by a connection that is for this request alone.
  it.each([
    ['without a token', '/things', 8 * 2 ** 20, 401],
    ['to a path that does not exist', '/nothing', 8 * 2 ** 20, 404],
    ['that is too large', '/open', 4 * 2 ** 20, 413],
  ])('gets its answer whole, by one who writes all before reading: %s', async (_what, path, bytes, status) => {
    const socket = await dial(served);
    socket.pause();
    socket.write(head(path, `Content-Length: ${bytes}`, 'Connection: close'));
    const piece = Buffer.alloc(256 * 1024, 0x61);
    for (let sent = 0; sent < bytes; sent += piece.length)
      if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    expect(socket.destroyed).toBe(false);
    const text = await heard(socket);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `, 'u'));
    expect(text).toContain('"request_id"');
  });

  it('gets its answer every time through the client that Jupyter’s proxy is made of', async () => {
    const script = `
import asyncio, sys
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.simple_httpclient import SimpleAsyncHTTPClient
async def main():
    client = SimpleAsyncHTTPClient(force_instance=True, max_clients=8)
    ask = lambda: client.fetch(HTTPRequest(sys.argv[1], method="POST", body=b"a" * 3_000_000, connect_timeout=0, request_timeout=0), raise_error=False)
    print(sorted({answer.code for answer in await asyncio.gather(*(ask() for _ in range(40)))}))
asyncio.run(main())`;
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', script, `${served.url}/things`]);
    expect(stdout.trim()).toBe('[401]');
  });

  it('is done as asked where its body is not looked at', async () => {
    const socket = await dial(served);
    const bytes = 4 * 2 ** 20;
    socket.write(head('/bodiless', SARA, `Content-Length: ${bytes}`, 'Connection: close'));
    socket.write(Buffer.alloc(bytes, 0x61));
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 204 /u);
  });

  it('is cut off where it does not end, its answer given before', async () => {
    const socket = await dial(served);
    socket.write(head('/open', 'Transfer-Encoding: chunked'));
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString()));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const pour = (): void => {
      while (!socket.destroyed && socket.write(chunk));
      if (!socket.destroyed) socket.once('drain', pour);
    };
    pour();
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /u);
    expect(answer).toContain('payload_too_large');
  });
});

describe('a body that stops coming', () => {
  it.each([
    ['with a token', '/things', SARA],
    ['where none is needed', '/open', 'X-Nothing: x'],
  ])('is given up and said so: %s', async (_what, path, header) => {
    const socket = await dial(timed);
    socket.write(head(path, header, 'Content-Length: 100') + '{"na');
    const text = await clock.passUntil(heard(socket), 30_000);
    expect(text).toMatch(/^HTTP\/1\.1 408 /u);
    expect(text).toContain('request_timeout');
  });

  /** Sends pieces, half a minute after each other, and each only when the one before has come. */
  async function dribble(pieces: Iterable<string>, path: string, bytes: number): Promise<string> {
    const accepted = once(timed.server, 'connection') as Promise<[Socket]>;
    const socket = await dial(timed);
    const [there] = await accepted;
    const answer = heard(socket);
    const asked = once(timed.server, 'request');
    socket.write(head(path, 'Content-Length: ' + String(bytes), 'Connection: close'));
    await asked;
    for (const piece of pieces) {
      const seen = there.bytesRead;
      if (socket.destroyed || !socket.writable) break;
      socket.write(piece);
      await vi.waitUntil(() => there.destroyed || there.bytesRead >= seen + piece.length, { timeout: 60_000 });
      clock.pass(30_000);
    }
    return answer;
  }

  it('but a byte each half minute is given up, too', async () => {
    expect(await dribble('a'.repeat(100), '/open', 100)).toMatch(/^HTTP\/1\.1 408 /u);
  });

  it('is taken whole where it comes as a slow line brings it, however long that takes', async () => {
    const text = JSON.stringify({ name: 'a'.repeat(30 * 31 * 1024) });
    const pieces = text.match(/.{1,31744}/gu)!;
    expect(pieces.length).toBeGreaterThan(30);
    expect(await dribble(pieces, '/open', text.length)).toMatch(/^HTTP\/1\.1 200 /u);
  });

  it('is read on while it comes, and given up after a minute however steadily it comes', async () => {
    vi.useFakeTimers();
    const slow = Object.assign(new PassThrough(), { headers: {} }) as unknown as IncomingMessage & PassThrough;
    const reading = readBody(slow, { bytes: 1000, text: '1000 B' });
    const refused = expect(reading).rejects.toMatchObject({ code: 'request_timeout' });
    for (let second = 0; second < 60; second += 1) {
      slow.write('a');
      await vi.advanceTimersByTimeAsync(1000);
    }
    await refused;
  });
});

describe('a JSON body', () => {
  it('has to be there where the endpoint takes one, and where it may be left out it is an empty one', async () => {
    expect(await refusal(await post('/things'))).toEqual([400, 'malformed_json']);
    expect(await (await post('/lax')).json()).toEqual({ name: 'unnamed' });
    expect(await (await post('/things', '{}')).json()).toEqual({ name: 'unnamed' });
  });

  it.each([
    ['packed', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['in another encoding', { 'content-type': 'application/json; charset=utf-16' }, 415, 'unsupported_media_type'],
  ])('is refused %s', async (_what, headers, status, code) => {
    expect(await refusal(await post('/things', '{"name":"x"}', headers))).toEqual([status, code]);
  });

  it('is refused where it is no UTF-8, and taken with a byte order mark', async () => {
    const send = (body: Buffer): Promise<Response> =>
      fetch(`${served.url}/things`, {
        method: 'POST',
        headers: { 'X-Kargah-Token': 'token-of-sara', 'content-type': 'application/json; charset="UTF-8"' },
        body: new Uint8Array(body),
      });
    const broken = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(await refusal(await send(broken))).toEqual([400, 'malformed_json']);
    expect(await (await send(Buffer.from('\ufeff{"name":"کار"}'))).json()).toEqual({ name: 'کار' });
  });
});

describe('what is no request', () => {
  it.each([
    [
      'headers beyond all measure',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 400, 'malformed_request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na',
      400,
      'malformed_request',
    ],
  ])('is answered like every refusal: %s', async (_what, text, status, code) => {
    const socket = await dial(served);
    socket.write(text);
    const answer = await heard(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `, 'u'));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, code });
  });
});
