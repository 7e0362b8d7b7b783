import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StartupGate } from './startup-gate.js';

let server: Server;
let gate: StartupGate;
let url: string;
beforeEach(async () => {
  server = createServer();
  gate = new StartupGate(server, ({ headers }) => headers.host !== 'evil.example');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

it('answers probes before anything else is loaded', async () => {
  expect((await fetch(`${url}/`)).status).toBe(204);
  const health = await fetch(`${url}/healthz`);
  expect(health.headers.get('content-type')).toBe('application/json');
  expect(await health.json()).toEqual({ status: 'ok' });
});

it('keeps every other request, with its body, until the bridge is there', async () => {
  const waiting = once(server, 'request');
  const answer = fetch(`${url}/api/v1/auth/login`, { method: 'POST', body: 'as it was sent' });
  await waiting;
  gate.open(
    (req, res) => req.pipe(res.writeHead(201)),
    () => undefined,
  );
  expect((await answer).status).toBe(201);
  expect(await (await answer).text()).toBe('as it was sent');
  expect(await (await fetch(`${url}/healthz`, { method: 'POST', body: 'now the bridge’s' })).text()).toBe(
    'now the bridge’s',
  );
});

it('keeps a websocket’s handshake until the bridge is there', async () => {
  const waiting = once(server, 'upgrade');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /socket.io/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await waiting;
  gate.open(
    () => undefined,
    () => server.on('upgrade', (_req, taken) => taken.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toContain('101');
  socket.destroy();
});
