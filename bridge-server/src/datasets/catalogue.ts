import type { Dataset } from '../contract/datasets.js';
import type { Source } from '../contract/intake.js';
import { KargahError } from '../errors.js';
import type { Person } from '../http/route.js';
import type { Intake } from './intake.js';
import type { Reader } from './reader.js';
import type { Room } from './room.js';

/** Datasets that are ready to be taken. */
export class Catalogue {
  private bundled: Promise<Source[]> | null = null;

  constructor(
    private readonly reader: Reader,
    private readonly intake: Intake,
    private readonly room: Room,
  ) {}

  sources(): Promise<Source[]> {
    this.bundled ??= this.reader.sources().catch((error: unknown) => {
      this.bundled = null;
      throw error;
    });
    return this.bundled;
  }

  async take(caller: Person, sourceId: string): Promise<Dataset> {
    const source = (await this.sources()).find((entry) => entry.source_id === sourceId);
    if (!source) throw new KargahError('not_found');
    const filename = `${sourceId}.csv`;
    const { datasetId, versionId } = await this.room.claim(caller.userId, source.size_bytes ?? 0, () =>
      this.intake.begin(caller, {
        datasetId: null,
        name: null,
        filename,
        sizeBytes: source.size_bytes ?? 0,
        reading: null,
        origin: { kind: 'source', source_id: sourceId },
      }),
    );
    // The reading writes the file out of the package that has it.
    await this.intake.received(versionId, null);
    return this.intake.announce(datasetId);
  }
}
