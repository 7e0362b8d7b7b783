import type { Dataset } from '../../../contract/datasets/datasets.js';
import type { Source } from '../../../contract/datasets/intake.js';
import { KargahError } from '../../../lib/errors.js';
import type { Person } from '../../../access/caller.js';
import type { Ingestion } from '../ingestion.js';
import { sourceOf } from './catalogue-file.js';
import type { ListOrigin } from './listed.js';
import type { Reader } from '../../reading/reader.js';
import type { StorageQuota } from '../../content/quota.js';
import type { VersionStore } from '../../records/version-store.js';
import { originOf } from '../../records/view.js';

/** Datasets that are ready to be taken: those that come along, and the administrator's list. */
export class Catalogue {
  private bundled: Promise<Source[]> | null = null;

  constructor(
    private readonly list: ListOrigin,
    private readonly reader: Reader,
    private readonly ingestion: Ingestion,
    private readonly versions: VersionStore,
    private readonly quota: StorageQuota,
  ) {}

  /** Says at the start what is wrong with the administrator's list. */
  async check(): Promise<void> {
    await this.list.offers();
  }

  /** What an earlier bridge was copying may be taken again. */
  async recover(): Promise<void> {
    for (const row of await this.versions.inState('uploading'))
      if (originOf(row).kind === 'source') await this.ingestion.cancel(row.version_id);
  }

  async sources(): Promise<Source[]> {
    return [...(await this.list.offers()).map(sourceOf), ...(await this.alongside())];
  }

  async take(caller: Person, sourceId: string): Promise<Dataset> {
    const offer = await this.list.find(sourceId);
    if (offer) return this.list.take(caller, offer);
    const source = (await this.alongside()).find((entry) => entry.source_id === sourceId);
    if (!source) throw new KargahError('not_found');
    const sizeBytes = source.size_bytes ?? 0;
    const origin = { kind: 'source', source_id: sourceId } as const;
    const newVersion = { datasetId: null, name: null, filename: `${sourceId}.csv`, sizeBytes, reading: null, origin };
    const { datasetId, versionId } = await this.quota.reserve(caller.userId, sizeBytes, () =>
      this.ingestion.begin(caller, newVersion),
    );
    // The reading writes the file out of the package that has it.
    await this.ingestion.received(versionId, null);
    return this.ingestion.announce(datasetId);
  }

  /** Those that come along. */
  private alongside(): Promise<Source[]> {
    this.bundled ??= this.reader.sources().catch((error: unknown) => {
      this.bundled = null;
      throw error;
    });
    return this.bundled;
  }
}
