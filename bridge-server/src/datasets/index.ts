import { LimitStore, type Subject } from '../access/limits.js';
import type { Route } from '../http/route.js';
import { Access } from './records/access.js';
import { DatasetNotifier } from './records/notifier.js';
import { Catalogue } from './ingest/sources/catalogue.js';
import { Contents } from './content/store.js';
import { DatasetData } from './rows/data.js';
import type { DatasetsDeps } from './deps.js';
import { VersionDiffs } from './versions/diff.js';
import { Exports } from './rows/exports.js';
import { DatasetsRoot } from './content/folders.js';
import { DatasetsForTraining } from './versions/for-training.js';
import { Retention } from './content/retention.js';
import { Ingestion } from './ingest/ingestion.js';
import { CatalogueFile } from './ingest/sources/catalogue-file.js';
import { ConnectionStore } from './ingest/sources/databases/connection-store.js';
import { Connections } from './ingest/sources/databases/connections.js';
import { DatabaseHosts } from './ingest/sources/databases/database-hosts.js';
import { FileOrigin } from './ingest/sources/workspace-files.js';
import { ListOrigin } from './ingest/sources/listed.js';
import { originRoutes } from './ingest/sources/routes.js';
import { SecretBox } from '../lib/secret-box.js';
import { SqlReader } from './ingest/sources/databases/sql-reader.js';
import { SqlOrigin } from './ingest/sources/databases/sql.js';
import { UrlOrigin } from './ingest/sources/addresses/urls.js';
import { Reader } from './reading/reader.js';
import { ReadingQueue } from './reading/reading.js';
import { StorageQuota } from './content/quota.js';
import { datasetRoutes } from './routes.js';
import { DatasetsOfProjects } from './list/of-project.js';
import { DatasetService } from './list/service.js';
import { SharingService } from './list/sharing.js';
import { SplitService } from './versions/splits.js';
import { SplitStore } from './records/split-store.js';
import { DatasetStore } from './records/store.js';
import { TransferService } from './list/transfer.js';
import { UploadService } from './ingest/uploads/service.js';
import { versionRoutes } from './versions/version-routes.js';
import { VersionStore } from './records/version-store.js';
import { VersionService } from './versions/versions.js';

export { DEFAULT_LIMITS, type DatasetLimits, type DatasetsDeps } from './deps.js';
export type { TrainingDataset } from './versions/for-training.js';

export interface Datasets {
  readonly routes: readonly Route[];
  readonly service: DatasetsForTraining;
  /** Bytes that the datasets of a person or a project take. */
  readonly bytesOf: (subject: Subject) => Promise<number>;
  readonly ofProjects: DatasetsOfProjects;
  readonly catalogue: Pick<Catalogue, 'source'>;
  /** Picks up what a bridge before this one left: complete uploads, unread files, deleted bytes. */
  start(): Promise<void>;
  /** Ends the reading processes; what they read is read again at the next start. */
  stop(): Promise<void>;
}

const SWEEP_MS = 10 * 60_000;

