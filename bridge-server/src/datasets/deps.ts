import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Ledger } from '../ledger/index.js';
import type { LivePort } from '../live/port.js';
import type { Database } from '../storage/schema.js';
import type { OutboundHttp } from './ingest/sources/addresses/outbound-http.js';
import type { People } from './list/sharing.js';

export interface DatasetLimits {
  /** Largest file that may be uploaded. */
  readonly maxUploadBytes: number;
  /** Quota of a person's datasets and unfinished uploads in bytes; null: none. */
  readonly quotaBytes: number | null;
  /** How long an upload that nobody continues is kept. */
  readonly uploadExpiryMs: number;
  /** Bytes that an upload must leave free on the disk. */
  readonly reserveBytes: number;
  /** Address space of one reading process, and the seconds it may take besides one for each MiB of the file. */
  readonly readerMemoryBytes: number;
  readonly readerSeconds: number;
  /** What the images of one archive may grow to. */
  readonly maxImageBytes: number;
  /** What exports that nobody fetches just now may take on the disk. */
  readonly keptExportBytes: number;
}

export const DEFAULT_LIMITS: DatasetLimits = {
  maxUploadBytes: 20 * 2 ** 30,
  quotaBytes: null,
  uploadExpiryMs: 24 * 3_600_000,
  reserveBytes: 64 * 2 ** 20,
  readerMemoryBytes: 6 * 2 ** 30,
  readerSeconds: 900,
  maxImageBytes: 20 * 2 ** 30,
  keptExportBytes: 2 * 2 ** 30,
};

export interface OriginSettings {
  /** The server's secret: what addresses of databases are sealed with. */
  readonly secret: string;
  /** The folder that JupyterLab shows; null: files of the server are not to be registered. */
  readonly workspaceDir: string | null;
  /** Machines of their own network, or this one, that people may read databases of. */
  readonly databaseHosts: readonly string[];
  /** The administrator's list of datasets. */
  readonly catalogueFile: string | null;
  readonly outbound: OutboundHttp;
}

export interface DatasetsDeps {
  readonly db: Kysely<Database>;
  readonly live: LivePort;
  readonly ledger: Ledger;
  /** `KARGAH_DATA_DIR`; uploads lie in `uploads/`, what versions hold in `datasets/<content_id>/`. */
  readonly dataDir: string;
  /** The Python interpreter that has the package `kargah`. */
  readonly python: string;
  readonly limits: DatasetLimits;
  /** Whom a dataset may be shared with. */
  readonly people: People;
  /** The ways in besides uploading. */
  readonly origins: OriginSettings;
  readonly log: Logger;
}
