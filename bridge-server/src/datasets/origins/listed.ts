import type { Logger } from 'pino';
import type { Dataset } from '../../contract/datasets.js';
import { KargahError } from '../../errors.js';
import type { Person } from '../../http/route.js';
import type { Intake } from '../intake.js';
import { bytesText, type Room } from '../room.js';
import type { CatalogueFile } from './catalogue-file.js';
import type { Door } from './door.js';
import { land } from './landing.js';
import { lyingAt, missing, type Offer, offersOf } from './offers.js';
import type { UrlOrigin } from './urls.js';

/** The administrator's list of datasets: addresses, files and folders of this server. */
export class ListOrigin {
  private known: readonly Offer[] = [];

  constructor(
    private readonly file: CatalogueFile | null,
    private readonly intake: Intake,
    private readonly room: Room,
    private readonly urls: UrlOrigin,
    private readonly door: Door,
    private readonly maxBytes: number,
    private readonly log: Logger,
  ) {}

  /** A list that cannot be read takes nothing else with it: what it said before counts until it is right again. */
  async offers(): Promise<readonly Offer[]> {
    try {
      const entries = (await this.file?.entries()) ?? [];
      const offers: Offer[] = [];
      for (const entry of entries)
        try {
          offers.push(...(await offersOf(entry)));
        } catch (error) {
          this.log.error({ err: error, entry: entry.id }, 'a folder of the list of datasets offers nothing');
        }
      this.known = offers;
    } catch (error) {
      this.log.error({ err: error }, 'the list of datasets cannot be read');
    }
    return this.known;
  }

  async take(caller: Person, offer: Offer): Promise<Dataset> {
    const { name, url, sha256, allow_private } = offer;
    if (url === undefined) return this.copy(caller, offer);
    const door: Door = allow_private
      ? { protocols: this.door.protocols, resolve: (host) => this.door.resolve(host), allows: () => true }
      : this.door;
    return this.urls.bring(caller, url, { name, sha256 }, door);
  }

  private async copy(caller: Person, offer: Offer): Promise<Dataset> {
    const { filename, sizeBytes, open } = await lyingAt(offer);
    if (sizeBytes > this.maxBytes) throw new KargahError('file_too_large', { limit: bytesText(this.maxBytes) });
    const origin = { kind: 'source', source_id: offer.id } as const;
    const arriving = { datasetId: null, name: offer.name, filename, sizeBytes, reading: null, origin };
    const begun = await this.room.claim(caller.userId, sizeBytes, () => this.intake.begin(caller, arriving));
    const { versionId } = begun;
    try {
      const check = await this.room.quotaCheck(caller.userId, sizeBytes);
      const { sha256, bytes } = await land(await open(), begun.folder, this.maxBytes, check);
      if (offer.sha256 !== undefined && sha256 !== offer.sha256) throw new KargahError('upload_checksum_mismatch');
      await this.room.settle(caller.userId, bytes - sizeBytes, () => this.intake.received(versionId, sha256, bytes));
    } catch (error) {
      await this.intake.cancel(versionId);
      throw missing(error, offer.id);
    }
    return this.intake.announce(begun.datasetId);
  }
}
