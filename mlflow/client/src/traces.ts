import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { text } from './values.js';

const traceInfo = z.object({
  trace_id: text,
  trace_location: z.object({ mlflow_experiment: z.object({ experiment_id: text }).optional() }),
  trace_metadata: z.record(text, text).default({}),
});

export const traces = {
  get: endpoint(
    'GET',
    '/api/3.0/mlflow/traces/{trace_id}',
    z.object({ trace_id: text }),
    z.object({ trace: z.object({ trace_info: traceInfo }) }),
  ),
};
