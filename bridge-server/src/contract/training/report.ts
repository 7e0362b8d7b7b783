import { z } from 'zod';
import { datasetId, jobId } from '../common.js';
import { endpoint } from '../endpoint.js';

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);
/** A figure and the interval in which it lies; null where these rows do not tell it. */
export const reportFigure = z
  .object({
    value: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    better: z.enum(['max', 'min']),
  })
  .meta({ id: 'ReportFigure' });
export type ReportFigure = z.infer<typeof reportFigure>;
const gain = z.object({ value: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() });
/** A plain model of the same rows, judged on the same rows: always the most frequent class or the mean, or a linear one. */
const baseline = z
  .object({
    kind: z.enum(['majority', 'mean', 'linear']),
    /** How many it was made of; a linear model is made of some of many. */
    rows: count,
    columns: count.nullable(),
    metrics: z.record(z.string(), z.number().nullable()),
    /** By how much the job's own model is better, whatever the figure's direction is: paired bootstrap. */
    gains: z.record(z.string(), gain),
    /**
     * Of the job's own model, by accuracy or R²: surely better, surely worse, or neither; `sure`: right as often, but
     * with better probabilities; `unknown`: there are too few rows.
     */
    verdict: z.enum(['better', 'sure', 'hardly', 'worse', 'unknown']),
  })
  .meta({ id: 'ReportBaseline' });
const answered = {
  truth: z.string(),
  answer: z.string(),
  probability: share,
  probability_of_truth: share,
};
/** Counted from 0, as the dataset's rows (or pictures, by folder and name) are read. */
const row = count;
const classification = z.object({
  task: z.literal('classification'),
  classes: z.array(z.string()),
  /** `[truth][answer]`; null where there are more than fifty classes. */
  confusion: z.array(z.array(count)).nullable(),
  /** The classes that are taken for another most often. */
  confused: z.array(z.object({ truth: z.string(), answer: z.string(), rows: count })),
  per_class: z.array(z.object({ name: z.string(), rows: count, precision: share, recall: share, f1: share })),
  calibration: z.object({
    bins: z.array(z.object({ low: share, high: share, rows: count, confidence: z.number(), accuracy: share })),
    expected_calibration_error: share,
  }),
  /** Of the second class; null where there are not two. */
  curves: z
    .object({
      roc: z.array(z.object({ false_positive_rate: share, true_positive_rate: share })),
      precision_recall: z.array(z.object({ recall: share, precision: share })),
    })
    .nullable(),
  worst: z.array(z.object({ row, loss: z.number(), ...answered })),
  /** Rows whose label is probably wrong. */
  label_errors: z.object({ rows: count, first: z.array(z.object({ row, ...answered })) }),
});
const regression = z.object({
  task: z.literal('regression'),
  residuals: z.object({
    mean: z.number(),
    median: z.number(),
    histogram: z.object({ edges: z.array(z.number()), rows: z.array(count) }),
    dots: z.array(z.object({ truth: z.number().nullable(), answer: z.number().nullable() })),
  }),
  /** Within `half_width` of the answer lies the truth in `level` of the cases; `coverage`: in how many it did elsewhere. */
  interval: z.object({ level: share, half_width: z.number(), coverage: share }).nullable(),
  worst: z.array(z.object({ row, loss: z.number(), truth: z.number().nullable(), answer: z.number().nullable() })),
});
/** What of the table the model was made of. */
const learnedFrom = z
  .object({
    columns: count,
    /** Rows without a target. */
    rows_left_out: count,
    columns_left_out: count,
    /** The first of them. */
    left_out: z.array(
      z.object({
        column: z.string(),
        reason: z.enum(['not_chosen', 'empty', 'constant', 'free_text', 'type']),
        /** Of free text: how many different ones there are. */
        values: count.nullable(),
      }),
    ),
  })
  .meta({ id: 'ReportLearnedFrom' });
/** On what it was judged later, and what of it the model did not know. */
const judgedOn = z
  .object({
    dataset_id: datasetId,
    dataset_name: z.string(),
    dataset_version: count.nullable(),
    dataset_sha256: z.string().nullable(),
    split_id: z.string().nullable(),
    /** Rows without a truth, or with a class that the model does not know. */
    rows_left_out: count,
    /** The column is empty for the classes of pictures. */
    unknown: z.array(z.object({ column: z.string(), values: count, first: z.array(z.string()), rows: count })),
  })
  .meta({ id: 'ReportJudgedOn' });
const common = {
  format: z.literal(1),
  /** `all`: of a dataset without a test part, on which the model was judged later. */
  part: z.enum(['test', 'validation', 'all']),
  /** The best epoch was chosen on these rows, or the model learned from them: their figures flatter. */
  chosen_on_these: z.boolean(),
  rows: count,
  level: share,
  resamples: count,
  seed: z.number().int(),
  metrics: z.record(z.string(), reportFigure),
  /** Absent where the report is of an older release, or none could be made. */
  baselines: z.array(baseline).optional(),
  /** Absent where a recipe does not say, and in reports of older releases. */
  learned_from: learnedFrom.optional(),
  /** Absent in the report that a training job ends with. */
  judged_on: judgedOn.optional(),
  /** Groups of rows on which it is bad, by the values of one column: a value, a stretch, or where none is there. */
  slices: z
    .array(
      z.object({
        column: z.string(),
        value: z.string().nullable().optional(),
        low: z.number().optional(),
        high: z.number().optional(),
        missing: z.boolean().optional(),
        rows: count,
        loss: z.number(),
        loss_elsewhere: z.number(),
      }),
    )
    .optional(),
  /** By how much the loss grows when a column's values are dealt out anew. */
  importance: z
    .array(z.object({ column: z.string(), growth: z.number().nullable(), spread: z.number().nullable() }))
    .optional(),
};
/** What a model is worth on the rows that were held back, as its job wrote it. */
export const report = z
  .discriminatedUnion('task', [
    classification.extend(common).meta({ id: 'ClassificationReport' }),
    regression.extend(common).meta({ id: 'RegressionReport' }),
  ])
  .meta({ id: 'Report' });
export type Report = z.infer<typeof report>;

export const jobReport = endpoint({
  id: 'jobReport',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/report',
  tag: 'training',
  policy: 'user',
  permission: 'model.read',
  summary: 'What the trained model is worth on the rows that were held back',
  params: z.object({ job_id: jobId }),
  responses: { 200: report },
  errors: ['not_found', 'model_not_ready', 'report_missing', 'mlflow_unavailable'],
});

export const jobReportRows = endpoint({
  id: 'jobReportRows',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/report/rows',
  tag: 'training',
  policy: 'user',
  permission: 'model.read',
  summary: 'What the model answered on each row of its report, so that two models can be held against each other',
  params: z.object({ job_id: jobId }),
  responses: {
    200: { mediaType: 'application/octet-stream', description: 'Arrays of NumPy (`.npz`, without a pickle)' },
  },
  errors: ['not_found', 'model_not_ready', 'report_rows_missing', 'mlflow_unavailable'],
});
