import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../config.js';

/** Opens the loopback port: the one asked for, else the one this data folder had last, else any free one. */
export async function listenTcp(
  server: HttpServer,
  config: Pick<Config, 'host' | 'port' | 'dataDir'>,
): Promise<string> {
  const file = join(config.dataDir, 'port');
  const wanted = config.port === 0 ? rememberedPort(file) : config.port;
  try {
    await listen(server, { host: config.host, port: wanted });
  } catch (error) {
    if (config.port !== 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await listen(server, { host: config.host, port: 0 });
  }
  const { port } = server.address() as AddressInfo;
  if (port !== wanted || config.port !== 0) writeFileSync(file, String(port), { mode: 0o600 });
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

const byDoor = new WeakSet<object>();

/** Whether a connection came through the unix socket, where Jupyter has already looked at Host and Origin. */
export function cameFromProxy(connection: object): boolean {
  return byDoor.has(connection);
}

/** Whether people may sign in over a connection, and be known by their access tokens there. */
export type MaySignIn = (connection: object) => boolean;

/** A bridge that JupyterLab started knows people through Jupyter's socket alone: its port is open to the whole machine. */
export function maySignIn({ socket }: Pick<Config, 'socket'>): MaySignIn {
  return socket === null ? () => true : cameFromProxy;
}

/** Opens the unix socket of jupyter-server-proxy; its connections are served like those of the port. */
export async function listenSocket(server: HttpServer, path: string): Promise<Server> {
  rmSync(path, { force: true });
  const proxySocket = createServer((connection) => {
    byDoor.add(connection);
    server.emit('connection', connection);
  });
  await listen(proxySocket, { path });
  chmodSync(path, 0o600);
  return proxySocket;
}

function listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function rememberedPort(file: string): number {
  try {
    const port = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
  } catch {
    // The first start on this folder.
    return 0;
  }
}
