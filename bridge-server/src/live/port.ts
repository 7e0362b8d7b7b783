import type { Person } from '../access/caller.js';
import type { ReadLog } from './log-feed.js';
import type { Dataset } from '../contract/datasets/datasets.js';
import type { DatasetProfileEvent, FeatureEvents } from '../contract/live.js';
import type { Permission } from '../contract/permissions.js';
import type { Sweep } from '../contract/training/sweeps.js';
import type { MetricPoint } from '../contract/training/metrics.js';
import type { MlflowState } from '../contract/server/system.js';
import type { Job, JobState, Progress } from '../contract/training/training.js';

/** How the rest of the bridge tells people what happened; `live/` carries it by Socket.IO. */
export interface LivePort {
  /** A job's state, progress or points moved: numbered, kept for replay, sent to room `job:<job_id>`. */
  jobUpdated(
    jobId: string,
    update: { state: JobState; progress: Progress; metrics: readonly MetricPoint[]; message?: string },
  ): void;
  /** The row of a list changed: sent to those who look at its project. */
  jobChanged(projectId: string, job: Job, deleted?: boolean): void;
  datasetChanged(projectId: string, dataset: Dataset, deleted?: boolean): void;
  /** As `datasetChanged`, to people of this server who are not members of its project: it is shared with them. */
  datasetChangedForOthers(
    projectId: string,
    people: 'everyone' | readonly string[],
    dataset: Dataset,
    deleted: boolean,
  ): void;
  /** Columns of a version were measured. */
  datasetProfiled(projectId: string, profiled: DatasetProfileEvent): void;
  sweepChanged(projectId: string, sweep: Sweep, deleted?: boolean): void;
  logAppended(jobId: string, offset: number, nextOffset: number, text: string): void;
  /** What these people may see is another than it was: they are told, and are shown no more than they may see. */
  membershipsChanged(userIds: readonly string[]): Promise<void>;
  mlflowChanged(state: MlflowState): void;
  /** The live sequence number that `jobId` has reached. */
  seqOf(jobId: string): number;
}

/** The events of features. */
export interface FeatureFeed {
  /** Sent to those who look at this project. */
  tell<Name extends keyof FeatureEvents>(projectId: string, event: Name, payload: FeatureEvents[Name] & object): void;
}

/** What live asks of training. */
export interface JobsToWatch {
  /** @throws {KargahError} `not_found`, `forbidden` */
  requireJob(caller: Person, permission: Permission, jobId: string): Promise<void>;
  /** From now on appended log text goes to `LivePort.logAppended`; answers how to stop. */
  watchLog(jobId: string): () => void;
  readLog: ReadLog;
}
