import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Split, SplitSpec } from '../../contract/datasets/versions.js';
import { KargahError } from '../../lib/errors.js';
import type { Person } from '../../access/caller.js';
import type { Access } from '../records/access.js';
import { canonical } from '../../lib/canonical.js';
import type { Contents } from '../content/store.js';
import { sync } from '../content/folders.js';
import { newId } from '../../lib/ids.js';
import type { Reader } from '../reading/reader.js';
import { splitOf, type SplitRow, type SplitStore } from '../records/split-store.js';
import type { VersionStore } from '../records/version-store.js';
import type { Profile, VersionRow } from '../records/view.js';

type Asked = SplitSpec & { readonly make_default: boolean };

/** Shares are fractions a person typed: 0.7 + 0.2 + 0.1 is not quite 1. */
const ROUNDING = 1e-6;

interface SplitServiceDeps {
  readonly versions: VersionStore;
  readonly splits: SplitStore;
  readonly contents: Contents;
  readonly access: Access;
  readonly reader: Reader;
}

/** Splits of a version into rows that train, validate and test. */
export class SplitService {
  constructor(private readonly deps: SplitServiceDeps) {}

  /** The same request answers with the same split. */
  async create(caller: Person, datasetId: string, number: number, asked: Asked): Promise<Split> {
    await this.deps.access.dataset(caller, 'dataset.write', datasetId);
    const version = await this.deps.access.ready(caller, datasetId, number);
    const { make_default: makeDefault, ...wanted } = asked;
    const spec = wanted.method === 'given' ? givenSpec(await this.profileOf(version)) : wanted;
    await this.check(version, spec);
    const specJson = JSON.stringify(canonical(spec));
    const row =
      (await this.deps.splits.like(version.version_id, specJson)) ??
      (await this.deal(caller.userId, version, spec, specJson));
    if (!makeDefault) return splitOf(row, number);
    await this.deps.splits.makeDefault(row);
    return splitOf({ ...row, is_default: 1 }, number);
  }

  /** Makes the parts that a version's file has its own split, which jobs use; nothing where it has none. Safe to repeat. */
  async keepGiven(version: VersionRow, profile: Omit<Profile, 'dataset_id'>): Promise<void> {
    if (profile.parts === undefined) return;
    const spec = givenSpec(profile);
    const specJson = JSON.stringify(canonical(spec));
    const row =
      (await this.deps.splits.like(version.version_id, specJson)) ??
      (await this.deal(version.user_id, version, spec, specJson));
    await this.deps.splits.makeDefault(row);
  }

  private async deal(userId: string, version: VersionRow, spec: SplitSpec, specJson: string): Promise<SplitRow> {
    const folder = this.deps.contents.of(version);
    const splitId = newId('spl');
    const into = folder.split(splitId);
    await mkdir(dirname(into), { recursive: true, mode: 0o700 });
    const kind = version.kind ?? 'tabular';
    const dealt = await this.deps.reader.split({ folder: folder.path, kind, spec, into }, { userId });
    await sync(dirname(into));
    const row = await this.deps.contents.runExclusive(async () => {
      const now = await this.deps.versions.find(version.version_id);
      if (!now || now.freed_at !== null) throw new KargahError('dataset_freed');
      return this.deps.splits.add({
        split_id: splitId,
        version_id: version.version_id,
        spec_json: specJson,
        counts_json: JSON.stringify(dealt.rows),
        sha256: dealt.sha256,
        warnings_json: JSON.stringify(dealt.warnings),
        is_default: 0,
        created_at: new Date().toISOString(),
      });
    });
    // Another request was faster: its file is the one.
    if (row.split_id !== splitId) await rm(into, { force: true });
    return row;
  }

  private async check(version: VersionRow, spec: SplitSpec): Promise<void> {
    const { method, train, validation, test, column } = spec;
    if (train === 0 || Math.abs(train + validation + test - 1) > ROUNDING) throw new KargahError('split_shares');
    // The images of a set are stratified by their classes.
    const needsColumn =
      method !== 'ratio' && method !== 'given' && !(method === 'stratified' && version.kind === 'images');
    if (needsColumn && column === undefined) throw new KargahError('split_column_required', { method });
    if (column === undefined) return;
    // Of images there are none: they belong to classes only, not to groups or times.
    const profile = await this.profileOf(version);
    if (!profile.columns.some(({ name }) => name === column)) throw new KargahError('column_unknown', { column });
  }

  private async profileOf(version: VersionRow): Promise<Profile> {
    return JSON.parse((await this.deps.versions.profileOf(version.version_id)) ?? '{"columns":[]}') as Profile;
  }
}

/** @throws {KargahError} `split_not_given` */
function givenSpec({ parts }: Pick<Profile, 'parts'>): SplitSpec {
  if (parts === undefined) throw new KargahError('split_not_given');
  const rows = parts.train + parts.validation + parts.test;
  return {
    method: 'given',
    train: parts.train / rows,
    validation: parts.validation / rows,
    test: parts.test / rows,
    seed: 0,
  };
}
