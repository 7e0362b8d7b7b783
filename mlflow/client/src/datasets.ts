import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { list, text } from './values.js';

/** Evaluation datasets. */
export const datasets = {
  experimentIds: endpoint(
    'GET',
    '/api/3.0/mlflow/datasets/{dataset_id}/experiment-ids',
    z.object({ dataset_id: text }),
    z.object({ experiment_ids: list(text) }),
  ),
};
