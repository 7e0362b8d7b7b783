import { type Api, data } from '../../api/client.js';
import { csvFile } from '../../lib/csv.js';

/**
 * Every point of these metrics, also those that a chart had no room for: a row for each, in the order of steps.
 *
 * A program may log one step several times; each of its values has its own moment, and its own row.
 */
export async function pointsFile(api: Api, jobId: string, keys: readonly string[]): Promise<Blob> {
  const params = { path: { job_id: jobId }, query: { key: [...keys] } };
  const { items } = await data(api.http.GET('/api/v1/train/jobs/{job_id}/metrics', { params }));
  const rows = items
    .toSorted((a, b) => Number(a.step) - Number(b.step) || Number(a.timestamp) - Number(b.timestamp))
    .map(({ key, step, timestamp, value }) => [key, String(step), String(timestamp), value]);
  return new Blob([csvFile([['metric', 'step', 'timestamp_ms', 'value'], ...rows])], { type: 'text/csv' });
}
