import type { Health } from '../server/health.js';
import { BATCH_METRICS, endOf, type Backlog, type Piece, type WaitingRun } from './backlog.js';
import { decode, encode, type RunKey } from './record.js';
import type { RefusedPoints } from './refused.js';
import type { Segments } from './segments.js';
import type { Answered, BatchSender } from './send.js';

export interface DeliveryLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface DeliveryDeps {
  readonly backlog: Backlog;
  readonly segments: Segments;
  readonly sender: BatchSender;
  readonly refused: RefusedPoints;
  readonly health: Pick<Health, 'state' | 'onState'>;
  /** The bridge's own proof: whether the sender may write to the run was asked before its points were taken. */
  readonly authorization: () => Promise<string>;
  readonly log: DeliveryLog;
}

/** What a run gathers before it is sent on; a reader does not wait for it. */
const LINGER_MS = 1000;
/** MLflow has one writer; a second request fills the time in which the first is answered. */
const AT_ONCE = 2;
const BACKOFF_MS = [250, 1000, 2000, 5000, 10_000] as const;
/** After how many answers of 500 it is asked whether the points themselves are what MLflow cannot take. */
const SUSPECT_AFTER = 6;
/** Written to a run of which points were put aside; that MLflow takes it shows that it is the points it cannot take. */
const REFUSED_TAG = 'kargah.points_refused_at';

/** Sends what waits to MLflow: each run's points in order, up to a thousand at once, one run after the other. */
export class Delivery {
  #active = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  readonly #offState: () => void;

  constructor(private readonly deps: DeliveryDeps) {
    this.#offState = deps.health.onState(() => this.look());
  }

  /** Something has changed: sends what is due. */
  look(): void {
    clearTimeout(this.#timer);
    if (this.#ended || this.deps.health.state() !== 'up') return;
    const now = performance.now();
    let next = Infinity;
    while (this.#active.size < AT_ONCE) {
      const { run, wait } = this.#choose(now);
      if (run === null) {
        next = wait;
        break;
      }
      const work = this.#deliver(run).finally(() => {
        this.#active.delete(work);
        this.look();
      });
      this.#active.add(work);
    }
    if (next < Infinity) this.#timer = setTimeout(() => this.look(), next).unref();
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#offState();
    clearTimeout(this.#timer);
    // A request under way is answered or cut off; either way its points are still in the spool.
    this.deps.sender.close();
    await Promise.allSettled(this.#active);
  }

  #choose(now: number): { run: WaitingRun | null; wait: number } {
    let due: WaitingRun | null = null;
    let wait = Infinity;
    for (const run of this.deps.backlog.runs()) {
      if (run.sending > 0) continue;
      const wanted = run.readers.size > 0;
      const ready = wanted || run.count >= BATCH_METRICS ? 0 : run.since + LINGER_MS;
      const left = Math.max(ready, run.notBefore) - now;
      if (left > 0) wait = Math.min(wait, left);
      else if (wanted) return { run, wait: 0 };
      else due ??= run;
    }
    return { run: due, wait };
  }

  async #deliver(run: WaitingRun): Promise<void> {
    const pieces = this.deps.backlog.batchOf(run);
    run.sending = pieces.length;
    try {
      const batch = await this.#load(pieces);
      if (run.broken < SUSPECT_AFTER) await this.#handOver(run.key, batch);
      else await this.#sift(run.key, batch.flatMap(pointsIn));
      run.failures = run.broken = 0;
    } catch (error) {
      run.broken = error instanceof BrokeOff ? run.broken + 1 : 0;
      run.notBefore = performance.now() + BACKOFF_MS[Math.min(run.failures, BACKOFF_MS.length - 1)]!;
      run.failures += 1;
      // A killed MLflow is told by its own supervisor; said once of a run, since every try may fail.
      if (run.failures === 3 && this.deps.health.state() === 'up')
        this.deps.log.warn(
          { err: error, run_id: run.key.runId },
          'MLflow does not take the points of a run; they wait',
        );
      return;
    } finally {
      run.sending = 0;
    }
    run.since = performance.now();
    const until = endOf(pieces.at(-1)!);
    this.deps.backlog.delivered(run.key, until);
    // Not awaited: without this record the points are sent once more, and MLflow drops duplicates.
    this.deps.segments
      .append(encode({ kind: 'delivered', run: run.key, until }))
      .catch(() => undefined)
      .then(() => this.deps.segments.forgetBefore(this.deps.backlog.oldest()))
      .catch((error: unknown) => this.deps.log.error({ err: error }, 'delivered points could not be removed'));
  }

