import type { IncomingMessage } from 'node:http';
import { Mutex } from 'async-mutex';
import type { Config } from '../config.js';
import type { Authenticator } from '../http/route.js';
import type { Caller, Person } from '../access/caller.js';
import { systemClock } from '../lib/clock.js';
import { join } from 'node:path';
import { connect } from './server/connect.js';
import type { RunCopies } from './copy-port.js';
import { RunCopier } from './copying/run-copier.js';
import { createGateway, type Gateway, type GatewayDeps } from './gateway/gateway.js';
import { IngestSpool } from './ingest/spool.js';
import type { GatewayListener, MlflowPort } from './port.js';
import { OwnMlflowServer, RemoteMlflowServer, type MlflowLog, type MlflowServer } from './server/server.js';
import { MlflowRegistry } from './registry.js';
import type { RegistryPort } from './registry-port.js';
import { MlflowTracking } from './tracking.js';

/** How the bridge proves to MLflow who asks; `auth/` has it. */
export interface MlflowProofs {
  readonly publicKeyPem: string;
  mint(caller: Caller): Promise<string>;
  mintForService(): Promise<string>;
  callerOfCookie(req: IncomingMessage): Promise<Person | null>;
}

export interface MlflowDeps {
  readonly config: Pick<Config, 'dataDir' | 'python' | 'mlflowUrl'>;
  readonly access: MlflowProofs;
  readonly log: MlflowLog & { error(fields: object, message: string): void };
}

export interface Mlflow {
  readonly port: MlflowPort;
  readonly registry: RegistryPort;
  readonly copies: RunCopies;
  readonly server: MlflowServer;
  /** Points that were acknowledged and are not in MLflow yet. */
  readonly spool: Pick<IngestSpool, 'waiting'>;
  /** The handler to mount at `/mlflow`; made once the training service, which listens to it, stands. */
  gateway(
    authenticator: Authenticator,
    listener: GatewayListener,
    told: Pick<GatewayDeps, 'refused' | 'acts'>,
  ): Gateway;
  /** Ends MLflow, where it is our own, and every connection to it. */
  stop(): Promise<void>;
}

/** Everything of MLflow in the bridge. `server.start()` begins; nothing waits for it. */
export function createMlflow({ config, access, log }: MlflowDeps): Mlflow {
  const root = join(config.dataDir, 'mlflow');
  const { publicKeyPem } = access;
  const server =
    config.mlflowUrl === null
      ? new OwnMlflowServer({ root, python: config.python, publicKeyPem, log, clock: systemClock })
      : new RemoteMlflowServer(config.mlflowUrl, { root, publicKeyPem });
  const authorization = async (): Promise<string> => `Bearer ${await access.mintForService()}`;
  const { client, close } = connect(server.address, authorization);
  const spool = new IngestSpool({
    folder: join(config.dataDir, 'ingest'),
    address: server.address,
    health: server.health,
    authorization,
    log,
  });
  // MLflow keeps an input once, however often it is told; but of two first runs on one dataset that tell it at the same moment, it
  // refuses one.
  const inputs = new Mutex();
  const port = new MlflowTracking(client, server.health, spool, inputs);
  const registry = new MlflowRegistry(client, server.health);
  const gateways: Gateway[] = [];
  return {
    port,
    registry,
    copies: new RunCopier(client, server.health, spool, inputs),
    server,
    spool,
    gateway: (authenticator, listener, told) => {
      const ensureWorkspace = port.ensureWorkspace.bind(port);
      const folder = join(root, 'passing');
      const gateway = createGateway({
        server,
        client,
        authenticator,
        access,
        ensureWorkspace,
        listener,
        ...told,
        registry,
        spool,
        log,
        folder,
      });
      spool.whenRefused(({ workspace, runId }) => listener.pointsChanged(workspace, runId));
      // What an earlier bridge took and had not delivered, it may not have told either.
      for (const { workspace, runId } of spool.runs()) listener.pointsChanged(workspace, runId);
      gateways.push(gateway);
      return gateway;
    },
    stop: async () => {
      for (const gateway of gateways) gateway.close();
      await spool.close();
      await server.stop();
      await close();
    },
  };
}
