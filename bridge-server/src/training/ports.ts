import type { Caller } from '../http/route.js';
import type { Machine } from './machine.js';

/** What training asks of a dataset. Throws `not_found`, `dataset_not_ready`, `dataset_failed`. */
export interface TrainingDatasets {
  forTraining(caller: Caller, datasetId: string): Promise<TrainingDataset>;
  /** A job that read this dataset has ended: where it was deleted meanwhile, its bytes may go. */
  release(datasetId: string): Promise<void>;
}
export interface TrainingDataset {
  readonly datasetId: string;
  readonly name: string;
  readonly kind: 'tabular' | 'images';
  /** `data.parquet`, or the folder of class folders. */
  readonly path: string;
  readonly sha256: string;
  readonly rows: number;
  readonly suggestedTarget: string | null;
  readonly columns: readonly { readonly name: string; readonly missing: number; readonly distinct: number }[];
}
/** Where what went wrong behind the scenes is written. */
export interface TrainingLog {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
export interface TrainingSettings {
  readonly dataDir: string;
  readonly python: string;
  readonly workspaceDir: string | null;
  readonly machine: Machine;
  /** At most this many at once, whatever room there is. */
  readonly maxParallelJobs: number;
  readonly maxJobsPerUser: number;
  /** The beginning of a job's log that is kept; left out: as much as the supervisor finds right. */
  readonly maxLogBytes?: number;
  /** How long a job may take to write a checkpoint when it is stopped. */
  readonly graceSeconds: number;
}
