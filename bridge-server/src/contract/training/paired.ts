import { z } from 'zod';
import { jobId } from '../common.js';
import { endpoint } from '../endpoint.js';

const ofOne = z
  .object({
    value: z.number().meta({ description: 'The figure on the rows that both were judged on' }),
    rows: z.number().int().meta({ description: 'Of its own report' }),
  })
  .meta({ id: 'PairedFigure' });
/** By how much the second model is better than the first, more than 0, or worse, on the rows that both were judged on. */
export const pairedFigures = z
  .object({
    metric: z.string(),
    first: ofOne,
    second: ofOne,
    difference: z
      .number()
      .meta({ description: 'More than 0: the second is better, whatever the direction of the metric' }),
    low: z.number().meta({ description: 'Its interval of 95 %, by the paired bootstrap' }),
    high: z.number(),
    rows: z.number().int().meta({ description: 'That both were judged on' }),
    sentence: z.string(),
    sentence_fa: z.string(),
  })
  .meta({ id: 'PairedFigures' });
export type PairedFigures = z.infer<typeof pairedFigures>;

export const pairedMetric = z
  .string()
  .regex(/^[\w.@-]{1,100}$/u)
  .optional()
  .meta({ description: 'A figure of reports; accuracy or mae where it is left out' });

export const jobAgainst = endpoint({
  id: 'jobAgainst',
  method: 'get',
  path: '/api/v1/train/jobs/{job_id}/against/{other_id}',
  tag: 'training',
  policy: 'user',
  permission: 'model.read',
  summary: 'Whether another job’s model is better than this one’s on the same rows, or these rows do not tell',
  params: z.object({ job_id: jobId, other_id: jobId }),
  query: z.object({ metric: pairedMetric }),
  responses: { 200: pairedFigures },
  errors: ['not_found', 'model_not_ready', 'report_rows_missing', 'rows_differ', 'mlflow_unavailable'],
});
