import type { Logger } from 'pino';
import type { Dataset } from '../../../../contract/datasets/datasets.js';
import { failureOf, KargahError } from '../../../../lib/errors.js';
import type { Person } from '../../../../access/caller.js';
import type { StartedVersion, Ingestion } from '../../ingestion.js';
import { bytesText, type StorageQuota } from '../../../content/quota.js';
import { isKnownFormat, plainName } from '../../uploads/names.js';
import type { VersionStore } from '../../../records/version-store.js';
import { originOf } from '../../../records/view.js';
import { type RemoteFile, type OutboundHttp, failed, open } from './outbound-http.js';
import { saveStream } from './download.js';
import type { IngestTarget } from '../request.js';

/** What an entry of the administrator's list says besides. */
interface Listed extends IngestTarget {
  readonly sourceId?: string;
}

/** Limits for a server that sends without end, or very slowly. */
const WHOLE_MS = 6 * 3_600_000;
const TYPES: Readonly<Record<string, string>> = {
  'text/csv': '.csv',
  'text/tab-separated-values': '.tsv',
  'application/zip': '.zip',
  'application/x-tar': '.tar',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': '.xlsx',
  'application/x-ndjson': '.jsonl',
  'application/vnd.apache.parquet': '.parquet',
};

interface UrlOriginDeps {
  readonly outbound: OutboundHttp;
  readonly maxBytes: number;
  readonly ingestion: Ingestion;
  readonly versions: VersionStore;
  readonly quota: StorageQuota;
  readonly log: Logger;
}

/** Files that are fetched from elsewhere. */
export class UrlOrigin {
  private readonly remote = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();

  constructor(private readonly deps: UrlOriginDeps) {}

  /** Answers once the file begins to come; the rest goes on by itself. */
  async bring(
    caller: Person,
    address: string,
    into: Listed,
    outbound: OutboundHttp = this.deps.outbound,
  ): Promise<Dataset> {
    // Nothing is asked of the internet for who may not keep it.
    await this.deps.ingestion.placed(caller, into.dataset_id ?? null);
    const abort = new AbortController();
    const file = await open(outbound, address, abort.signal);
    try {
      const filename = nameOf(file);
      if (!isKnownFormat(filename)) throw new KargahError('unsupported_format');
      const announced = Number(file.headers['content-length'] ?? 0);
      const sizeBytes = Number.isSafeInteger(announced) && announced > 0 ? announced : 0;
      if (sizeBytes > this.deps.maxBytes)
        throw new KargahError('file_too_large', { limit: bytesText(this.deps.maxBytes) });
      const started = await this.deps.quota.reserve(caller, sizeBytes, () =>
        this.deps.ingestion.begin(caller, {
          datasetId: into.dataset_id ?? null,
          name: into.name ?? null,
          filename,
          sizeBytes,
          reading: into.reading ?? null,
          origin: { kind: 'url', url: address, source_id: into.sourceId },
        }),
      );
      this.keep(
        started.versionId,
        abort,
        this.receive(started, file, { caller, sizeBytes, sha256: into.sha256 }, abort),
      );
      return await this.deps.ingestion.announce(started.datasetId);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** What an earlier bridge was fetching is lost with its connection; it is said so, and may be asked for again. */
  async recover(): Promise<void> {
    for (const row of await this.deps.versions.inState('uploading')) {
      const origin = originOf(row);
      if (origin.kind !== 'url') continue;
      const { url = '' } = origin;
      const host = URL.canParse(url) ? new URL(url).hostname : url;
      await this.deps.ingestion.fail(
        row.version_id,
        failureOf('url_failed', { host, reason: 'the bridge was restarted' }),
      );
    }
  }

  /** Resolves when nothing is fetched for this version any more. */
  async cancel(versionId: string): Promise<void> {
    const one = this.remote.get(versionId);
    one?.abort.abort(new Error('fetching was cancelled'));
    await one?.done;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.remote.keys()].map((versionId) => this.cancel(versionId)));
  }

  private keep(versionId: string, abort: AbortController, work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => this.deps.log.error({ err: error, versionId }, 'a fetched file could not be settled'))
      .finally(() => this.remote.delete(versionId));
    this.remote.set(versionId, { abort, done });
  }

  private async receive(
    { versionId, folder }: StartedVersion,
    file: RemoteFile,
    told: { readonly caller: Person; readonly sizeBytes: number; readonly sha256: string | undefined },
    abort: AbortController,
  ): Promise<void> {
    const late = setTimeout(() => abort.abort(failed(file.url, 'too slow')), WHOLE_MS);
    try {
      const check = await this.deps.quota.quotaCheck(told.caller, told.sizeBytes);
      const { sha256, bytes } = await saveStream(file.body, folder, this.deps.maxBytes, check);
      if (told.sha256 !== undefined && told.sha256 !== sha256)
        throw failed(file.url, 'another file than the list says');
      await this.deps.quota.commit(told.caller, bytes - told.sizeBytes, () =>
        this.deps.ingestion.received(versionId, sha256, bytes),
      );
    } catch (error) {
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : error;
      const known = reason instanceof KargahError ? reason : failed(file.url, 'the connection was cut', reason);
      await this.deps.ingestion.fail(versionId, known.toFailure());
    } finally {
      clearTimeout(late);
      await file.close();
    }
  }
}

/** By what the server says it is called, or by its address; what it is decides the reading. */
function nameOf(file: RemoteFile): string {
  const disposition = String(file.headers['content-disposition'] ?? '');
  const encoded = /filename\*=UTF-8''([^;\s]+)/iu.exec(disposition)?.[1];
  const plain = /filename="?([^";]+)"?/iu.exec(disposition)?.[1];
  const given = plainName(decoded(encoded) ?? plain ?? decoded(file.url.pathname.split('/').at(-1)) ?? '');
  if (isKnownFormat(given)) return given;
  const type =
    String(file.headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? '';
  return `${given === '' ? 'data' : given}${TYPES[type] ?? ''}`;
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}
