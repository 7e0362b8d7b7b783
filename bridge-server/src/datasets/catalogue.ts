import { createReadStream } from 'node:fs';
import type { Logger } from 'pino';
import type { Dataset } from '../contract/datasets.js';
import type { Source } from '../contract/intake.js';
import { KargahError } from '../errors.js';
import type { Person } from '../http/route.js';
import type { Intake } from './intake.js';
import { type CatalogueEntry, type CatalogueFile, sourceOf } from './origins/catalogue-file.js';
import type { Door } from './origins/door.js';
import { land } from './origins/landing.js';
import type { UrlOrigin } from './origins/urls.js';
import { isErrno, sizeOf } from './folders.js';
import type { Reader } from './reader.js';
import type { Room } from './room.js';
import { plainName } from './uploads/names.js';

/** Datasets that are ready to be taken: those that come along, and the administrator's list. */
export class Catalogue {
  private bundled: Promise<Source[]> | null = null;
  private known: readonly CatalogueEntry[] = [];

  constructor(
    private readonly file: CatalogueFile | null,
    private readonly reader: Reader,
    private readonly intake: Intake,
    private readonly room: Room,
    private readonly urls: UrlOrigin,
    private readonly door: Door,
    private readonly maxBytes: number,
    private readonly log: Logger,
  ) {}

  /** Says at the start what is wrong with the administrator's list. */
  async check(): Promise<void> {
    await this.listed();
  }

  async sources(): Promise<Source[]> {
    this.bundled ??= this.reader.sources().catch((error: unknown) => {
      this.bundled = null;
      throw error;
    });
    return [...(await this.listed()).map(sourceOf), ...(await this.bundled)];
  }

  async take(caller: Person, sourceId: string): Promise<Dataset> {
    const listed = (await this.listed()).find((one) => one.id === sourceId);
    if (listed) return this.takeListed(caller, listed);
    const source = (await this.sources()).find((entry) => entry.source_id === sourceId);
    if (!source) throw new KargahError('not_found');
    const { datasetId, versionId } = await this.begin(caller, sourceId, `${sourceId}.csv`, source.size_bytes ?? 0);
    // The reading writes the file out of the package that has it.
    await this.intake.received(versionId, null);
    return this.intake.announce(datasetId);
  }

  /** A list that cannot be read takes nothing else with it: what it said before counts until it is right again. */
  private async listed(): Promise<readonly CatalogueEntry[]> {
    try {
      this.known = (await this.file?.entries()) ?? [];
    } catch (error) {
      this.log.error({ err: error }, 'the list of datasets cannot be read');
    }
    return this.known;
  }

  private async takeListed(
    caller: Person,
    { id, name, url, path, sha256, allow_private }: CatalogueEntry,
  ): Promise<Dataset> {
    if (url !== undefined) {
      const door: Door = allow_private
        ? { protocols: this.door.protocols, resolve: (host) => this.door.resolve(host), allows: () => true }
        : this.door;
      return this.urls.bring(caller, url, { name, sha256 }, door);
    }
    const from = path ?? '';
    const size = await sizeOf(from);
    if (size === null) throw new KargahError('file_missing', { path: id });
    const { datasetId, versionId, folder } = await this.begin(caller, id, plainName(from), size, name);
    try {
      const landed = await land(createReadStream(from), folder, this.maxBytes);
      if (sha256 !== undefined && landed.sha256 !== sha256) throw new KargahError('upload_checksum_mismatch');
      await this.intake.received(versionId, landed.sha256, landed.bytes);
    } catch (error) {
      await this.intake.cancel(versionId);
      if (isErrno(error, 'EACCES', 'EISDIR', 'ENOENT'))
        throw new KargahError('file_missing', { path: id }, { cause: error });
      throw error;
    }
    return this.intake.announce(datasetId);
  }

  private begin(caller: Person, sourceId: string, filename: string, sizeBytes: number, name: string | null = null) {
    return this.room.claim(caller.userId, sizeBytes, () =>
      this.intake.begin(caller, {
        datasetId: null,
        name,
        filename,
        sizeBytes,
        reading: null,
        origin: { kind: 'source', source_id: sourceId },
      }),
    );
  }
}
