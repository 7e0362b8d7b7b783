import type { ReadableStream } from 'node:stream/web';
import type { WorkspaceUser } from '../access/workspace-user.js';
import type { MetricPoint } from '../contract/training/metrics.js';
import type { MlflowState } from '../contract/server/system.js';
import type { Progress } from '../contract/training/training.js';

export type { RunCopies } from './copy-port.js';
export type { RegistryChange, RegistryGuard, RegistryModel, RegistryPort, RegistryVersion } from './registry-port.js';

export interface RunRef {
  readonly experimentId: string;
  readonly runId: string;
}
export interface DatasetInput {
  readonly name: string;
  readonly digest: string;
  readonly sourceUri: string;
  readonly rows: number | null;
  /** Told of the input besides that it was trained on. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface NewRun {
  readonly workspace: string;
  readonly userId: string;
  readonly jobId: string;
  readonly name: string;
  readonly tags: Record<string, string>;
}
export interface RunFacts {
  readonly params: Record<string, unknown>;
  readonly dataset: DatasetInput | null;
}

/** What the rest of the bridge asks of MLflow. Every method throws `mlflow_unavailable` when MLflow is away. */
export interface MlflowPort {
  state(): MlflowState;
  /** Resolves once MLflow answers; rejects when `signal` aborts. */
  whenUp(signal?: AbortSignal): Promise<void>;
  onState(listener: (state: MlflowState) => void): () => void;
  /** Makes the workspace of a project and a user in it; idempotent. */
  ensureWorkspace(workspace: string, user: WorkspaceUser): Promise<void>;
  /** Takes away the workspace of a project that is purged, with every run, model and file in it, and its users; idempotent. */
  deleteWorkspace(workspace: string): Promise<void>;
  /** Makes the run of a job: params, tags (`kargah.job_id`, code version, `mlflow.user` …), dataset input; idempotent by job id. */
  createRun(input: NewRun & RunFacts): Promise<RunRef>;
  /** The part of `createRun` that a job cannot begin without. `mayExist`: an earlier attempt may have made the run. */
  openRun(input: NewRun & { mayExist: boolean }): Promise<RunRef>;
  /** The other part, idempotent. */
  describeRun(input: RunFacts & { workspace: string; runId: string }): Promise<void>;
  /** Sets tags of a run; others stay. */
  tagRun(workspace: string, runId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** The runs below this one, at any depth. */
  runsBelow(workspace: string, run: RunRef): Promise<{ runId: string; name: string; ended: boolean }[]>;
  /** Ends what is still open of the runs below this one, at any depth. */
  endRunsBelow(workspace: string, run: RunRef, status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void>;
  endRun(workspace: string, runId: string, status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void>;
  deleteRun(workspace: string, runId: string): Promise<void>;
  /** Deletes the runs below this one, at any depth. */
  deleteRunsBelow(workspace: string, run: RunRef): Promise<void>;
  metricHistory(workspace: string, runId: string, key?: string): Promise<MetricPoint[]>;
  /** The job's logged model, if there is one. */
  modelOf(workspace: string, runId: string): Promise<{ uri: string; artifactPath: string; sizeBytes: number } | null>;
  /**
   * A path may begin with `models:/<id>`, a logged model of the run, or `runs:/<run>`, the run's own files: a plain one names the
   * newest logged model of its first part, or a file.
   */
  listArtifacts(
    workspace: string,
    runId: string,
    path: string,
  ): Promise<{ path: string; isDir: boolean; sizeBytes: number | null }[]>;
  openArtifact(
    workspace: string,
    runId: string,
    path: string,
  ): Promise<{ body: ReadableStream<Uint8Array>; sizeBytes: number | null }>;
}

/** So many metrics a job may have; what logs more is told so. */
export const MOST_METRICS = 100_000;

/** What the gateway tells the rest of the bridge of logged points, once they are stored. */
export interface GatewayListener {
  /** Run → job; null when the run is no job's. Used for live points, and for a job token's reach. */
  jobOfRun(runId: string): Promise<string | null>;
  /** Job → its own run; null while that is being made. */
  runOfJob(jobId: string): Promise<string | null>;
  /** Whether a job may go on in the run of an earlier one: that one has ended, and belongs to the same project. */
  mayResume(jobId: string, earlierJobId: string): Promise<boolean>;
  pointsLogged(
    jobId: string,
    points: readonly MetricPoint[],
    progress: Partial<Progress> & { first_step_at?: string; message?: string },
  ): void;
  /** True for whoever asks first: they are given the job's own run, everybody after a run of theirs. */
  claimRun(jobId: string): Promise<boolean>;
  /** The job's own run could not be given after all. */
  returnRun(jobId: string): Promise<void>;
  /** What the metrics of a run below the job's own are called by; null while it is not known. */
  labelOf(runId: string): Promise<string | null>;
  /** Keeps such a run by its name; answers its label. */
  nestedRun(jobId: string, runId: string, name: string): Promise<string>;
  /** A script said how a run of its job ended, or that it goes on. */
  runSaid(jobId: string, runId: string, status: string): void;
  /** Whether the job may have these metrics, too. */
  hasRoom(jobId: string, keys: readonly string[]): boolean;
  /** A run was deleted or brought back, or MLflow refused points of it: what is known of its points no longer holds. */
  pointsChanged(workspace: string, runId: string | null): void;
  /** What a job logged as its parameters. */
  paramsLogged(jobId: string, params: Readonly<Record<string, string>>): void;
}

/** A metric of a run below the job's own, as the job shows it. */
export const labelled = (label: string | null, points: readonly MetricPoint[]): readonly MetricPoint[] =>
  label === null ? points : points.map((point) => ({ ...point, key: `[${label}] ${point.key}` }));

/** Whether a metric is of a run below the job's own. */
export const isNested = ({ key }: Pick<MetricPoint, 'key'>): boolean => key.startsWith('[');
