import type { Route } from '../http/route.js';
import type { DatasetsDeps } from './deps.js';
import { DatasetsRoot } from './folders.js';
import { Reader } from './reader.js';
import { ReadingQueue } from './reading.js';
import { datasetRoutes } from './routes.js';
import { DatasetService } from './service.js';
import { DatasetStore } from './store.js';
import { UploadService } from './uploads/service.js';

export { DEFAULT_LIMITS, type DatasetLimits, type DatasetsDeps } from './deps.js';
export type { DatasetService, TrainingDataset } from './service.js';

export interface Datasets {
  readonly routes: readonly Route[];
  readonly service: DatasetService;
  /** Picks up what a bridge before this one left: complete uploads, unread files, deleted bytes. */
  start(): Promise<void>;
  /** Ends the reading processes; what they read is read again at the next start. */
  stop(): Promise<void>;
}

const SWEEP_MS = 10 * 60_000;

export function createDatasets(deps: DatasetsDeps): Datasets {
  const store = new DatasetStore(deps.db);
  const root = new DatasetsRoot(deps.dataDir);
  const reader = new Reader(deps);
  const reading = new ReadingQueue(deps, store, root, reader);
  const service: DatasetService = new DatasetService(deps, store, root, reader, reading, (datasetId) =>
    uploads.cancelFor(datasetId),
  );
  const uploads = new UploadService(deps, store, root, reading, (bytes) => service.requireSpace(bytes));

  const sweep = async (): Promise<void> => {
    await uploads.expire();
    for (const datasetId of await store.deletedIds()) await service.release(datasetId);
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    routes: datasetRoutes(service, uploads),
    service,
    async start() {
      await root.make();
      await uploads.recover();
      await sweep();
      for (const row of await store.inState('profiling')) reading.enqueue(row.dataset_id);
      timer = setInterval(() => {
        sweep().catch((error: unknown) => deps.log.error({ err: error }, 'old uploads could not be freed'));
      }, SWEEP_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await reading.stop();
    },
  };
}
