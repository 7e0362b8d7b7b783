import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DatabaseHosts } from './databases/database-hosts.js';
import { SqlReader } from './databases/sql-reader.js';

const PYTHON = process.env['KARGAH_PYTHON'] ?? join(import.meta.dirname, '../../../../../.venv/bin/python');
/** Who has come, in turn: the user that a client of PostgreSQL names in its first message. */
const came: string[] = [];
const sockets = new Set<Socket>();
let server: Server;
/** A database that takes every connection and never answers. */
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (data: Buffer) => {
      // Asked for TLS, in eight bytes.
      if (data.length === 8) socket.write('N');
      else came.push(/user\0(\w+)\0/u.exec(data.toString('latin1'))?.[1] ?? '?');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

it('databases are tried three at once, one of each person; whoever gives up makes room for the next person', async () => {
  const limits = { readerMemoryBytes: 2 ** 31, maxUploadBytes: 2 ** 20 };
  const deps = { python: PYTHON, limits, log: pino({ level: 'silent' }) };
  const reader = new SqlReader(deps as unknown as ConstructorParameters<typeof SqlReader>[0], new DatabaseHosts(['*']));
  const { port } = server.address() as AddressInfo;
  const begin = (user: string, userId: string) => {
    const left = new AbortController();
    const url = `postgresql://${user}:p@127.0.0.1:${String(port)}/d`;
    const over = reader.try(url, { userId, signal: left.signal }).then(
      () => 'answered',
      (error: unknown) => (error as Error).message,
    );
    return { leave: () => left.abort(new Error('left')), over };
  };
  const here = (count: number) => vi.waitUntil(() => came.length === count, { timeout: 120_000, interval: 50 });

  const first = begin('sara1', 'sara');
  const second = begin('sara2', 'sara');
  const others = ['reza', 'mina', 'ali'].map((name) => begin(name, name));
  await here(3);
  expect(came.toSorted()).toEqual(['mina', 'reza', 'sara1']);
  others[0]!.leave();
  await here(4);
  expect(came[3]).toBe('ali');
  others[1]!.leave();
  first.leave();
  await here(5);
  expect(came[4]).toBe('sara2');
  second.leave();
  others[2]!.leave();
  expect(await Promise.all([first, second, ...others].map(({ over }) => over))).toEqual(Array(5).fill('left'));
});
