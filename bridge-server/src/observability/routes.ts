import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import type { Config } from '../config.js';
import * as contract from '../contract/server/system.js';
import { route, type Route } from '../http/route.js';
import { inProjectsOf, scopeOf, type Scope } from '../access/scope.js';
import type { MlflowPort } from '../mlflow/port.js';
import type { Storage } from '../storage/storage.js';
import { thisMachine } from '../training/index.js';
import type { Metrics } from './metrics.js';
import { VERSION } from './version.js';

export interface SystemParts {
  readonly config: Pick<Config, 'dataDir' | 'maxParallelJobs' | 'workspaceDir' | 'launchers' | 'mail'>;
  readonly storage: Storage;
  readonly mlflow: Pick<MlflowPort, 'state'>;
  readonly metrics: Metrics;
}

export function systemRoutes({ config, storage, mlflow, metrics }: SystemParts): Route[] {
  return [
    route(contract.root, () => Promise.resolve({ status: 204 })),
    route(contract.healthz, () => Promise.resolve({ status: 200, json: { status: 'ok' } })),
    route(contract.readyz, async () => {
      const database = await storage.ping().then(
        () => 'up' as const,
        () => 'down' as const,
      );
      const state = mlflow.state();
      return database === 'up' && state === 'up'
        ? { status: 200, json: { status: 'ready', database, mlflow: state } }
        : { status: 503, json: { status: 'not_ready', database, mlflow: state } };
    }),
    route(contract.metrics, async ({ res }) => {
      res.type(metrics.contentType).send(await metrics.text());
      return undefined;
    }),
    route(contract.system, async ({ caller }) => {
      const disk = await statfs(config.dataDir);
      return {
        status: 200,
        json: {
          version: VERSION,
          mlflow: mlflow.state(),
          cpus: availableParallelism(),
          memory_bytes: totalmem(),
          gpus: thisMachine().gpus.length,
          max_parallel_jobs: config.maxParallelJobs,
          disk_free_bytes: disk.bavail * disk.bsize,
          storage_used_bytes: await storageUsed(storage, scopeOf(caller, 'dataset.write')),
          workspace_dir: config.workspaceDir,
          ...(config.launchers.length > 1 ? { launchers: config.launchers } : {}),
          ...(config.mail === null ? {} : { mail: true }),
        },
      };
    }),
  ];
}

async function storageUsed({ db }: Storage, scope: Scope): Promise<number> {
  // Versions that share their content take its room once; deleted ones take it until they are freed.
  const rows = await db
    .selectFrom('dataset_versions')
    .select(['content_id', 'size_bytes', 'derived_bytes'])
    .where(inProjectsOf(scope))
    .where('freed_at', 'is', null)
    .execute();
  const contents = new Map(rows.map((row) => [row.content_id, row.size_bytes + row.derived_bytes]));
  return [...contents.values()].reduce((sum, bytes) => sum + bytes, 0);
}
