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

interface CatalogueDeps {
  readonly list: ListOrigin;
  readonly reader: Reader;
  readonly ingestion: Ingestion;
  readonly versions: VersionStore;
  readonly quota: StorageQuota;
}

/** Datasets that are ready to be taken: those that come along, and the administrator's list. */
export class Catalogue {
  private bundled: Promise<Source[]> | null = null;

  constructor(private readonly deps: CatalogueDeps) {}

  /** Says at the start what is wrong with the administrator's list. */
  async check(): Promise<void> {
    await this.deps.list.offers();
  }

  /** What an earlier bridge was copying may be taken again. */
  async recover(): Promise<void> {
    for (const row of await this.deps.versions.inState('uploading'))
      if (originOf(row).kind === 'source') await this.deps.ingestion.cancel(row.version_id);
  }

  async sources(): Promise<Source[]> {
    return [...(await this.deps.list.offers()).map(sourceOf), ...(await this.alongside())];
  }

  /** What is offered under an id, or was when it could last be looked at. */
  async source(sourceId: string): Promise<Source | null> {
    return (await this.sources()).find((one) => one.source_id === sourceId) ?? null;
  }

  async take(caller: Person, sourceId: string): Promise<Dataset> {
    const offer = await this.deps.list.find(sourceId);
    if (offer) return this.deps.list.take(caller, offer);
    const source = (await this.alongside()).find((entry) => entry.source_id === sourceId);
    if (!source) throw new KargahError('not_found');
    const sizeBytes = source.size_bytes ?? 0;
    const origin = { kind: 'source', source_id: sourceId } as const;
    const newVersion = { datasetId: null, name: null, filename: `${sourceId}.csv`, sizeBytes, reading: null, origin };
    const { datasetId, versionId } = await this.deps.quota.reserve(caller, sizeBytes, () =>
      this.deps.ingestion.begin(caller, newVersion),
    );
    // The reading writes the file out of the package that has it.
    await this.deps.ingestion.received(versionId, null);
    return this.deps.ingestion.announce(datasetId);
  }

  /** Those that come along. */
  private alongside(): Promise<Source[]> {
    this.bundled ??= this.deps.reader.sources().catch((error: unknown) => {
      this.bundled = null;
      throw error;
    });
    return this.bundled;
  }
}
