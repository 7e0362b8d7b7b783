import { createServer } from 'node:http';
import type { Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { systemClock, type Clock } from './lib/clock.js';
import type { Config } from './config.js';
import type { AppParts } from './http/app.js';
import { refuseBroken } from './http/answers/broken.js';
import { StartupGate } from './http/guards/startup-gate.js';
import { ourHosts } from './http/guards/host.js';
import { listenSocket, listenTcp } from './http/listen.js';
import { announce, lockFolder, withdraw } from './lock.js';
import { VERSION } from './observability/version.js';

export interface RunningBridge {
  /** Where jobs, notebooks and scripts reach it. */
  readonly url: string;
  /** Resolves when the data folder was deleted, moved or replaced: this bridge must end. */
  readonly folderLost: Promise<unknown>;
  /** The code that the first account needs over TCP, while it can be used. */
  readonly signUpCode: () => string | null;
  close(): Promise<void>;
}

/** The parts that take longest to load, one a turn of the event loop: probes are answered in between. */
const PARTS = [
  () => import('express'),
  () => import('./live/live.js'),
  () => import('./auth/index.js'),
  () => import('./datasets/index.js'),
  () => import('./training/service.js'),
] as const;
/** A data folder that is gone is noticed within this time. */
const FOLDER_LOOK_MS = 1_000;
/** How long open requests may take to end at a shutdown. */
const DRAIN_MS = 5_000;

/**
 * Starts the bridge: probes are answered from the first moment, requests as soon as this resolves, while MLflow and what an earlier
 * bridge left come up behind it.
 *
 * @throws {FolderTaken} when another bridge owns the data folder.
 */
export async function startBridge(
  config: Config,
  log: Logger,
  answers: NonNullable<AppParts['answers']> = 'trusted',
  clock: Clock = systemClock,
): Promise<RunningBridge> {
  const lock = lockFolder(config.dataDir);
  const server = createServer({ requestTimeout: 0, headersTimeout: 60_000 });
  server.on('clientError', refuseBroken);
  const gate = new StartupGate(server, ourHosts(config));
  const url = await listenTcp(server, config);
  const proxySocket = config.socket === null ? null : await listenSocket(server, config.socket);
  // Loaded after the listeners are open, so that probes are answered while the rest is loading.
  for (const load of PARTS) {
    await setImmediate();
    await load();
  }
  const { compose } = await import('./compose.js');
  const bridge = await compose(config, log, answers);
  gate.open(bridge.app, () => bridge.live.attach(server));
  announce(config.dataDir, { url, version: VERSION });
  const started = bridge
    .start()
    .catch((error: unknown) => log.error({ err: error }, 'a part of the bridge did not start'));
  const { promise: folderLost, resolve: lose } = Promise.withResolvers<undefined>();
  const callOff = clock.every(FOLDER_LOOK_MS, () => {
    if (!lock.holds()) lose(undefined);
  });
  let closing: Promise<void> | undefined;
  return {
    url,
    folderLost,
    signUpCode: bridge.signUpCode,
    close: () =>
      (closing ??= (async () => {
        callOff();
        // What lies at the path now may be another bridge's.
        if (lock.holds()) withdraw(config.dataDir);
        proxySocket?.close();
        await ended(server, () => bridge.live.close());
        await started;
        await bridge.stop();
        lock.release();
      })()),
  };
}

/** Takes no new connection, lets open requests end, and cuts what is left. */
async function ended(
  server: Server & { closeIdleConnections(): void; closeAllConnections(): void },
  closeSockets: () => Promise<void>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Counted from here: Socket.IO waits for the server too, and a job keeps its connection as long as it runs.
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  const socketsClosed = closeSockets();
  server.closeIdleConnections();
  await Promise.all([closed, socketsClosed]);
  clearTimeout(cut);
}
