import type { Logger } from 'pino';
import type { Dataset } from '../../../contract/datasets/datasets.js';
import { failureOf, KargahError } from '../../../lib/errors.js';
import type { Person } from '../../../access/caller.js';
import type { Begun, Intake } from '../ingestion.js';
import { bytesText, type Room } from '../../content/quota.js';
import { isKnownFormat, plainName } from '../uploads/names.js';
import type { VersionStore } from '../../records/version-store.js';
import { originOf } from '../../records/view.js';
import { type Coming, type Door, failed, open } from './outbound-http.js';
import { land } from './download.js';
import type { Into } from './request.js';

/** What an entry of the administrator's list says besides. */
interface Listed extends Into {
  readonly sourceId?: string;
}

/** A server that sends without end, or a byte a minute, is let go. */
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

/** Files that are fetched from elsewhere. */
export class UrlOrigin {
  private readonly coming = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();

  constructor(
    private readonly door: Door,
    private readonly maxBytes: number,
    private readonly intake: Intake,
    private readonly versions: VersionStore,
    private readonly room: Room,
    private readonly log: Logger,
  ) {}

  /** Answers once the file begins to come; the rest goes on by itself. */
  async bring(caller: Person, address: string, into: Listed, door: Door = this.door): Promise<Dataset> {
    const abort = new AbortController();
    const file = await open(door, address, abort.signal);
    try {
      const filename = nameOf(file);
      if (!isKnownFormat(filename)) throw new KargahError('unsupported_format');
      const announced = Number(file.headers['content-length'] ?? 0);
      const sizeBytes = Number.isSafeInteger(announced) && announced > 0 ? announced : 0;
      if (sizeBytes > this.maxBytes) throw new KargahError('file_too_large', { limit: bytesText(this.maxBytes) });
      const begun = await this.room.claim(caller.userId, sizeBytes, () =>
        this.intake.begin(caller, {
          datasetId: into.dataset_id ?? null,
          name: into.name ?? null,
          filename,
          sizeBytes,
          reading: into.reading ?? null,
          origin: { kind: 'url', url: address, source_id: into.sourceId },
        }),
      );
      this.keep(begun.versionId, abort, this.receive(begun, file, { caller, sizeBytes, sha256: into.sha256 }, abort));
      return await this.intake.announce(begun.datasetId);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** What an earlier bridge was fetching is lost with its connection; it is said so, and may be asked for again. */
  async recover(): Promise<void> {
    for (const row of await this.versions.inState('uploading')) {
      const origin = originOf(row);
      if (origin.kind !== 'url') continue;
      const { url = '' } = origin;
      const host = URL.canParse(url) ? new URL(url).hostname : url;
      await this.intake.fail(row.version_id, failureOf('url_failed', { host, reason: 'the bridge was restarted' }));
    }
  }

  /** Resolves when nothing is fetched for this version any more. */
  async cancel(versionId: string): Promise<void> {
    const one = this.coming.get(versionId);
    one?.abort.abort(new Error('fetching was cancelled'));
    await one?.done;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.coming.keys()].map((versionId) => this.cancel(versionId)));
  }

  private keep(versionId: string, abort: AbortController, work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => this.log.error({ err: error, versionId }, 'a fetched file could not be settled'))
      .finally(() => this.coming.delete(versionId));
    this.coming.set(versionId, { abort, done });
  }

  private async receive(
    { versionId, folder }: Begun,
    file: Coming,
    told: { readonly caller: Person; readonly sizeBytes: number; readonly sha256: string | undefined },
    abort: AbortController,
  ): Promise<void> {
    const late = setTimeout(() => abort.abort(failed(file.url, 'too slow')), WHOLE_MS);
    try {
      const { userId } = told.caller;
      const check = await this.room.quotaCheck(userId, told.sizeBytes);
      const { sha256, bytes } = await land(file.body, folder, this.maxBytes, check);
      if (told.sha256 !== undefined && told.sha256 !== sha256)
        throw failed(file.url, 'another file than the list says');
      await this.room.settle(userId, bytes - told.sizeBytes, () => this.intake.received(versionId, sha256, bytes));
    } catch (error) {
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : error;
      const known = reason instanceof KargahError ? reason : failed(file.url, 'the connection was cut', reason);
      await this.intake.fail(versionId, known.toFailure());
    } finally {
      clearTimeout(late);
      await file.close();
    }
  }
}

/** By what the server says it is called, or by its address; what it is decides the reading. */
function nameOf(file: Coming): string {
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
