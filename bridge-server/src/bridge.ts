import { createServer } from 'node:http';
import type { Server } from 'node:net';
import type { Logger } from 'pino';
import { compose } from './compose.js';
import type { Config } from './config.js';
import type { AppParts } from './http/app.js';
import { listenSocket, listenTcp } from './http/listen.js';
import { announce, lockFolder, withdraw } from './lock.js';
import { VERSION } from './observability/version.js';

export interface RunningBridge {
  /** Where jobs, notebooks and scripts reach it. */
  readonly url: string;
  close(): Promise<void>;
}

/** How long open requests may take to end at a shutdown. */
const DRAIN_MS = 5_000;

/**
 * Starts the bridge: answers requests as soon as this resolves, while MLflow and what an earlier bridge left come up behind it.
 *
 * @throws {FolderTaken} when another bridge owns the data folder.
 */
export async function startBridge(
  config: Config,
  log: Logger,
  answers: NonNullable<AppParts['answers']> = 'trusted',
): Promise<RunningBridge> {
  const unlock = lockFolder(config.dataDir);
  const bridge = await compose(config, log, answers);
  const server = createServer({ requestTimeout: 0, headersTimeout: 60_000 }, bridge.app);
  bridge.live.attach(server);
  const url = await listenTcp(server, config);
  const door = config.socket === null ? null : await listenSocket(server, config.socket);
  announce(config.dataDir, { url, version: VERSION });
  const started = bridge
    .start()
    .catch((error: unknown) => log.error({ err: error }, 'a part of the bridge did not start'));
  let closing: Promise<void> | undefined;
  return {
    url,
    close: () =>
      (closing ??= (async () => {
        withdraw(config.dataDir);
        door?.close();
        await ended(server, () => bridge.live.close());
        await started;
        await bridge.stop();
        unlock();
      })()),
  };
}

/** Takes no new connection, lets open requests end, and cuts what is left. */
async function ended(
  server: Server & { closeIdleConnections(): void; closeAllConnections(): void },
  closeSockets: () => Promise<void>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await closeSockets();
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(cut);
}
