import type { Logger } from 'pino';
import type { Dataset } from '../../../../contract/datasets/datasets.js';
import { failureOf, KargahError } from '../../../../lib/errors.js';
import type { Person } from '../../../../access/caller.js';
import { sha256Of, sizeOf, sync } from '../../../content/folders.js';
import type { StartedVersion, Ingestion } from '../../ingestion.js';
import type { StorageQuota } from '../../../content/quota.js';
import { plainName } from '../../uploads/names.js';
import type { VersionStore } from '../../../records/version-store.js';
import { originOf } from '../../../records/view.js';
import type { Connections } from './connections.js';
import type { SqlReader } from './sql-reader.js';
import { FairSlots } from '../../../../lib/async/fair-slots.js';
import type { IngestTarget } from '../request.js';

/** Each of them is a process with a memory of its own. */
const QUERIES = { atOnce: Infinity, each: 2, waiting: Infinity };

interface SqlOriginDeps {
  readonly connections: Connections;
  readonly reader: SqlReader;
  readonly ingestion: Ingestion;
  readonly versions: VersionStore;
  readonly quota: StorageQuota;
  readonly log: Logger;
}

/** The rows of a query, kept as a dataset. */
export class SqlOrigin {
  private readonly slots = new FairSlots(QUERIES);
  private readonly running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();

  constructor(private readonly deps: SqlOriginDeps) {}

  async bring(caller: Person, connectionId: string, query: string, into: IngestTarget): Promise<Dataset> {
    if (!/^\s*(?:select|with|values|table)\b/iu.test(query)) throw new KargahError('query_not_select');
    const { name, url } = await this.deps.connections.urlOf(caller, connectionId);
    const started = await this.deps.quota.reserve(caller, 0, () =>
      this.deps.ingestion.begin(caller, {
        datasetId: into.dataset_id ?? null,
        name: into.name ?? name,
        filename: `${plainName(into.name ?? name) || 'query'}.parquet`,
        sizeBytes: 0,
        reading: into.reading ?? null,
        origin: { kind: 'sql', connection: name, query },
      }),
    );
    const abort = new AbortController();
    const receive = (): Promise<void> => this.receive(caller, started, { url, query }, abort);
    const done = this.slots
      .take(caller.userId, abort.signal, receive)
      .catch((error: unknown) => {
        if (!abort.signal.aborted)
          this.deps.log.error({ err: error, versionId: started.versionId }, 'a query could not be settled');
      })
      .finally(() => this.running.delete(started.versionId));
    this.running.set(started.versionId, { abort, done });
    return this.deps.ingestion.announce(started.datasetId);
  }

  /** What an earlier bridge was asking is lost with it. */
  async recover(): Promise<void> {
    for (const row of await this.deps.versions.inState('uploading'))
      if (originOf(row).kind === 'sql')
        await this.deps.ingestion.fail(
          row.version_id,
          failureOf('connection_failed', { reason: 'the bridge was restarted' }),
        );
  }

  async cancel(versionId: string): Promise<void> {
    const one = this.running.get(versionId);
    one?.abort.abort(new Error('asking was cancelled'));
    await one?.done;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.keys()].map((versionId) => this.cancel(versionId)));
  }

  private async receive(
    caller: Person,
    { versionId, folder }: StartedVersion,
    { url, query }: { readonly url: string; readonly query: string },
    abort: AbortController,
  ): Promise<void> {
    try {
      await folder.make();
      await this.deps.reader.read(url, query, folder.original, abort.signal);
      await sync(folder.original);
      await sync(folder.path);
      const [sha256, bytes] = [await sha256Of(folder.original), (await sizeOf(folder.original)) ?? 0];
      await this.deps.quota.commit(caller, bytes, () => this.deps.ingestion.received(versionId, sha256, bytes));
    } catch (error) {
      if (abort.signal.aborted) {
        await folder.remove();
        return;
      }
      if (!(error instanceof KargahError)) this.deps.log.error({ err: error, versionId }, 'asking a database failed');
      await this.deps.ingestion.fail(
        versionId,
        error instanceof KargahError ? error.toFailure() : failureOf('internal', { request_id: versionId }),
      );
    }
  }
}
