import { Semaphore } from 'async-mutex';
import type { z } from 'zod';
import type { Person } from '../access/caller.js';
import type { Permission } from '../contract/permissions.js';
import type { Job } from '../contract/training/training.js';
import type { Events } from '../events.js';
import { Background } from '../lib/async/background.js';
import { FairSlots } from '../lib/async/fair-slots.js';
import { KargahError } from '../lib/errors.js';
import { TERMINAL, type TrainingService } from '../training/index.js';
import { Answer } from './answer.js';
import {
  MOST_METRICS_TOLD,
  type ComparedJob,
  type ComparedReport,
  type compareRequest,
  type Comparison,
} from './contract.js';
import { coarser, curvesOf, MOST_BUCKETS, type Curve, type CurveAxis } from './curves.js';
import type { KeptSummaries, Summary } from './kept.js';
import { betterByName, chosenOf, type NamedMetric } from './metrics.js';

/** Of how many metrics of a job curves are kept; those of others are made of its points when they are asked for. */
const MOST_KEPT = 1000;
/** Jobs that are read at the same time. */
const AT_ONCE = 8;
/** Requests that are answered at the same time, in all and of one person: each holds its whole answer. */
const ANSWERS = { atOnce: 4, each: 2 };
/** Curves of a job that are held from the first reading on; where it has more, the chosen ones are read once more. */
const MOST_HELD = 16;
/** Stretches of all curves of an answer; three numbers stand for each. */
const MOST_STRETCHES = 4 * 2 ** 20;

type Training = Pick<TrainingService, 'readable' | 'points' | 'models' | 'bestMetricOf'>;
export interface CompareDeps {
  readonly training: Training;
  readonly events: Events;
  readonly kept: KeptSummaries;
  readonly log: { warn(facts: object, message: string): void };
}
/** A job beside what is known of its points; null where MLflow, which has them, is away. */
interface Read {
  readonly job: Job;
  readonly mayReport: boolean;
  readonly seq: number | null;
  readonly summary: Summary | null;
  /** Whether the summary has all curves that were kept, and not only some. */
  readonly hasCurves: boolean;
}
interface Made {
  readonly summary: Summary;
  readonly seq: number;
}

/** What jobs differ in. */
export class CompareService {
  readonly #work: Background;
  readonly #slots = new Semaphore(AT_ONCE);
  readonly #answers = new FairSlots(ANSWERS);
  /** Summaries that are being made, for whoever asks meanwhile. */
  readonly #making = new Map<string, Promise<Made | null>>();
  readonly #stops: readonly (() => void)[];

  /** Subscribes to the events of jobs, so that summaries are made and dropped in time. */
  constructor(private readonly deps: CompareDeps) {
    const { events, kept, log } = deps;
    this.#work = new Background((err) => log.warn({ err }, 'the curves of an ended job could not be kept'));
    const changed = ({ jobId }: { readonly jobId: string }): void => kept.changed(jobId);
    this.#stops = [
      events.on('job.points', changed),
      events.on('job.points_changed', changed),
      events.on('job.settled', ({ jobId }) => this.#work.begin(this.#make(jobId, true).then(() => undefined))),
      events.on('job.changed', ({ job, deleted }) => {
        if (deleted) this.#work.begin(kept.delete(job.job_id));
      }),
    ];
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#work.close();
  }

  /**
   * The answer in its binary form.
   *
   * @throws {KargahError} `rate_limited` where too many requests of this person wait; the signal's reason where the sender has left
   */
  compare(person: Person, asked: z.output<typeof compareRequest>, gone: AbortSignal): Promise<Buffer> {
    return this.#answers.take(person.userId, gone, () => this.#compare(person, asked, gone));
  }

