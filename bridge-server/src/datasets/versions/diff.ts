import type { z } from 'zod';
import type { versionDiff } from '../../contract/datasets/versions.js';
import { KargahError } from '../../lib/errors.js';
import type { Person } from '../../access/caller.js';
import type { Access } from '../records/access.js';
import type { Contents } from '../content/store.js';
import type { Reader } from '../reading/reader.js';

/** What changed between two versions of a dataset. */
export class VersionDiffs {
  constructor(
    private readonly contents: Contents,
    private readonly access: Access,
    private readonly reader: Reader,
  ) {}

  /** @throws {KargahError} `diff_kinds` for a table and a set of images */
  async between(
    caller: Person,
    datasetId: string,
    { from, to }: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<z.infer<typeof versionDiff>> {
    const older = await this.access.ready(caller, datasetId, from);
    const newer = await this.access.ready(caller, datasetId, to);
    if (older.kind !== newer.kind) throw new KargahError('diff_kinds');
    const folders = { folder: this.contents.of(newer).path, older: this.contents.of(older).path };
    const kind = newer.kind ?? 'tabular';
    const compared = await this.reader.diff({ ...folders, kind }, { userId: caller.userId, signal });
    return { from, to, ...compared };
  }
}
