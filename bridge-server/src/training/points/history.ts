import { join } from 'node:path';
import type { MetricPoint } from '../../contract/training/metrics.js';
import { MOST_METRICS } from '../../mlflow/port.js';
import { Columns, Points } from './columns.js';
import { KeptPoints } from './kept.js';

type Log = { warn(facts: object, message: string): void };

/** Reads a job's points from MLflow, its nested runs' too. */
export type ReadAll = () => Promise<readonly MetricPoint[]>;

/**
 * The points of jobs as the gateway saw them, so that a history is read in one piece, and not with a question to MLflow for each
 * metric. MLflow stays the store of record: what was not seen from a job's beginning on is read from there once, and then kept.
 */
export class PointHistory {
  readonly #folder: string;
  /** Jobs whose points are known to be whole. */
  readonly #jobs = new Map<string, KeptPoints>();
  readonly #opening = new Map<string, Promise<KeptPoints | null>>();
  /** Jobs that are being read from MLflow, and what came meanwhile. */
  readonly #arrived = new Map<string, MetricPoint[]>();
  readonly #filling = new Map<string, Promise<Columns>>();

  constructor(
    dataDir: string,
    private readonly log: Log,
  ) {
    this.#folder = join(dataDir, 'points');
  }

  /** The job has logged nothing yet. */
  begin(jobId: string): void {
    this.#jobs.set(jobId, KeptPoints.empty(this.#folder, jobId));
  }

  /** How many metrics it has; null while that is not known. */
  metricsOf(jobId: string): number | null {
    return this.#jobs.get(jobId)?.names ?? null;
  }

  /** Whether it may have these metrics too. */
  hasRoom(jobId: string, keys: Iterable<string>): boolean {
    const kept = this.#jobs.get(jobId);
    if (kept === undefined || kept.names + 1000 <= MOST_METRICS) return true;
    const fresh = new Set(keys);
    for (const key of fresh) if (kept.has(key)) fresh.delete(key);
    return kept.names + fresh.size <= MOST_METRICS;
  }

  add(jobId: string, points: readonly MetricPoint[]): void {
    if (points.length === 0) return;
    this.#arrived.get(jobId)?.push(...points);
    const kept = this.#jobs.get(jobId);
    if (kept !== undefined) {
      kept.add(points);
      return;
    }
    // An earlier bridge may have left them whole; what comes until that is known is added in its order.
    const opening = this.#open(jobId);
    opening.then(
      (found) => found?.add(points),
      (error: unknown) => this.log.warn({ err: error, job_id: jobId }, 'points were not kept beside MLflow'),
    );
  }

  async read(jobId: string, all: ReadAll): Promise<Columns> {
    const kept = this.#jobs.get(jobId) ?? (await this.#open(jobId));
    if (kept !== null) {
      try {
        return await kept.columns();
      } catch (error) {
        this.log.warn({ err: error, job_id: jobId }, 'kept points could not be read; MLflow has them');
        await this.invalidate(jobId);
      }
    }
    const filling = this.#filling.get(jobId) ?? this.#fill(jobId, all).finally(() => this.#filling.delete(jobId));
    this.#filling.set(jobId, filling);
    return filling;
  }

  /** Nothing more is to come: the files are completed, and nothing stays in memory. */
  async rest(jobId: string): Promise<void> {
    const kept = this.#jobs.get(jobId);
    if (kept === undefined) return;
    try {
      await kept.rest();
    } catch (error) {
      this.log.warn({ err: error, job_id: jobId }, 'points were not kept beside MLflow');
      this.#jobs.delete(jobId);
    }
    // Continues with the points that came meanwhile.
    if (kept.rests && this.#jobs.get(jobId) === kept) this.#jobs.delete(jobId);
  }

  /** Drops what is kept: it differs from what MLflow has. */
  async invalidate(jobId: string): Promise<void> {
    const kept = this.#jobs.get(jobId) ?? KeptPoints.empty(this.#folder, jobId);
    this.#jobs.delete(jobId);
    await kept.delete();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#jobs.keys()].map((jobId) => this.rest(jobId)));
  }

  async #open(jobId: string): Promise<KeptPoints | null> {
    const opening =
      this.#opening.get(jobId) ??
      KeptPoints.at(this.#folder, jobId).then((found) => {
        if (found !== null && !this.#jobs.has(jobId)) this.#jobs.set(jobId, found);
        return this.#jobs.get(jobId) ?? null;
      });
    this.#opening.set(jobId, opening);
    return opening.finally(() => this.#opening.delete(jobId));
  }

  async #fill(jobId: string, all: ReadAll): Promise<Columns> {
    const arrived: MetricPoint[] = [];
    this.#arrived.set(jobId, arrived);
    try {
      const points = await all();
      // A point that came meanwhile may be among MLflow's: it counts once where the columns are read.
      const kept = KeptPoints.empty(this.#folder, jobId);
      kept.add(points);
      kept.add(arrived);
      this.#jobs.set(jobId, kept);
      try {
        await kept.write();
        return await kept.columns();
      } catch (error) {
        this.log.warn({ err: error, job_id: jobId }, 'points were not kept beside MLflow');
        this.#jobs.delete(jobId);
        return inMemory([...points, ...arrived]);
      }
    } finally {
      this.#arrived.delete(jobId);
    }
  }
}

function inMemory(points: readonly MetricPoint[]): Columns {
  const names = [...new Set(points.map(({ key }) => key))];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const all = new Points();
  for (const point of points) all.add(numbers.get(point.key)!, point);
  return new Columns(all.bytes, names);
}