  /**
   * Reads each job once for what it has, and, where it has many curves, once more for the chosen ones: all curves of all jobs would be more
   * than the memory holds.
   */
  async #compare(person: Person, asked: z.output<typeof compareRequest>, gone: AbortSignal): Promise<Buffer> {
    const jobIds = [...new Set(asked.job_ids)];
    const found = await this.deps.training.readable(person, jobIds);
    const keys = asked.metrics === undefined ? undefined : new Set(asked.metrics);
    const fit = Math.floor(MOST_STRETCHES / Math.max(1, found.length * (keys?.size ?? MOST_HELD)));
    const most = Math.max(1, Math.min(asked.buckets ?? bucketsFor(found.length), fit));
    const read = await Promise.all(
      found.map((one) =>
        this.#slots.runExclusive(async () => {
          const all = await this.#read(one, gone);
          return keys === undefined && (all.summary?.curves.length ?? 0) > MOST_HELD
            ? { ...all, hasCurves: false, summary: reduced(all.summary, new Set(), most) }
            : { ...all, summary: reduced(all.summary, keys, most) };
        }),
      ),
    );
    const metrics = chosenOf(
      read.flatMap(({ summary }) => (summary === null ? [] : [summary])),
      asked.metrics,
    );
    const wanted = new Map(metrics.chosen.map(({ key }, number) => [key, number]));
    const chosen = new Set(wanted.keys());
    const answer = new Answer(most);
    const jobs: ComparedJob[] = [];
    for (const [at, one] of read.entries()) {
      gone.throwIfAborted();
      if (one.hasCurves || chosen.size === 0) jobs.push(await this.#told(one, wanted, answer));
      else {
        const again = await this.#read(found[at]!, gone);
        jobs.push(await this.#told({ ...again, summary: reduced(again.summary, chosen, most) }, wanted, answer));
      }
    }
    const there = new Set(found.map(({ job }) => job.job_id));
    const comparison: Comparison = {
      jobs,
      not_found: jobIds.filter((jobId) => !there.has(jobId)),
      metrics: metrics.chosen.map((one) => withDirection(one, read)),
      names: metrics.names.slice(0, MOST_METRICS_TOLD),
      name_count: metrics.count,
    };
    return answer.bytes(comparison);
  }

  async #read(
    { job, may }: { readonly job: Job; readonly may: (permission: Permission) => boolean },
    gone: AbortSignal,
  ): Promise<Read> {
    gone.throwIfAborted();
    const mayReport = may('model.read');
    const kept = await this.deps.kept.read(job.job_id);
    if (kept !== null) return { job, mayReport, seq: null, summary: kept, hasCurves: true };
    const ended = TERMINAL.includes(job.state);
    try {
      const made = await this.#make(job.job_id, ended);
      const seq = ended || made === null ? null : made.seq;
      return { job, mayReport, seq, summary: made?.summary ?? null, hasCurves: true };
    } catch (error) {
      if (!(error instanceof KargahError && error.code === 'mlflow_unavailable')) throw error;
      return { job, mayReport, seq: null, summary: null, hasCurves: true };
    }
  }

  /** Null where the job is gone. Keeps the summary of an ended job whose points are complete. */
  #make(jobId: string, ended: boolean): Promise<Made | null> {
    const making = this.#making.get(jobId) ?? this.#anew(jobId, ended).finally(() => this.#making.delete(jobId));
    this.#making.set(jobId, making);
    return making;
  }

  async #anew(jobId: string, ended: boolean): Promise<Made | null> {
    const { training, kept } = this.deps;
    const since = kept.changesOf(jobId);
    const points = await training.points(jobId);
    if (points === null) return null;
    // Whether it has ended is taken from the points: the row that the caller read may be older.
    const report = ended || points.whole ? await this.#reportOf(jobId) : null;
    const series = points.columns.series();
    const names = series.map(({ key }) => key);
    const summary: Summary = {
      ...curvesOf(points.columns, series.slice(0, MOST_KEPT)),
      names: names.slice(0, MOST_METRICS_TOLD),
      nameCount: names.length,
      best: training.bestMetricOf(jobId),
      report: report ?? null,
    };
    if (points.whole && report !== undefined)
      await kept.write(jobId, summary, since).catch((error: unknown) => {
        this.deps.log.warn({ err: error, job_id: jobId }, 'the curves of an ended job could not be kept');
      });
    return { summary, seq: points.seq };
  }

  /** Undefined while MLflow, which has it, is away. */
  async #reportOf(jobId: string): Promise<ComparedReport | null | undefined> {
    try {
      return headlineOf(await this.deps.training.models.reportOf(jobId));
    } catch (error) {
      if (error instanceof KargahError && error.code === 'mlflow_unavailable') return undefined;
      throw error;
    }
  }

  async #told({ job, mayReport, seq, summary }: Read, wanted: ReadonlyMap<string, number>, answer: Answer) {
    const told = {
      ...factsOf(job),
      seq,
      began: summary?.began ?? null,
      report: mayReport ? (summary?.report ?? null) : null,
    };
    if (summary === null) return { ...told, points_missing: 'mlflow_unavailable' as const, series: [] };
    const missing = [...wanted.keys()].filter((key) => summary.curves.every((curve) => curve.key !== key));
    const more = summary.nameCount > MOST_KEPT && missing.length > 0 ? await this.#others(job, missing) : [];
    return { ...told, series: answer.series([...summary.curves, ...more], wanted) };
  }

  /** Curves of metrics beyond those that are kept. */
  async #others(job: Job, keys: readonly string[]) {
    const points = await this.deps.training.points(job.job_id);
    const wanted = new Set(keys);
    return points === null
      ? []
      : curvesOf(
          points.columns,
          points.columns.series((key) => wanted.has(key)),
        ).curves;
  }
}

