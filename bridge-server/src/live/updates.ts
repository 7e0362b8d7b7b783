import type { JobUpdate } from '../contract/live.js';
import type { MetricPoint } from '../contract/training/metrics.js';
import type { Clock } from '../lib/clock.js';
import type { LivePort } from './port.js';

type Update = Parameters<LivePort['jobUpdated']>[1];
type Waiting = Omit<Update, 'metrics'> & { readonly metrics: MetricPoint[] };

/** Points that come within this time travel in one message: 40 in one are 26 times cheaper than 40 messages. */
const WINDOW_MS = 20;
/** What is kept of each job for people who were away for a moment; older points are read from MLflow. */
const KEPT_UPDATES = 512;
const KEPT_POINTS = 5_000;
const KEPT_JOBS = 1_000;
/** What is kept of all jobs together; the ones heard of least recently give way. */
const KEPT_POINTS_OF_ALL = 200_000;
const MAX_POINTS = 2_000;

interface Numbered {
  seq: number;
  kept: JobUpdate[];
  keptPoints: number;
  /** The state that was sent last. */
  state: string | null;
  waiting: Waiting | null;
  /** Calls off the message that waits for its time. */
  callOff: (() => void) | null;
  sentAt: number;
}

/** Numbers the updates of every job, merges those that come close together, and keeps the newest for replay. */
export class Updates {
  readonly #jobs = new Map<string, Numbered>();
  #keptPoints = 0;
  // Begins above every number that an earlier bridge gave, so that numbers only rise.
  #base: number;

  constructor(
    private readonly send: (update: JobUpdate) => void,
    private readonly clock: Clock,
  ) {
    this.#base = clock.now() * 1_000;
  }

  add(jobId: string, update: Update): void {
    const job = this.#of(jobId);
    job.waiting = job.waiting === null ? begun(update) : merged(job.waiting, update);
    const turned = job.state !== update.state;
    const rest = WINDOW_MS - (this.clock.elapsed() - job.sentAt);
    // A new state is told at once; so is the first point after a pause.
    if (turned || rest <= 0 || job.waiting.metrics.length >= MAX_POINTS) this.#flush(jobId, job);
    else job.callOff ??= this.clock.after(rest, () => this.#flush(jobId, job));
  }

  seqOf(jobId: string): number {
    return this.#jobs.get(jobId)?.seq ?? this.#base;
  }

  /** What came after `after`, or null when that is no longer known in full. */
  since(jobId: string, after: number): readonly JobUpdate[] | null {
    const job = this.#jobs.get(jobId);
    const seq = this.seqOf(jobId);
    if (after > seq) return null;
    const missed = job?.kept.filter((update) => update.seq > after) ?? [];
    return missed.length === seq - after ? missed : null;
  }

  close(): void {
    for (const [jobId, job] of this.#jobs) this.#flush(jobId, job);
  }

  #of(jobId: string): Numbered {
    const known = this.#jobs.get(jobId);
    // In the order of their last update: the first is the first to be dropped.
    this.#jobs.delete(jobId);
    const job = known ?? {
      seq: this.#base,
      kept: [],
      keptPoints: 0,
      state: null,
      waiting: null,
      callOff: null,
      sentAt: -Infinity,
    };
    this.#jobs.set(jobId, job);
    if (this.#jobs.size > KEPT_JOBS) this.#forgetOldest();
    return job;
  }

  #forgetOldest(): void {
    const [oldest] = this.#jobs;
    if (oldest === undefined) return;
    this.#flush(...oldest);
    this.#letGo(oldest[1], oldest[1].kept.length);
    this.#jobs.delete(oldest[0]);
    this.#base = Math.max(this.#base, oldest[1].seq);
  }

  #flush(jobId: string, job: Numbered): void {
    job.callOff?.();
    job.callOff = null;
    const { waiting } = job;
    if (waiting === null) return;
    job.waiting = null;
    job.sentAt = this.clock.elapsed();
    const { epoch, step, eta_seconds } = waiting.progress;
    job.seq += 1;
    const update: JobUpdate = {
      job_id: jobId,
      seq: job.seq,
      state: waiting.state,
      progress: waiting.progress,
      ...(epoch === null ? {} : { epoch }),
      ...(step === null ? {} : { step }),
      eta_seconds,
      metrics: waiting.metrics,
      ...(waiting.message === undefined ? {} : { message: waiting.message }),
    };
    job.state = waiting.state;
    this.#keep(job, update);
    this.send(update);
  }

  #keep(job: Numbered, update: JobUpdate): void {
    job.kept.push(update);
    job.keptPoints += update.metrics.length;
    this.#keptPoints += update.metrics.length;
    while (job.kept.length > KEPT_UPDATES || (job.keptPoints > KEPT_POINTS && job.kept.length > 1)) this.#letGo(job, 1);
    for (const other of this.#jobs.values()) {
      if (this.#keptPoints <= KEPT_POINTS_OF_ALL) return;
      this.#letGo(other, other.kept.length);
    }
  }

  #letGo(job: Numbered, count: number): void {
    const points = job.kept.splice(0, count).reduce((sum, { metrics }) => sum + metrics.length, 0);
    job.keptPoints -= points;
    this.#keptPoints -= points;
  }
}

const begun = (update: Update): Waiting => ({ ...update, metrics: [...update.metrics] });

/** Points are added to the ones that wait, not copied: a thousand small batches cost a thousand steps. */
function merged(before: Waiting, after: Update): Waiting {
  for (const point of after.metrics) before.metrics.push(point);
  const message = after.message ?? before.message;
  return { ...after, metrics: before.metrics, ...(message === undefined ? {} : { message }) };
}
