import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { runMetric } from './runs.js';
import { list, optionalText, text } from './values.js';

export type Metric = z.infer<typeof runMetric>;

/** The most points that MLflow gives in one page of history. */
export const HISTORY_PAGE = 25_000;

export const metrics = {
  getHistory: endpoint(
    'GET',
    '/api/2.0/mlflow/metrics/get-history',
    z.object({
      run_id: text,
      metric_key: text,
      max_results: z.number().int().optional(),
      page_token: optionalText,
    }),
    z.object({ metrics: list(runMetric), next_page_token: optionalText }),
  ),
};
