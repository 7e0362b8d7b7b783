import type { Transaction } from 'kysely';
import type { Person } from '../access/caller.js';
import type { LauncherName } from '../contract/training/training.js';
import type { Database } from '../storage/schema.js';
import type { Machine } from './queue/machine.js';

/** What training asks of datasets. */
export interface TrainingDatasets {
  /** Throws `not_found`, `version_unknown`, `split_unknown`, `dataset_not_ready`, `dataset_failed`, `dataset_freed`. */
  forTraining(person: Person, wanted: WantedDataset): Promise<TrainingDataset>;
  /** What an earlier job was given, once more, though it may be deleted. Throws `not_found`, `dataset_freed`. */
  again(person: Person, given: GivenDataset): Promise<TrainingDataset>;
  /** What a job that was accepted is to read. Throws as `again`. */
  ofJob(given: GivenDataset): Promise<TrainingDataset>;
  /** Keeps a version from being freed until `tx`, which adds a job that needs it, has ended. Throws `dataset_freed`. */
  hold(tx: Transaction<Database>, versionId: string): Promise<void>;
  /** A job that read this dataset has ended or is gone: where it was deleted meanwhile, its bytes may go. */
  release(datasetId: string): Promise<void>;
}
export interface WantedDataset {
  readonly datasetId: string;
  /** Left out: the newest ready one. */
  readonly version?: number | undefined;
  /** Left out: the version's default split, or none. */
  readonly splitId?: string | undefined;
}
export interface GivenDataset {
  readonly versionId: string;
  readonly splitId: string | null;
}
export interface TrainingDataset {
  readonly datasetId: string;
  readonly name: string;
  readonly versionId: string;
  readonly version: number;
  readonly kind: 'tabular' | 'images';
  /** `data.parquet`, or the folder of class folders. */
  readonly path: string;
  readonly sha256: string;
  readonly rows: number;
  readonly suggestedTarget: string | null;
  readonly columns: readonly { readonly name: string; readonly missing: number; readonly distinct: number }[];
  /** Which rows train; null: the recipe decides. A Parquet file with a column `part`: 0 train, 1 validation, 2 test. */
  readonly split: { readonly splitId: string; readonly path: string; readonly sha256: string } | null;
}
/** For failures that no request is answered with. */
export interface TrainingLog {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
export interface TrainingSettings {
  readonly dataDir: string;
  readonly python: string;
  readonly workspaceDir: string | null;
  readonly machine: Machine;
  /** Where jobs may run, the usual one first. */
  readonly launchers: readonly [LauncherName, ...LauncherName[]];
  /** At most this many at once, whatever room there is. */
  readonly maxParallelJobs: number;
  readonly maxJobsPerUser: number;
  /** The beginning of a job's log that is kept; left out: as much as the supervisor finds right. */
  readonly maxLogBytes?: number;
  /** Variables of the bridge's environment that scripts get: names, or beginnings that end with `*`. Left out: none. */
  readonly scriptEnv?: readonly string[];
  /** How long a job may take to write a checkpoint when it is stopped. */
  readonly graceSeconds: number;
  /** How long it goes on while no bridge runs; left out: for ever. */
  readonly orphanSeconds?: number | null;
  /** How long deleted jobs can be restored. */
  readonly retentionMinutes: number;
}