export function createDatasets(deps: DatasetsDeps): Datasets {
  const { db, ledger, origins, limits, log } = deps;
  const store = new DatasetStore(db);
  const versions = new VersionStore(db);
  const splits = new SplitStore(db);
  const root = new DatasetsRoot(deps.dataDir);
  const contents = new Contents(db, root, versions);
  const access = new Access(store, versions);
  const notifier = new DatasetNotifier(deps.live, store);
  const retention = new Retention(db, root, contents);
  const reader = new Reader(deps);
  const dealing = new SplitService({ versions, splits, contents, access, reader });
  const keepGiven = dealing.keepGiven.bind(dealing);
  const reading = new ReadingQueue({ live: deps.live, log, versions, contents, notifier, reader, keepGiven });
  const ingestion = new Ingestion({ store, versions, contents, access, notifier, reading, keepGiven });
  const quota = new StorageQuota(deps, contents, new LimitStore(db), () => uploads.awaited());
  const uploads: UploadService = new UploadService({ limits, log, store, versions, root, ingestion, quota });
  const cancelUpload = async (versionId: string): Promise<void> => {
    await uploads.cancelFor(versionId);
    await urls.cancel(versionId);
    await sql.cancel(versionId);
    await offered.cancel(versionId);
  };
  const list = new DatasetService({ ledger, store, versions, access, reading, retention, notifier, cancelUpload });
  const history = new VersionService({
    db,
    versions,
    splits,
    access,
    ingestion,
    reading,
    retention,
    notifier,
    quota,
    cancelUpload,
  });
  const data = new DatasetData(versions, contents, access, reader);
  const exports = new Exports({ store, root, contents, access, reader, quota, limits });
  const diffs = new VersionDiffs(contents, access, reader);
  const urls = new UrlOrigin({
    outbound: origins.outbound,
    maxBytes: limits.maxUploadBytes,
    ingestion,
    versions,
    quota,
    log,
  });
  const { workspaceDir } = origins;
  const grounds = workspaceDir === null ? null : { root: workspaceDir, dataDir: deps.dataDir };
  const files = new FileOrigin(grounds, ingestion, versions, quota);
  const sqlReader = new SqlReader(deps, new DatabaseHosts(origins.databaseHosts));
  const connections = new Connections({
    ledger,
    store: new ConnectionStore(db),
    secretBox: new SecretBox(origins.secret),
    reader: sqlReader,
    grounds,
  });
  const sql = new SqlOrigin({ connections, reader: sqlReader, ingestion, versions, quota, log });
  const listed = origins.catalogueFile === null ? null : new CatalogueFile(origins.catalogueFile);
  const offered = new ListOrigin({
    file: listed,
    dataDir: deps.dataDir,
    ingestion,
    quota,
    urls,
    outbound: origins.outbound,
    maxBytes: limits.maxUploadBytes,
    log,
  });
  const catalogue = new Catalogue({ list: offered, reader, ingestion, versions, quota });
  const sharing = new SharingService({ ledger, store, people: deps.people, access, notifier });
  const transfers = new TransferService({ store, versions, splits, contents, quota, access, notifier, ledger });

  const sweep = async (): Promise<void> => {
    await uploads.expire();
    await retention.collect();
    await exports.sweep();
  };
  let timer: NodeJS.Timeout | undefined;
  const open = Promise.withResolvers<undefined>();
  // Requests wait for recovery, so that whatever recovery finds is an earlier bridge's.
  const whenOpen = ({ endpoint, handle }: Route): Route => ({
    endpoint,
    handle: async (context) => {
      await open.promise;
      return handle(context);
    },
  });
  return {
    routes: [
      ...datasetRoutes({ datasets: list, held: data, exports, catalogue, uploads }),
      ...originRoutes(urls, files, sql, connections),
      ...versionRoutes({ versions: history, splits: dealing, diffs, sharing, transfers, lineage: { db, access } }),
    ].map(whenOpen),
    service: new DatasetsForTraining({ store, versions, splits, contents, access, retention }),
    bytesOf: (subject) => contents.bytesOf(subject),
    ofProjects: new DatasetsOfProjects(store, list, notifier, quota),
    catalogue,
    async start() {
      try {
        await root.make();
        await exports.clear();
        await uploads.recover();
        await Promise.all([urls.recover(), files.recover(), sql.recover(), catalogue.recover()]);
      } finally {
        open.resolve(undefined);
      }
      // Folders of the administrator's may take long to answer, which holds nobody up.
      catalogue.check().catch((error: unknown) => log.error({ err: error }, 'the list of datasets failed'));
      await sweep();
      for (const row of await versions.inState('profiling')) reading.enqueue(row.version_id);
      timer = setInterval(() => {
        sweep().catch((error: unknown) => log.error({ err: error }, 'old uploads could not be freed'));
      }, SWEEP_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await Promise.all([urls.stop(), sql.stop()]);
      await reading.stop();
      await reader.stop();
    },
  };
}