  async #load(pieces: readonly Piece[]): Promise<string[]> {
    const metrics: string[] = [];
    for (const piece of pieces) {
      const { entries, whole } = decode(await this.deps.segments.read(piece));
      if (whole < piece.size)
        this.deps.log.error({ segment: piece.segment, offset: piece.offset + whole }, 'points on the disk are damaged');
      for (const { entry } of entries) if (entry.kind === 'points') metrics.push(entry.metrics);
    }
    return metrics;
  }

  /** Resolves once MLflow has the batch, or what it will never take was put aside. */
  async #handOver(key: RunKey, batch: readonly string[]): Promise<void> {
    const answer = await this.#send(key, `"metrics":[${batch.join(',')}]`);
    if (answer.status === 200) return;
    if (!isForGood(answer)) throw failed(answer);
    if (batch.length === 1 || isOfTheRun(answer)) {
      await this.deps.refused.put(key, answer, batch);
      return;
    }
    // One request among many is not taken: only that one is put aside.
    const half = Math.ceil(batch.length / 2);
    await this.#handOver(key, batch.slice(0, half));
    await this.#handOver(key, batch.slice(half));
  }

  /** As `#handOver`, for points on which MLflow breaks off again and again: those that are to blame are put aside, one by one. */
  async #sift(key: RunKey, points: readonly string[]): Promise<void> {
    const answer = await this.#send(key, `"metrics":[${points.join(',')}]`);
    if (answer.status === 200) return;
    if (answer.status !== 500) throw failed(answer);
    if (points.length > 1) {
      const half = Math.ceil(points.length / 2);
      await this.#sift(key, points.slice(0, half));
      await this.#sift(key, points.slice(half));
      return;
    }
    const tag = { key: REFUSED_TAG, value: new Date().toISOString() };
    // An MLflow that can write nothing at all (its disk is full) is waited for.
    if ((await this.#send(key, `"tags":[${JSON.stringify(tag)}]`)).status !== 200) throw failed(answer);
    await this.deps.refused.put(key, answer, points);
  }

  async #send({ workspace, runId }: RunKey, fields: string): Promise<Answered> {
    const authorization = await this.deps.authorization();
    return this.deps.sender.send({ workspace, authorization, body: `{"run_id":${JSON.stringify(runId)},${fields}}` });
  }
}

/** MLflow answered that something went wrong in it. */
class BrokeOff extends Error {}

function failed({ status, text }: Answered): Error {
  const Kind = status === 500 ? BrokeOff : Error;
  return new Kind(`MLflow answered ${String(status)}: ${text.slice(0, 200)}`);
}

/** The points of one request, which are JSON of our own making: a quote within a name would be escaped. */
const pointsIn = (metrics: string): string[] => metrics.split(/(?<=\}),(?=\{"key":")/u);

/** Not for 401 and 403, where it is our own proof that is refused, nor for what is said to be busy. */
const isForGood = ({ status }: Answered): boolean =>
  status >= 400 && status < 500 && ![401, 403, 408, 409, 425, 429].includes(status);

/** The run is gone or deleted: none of its points can be taken. */
const isOfTheRun = ({ status, text }: Answered): boolean =>
  status === 404 || text.includes("must be in the 'active' state");
