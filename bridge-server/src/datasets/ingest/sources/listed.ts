import { addAbortSignal } from 'node:stream';
import type { Logger } from 'pino';
import type { Dataset } from '../../../contract/datasets/datasets.js';
import { KargahError } from '../../../lib/errors.js';
import type { Person } from '../../../access/caller.js';
import type { StartedVersion, Ingestion } from '../ingestion.js';
import { bytesText, type StorageQuota } from '../../content/quota.js';
import type { CatalogueEntry, CatalogueFile } from './catalogue-file.js';
import type { OutboundHttp } from './addresses/outbound-http.js';
import { saveStream } from './addresses/download.js';
import { locate, type LocatedFile, missing, type Offer, offersOf } from './offers.js';
import type { UrlOrigin } from './addresses/urls.js';

/** For how long the listing of a folder is cached; taking something of it looks at the folder again. */
const FRESH_MS = 10_000;

interface Seen {
  readonly at: number;
  readonly offers: Promise<Offer[]>;
}
interface Copying {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

interface ListOriginDeps {
  readonly file: CatalogueFile | null;
  readonly dataDir: string;
  readonly ingestion: Ingestion;
  readonly quota: StorageQuota;
  readonly urls: UrlOrigin;
  readonly outbound: OutboundHttp;
  readonly maxBytes: number;
  readonly log: Logger;
}

/** The administrator's list of datasets: addresses, files and folders of this server. */
export class ListOrigin {
  /** What the list said when it could last be read. */
  private known: readonly CatalogueEntry[] = [];
  /** By entries as they were read: those of a list that changed are others. */
  private readonly seen = new WeakMap<CatalogueEntry, Seen>();
  /** What the log was last told to be wrong with the list or an entry of it. */
  private readonly told = new WeakMap<CatalogueFile | CatalogueEntry, string>();
  private readonly copying = new Map<string, Copying>();

  constructor(private readonly deps: ListOriginDeps) {}

  /** All that can be taken, as it was a moment ago. */
  async offers(): Promise<readonly Offer[]> {
    const entries = await this.entries();
    return (await Promise.all(entries.map((entry) => this.lately(entry)))).flat();
  }

  /** What is offered under an id now. */
  async find(sourceId: string): Promise<Offer | undefined> {
    const entries = await this.entries();
    const entry = entries.find(({ id }) => sourceId === id || sourceId.startsWith(`${id}.`));
    return entry && (await this.look(entry)).find(({ id }) => id === sourceId);
  }

  async take(caller: Person, offer: Offer): Promise<Dataset> {
    const { id, name, url, sha256, allow_private } = offer;
    if (url === undefined) return this.copy(caller, offer);
    const outbound: OutboundHttp = allow_private
      ? {
          protocols: this.deps.outbound.protocols,
          resolve: (host) => this.deps.outbound.resolve(host),
          allows: () => true,
        }
      : this.deps.outbound;
    return this.deps.urls.bring(caller, url, { name, sha256, sourceId: id }, outbound);
  }

  /** Resolves when nothing is copied for this version any more. */
  async cancel(versionId: string): Promise<void> {
    const one = this.copying.get(versionId);
    one?.abort.abort(new KargahError('not_found'));
    await one?.done;
  }

  /** While the list cannot be read, what it said before counts. */
  private async entries(): Promise<readonly CatalogueEntry[]> {
    if (this.deps.file === null) return [];
    try {
      this.known = await this.deps.file.entries();
      this.told.delete(this.deps.file);
    } catch (error) {
      this.tell(this.deps.file, error, 'the list of datasets cannot be read');
    }
    return this.known;
  }

  private lately(entry: CatalogueEntry): Promise<Offer[]> {
    const seen = this.seen.get(entry);
    if (seen && Date.now() - seen.at < FRESH_MS) return seen.offers;
    const offers = this.look(entry);
    this.seen.set(entry, { at: Date.now(), offers });
    return offers;
  }

  private async look(entry: CatalogueEntry): Promise<Offer[]> {
    try {
      const offers = await offersOf(entry, this.deps.dataDir);
      this.told.delete(entry);
      return offers;
    } catch (error) {
      this.tell(entry, error, 'a folder of the list of datasets offers nothing');
      return [];
    }
  }

  /** Once for as long as the same is wrong. */
  private tell(of: CatalogueFile | CatalogueEntry, error: unknown, message: string): void {
    if (this.told.get(of) === String(error)) return;
    this.told.set(of, String(error));
    this.deps.log.error({ err: error, entry: 'id' in of ? of.id : undefined }, message);
  }

  private async copy(caller: Person, offer: Offer): Promise<Dataset> {
    const located = await locate(offer, this.deps.dataDir);
    const { filename, sizeBytes } = located;
    if (sizeBytes > this.deps.maxBytes)
      throw new KargahError('file_too_large', { limit: bytesText(this.deps.maxBytes) });
    const origin = { kind: 'source', source_id: offer.id } as const;
    const newVersion = { datasetId: null, name: offer.name, filename, sizeBytes, reading: null, origin };
    const started = await this.deps.quota.reserve(caller, sizeBytes, () =>
      this.deps.ingestion.begin(caller, newVersion),
    );
    const abort = new AbortController();
    const received = this.receive(caller, { ...offer, ...located }, started, abort.signal);
    this.copying.set(started.versionId, { abort, done: received.catch(() => undefined) });
    try {
      await received;
    } finally {
      this.copying.delete(started.versionId);
    }
    return this.deps.ingestion.announce(started.datasetId);
  }

  private async receive(
    caller: Person,
    { id, sha256: expected, sizeBytes, open }: Offer & LocatedFile,
    { versionId, folder }: StartedVersion,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const check = await this.deps.quota.quotaCheck(caller, sizeBytes);
      const source = addAbortSignal(signal, await open());
      const { sha256, bytes } = await saveStream(source, folder, this.deps.maxBytes, check).catch((error: unknown) => {
        // An error of our own disk is not the source file's fault.
        throw source.errored === error ? missing(error, id) : error;
      });
      if (expected !== undefined && sha256 !== expected) throw new KargahError('upload_checksum_mismatch');
      await this.deps.quota.commit(caller, bytes - sizeBytes, () =>
        this.deps.ingestion.received(versionId, sha256, bytes),
      );
    } catch (error) {
      await this.deps.ingestion.cancel(versionId);
      throw signal.aborted ? signal.reason : error;
    }
  }
}
