import { join } from 'node:path';
import { KargahError } from '../../lib/errors.js';
import type { MlflowAddress } from '../server/address.js';
import type { Health } from '../server/health.js';
import type { Metrics } from './accept.js';
import { Backlog, endOf, isBefore, type Reader } from './backlog.js';
import { Delivery, type DeliveryLog } from './delivery.js';
import { encode, type RunKey } from './record.js';
import { RefusedPoints } from './refused.js';
import { Segments, type Extent, type SegmentLimits } from './segments.js';
import { type Position } from './record.js';
import { batchSender } from './send.js';

export interface SpoolOptions {
  /** `<data folder>/ingest`. */
  readonly folder: string;
  readonly address: MlflowAddress;
  readonly health: Health;
  readonly authorization: () => Promise<string>;
  readonly log: DeliveryLog;
  readonly limits?: SegmentLimits;
}

const LIMITS: SegmentLimits = { segmentBytes: 8 * 2 ** 20, totalBytes: 512 * 2 ** 20 };
/** How long a reader waits for more of what was acknowledged to reach MLflow. */
const READER_MS = 30_000;

/** Points that were acknowledged, kept on the disk until MLflow has them. */
export class IngestSpool {
  readonly #backlog = new Backlog();
  readonly #segments: Segments;
  readonly #delivery: Delivery;
  readonly #refused: RefusedPoints;

  /** Takes up what an earlier bridge left. */
  constructor(private readonly options: SpoolOptions) {
    const { folder, address, health, authorization, log } = options;
    const left: { run: RunKey; at: Extent; count: number }[] = [];
    const delivered = new Map<string, Position>();
    this.#segments = Segments.open(folder, options.limits ?? LIMITS, (entry, at) => {
      if (entry.kind === 'points') left.push({ run: entry.run, at, count: entry.count });
      else delivered.set(`${entry.run.workspace}/${entry.run.runId}`, entry.until);
    });
    for (const { run, at, count } of left) {
      const until = delivered.get(`${run.workspace}/${run.runId}`);
      if (until === undefined || !isBefore(at, until)) this.#backlog.add(run, at, count, performance.now());
    }
    this.#refused = new RefusedPoints(join(folder, 'refused.jsonl'), log);
    this.#delivery = new Delivery({
      backlog: this.#backlog,
      segments: this.#segments,
      sender: batchSender(address),
      refused: this.#refused,
      health,
      authorization,
      log,
    });
    this.#segments
      .forgetBefore(this.#backlog.oldest())
      .catch((error: unknown) => log.error({ err: error }, 'delivered points could not be removed'));
    this.#delivery.look();
  }

  /** How many points MLflow does not have yet. */
  get waiting(): number {
    return this.#backlog.points;
  }

  /**
   * Resolves, in the order of the calls, once the points are safe on the disk.
   *
   * @throws {KargahError} `storage_full`; `points_waiting` where more waits than the spool holds. Nothing was taken then.
   */
  async put(workspace: string, { runId, points, json }: Metrics): Promise<void> {
    const run = { workspace, runId };
    const count = points.length;
    const extent = await this.#segments.append(encode({ kind: 'points', run, count, metrics: json }));
    this.#backlog.add(run, extent, count, performance.now());
    this.#delivery.look();
  }

  /**
   * Resolves once MLflow has everything that was acknowledged of the run, or of the whole workspace.
   *
   * @throws {KargahError} `mlflow_unavailable` where MLflow is away or takes too long.
   */
  async delivered(workspace: string, runId?: string): Promise<void> {
    const runs = this.#backlog.of(workspace, runId);
    if (runs.length === 0) return;
    const { health } = this.options;
    if (health.state() !== 'up') throw new KargahError('mlflow_unavailable');
    const late = Promise.withResolvers<never>();
    const giveUp = (): void => late.reject(new KargahError('mlflow_unavailable'));
    const timer = setTimeout(giveUp, READER_MS);
    const offState = health.onState(giveUp);
    const waits = runs.map((run) => {
      const arrived = Promise.withResolvers<null>();
      const reader: Reader = {
        until: endOf(run.pieces.at(-1)!),
        resolve: () => arrived.resolve(null),
        progress: () => void timer.refresh(),
      };
      run.readers.add(reader);
      return { run, reader, arrived: arrived.promise };
    });
    this.#delivery.look();
    try {
      await Promise.race([Promise.all(waits.map(({ arrived }) => arrived)), late.promise]);
    } finally {
      clearTimeout(timer);
      offState();
      for (const { run, reader } of waits) run.readers.delete(reader);
    }
  }

  /** The runs of which points wait. */
  runs(): RunKey[] {
    return [...this.#backlog.runs()].map(({ key }) => key);
  }

  /** Points that were acknowledged will never be in MLflow. */
  whenRefused(tell: (run: RunKey) => void): void {
    this.#refused.whenPut(tell);
  }

  /** Resolves once every point given so far is on the disk, or was refused. */
  async written(): Promise<void> {
    await this.#segments.settled();
  }

  async close(): Promise<void> {
    await this.#delivery.close();
    await this.#segments.close();
  }
}
