import type { MetricPoint } from '../../contract/training/metrics.js';
import type { JobState } from '../../contract/training/training.js';
import type { LivePort } from '../../live/port.js';
import { labelled, type MlflowPort } from '../../mlflow/port.js';
import { isTerminal } from '../records/states.js';
import type { JobRow, JobStore } from '../records/store.js';
import type { JobTelemetry } from '../run/telemetry.js';
import type { Columns } from './columns.js';
import type { PointHistory } from './history.js';

/** A job's points, the live number that they reach, and whether nothing more is to come. */
export interface ReadPoints {
  readonly columns: Columns;
  readonly seq: number;
  readonly whole: boolean;
}

interface JobPointsDeps {
  readonly store: JobStore;
  readonly history: PointHistory;
  readonly telemetry: JobTelemetry;
  readonly live: LivePort;
  readonly mlflow: MlflowPort;
}

/** Reads the points of a job, its nested runs' too: what the bridge has seen itself, and the rest from MLflow. */
export class JobPoints {
  constructor(private readonly deps: JobPointsDeps) {}

  /** `seq` is read first: points that pass meanwhile come twice rather than never. */
  async of(row: JobRow): Promise<ReadPoints> {
    const { job_id: jobId } = row;
    const seq = this.deps.live.seqOf(jobId);
    const columns = await this.deps.history.read(jobId, () => this.#inMlflow(row));
    // Of an ended job nothing more is to come: nothing of it stays in memory.
    const whole = isTerminal(row.state as JobState) && row.mlflow_end_pending === null;
    if (whole) await this.deps.history.rest(jobId);
    return { columns, seq, whole };
  }

  async #inMlflow(row: JobRow): Promise<MetricPoint[]> {
    const { mlflow_run_id: runId, mlflow_experiment_id: experimentId, job_id: jobId } = row;
    if (runId === null || experimentId === null) return [];
    const { mlflow } = this.deps;
    const workspace = await this.deps.store.workspaceOf(row.project_id);
    const points = await mlflow.metricHistory(workspace, runId);
    if (row.script_json === null) return points;
    for (const below of await mlflow.runsBelow(workspace, { runId, experimentId })) {
      const label =
        (await this.deps.telemetry.labelOf(below.runId)) ??
        (await this.deps.telemetry.nestedRun(jobId, below.runId, below.name));
      for (const point of labelled(label, await mlflow.metricHistory(workspace, below.runId))) points.push(point);
    }
    return points;
  }
}