/** The same with the curves of `keys` alone, or all where none are named, each of at most `buckets` stretches. */
function reduced(summary: Summary | null, keys: ReadonlySet<string> | undefined, buckets: number): Summary | null {
  if (summary === null) return null;
  const axes = new Map<CurveAxis, CurveAxis>();
  const curves = summary.curves.filter(({ key }) => keys?.has(key) ?? true);
  return { ...summary, curves: curves.map((curve) => detached(coarser(curve, buckets, axes), axes)) };
}

/** A copy that does not hold the whole file that it was read from. */
function detached(curve: Curve, axes: Map<CurveAxis, CurveAxis>): Curve {
  const axis = axes.get(curve.axis) ?? {
    ...curve.axis,
    steps: curve.axis.steps.slice(),
    times: curve.axis.times.slice(),
  };
  axes.set(curve.axis, axis);
  return { ...curve, axis, mean: curve.mean.slice(), low: curve.low.slice(), high: curve.high.slice() };
}

/** A thousand curves beside each other are told apart by less than ten are. */
function bucketsFor(jobs: number): number {
  if (jobs <= 50) return MOST_BUCKETS;
  return jobs <= 200 ? 256 : 128;
}

function withDirection({ key, jobs }: NamedMetric, read: readonly Read[]): Comparison['metrics'][number] {
  const said = read.find(({ summary }) => summary?.best?.key === key)?.summary?.best?.mode;
  return { key, jobs, better: said ?? betterByName(key) };
}

function factsOf(job: Job) {
  const { job_id, name, state, recipe, script, params, owner, created_at, started_at, ended_at } = job;
  return {
    job_id,
    name,
    state,
    recipe,
    script: script === null ? null : { path: script.path, args: script.args },
    params,
    dataset:
      job.dataset_id === null
        ? null
        : {
            dataset_id: job.dataset_id,
            name: job.dataset_name,
            version: job.dataset_version,
            sha256: job.dataset_sha256,
            split_id: job.split_id,
          },
    owner,
    created_at,
    started_at,
    ended_at,
  };
}

function headlineOf(report: Awaited<ReturnType<Training['models']['reportOf']>>): ComparedReport | null {
  if (report === null) return null;
  const { part, chosen_on_these, rows, metrics } = report;
  return { part, chosen_on_these, rows, metrics };
}
