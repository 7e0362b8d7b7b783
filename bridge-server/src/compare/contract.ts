import { z } from 'zod';
import { jobId, owner, timestamp } from '../contract/common.js';
import { endpoint } from '../contract/endpoint.js';
import { metricValue } from '../contract/training/metrics.js';
import { reportFigure } from '../contract/training/report.js';
import { jobState } from '../contract/training/training.js';

const MOST_JOBS = 1000;
/** A chart of more metrics at once is not readable. */
const MOST_METRICS_ASKED = 32;
/** A job may have very many metrics: an answer names at most so many. */
export const MOST_METRICS_TOLD = 2000;

export const compareRequest = z
  .object({
    /** Repeated ids count once. */
    job_ids: z.array(jobId).min(1).max(MOST_JOBS),
    /** The metrics whose curves and figures are wanted; left out: the four that most of the jobs have, system metrics excepted. */
    metrics: z.array(z.string().min(1).max(500)).max(MOST_METRICS_ASKED).optional(),
    /** At most so many stretches for each curve; left out: as many as that number of jobs can be told apart by. */
    buckets: z.number().int().min(1).max(512).optional(),
  })
  .meta({ id: 'CompareRequest' });

const count = z.number().int().min(0);
/** One metric of one job: its figures, and where its curve lies among the numbers behind this text. */
const comparedSeries = z
  .object({
    /** Which of `metrics` it is. */
    metric: count,
    points: count,
    /** How many of them are no finite number: they are in no stretch. */
    not_finite: count,
    last: metricValue,
    first_step: z.number(),
    last_step: z.number(),
    /** Null where no point is a finite number. */
    min: z.number().nullable(),
    min_step: z.number().nullable(),
    max: z.number().nullable(),
    max_step: z.number().nullable(),
    /** How many stretches the curve has, and how many points each of them but the last stands for. */
    buckets: count,
    width: count,
    /** Where the middle of each stretch lies: from this number on `buckets` steps since `first_step`, then `buckets` times, in seconds since `began`. */
    axis: count,
    /** From this number on `buckets` means; where `width` is more than 1, then as many least and greatest values. */
    at: count,
  })
  .meta({ id: 'ComparedSeries' });
export type ComparedSeries = z.infer<typeof comparedSeries>;

export const comparedReport = z
  .object({
    part: z.enum(['test', 'validation', 'all']),
    chosen_on_these: z.boolean(),
    rows: count,
    metrics: z.record(z.string(), reportFigure),
  })
  .meta({ id: 'ComparedReport' });
export type ComparedReport = z.infer<typeof comparedReport>;

const comparedJob = z
  .object({
    job_id: jobId,
    name: z.string(),
    state: jobState,
    recipe: z.string().nullable(),
    script: z.object({ path: z.string(), args: z.array(z.string()) }).nullable(),
    params: z.record(z.string(), z.unknown()),
    dataset: z
      .object({
        dataset_id: z.string(),
        name: z.string().nullable(),
        version: z.number().int().nullable(),
        sha256: z.string().nullable(),
        split_id: z.string().nullable(),
      })
      .nullable(),
    owner,
    created_at: timestamp,
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    /** The live number that its curves reach, to subscribe with as `after`; null where nothing more is to come. */
    seq: z.number().int().nullable(),
    /** The time of its first point, ms since 1970; null where it has none. */
    began: z.number().nullable(),
    /** Why its points are not here: MLflow, which has them, is away. */
    points_missing: z.literal('mlflow_unavailable').optional(),
    series: z.array(comparedSeries),
    /** The figures of the report on its model; null where there is none, or it could not be read now. */
    report: comparedReport.nullable(),
  })
  .meta({ id: 'ComparedJob' });
export type ComparedJob = z.infer<typeof comparedJob>;

export const comparison = z
  .object({
    jobs: z.array(comparedJob),
    /** Those that are not there, or not for this person. */
    not_found: z.array(z.string()),
    /** The metrics to which `series` refers by index. */
    metrics: z.array(
      z
        .object({
          key: z.string(),
          /** Whether lower or higher is better; null where it is unknown. */
          better: z.enum(['max', 'min']).nullable(),
          /** How many of the jobs have it. */
          jobs: count,
        })
        .meta({ id: 'ComparedMetric' }),
    ),
    /** The names of all metrics of these jobs, those of most jobs first; the first two thousand. */
    names: z.array(z.string()),
    name_count: count,
  })
  .meta({ id: 'Comparison' });
export type Comparison = z.infer<typeof comparison>;

export const compareJobs = endpoint({
  id: 'compareJobs',
  method: 'post',
  path: '/api/v1/compare',
  tag: 'training',
  policy: 'user',
  permission: 'job.read',
  summary: 'What up to a thousand jobs differ in, with their curves, in one answer',
  body: compareRequest,
  responses: {
    200: {
      mediaType: 'application/vnd.kargah.comparison',
      description:
        '`KGC1`, the length of a JSON text (u32, little-endian), that text (`Comparison`, UTF-8, filled up with spaces to a multiple of 4 bytes), ' +
        'and behind it the numbers of the curves (f32, little-endian)',
      holds: comparison,
    },
  },
  errors: [],
});
