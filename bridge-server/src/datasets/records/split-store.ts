import type { Kysely, Selectable } from 'kysely';
import { splitSpec, type Split } from '../../contract/datasets/versions.js';
import type { Database, DatasetSplitTable } from '../../storage/schema.js';

export type SplitRow = Selectable<DatasetSplitTable>;

/** Rows of splits; their files lie with the content of their version. */
export class SplitStore {
  constructor(private readonly db: Kysely<Database>) {}

  find(splitId: string): Promise<SplitRow | undefined> {
    return this.db.selectFrom('dataset_splits').selectAll().where('split_id', '=', splitId).executeTakeFirst();
  }

  like(versionId: string, specJson: string): Promise<SplitRow | undefined> {
    return this.db
      .selectFrom('dataset_splits')
      .selectAll()
      .where('version_id', '=', versionId)
      .where('spec_json', '=', specJson)
      .executeTakeFirst();
  }

  defaultOf(versionId: string): Promise<SplitRow | undefined> {
    return this.db
      .selectFrom('dataset_splits')
      .selectAll()
      .where('version_id', '=', versionId)
      .where('is_default', '=', 1)
      .executeTakeFirst();
  }

  /** Oldest first. */
  async ofVersions(versionIds: readonly string[]): Promise<SplitRow[]> {
    if (versionIds.length === 0) return [];
    return this.db
      .selectFrom('dataset_splits')
      .selectAll()
      .where('version_id', 'in', versionIds)
      .orderBy('created_at')
      .orderBy('split_id')
      .execute();
  }

  /** Of two that add the same split at once one adds it; both get it. */
  async add(row: SplitRow): Promise<SplitRow> {
    await this.db
      .insertInto('dataset_splits')
      .values(row)
      .onConflict((conflict) => conflict.columns(['version_id', 'spec_json']).doNothing())
      .execute();
    return (await this.like(row.version_id, row.spec_json)) ?? row;
  }

  async makeDefault(row: SplitRow): Promise<void> {
    await this.db
      .updateTable('dataset_splits')
      .set((eb) => ({ is_default: eb.case().when('split_id', '=', row.split_id).then(1).else(0).end() }))
      .where('version_id', '=', row.version_id)
      .execute();
  }
}

/** A row as the contract shows it. */
export function splitOf(row: SplitRow, version: number): Split {
  return {
    split_id: row.split_id,
    version,
    ...splitSpec.parse(JSON.parse(row.spec_json)),
    rows: JSON.parse(row.counts_json) as Split['rows'],
    sha256: row.sha256,
    is_default: row.is_default === 1,
    warnings: JSON.parse(row.warnings_json) as Split['warnings'],
    created_at: row.created_at,
  };
}
